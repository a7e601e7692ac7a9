"""What a forecast shows: JSON `fupin.forecast/1`, the workbook 预测_2024-05, the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.measures.catalogue import measure_words
from fupin_cli.outputs.gaps import gap_words
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.manifest import input_list
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.outputs.monitor_terminal import end_notes, figures_table
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.outputs.terminal import console
from fupin_cli.policy.months import month_text, month_words, text_expr
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.reports.forecast import HELD, PAYING, WHY_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.reports.forecast import Forecast
    from fupin_cli.reports.runs import ForecastRun

NO_FUND, NO_TOWN = "（资金来源不明）", "（未分乡镇）"


def _sides(found: Forecast, *columns: str) -> pl.DataFrame:
    """People and money of paying lines, and beside them of the held ones."""
    both = found.by(*columns).drop("lines")
    paying = both.filter(pl.col("status") == PAYING).drop("status")
    held = (
        both.filter(pl.col("status") == HELD).drop("status").rename({"people": "held_people", "amount_fen": "held_fen"})
    )
    joined = paying.join(held, on=list(columns), how="full", coalesce=True, nulls_equal=True) if columns else paying
    return joined.with_columns(pl.col("people", "amount_fen", "held_people", "held_fen").fill_null(0)).sort(columns)


def _last_months(found: Forecast) -> pl.DataFrame:
    """Lines with the sum forecast for each."""
    keys = ["measure", "person", "post_id", "status"]
    sums = found.rows.group_by(keys).agg(pl.col("amount_fen").sum())
    return found.ends.join(sums, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col("amount_fen").fill_null(0)
    )


def forecast_document(run: ForecastRun, *, unmask: bool) -> dict[str, Any]:
    """The document of a forecast: amounts in yuan, months as text."""
    leaving = run.found.leaving()
    months = _sides(run.found, "month")
    number, name = pl.col("person"), pl.col("name")
    lines = _last_months(run.found).select(
        "measure",
        "person_code",
        (number if unmask else mask_number_expr(number)).alias("person"),
        (name if unmask else mask_name_expr(name)).alias("name"),
        "post_id",
        "county",
        "township",
        "village",
        "fund",
        "status",
        last_month=text_expr(pl.col("last")),
        why="why",
        amount=fen_to_yuan_expr(pl.col("amount_fen")),
    )
    total = {
        status: int(run.found.rows.filter(pl.col("status") == status)["amount_fen"].sum() or 0)
        for status in (PAYING, HELD)
    }
    return {
        "format": "fupin.forecast/1",
        "month": month_text(run.month),
        "policy": run.policy.file.id,
        "inputs": input_list(run.intake),
        "end": month_text(run.found.end),
        "renew": run.renew,
        "measures": run.measures,
        "months": [
            {
                "month": month_text(row["month"]),
                "people": row["people"],
                "amount": fen_to_yuan(row["amount_fen"]),
                "held_people": row["held_people"],
                "held_amount": fen_to_yuan(row["held_fen"]),
                "leaving": [
                    {"why": why, "people": people} for last, why, people in leaving.iter_rows() if last == row["month"]
                ],
            }
            for row in months.iter_rows(named=True)
        ],
        "lines": lines.to_dicts(),
        "by_fund": _groups(run.found, "fund"),
        "by_township": _groups(run.found, "township"),
        "budgets": [
            {
                "fund": entry.fund,
                "left": fen_to_yuan(entry.left_fen),
                "wanted": fen_to_yuan(entry.wanted_fen),
                "short_from": None if entry.short_from is None else month_text(entry.short_from),
                "shortfall": fen_to_yuan(entry.short_fen),
            }
            for entry in run.shortages
        ],
        "totals": {"amount": fen_to_yuan(total[PAYING]), "held_amount": fen_to_yuan(total[HELD])},
        "unpriced": [{"code": "MEA001", "year": str(year)} for year in run.found.unpriced],
        "skipped": run.skipped,
        "outputs": [str(path) for path in run.outputs],
    }


def _groups(found: Forecast, column: str) -> list[dict[str, Any]]:
    return [
        {
            column: row[column],
            "people": row["people"],
            "amount": fen_to_yuan(row["amount_fen"]),
            "held_amount": fen_to_yuan(row["held_fen"]),
        }
        for row in _sides(found, column).iter_rows(named=True)
    ]


def forecast_sheets(run: ForecastRun) -> list[SheetPlan]:
    """Plan the sheets: months, funds, townships, who leaves when and why."""
    head = heading(run, "预测")
    return [_months_sheet(run, head), _funds_sheet(run, head), _towns_sheet(run, head), _people_sheet(run, head)]


FIGURES = {"people": "人数", "amount_fen": "金额(元)", "held_people": "暂缓人数", "held_fen": "暂缓金额(元)"}


def _months_sheet(run: ForecastRun, head: str) -> SheetPlan:
    months = _sides(run.found, "month").with_columns(month=text_expr(pl.col("month")))
    leaving = run.found.leaving().with_columns(month=text_expr(pl.col("month")), why=pl.col("why").replace(WHY_WORDS))
    words = leaving.group_by("month").agg(left=pl.format("{} {} 人", "why", "people").str.join("，"))
    months = months.join(words, on="month", how="left", maintain_order="left")
    below = (
        "不含新增人员；每月按近期已发月份的平均折月比例、当年标准推算。"
        + ("合同按续签算。" if run.renew else "合同按不续签算。"),
        *run.skipped,
    )
    return SheetPlan(
        "各月",
        {"month": "月份", **FIGURES, "left": "月末退出"},
        months.select("month", *FIGURES, "left"),
        f"{head}：各月人数和金额",
        summed=("amount_fen", "held_fen"),
        wrapped=("left",),
        below=below,
    )


def _funds_sheet(run: ForecastRun, head: str) -> SheetPlan:
    headers = {
        "fund": "资金",
        "left_fen": "本年预算余额(元)",
        "wanted_fen": "本年还要(元)",
        "short": "哪个月起不够",
        "short_fen": "差额(元)",
    }
    rows = [
        (
            e.fund,
            e.left_fen,
            e.wanted_fen,
            month_text(e.short_from) if e.short_from is not None else "够用",
            e.short_fen,
        )
        for e in run.shortages
    ]
    schema = {name: pl.Int64 if name.endswith("_fen") else pl.String for name in headers}
    funds = pl.DataFrame(rows, schema=schema, orient="row")
    return SheetPlan("资金", headers, funds, f"{head}：预算够不够（本年）", filtered=False)


def _towns_sheet(run: ForecastRun, head: str) -> SheetPlan:
    towns = _sides(run.found, "township", "month").with_columns(
        pl.col("township").fill_null(NO_TOWN), month=text_expr(pl.col("month"))
    )
    headers = {"township": "乡镇", "month": "月份", **FIGURES}
    return SheetPlan("乡镇", headers, towns.select(list(headers)), f"{head}：各乡镇各月")


def _people_sheet(run: ForecastRun, head: str) -> SheetPlan:
    headers = {
        "township": "乡镇",
        "village": "村",
        "name": "姓名",
        "person": "身份证号码",
        "measure": "补贴",
        "fund": "资金",
        "state": "本月",
        "last": "最后一月",
        "why": "原因",
        "amount_fen": "推算金额(元)",
    }
    people = (
        _last_months(run.found)
        .with_columns(
            last=text_expr(pl.col("last")),
            why=pl.col("why").replace(WHY_WORDS),
            measure=pl.col("measure").replace(measure_words(run.policy)),
            fund=pl.col("fund").fill_null(NO_FUND),
            state=pl.col("status").replace({PAYING: "发放", HELD: "暂缓"}),
        )
        .sort("last", "township", "village")
    )
    return SheetPlan("到期人员", headers, people.select(list(headers)), f"{head}：每个人发到哪个月、为什么")


def show_forecast(run: ForecastRun) -> None:
    """Print the months, the funds, and where the workbook is."""
    out = console()
    table = figures_table(
        f"{month_words(run.month)} 预测",
        {"月份": False, "人数": True, "金额(元)": True, "暂缓(元)": True, "月末退出": False},
    )
    leaving: Sequence[tuple[int, str, int]] = run.found.leaving().rows()
    for row in _sides(run.found, "month").iter_rows(named=True):
        words = "，".join(f"{WHY_WORDS[why]}{people}" for last, why, people in leaving if last == row["month"])
        table.add(
            month_text(row["month"]),
            str(row["people"]),
            fen_to_yuan(row["amount_fen"]),
            fen_to_yuan(row["held_fen"]),
            words,
        )
    out.print(table)
    notes = [
        f"{e.fund}：余额 {fen_to_yuan(e.left_fen)}，本年还要 {fen_to_yuan(e.wanted_fen)}，"
        + (
            f"{month_text(e.short_from)} 起不够，年底差 {fen_to_yuan(e.short_fen)}"
            if e.short_from is not None
            else "够用"
        )
        for e in run.shortages
    ]
    end_notes(out, list(run.outputs), [*notes, *run.skipped], gap_words(run))
