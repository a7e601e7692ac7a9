"""The workbook of a month's payroll: 汇总, 发放花名册, 暂缓, 不予, 月数台账, 参数; all of them tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.measures.claims import BIG, HOLD, PAY, REFUSE
from fupin_cli.outputs.capitals import in_capitals
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.due_views import payroll_due_sheet
from fupin_cli.outputs.payroll_json import NO_FUND, days_text, months_series
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.county_numbers import county_numbers
from fupin_cli.policy.months import month_words, text_expr
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reports.ends import CAPPED
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.reconciliation.money import BatchSums
    from fupin_cli.results.subsidy import PayrollRun

SIGNED = "编制：                审核：                负责人：                日期：      年    月    日"
SHOWN = 5  # names of files that a sentence can carry
METHODS = {"attendance": "出勤÷规定", "calendar": "在岗日÷当月天数", "fixed": "出勤÷固定天数"}
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


def to_pay_words(sums: BatchSums) -> tuple[str, str]:
    """What the bank is to pay, in capitals and figures, and the parts it is made of (SPEC 9.11)."""
    parts = (fen_to_yuan(fen) for fen in (sums.month_fen, sums.back_pay_fen, sums.kept_fen))
    month, back_pay, kept = parts
    total = fen_to_yuan(sums.total_fen)
    return (
        f"银行应付合计（大写）：{in_capitals(sums.total_fen)}    （小写）：￥{total}",
        f"其中：本月 {month} + 补发 {back_pay} − 抵扣 {kept} = {total} 元",
    )


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
    title = f"{run.policy.settings.county.name} {part} {month_words(run.month)} {run.title}".replace("  ", " ").strip()
    return [
        _summary(run, rows, title, state, part),
        _roster(run, rows, title, part),
        _stopped(run, rows, HOLD, "暂缓", title),
        _stopped(run, rows, REFUSE, "不予", title),
        *([_months(run, rows, title)] if run.subsidy.counts_months else []),
        *([payroll_due_sheet(run, title, part)] if run.subsidy.leads or run.measure in CAPPED else []),
        *([correction_sheet(run, part)] if run.corrections.height else []),
        *([undecided_sheet(run, part)] if run.undecided.height else []),
        *([_funds(run, title)] if run.funds else []),
        *([_unplaced(run, title)] if run.unplaced else []),
        _parameters(run, title),
    ]


def unplaced_words(run: PayrollRun) -> str:
    """How much the computation could not take in, and what, in one sentence; empty if nothing."""
    if not run.unplaced:
        return ""
    named = [f"{entry.file}{f'（{entry.sheet}）' if entry.sheet else ''}" for entry in run.unplaced]
    more = f" 等 {len(named)} 处" if len(named) > SHOWN else ""
    return f"没有读入 {len(named)} 处：{'、'.join(named[:SHOWN])}{more}"


def _unplaced(run: PayrollRun, title: str) -> SheetPlan:
    """What the computation could not take in: an approval needs each mended, or a document (`--despite`)."""
    headers = {"no": "序号", "file": "文件", "sheet": "工作表", "code": "规则", "why": "原因", "hint": "怎么办"}
    rows = [(n, e.file, e.sheet, e.code, e.why, e.hint) for n, e in enumerate(run.unplaced, 1)]
    table = pl.DataFrame(rows, schema={n: pl.Int64 if n == "no" else pl.String for n in headers}, orient="row")
    below = ("这些内容没有参加测算。处理好以后重新测算；确实与发放无关的，批准时写明文号：--despite 文号。",)
    return SheetPlan("未读入", headers, table, f"{title}没有读入的文件", wrapped=("file", "why", "hint"), below=below)


def _funds(run: PayrollRun, title: str) -> SheetPlan:
    """Each fund's budget of the year, what was approved before this month's lines, paid, left, and what these lines come to."""
    now = dict(run.lines.group_by(pl.col("fund").fill_null("")).agg(pl.col("amount_fen").sum()).iter_rows())
    rows = [(f.name, f.budget_fen, f.committed_fen, f.paid_fen, f.left_fen, int(now.get(f.name, 0))) for f in run.funds]
    known = {f.name for f in run.funds}
    rows += [
        (name, None, 0, 0, None, int(fen)) for name, fen in sorted(now.items()) if fen and name and name not in known
    ]
    headers = {
        "fund": "资金",
        "budget_fen": "本年预算(元)",
        "committed_fen": "已批准(元)",
        "paid_fen": "已支付(元)",
        "left_fen": "预算余额(元)",
        "now_fen": "本次发放(元)",
    }
    schema = {name: pl.String if name == "fund" else pl.Int64 for name in headers}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    below = ("预算在 fupin.toml 的 [budget] 里设；没有设的不限。已批准的含以前月份差额，不含本次。",)
    return SheetPlan(
        "资金",
        headers,
        table,
        f"{title}资金",
        filtered=False,
        below=below,
        summed=("committed_fen", "paid_fen", "now_fen"),
    )


CORRECTION = {"back_pay": "补发", "recover": "追回", "cancel": "撤销（款已退回）"}


def correction_sheet(run: PayrollRun, part: str = "", *, in_batch: bool = True) -> SheetPlan:
    """Differences of months approved before, each with the month it comes from and why.

    `in_batch`: the sheet is part of a batch, and says what the bank is to pay by it.
    """
    rows = run.corrections.filter(pl.col("township").fill_null(NO_TOWN) == part) if part else run.corrections
    headers = {
        "no": "序号",
        "name": "姓名",
        "person": "身份证号",
        "township": "乡镇",
        "village": "村",
        "post_id": "岗位编号",
        "origin": "原月份",
        "source_batch": "原批次",
        "source_line": "原批次序号",
        "old_fen": "原批准(元)",
        "amount_fen": "差额(元)",
        "reason": "原因",  # so far it is printed
        "new_fen": "应为(元)",
        "what": "处理",
    }
    table = _numbered(rows).with_columns(
        origin=text_expr(pl.col("month")), what=pl.col("kind").replace_strict(CORRECTION, return_dtype=pl.String)
    )
    title = f"{run.policy.settings.county.name} {part} {month_words(run.month)} 查出的以前月份差额".replace(
        "  ", " "
    ).strip()
    signed = (
        "补发为正，追回为负；随当前月的批准入账。",
        *(to_pay_words(run.sums(part, NO_TOWN)) if in_batch else ()),
        "编制：                    审核：                    负责人：",
    )
    return SheetPlan(
        "补发追回",
        headers,
        table.select(list(headers)),
        title,
        wrapped=("reason",),
        summed=("amount_fen",),
        below=signed,
        printed=list(headers).index("reason") + 1,
    )


def undecided_sheet(run: PayrollRun, part: str = "") -> SheetPlan:
    """Lines of months approved before that are now only held, why, and what decides them (SPEC 9.4)."""
    rows = run.undecided.filter(pl.col("township").fill_null(NO_TOWN) == part) if part else run.undecided
    headers = {
        "no": "序号",
        "name": "姓名",
        "person": "身份证号",
        "township": "乡镇",
        "village": "村",
        "post_id": "岗位编号",
        "origin": "原月份",
        "old_fen": "已批准(元)",
        "reason": "现在为什么暂缓",
        "advice": "怎么核定",
    }
    advice = "改正原表后重算；或写进核定清单（fupin template settlements），写明天数或金额、理由、批准文号、批准人"
    table = _numbered(rows).with_columns(origin=text_expr(pl.col("month")), advice=pl.lit(advice))
    title = f"{run.policy.settings.county.name} {part} {month_words(run.month)} 待核定的以前月份".replace(
        "  ", " "
    ).strip()
    below = ("待核定的行不补发，也不追回；核定以前这些月份不能关账。",)
    return SheetPlan(
        "待核定",
        headers,
        table.select(list(headers)),
        title,
        wrapped=("reason", "advice"),
        summed=("old_fen",),
        below=below,
    )


def correction_words(run: PayrollRun) -> str:
    """The sums of the corrections in one sentence; empty where there are none."""
    sums = [f"{CORRECTION[kind]} {fen_to_yuan(fen)} 元" for kind, fen in run.correction_sums().items()]
    return f"以前月份差额 {run.corrections.height} 笔：{'，'.join(sums)}" if sums else ""


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(no=pl.int_range(1, rows.height + 1, dtype=pl.Int64))


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
    totals = run.totals(rows)
    below = (
        *to_pay_words(run.sums(part, NO_TOWN)),
        f"核对：{totals['pay']} 发放 + {totals['hold']} 暂缓 + {totals['refuse']} 不予 = {totals['lines']} 行",
        *([f"{correction_words(run)}，见“补发追回”"] if run.corrections.height and not part else []),
        *run.not_again,
        *([f"{unplaced_words(run)}，见“未读入”"] if run.unplaced else []),
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
    paid = _numbered(rows.filter(pl.col("status") == PAY))
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
    stopped = _numbered(rows.filter(pl.col("status") == status))
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
    everyone = _numbered(rows).with_columns(
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


def _post_choices(run: PayrollRun) -> list[tuple[str, ...]]:
    """What the county has chosen for posts."""
    post = run.policy.settings.post
    chosen = {
        "post.proration": ("折月方法", METHODS[post.proration]),
        "post.fixed_days": ("固定天数", str(post.fixed_days or "")),
        "post.month_count": ("月数计法", post.month_count),
        "post.after_pension": ("过养老金领取月后", post.after_pension),
        "post.scheme": ("默认参保类型", post.scheme),
        "post.age_max": ("年龄上限", str(post.age_max)),
    }
    return [
        (name, words, value, "", "fupin.toml [post]", run.clause) for name, (words, value) in chosen.items() if value
    ]


def _own_settings(run: PayrollRun) -> list[tuple[str, ...]]:
    """What the county has set for a measure."""
    measure = run.subsidy
    section = measure.section or measure.code
    if getattr(run.policy.settings, section, None) is None:
        return []
    return [
        (f"{section}.{number.key}", measure.title, number.value, "", number.source, number.clause(measure.clause))
        for number in county_numbers(run.policy.settings, section, run.month)
    ]


def _parameters(run: PayrollRun, title: str) -> SheetPlan:
    """Each number used, with its source."""
    rows: list[tuple[str, ...]] = [
        (p.name, p.title, p.value, p.unit, p.source, p.clause) for p in run.policy.in_force(run.month)
    ]
    rows += _post_choices(run) if run.subsidy.counts_months else _own_settings(run)
    headers = {"name": "名称", "title": "含义", "value": "数值", "unit": "单位", "source": "出处", "clause": "依据"}
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String), orient="row")
    return SheetPlan("参数", headers, frame, f"{title}用到的数字", wrapped=("source",), filtered=False)
