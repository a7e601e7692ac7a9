"""The roll-up of many counties as a workbook: figures of each county or city, rules and risks, and who is not in it."""

from __future__ import annotations

from typing import Any

import polars as pl

from fupin_cli.outputs.counties_view import STATUS
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.months import month_words

# figure → header; money ends with _fen. The order of the sheet, and of every sum.
MEASURED = {
    "tables": "收到的表",
    "unreported": "该报未报",
    "errors": "错误",
    "warnings": "警告",
    "infos": "提示",
    "waived": "已豁免",
    "lines": "岗位行数",
    "pay": "发放",
    "hold": "暂缓",
    "refuse": "不予",
    "amount_fen": "测算发放(元)",
    "due_hold_fen": "暂缓金额(元)",
    "due_refuse_fen": "不予金额(元)",
    "back_pay_fen": "以前月份补发(元)",
    "recover_fen": "以前月份追回(元)",
    "undecided": "待核定",
    "approved_fen": "已批准(元)",
    "paid_fen": "已付(元)",
    "open_fen": "未付(元)",
    "failed": "发放失败",
    "no_return": "未回盘",
    "other": "其他差异",
    "to_recover_fen": "待追回(元)",
    "forecast_fen": "预测到期末(元)",
    "forecast_held_fen": "预测暂缓(元)",
    "short_fen": "资金缺口(元)",
    "risks": "风险条数",
    "risk_people": "风险人数",
}
UNKNOWN = "空格：这个县没有（缺表或没有设置），不是 0，没有计入合计"


def rollup_sheets(
    rows: list[dict[str, Any]], groups: list[dict[str, Any]], by: str, month: int, titles: dict[str, str]
) -> list[SheetPlan]:
    """Plan the sheets: 汇总, 各县 (by province), 问题, 风险, 未计入. `rows`: states of the counties; `groups`: sums of the first sheet."""
    done = [row for row in rows if row["status"] == "done"]
    head = f"{month_words(month)} 就业帮扶资金汇总（{len(done)} 个县，共 {len(rows)} 个）"
    province = by == "province"
    sheets = [_figures("汇总", head, groups, county=not province)]
    if province:
        counties = [
            {"city": row["city"], "county": row["label"], "counties": 1, "figures": row["figures"]} for row in done
        ]
        sheets.append(
            _figures("各县", head, sorted(counties, key=lambda one: (one["city"], one["county"])), county=True)
        )
    sheets += [
        _codes("问题", f"{month_words(month)} 发现的问题", done, "by_code", titles),
        _codes("风险", f"{month_words(month)} 风险", done, "risks_by_code", titles),
        _left_out(rows, month),
    ]
    return sheets


def _figures(title: str, heading: str, groups: list[dict[str, Any]], *, county: bool) -> SheetPlan:
    names = {"city": "市", "county": "县"} if county else {"city": "市", "counties": "县数"}
    body = [
        {name: group[name] for name in names} | {name: group["figures"].get(name) for name in MEASURED}
        for group in groups
    ]
    texts = {name: pl.Int64 if name == "counties" else pl.String for name in names}
    frame = pl.DataFrame(body, schema={**texts, **dict.fromkeys(MEASURED, pl.Int64)})
    summed = tuple(name for name in frame.columns if frame.schema[name] == pl.Int64 and frame[name].count())
    return SheetPlan(title, names | MEASURED, frame, heading=heading, summed=summed, below=(UNKNOWN,))


def _codes(title: str, heading: str, done: list[dict[str, Any]], key: str, titles: dict[str, str]) -> SheetPlan:
    found = [
        {"code": code, "title": titles.get(code, ""), "county": row["label"], "count": count}
        for row in done
        for code, count in (row["figures"].get(key) or {}).items()
    ]
    schema = {"code": pl.String, "title": pl.String, "county": pl.String, "count": pl.Int64}
    frame = pl.DataFrame(found, schema=schema).sort("code", "county")
    headers = {"code": "代码", "title": "名称", "county": "县", "count": "条数"}
    return SheetPlan(title, headers, frame, heading=heading, summed=("count",), kept=True)


def _left_out(rows: list[dict[str, Any]], month: int) -> SheetPlan:
    """Counties that are in no sum, and why."""
    found = [
        {
            "city": row["city"],
            "county": row["county"],
            "status": STATUS[row["status"]],
            "why": row["line"],
            "hint": row["hint"],
        }
        for row in rows
        if row["status"] != "done"
    ]
    headers = {"city": "市", "county": "县", "status": "结果", "why": "原因", "hint": "怎么办"}
    frame = pl.DataFrame(found, schema=dict.fromkeys(headers, pl.String))
    return SheetPlan(
        "未计入",
        headers,
        frame,
        heading=f"{month_words(month)} 没有计入汇总的县",
        wrapped=("why", "hint"),
        kept=True,
    )
