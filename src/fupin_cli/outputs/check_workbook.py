"""The workbook of a check, to be printed and handed on: 说明, 文件, 汇总, 明细, 规则, 校验码; on request the annotated tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.checks.rule import GROUPS
from fupin_cli.outputs.annotated_sheets import annotated_sheets
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.payroll_basis import unplaced_words
from fupin_cli.outputs.sheet import GREY, SheetPlan
from fupin_cli.outputs.since_views import since_line, since_sheet, since_words
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.results.check import CheckRun

SEVERITY = {"error": "错误", "warning": "警告", "info": "提示"}
EFFECT = {"refuse": "不予", "hold": "暂缓", "none": ""}
NO_TOWN = "（未分乡镇）"
STATUS = {
    "ok": "通过",
    "found": "发现问题",
    "not_run": "没有运行",
    "crashed": "程序出错",
    "ignored": "没有选",
    "elsewhere": "由对账或风险预警核查",
}


def check_sheets(run: CheckRun, found: pl.DataFrame, part: str = "", *, annotated: bool = False) -> list[SheetPlan]:
    """Plan the sheets for all findings, or for those of one township or county (`part`).

    `annotated`: also each table's rows with findings, a sheet a table: many pages, so only where they were asked for.
    """
    said = found.with_columns(
        pl.col("severity").replace_strict(SEVERITY, return_dtype=pl.String).alias("severity_text"),
        pl.col("effect").replace_strict(EFFECT, return_dtype=pl.String).alias("effect_text"),
        pl.col("township").fill_null(NO_TOWN),
        since_text=since_words() if "since" in found.columns else pl.lit(""),
    )
    return [
        _about(run, said, part),
        _files(run),
        _summary(run, said),
        _details(run, said),
        _rules(run),
        *([since_sheet(run, run.since, part)] if run.since is not None else []),
        _hashes(run),
        *(annotated_sheets(run, said) if annotated else []),
    ]


def _about(run: CheckRun, found: pl.DataFrame, part: str) -> SheetPlan:
    """What ran, on what, with which versions, and what it came to."""
    policy = run.policy.file
    standard = run.policy.standard_fen(run.month)
    used = [s for s in run.intake.sources if s.role == "current"]
    by_severity = dict(found.group_by("severity").len().iter_rows())
    notes = [
        ("月份", month_text(run.month)),
        ("范围", part or "全部"),
        ("程序", f"fupin {__version__}"),
        ("政策", f"{policy.title}（{policy.id}），执行期 {policy.valid_from} 至 {policy.valid_to}"),
        (
            "本月岗位补贴标准",
            f"{fen_to_yuan(standard)} 元/人·月"
            if standard is not None
            else "本月没有标准：不在政策各年度之内，县里也没有另定",
        ),
        (
            "读入的表",
            (
                f"{len(used)} 张，共 {sum(s.rows_read for s in used)} 行；采用 {sum(s.rows_accepted for s in used)} 行，"
                f"另放 {sum(s.rows_set_aside for s in used)} 行"
            ),
        ),
        (
            "发现的问题",
            (
                f"错误 {by_severity.get('error', 0)} 条，警告 {by_severity.get('warning', 0)} 条，提示 {by_severity.get('info', 0)} 条；"
                f"其中已豁免 {int(found['waived'].sum())} 条"
            ),
        ),
        ("涉及金额", f"{fen_to_yuan(int(found['amount_fen'].sum() or 0))} 元（同一笔钱涉及几条的，各条分别计）"),
        ("与以前比", since_line(run.since) if run.since is not None else "没有比较"),
        ("没有读入", unplaced_words(run.intake.unplaced) or "无"),
        ("该报未报", "\n".join(run.result.messages("IN015")) or "无"),
        ("没有运行的规则", "、".join(o.code for o in run.result.outcomes if o.status == "not_run") or "无"),
        ("程序出错的规则", "、".join(o.code for o in run.result.outcomes if o.status == "crashed") or "无"),
        (
            "怎么用",
            "先看“汇总”，再按“明细”逐条改原表，改好后重新运行。核查时加 --annotate，另有“标注”各表和原表的标注副本，红色的格子就是要改的地方。",
        ),
    ]
    rows = pl.DataFrame(notes, schema={"item": pl.String, "value": pl.String}, orient="row")
    return SheetPlan(
        "说明",
        {"item": "项目", "value": "内容"},
        rows,
        heading(run, "就业帮扶数据核查", part),
        wrapped=("value",),
        filtered=False,
    )


def _files(run: CheckRun) -> SheetPlan:
    """Every file; every table with its counts: read = accepted + set aside."""
    roles = {"current": "本月", "previous": "上月（对比）", "unused": "未用"}
    tables = [
        (s.file, s.sheet, s.spec.title, roles[s.role], s.rows_read, s.rows_accepted, s.rows_set_aside)
        for s in run.intake.sources
    ]
    known = {s.file for s in run.intake.sources}
    others = [(f.name, "", f.status, "未用", 0, 0, 0) for f in run.intake.files if f.name not in known]
    headers = {
        "file": "文件",
        "sheet": "工作表",
        "table": "认作",
        "role": "用途",
        "read": "读入行数",
        "accepted": "采用",
        "set_aside": "另放",
    }
    schema = {k: (pl.Int64 if k in ("read", "accepted", "set_aside") else pl.String) for k in headers}
    return SheetPlan(
        "文件",
        headers,
        pl.DataFrame(tables + others, schema=schema, orient="row"),
        heading(run, "收到的文件"),
        wrapped=("file",),
        kept=True,
        portrait=True,
        size=10,
    )


def _hashes(run: CheckRun) -> SheetPlan:
    """Every file's SHA-256, on a sheet of their own: two columns, so that they are read and printed whole."""
    known = {s.file: s.sha256 for s in run.intake.sources} | {f.name: f.sha256 for f in run.intake.files}
    rows = pl.DataFrame(sorted(known.items()), schema={"file": pl.String, "sha256": pl.String}, orient="row")
    headers = {"file": "文件", "sha256": "SHA-256"}
    return SheetPlan(
        "校验码",
        headers,
        rows,
        heading(run, "文件校验码"),
        wrapped=("file",),
        widths={"sha256": 68},
        portrait=True,
        size=9,
    )


def _summary(run: CheckRun, found: pl.DataFrame) -> SheetPlan:
    """Rule × township: findings, people, money; each rule's total first."""
    rules = rules_of(run.policy, run.month)
    figures = {
        "count": pl.len().cast(pl.Int64),
        "people": pl.col("person").drop_nulls().n_unique().cast(pl.Int64),
        "waived": pl.col("waived").sum().cast(pl.Int64),
        "amount_fen": pl.when(pl.col("amount_fen").count() > 0).then(pl.col("amount_fen").sum()),
    }
    towns = found.group_by("code", "township").agg(**figures)
    totals = found.group_by("code").agg(**figures).with_columns(township=pl.lit("合计"))
    order = {code: n for n, code in enumerate(rules)}
    worst = found.group_by("code").agg(
        _s=pl.col("severity").replace_strict({"error": 0, "warning": 1, "info": 2}, return_dtype=pl.Int8).min()
    )
    rows = (
        pl.concat([totals, towns], how="diagonal")
        .join(worst, on="code")
        .with_columns(
            title=pl.col("code").replace_strict({c: r.title for c, r in rules.items()}, return_dtype=pl.String),
            severity=pl.col("_s").replace_strict({0: "错误", 1: "警告", 2: "提示"}, return_dtype=pl.String),
            _order=pl.col("code").replace_strict(order, return_dtype=pl.Int32),
            _total=pl.col("township") != "合计",
        )
        .sort("_s", "_order", "_total", "township")
    )
    headers = {
        "code": "代码",
        "title": "规则",
        "severity": "程度",
        "township": "乡镇",
        "count": "条数",
        "people": "人数",
        "waived": "已豁免",
        "amount_fen": "涉及金额(元)",
    }
    return SheetPlan(
        "汇总",
        headers,
        rows.select(list(headers)),
        heading(run, "问题汇总"),
        marked={"township": rows["township"] == "合计"},
        mark_colour=GREY,
        wrapped=("title",),
        kept=True,
        portrait=True,
        size=10,
    )


DETAILS = {
    "code": "代码",
    "severity_text": "程度",
    "township": "乡镇",
    "name": "姓名",
    "person": "身份证号",
    "message": "问题",
    "value": "原值",
    "hint": "怎么办",
    "file": "文件",
    "sheet": "工作表",
    "_row": "行",
    "letter": "列",
    "since_text": "首次发现",  # so far it is printed
    "header": "列名",
    "effect_text": "影响",
    "village": "村",
    "amount_fen": "涉及金额(元)",
    "post_id": "岗位编号",
    "months": "涉及月数",
    "clause": "依据",
    "waiver": "豁免文号",
}


def _details(run: CheckRun, found: pl.DataFrame) -> SheetPlan:
    """Every finding, with the cell to mend."""
    rows = found.select(pl.col(name).cast(pl.Int64) if name == "_row" else pl.col(name) for name in DETAILS)
    return SheetPlan(
        "明细",
        DETAILS,
        rows,
        heading(run, "问题明细"),
        marked={"severity_text": found["severity"] == "error"},
        wrapped=("message", "file", "value", "hint"),
        printed=list(DETAILS).index("letter") + 1,
        widths={"message": 40, "file": 24, "sheet": 12, "header": 12, "value": 22, "hint": 30},
        size=10,
        kept=True,
    )


def _rules(run: CheckRun) -> SheetPlan:
    """Every rule: passed, found so many, not run and why."""
    rules = rules_of(run.policy, run.month)
    titles = {name: spec.title for name, spec in run.contracts.items()}
    rows = []
    for outcome in run.result.outcomes:
        rule = rules[outcome.code]
        rows.append(
            (
                rule.code,
                GROUPS[rule.rule.group],
                rule.title,
                STATUS[outcome.status],
                outcome.count,
                outcome.why(titles),
                rule.compares,
                rule.hint,
                run.policy.basis(rule.code).clause,
            )
        )
    headers = {
        "code": "代码",
        "group": "类别",
        "title": "规则",
        "status": "结果",
        "count": "条数",
        "why": "说明",
        "compares": "比较什么",
        "hint": "怎么办",
        "clause": "依据",
    }
    schema = {k: (pl.Int64 if k == "count" else pl.String) for k in headers}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    bad = frame["status"].is_in(["没有运行", "程序出错"])
    return SheetPlan(
        "规则",
        headers,
        frame,
        heading(run, "规则运行情况"),
        marked={"status": bad},
        wrapped=("title", "why", "compares", "hint"),
        printed=6,
        size=10,
        portrait=True,
    )
