"""The workbook of a month's payroll: 汇总, 发放花名册, 暂缓, 不予, 月数台账; all of them tie. The others: see `payroll_basis`, `payroll_corrections`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.measures.claims import BIG, HOLD, PAY, REFUSE
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.due_views import payroll_due_sheet
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.payroll_basis import funds_sheet, parameters_sheet, unplaced_sheet, unplaced_words
from fupin_cli.outputs.payroll_corrections import (
    correction_sheet,
    correction_words,
    numbered,
    to_pay_words,
    undecided_sheet,
)
from fupin_cli.outputs.payroll_json import NO_FUND, days_text, months_series
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.months import text_expr
from fupin_cli.reports.ends import CAPPED
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.results.subsidy import PayrollRun

SIGNED = "编制：                审核：                负责人：                日期：      年    月    日"
PERSON = {
    "no": "序号",
    "name": "姓名",
    "id_number": "身份证号",
    "township": "乡镇",
    "village": "村",
    "post_id": "岗位编号",
}
FIGURES = {"standard_fen": "月标准(元)", "numerator_x100": "出勤/在岗天数", "divisor_x100": "规定/当月天数"}


MEASURE_FIGURES = {"standard_fen": "标准或基数(元)", "numerator_x100": "数量", "how": "算法"}


def payroll_sheets(run: PayrollRun, lines: pl.DataFrame, state: str, part: str = "") -> list[SheetPlan]:
    """Plan the sheets for all lines, or for those of one township (`part`). `state` says draft or approved, and by whom."""
    rows = lines.with_columns(
        numerator=days_text(pl.col("numerator_x100")),
        divisor=days_text(pl.col("divisor_x100")),
        before=months_series(lines, "before"),
        after=months_series(lines, "after"),
        cap_text=text_expr(pl.col("cap_end")),
        notes=pl.col("codes").list.join("、"),
        payee=pl.coalesce("payee_name", "name"),
    )
    title = heading(run, run.title, part)
    return [
        _summary(run, rows, title, state, part),
        _roster(run, rows, title, part),
        _stopped(run, rows, HOLD, "暂缓", title),
        _stopped(run, rows, REFUSE, "不予", title),
        *([_months(run, rows, title)] if run.subsidy.counts_months else []),
        *([payroll_due_sheet(run, title, part)] if run.subsidy.leads or run.measure in CAPPED else []),
        *([correction_sheet(run, part)] if run.corrections.height else []),
        *([undecided_sheet(run, part)] if run.undecided.height else []),
        *([funds_sheet(run, title)] if run.funds else []),
        *([unplaced_sheet(run, title)] if run.unplaced else []),
        parameters_sheet(run, title),
    ]


def _summary(run: PayrollRun, rows: pl.DataFrame, title: str, state: str, part: str) -> SheetPlan:
    """Lines, people and money by township; the total in figures and in words, and who signs."""
    pay, hold, refuse = (pl.col("status") == status for status in (PAY, HOLD, REFUSE))
    figures = {
        "lines": pl.len(),
        "pay": pay.sum(),
        "people": pl.col("person_key").filter(pay).n_unique(),
        "amount_fen": pl.col("amount_fen").sum(),
        "hold": hold.sum(),
        "due_hold_fen": pl.col("due_fen").filter(hold).sum(),
        "refuse": refuse.sum(),
    }
    keyed = rows.with_columns(pl.col("township").fill_null(NO_TOWN), pl.col("fund").fill_null(NO_FUND))
    by_town = keyed.group_by("township", "fund").agg(**figures).sort("township", "fund")
    headers = {
        "township": "乡镇",
        "fund": "资金来源",
        "lines": "行数",
        "pay": "发放行数",
        "people": "发放人数",
        "amount_fen": "发放金额(元)",
        "hold": "暂缓行数",
        "due_hold_fen": "暂缓金额(元)",
        "refuse": "不予行数",
    }
    table = by_town.select(pl.col(n) if n in ("township", "fund") else pl.col(n).cast(pl.Int64) for n in headers)
    totals, unpriced = run.totals(rows), run.unpriced(HOLD, rows)
    below = (
        *to_pay_words(run.sums(part, NO_TOWN)),
        f"核对：{totals['pay']} 发放 + {totals['hold']} 暂缓 + {totals['refuse']} 不予 = {totals['lines']} 行",
        *([f"暂缓的有 {unpriced} 行还算不出金额，没有计入暂缓金额"] if unpriced else []),
        *([f"{correction_words(run)}，见“补发追回”"] if run.corrections.height and not part else []),
        *run.not_again,
        *run.as_approved,
        *([f"{unplaced_words(run.unplaced)}，见“未读入”"] if run.unplaced else []),
        *(f"该报未报：{words}" for words in run.unreported),
        state,
        f"程序 fupin {__version__}，政策 {run.policy.file.id}",
        "",
        f"{SIGNED}          （盖章）",
    )
    return SheetPlan(
        "汇总",
        headers,
        table,
        f"{title}汇总",
        filtered=False,
        below=below,
        summed=("lines", "pay", "people", "amount_fen", "hold", "due_hold_fen", "refuse"),
    )


def _person(run: PayrollRun) -> dict[str, str]:
    """Headers that say who; of other subsidies the claim (a contract's start, a class, a term) stands for the post."""
    return PERSON if run.subsidy.counts_months else PERSON | {"post_id": "申请项"}


def _roster(run: PayrollRun, rows: pl.DataFrame, title: str, part: str) -> SheetPlan:
    """Who is paid what, and where to."""
    headers = (
        _person(run)
        | (FIGURES if run.subsidy.counts_months else MEASURE_FIGURES)
        | {
            "amount_fen": "实发金额(元)",
            "account": "账号",
            "payee": "收款人",
            "bank": "开户银行",
        }
        | ({"after": "累计月数", "cap_text": "最后可发月"} if run.subsidy.counts_months else {"divisor_x100": "除以"})
        | {"notes": "提示"}
    )
    paid = numbered(rows.filter(pl.col("status") == PAY))
    signed = (*to_pay_words(run.sums(part, NO_TOWN)), SIGNED)
    return SheetPlan(
        "发放花名册",
        headers,
        paid.select(list(headers)),
        f"{title}发放花名册",
        summed=("amount_fen",),
        below=signed,
        printed=list(headers).index("payee") + 1,
        size=10,
        figures=("after",),
        kept=True,
    )


def _stopped(run: PayrollRun, rows: pl.DataFrame, status: str, name: str, title: str) -> SheetPlan:
    """Who is held or refused, why, and what to do."""
    rules = rules_of(run.policy, run.month)
    stopped = numbered(rows.filter(pl.col("status") == status))
    why, hints = _reasons(run)
    spots = list(
        zip(stopped["id_number"], stopped["post_id"], stopped["_src"], stopped["_row"], stopped["codes"], strict=True)
    )
    own_words = {"IN012": run.missing_words, "MEA001": rules["MEA001"].title}  # said of the month, not of a row
    texts, todo = [], []
    for person, post, source, row, codes in spots:
        key = (person, post) if person is not None else (source, row)
        said = {code: why.get((*key, code)) or own_words.get(code) for code in codes}
        stops = [code for code in codes if said[code]]
        texts.append("；".join(f"【{code}】{said[code]}" for code in stops))
        todo.append("；".join(dict.fromkeys(hints.get((*key, code), rules[code].hint) for code in stops)))
    stopped = stopped.with_columns(why=pl.Series(texts, dtype=pl.String), todo=pl.Series(todo, dtype=pl.String))
    headers = _person(run) | {"due_fen": "若照发(元)", "why": "原因", "todo": "怎么办", "_file": "文件", "_row": "行"}
    frame = stopped.select(list(headers)).with_columns(pl.col("_row").cast(pl.Int64))
    return SheetPlan(
        name,
        headers,
        frame,
        f"{title}{name}名单",
        wrapped=("why", "todo", "_file"),
        summed=("due_fen",),
        widths={"_file": 24},
    )


Reasons = dict[tuple[object, ...], str]


def _reasons(run: PayrollRun) -> tuple[Reasons, Reasons]:
    """Messages and hints of the findings that stop a line, by person, post and code (rows without an ID: by the row)."""
    stops = run.result.found.filter((pl.col("effect") != "none") & ~pl.col("waived"))
    why: Reasons = {}
    hints: Reasons = {}
    for person, post, source, row, code, message, hint in stops.select(
        "person", "post_id", "_src", "_row", "code", "message", "hint"
    ).iter_rows():
        key = (person, post, code) if person is not None else (source, row, code)
        why[key] = f"{why[key]}；{message}" if key in why and message not in why[key] else message
        hints[key] = hint
    return why, hints


def _months(run: PayrollRun, rows: pl.DataFrame, title: str) -> SheetPlan:
    """Months used and left, and the last payable month, for everyone on the roster."""
    headers = {name: words for name, words in PERSON.items() if name != "post_id"} | {
        "first": "首次核定",
        "before": "本月前已用月数",
        "after": "本月后月数",
        "left": "剩余月数",
        "cap_text": "最后可发月",
        "pension": "养老金领取日期",
        "extended_text": "可延长",  # so far it is printed
        "post_id": PERSON["post_id"],
    }
    everyone = numbered(rows).with_columns(
        first=pl.col("person_approval").cast(pl.String),
        left=_left(rows, run.policy.cap_months(run.month)),
        pension=pl.col("pension_date").cast(pl.String),
        extended_text=pl.when("extended").then(pl.lit("是，至养老金领取")).otherwise(pl.lit("")),
    )
    return SheetPlan(
        "月数台账",
        headers,
        everyone.select(list(headers)),
        f"{title}月数台账",
        printed=len(headers) - 1,
        figures=("before", "after", "left"),
    )


def _left(rows: pl.DataFrame, cap: int) -> pl.Series:
    """Months that the cap leaves after this month; empty where the extension holds or nothing is known."""
    extended = pl.col("extended").fill_null(value=False)
    left = pl.max_horizontal(cap * pl.col("after_den") - pl.col("after_num"), pl.lit(0, dtype=BIG))
    return months_series(rows.select(left_num=pl.when(~extended).then(left), left_den="after_den"), "left")
