"""`fupin explain`: one person's line of a month as a tree of named steps, each with its value, source and clause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.errors import NoInputError, UsageError
from fupin_cli.jobs.measure_numbers import number_steps
from fupin_cli.jobs.subsidy import compute, subsidy, supplied
from fupin_cli.measures.catalogue import leading
from fupin_cli.measures.claims import STATUS_WORDS, fraction_text
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.results.explain import Step

if TYPE_CHECKING:
    from fupin_cli.checks.rule import Rule
    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.subsidy import PayrollRun

# Rules whose basis says how a month is shared, and how many months there are.
SHARED, CAPPED = "ATT001", "CAP001"
METHOD = {
    "attendance": "本月累计出勤天数 ÷ 规定出勤天数",
    "calendar": "合同期内在岗日数 ÷ 当月天数",
    "fixed": "本月累计出勤天数 ÷ 固定天数",
}
SHOWN = 3  # files that were not read
COUNT = {"paid_months": "实发的月数", "prorated": "折算的月数相加", "calendar_span": "从首次发放的月份起连续计算"}


def explain_person(desk: Desk, who: str, month: int) -> list[Step]:
    """Explain every line of a person in a month, of posts and of every other subsidy that was supplied.

    Of an approved month it is computed from what lies in the inbox now: where the ledger has another sum, that comes first.

    Raises:
        UsageError: nobody of that number or name has a line in the month.
        NoInputError: none of the tables was supplied.
    """
    try:
        return _explained(desk, who, month)
    except (NoInputError, UsageError) as error:
        text = month_text(month)
        if month in desk.approved_months(None):
            error.hint = (
                f"{text} 已批准。批准的数：fupin ledger show --month {text}；当时的输入留存着："
                f"fupin inputs {text} --to 文件夹，再运行 fupin explain 证号或姓名 {text} 文件夹"
            )
        raise


def _explained(desk: Desk, who: str, month: int) -> list[Step]:
    measures = supplied(desk, month)
    runs: list[PayrollRun] = []
    try:
        runs.append(subsidy(desk, leading(), month))
    except NoInputError:
        if not measures:
            raise
    runs += [compute(desk, measure, month) for measure in measures]
    steps = [step for run in runs for step in explain(run, who, _stands(desk, run))]
    if not steps:
        unread = "".join(f"；{entry.file} 没有读进来（{entry.why}）" for entry in runs[0].unplaced[:SHOWN])
        raise UsageError(
            f"{month_text(month)} 的花名册和各项申请里没有这个人的行{unread}", "核对证号或姓名；不在本月的行不参加测算"
        )
    return steps


def _stands(desk: Desk, run: PayrollRun) -> dict[tuple[str, str], int]:
    """What stands approved of the month, by person and post, in fen; nothing where it is not approved."""
    if run.month not in desk.approved_months(run.subsidy.code):
        return {}
    rows = desk.money.filter(measure=run.subsidy.code, month=run.month)
    return {(person, post): fen for person, post, fen in rows.select("person", "post_id", "posted_fen").iter_rows()}


def explain(run: PayrollRun, who: str, stands: dict[tuple[str, str], int]) -> list[Step]:
    """Explain every line of a person (ID number or name; organisations by their code or name) of one subsidy."""
    number, name = who.strip().upper(), who.strip()
    lines = run.lines.filter(
        (pl.col("id_number") == number) | (pl.col("name") == name) | (pl.col("person_key") == number)
    )
    return [_told(_line(run, row), row, stands) for row in lines.iter_rows(named=True)]


def _told(top: Step, row: dict[str, Any], stands: dict[tuple[str, str], int]) -> Step:
    """The line with what stands approved before it, where that is another sum."""
    if stands and (fen := stands.get((row["person_key"], row["post_id"] or ""), 0)) != row["amount_fen"]:
        source = "账本；以下是按收件夹里现在的表重算的，与批准的不同，差额随当前月的批准入账"
        top.steps.insert(0, Step("批准", f"{fen_to_yuan(fen)} 元", source))
    return top


def _line(run: PayrollRun, row: dict[str, Any]) -> Step:
    where = _place(row["_file"], row["_sheet"], row["_row"])
    what = (row["post_id"] or "（无岗位编号）") if run.subsidy.counts_months else run.title
    top = Step(f"{row['name']} {what} {month_text(run.month)}", STATUS_WORDS[row["status"]], where)
    reckoned = [_amount(run, row), _months(run, row)] if run.subsidy.counts_months else [_measure_amount(run, row)]
    top.steps = [*reckoned, *_findings(run, row)]
    return top


def _measure_amount(run: PayrollRun, row: dict[str, Any]) -> Step:
    """Rate or base, quantity, and what they come to by the measure's clause."""
    measure = run.subsidy
    law = run.policy.law.quote(measure.clause, measure.law)
    quantity = f"{_number(row['numerator_x100'])} ÷ {_number(row['divisor_x100'])}"
    due = Step(
        "应发",
        _money(row["due_fen"]),
        row["how"] or "",
        measure.clause,
        law,
        [
            Step("标准或基数", _money(row["rate_fen"]), "由申请表与下列数字得出"),
            Step("数量", quantity, _place(row["_file"], row["_sheet"], row["_row"])),
            *number_steps(measure, run.policy, run.month),
        ],
    )
    fund = Step("资金", row["fund"], "政策" if measure.fund else "fupin.toml 的 [funds]", measure.clause)
    return Step("实发", f"{fen_to_yuan(row['amount_fen'])} 元", "发放的等于应发；暂缓、不予的为0", steps=[due, fund])


def _number(hundredths: int | None) -> str:
    return "没有" if hundredths is None else fraction_text(hundredths, 100)


def _place(file: str | None, sheet: str | None, row: int | None) -> str:
    return "!".join(str(part) for part in (file, sheet, f"第{row}行" if row else "") if part)


def _money(fen: int | None) -> str:
    return "算不出" if fen is None else f"{fen_to_yuan(fen)} 元"


def _days(hundredths: int | None) -> str:
    return "没有" if hundredths is None else f"{fraction_text(hundredths, 100)} 天"


def _amount(run: PayrollRun, row: dict[str, Any]) -> Step:
    """Standard × min(1, numerator / divisor), half up once; what the bank pays beside what would be due."""
    post = run.policy.settings.post
    measure, share_basis, quote = run.subsidy, run.policy.basis(SHARED), run.policy.law.quote
    shared = quote(share_basis.clause, share_basis.law)
    in_force = {p.name: p for p in run.policy.in_force(run.month)}
    monthly, annual = in_force.get("post.monthly_standard"), in_force.get("post.annual_line")
    standard = Step(
        "月标准",
        _money(row["standard_fen"]),
        monthly.source if monthly else "本月没有标准",
        measure.clause,
        quote(measure.clause, measure.law),
    )
    own = run.policy.settings.post.standard.get(str(run.month // 12))
    if annual and not (own and own.monthly):
        value = run.policy.line_fen(run.month)
        standard.steps.append(
            Step("年监测标准 ÷ 12", _money(value), f"{annual.source}（{annual.valid_from} 起）", annual.clause)
        )
    share = Step("折月", METHOD[post.proration], "fupin.toml 的 [post] proration", share_basis.clause, shared)
    attended = _attendance_place(run, row)
    share.steps = [
        Step(
            "分子",
            _days(row["numerator_x100"]),
            attended if post.proration != "calendar" else "花名册的合同、上岗和离岗日期",
        ),
        Step(
            "分母",
            _days(row["divisor_x100"]),
            {"fixed": "fupin.toml 的 [post] fixed_days", "calendar": "当月天数"}.get(post.proration, attended),
        ),
    ]
    if row.get("settled_by"):
        share = Step(
            "核定",
            _settled(row),
            f"核定清单，{row['settled_by']}",
            share_basis.clause,
            shared,
            share.steps,
        )
    due = Step("应发", _money(row["due_fen"]), run.policy.file.rounding, measure.clause, steps=[standard, share])
    fund = Step("资金", row["fund"] or "不明", "岗位台账的资金来源", measure.clause)
    return Step("实发", f"{fen_to_yuan(row['amount_fen'])} 元", "发放的等于应发；暂缓、不予的为0", steps=[due, fund])


def _settled(row: dict[str, Any]) -> str:
    """What was settled by hand: days, or a sum."""
    return _money(row["settled_fen"]) if row["settled_fen"] is not None else _days(row["settled_days_x100"])


def _attendance_place(run: PayrollRun, row: dict[str, Any]) -> str:
    """The attendance row that the figures came from."""
    table = run.intake.tables.get("attendance")
    if table is None:
        return "没有出勤表"
    if row["id_number"] is None:
        return "身份证号不能用，对不上出勤表"
    own = table.filter((pl.col("id_number") == row["id_number"]) & (pl.col("month") == run.month))
    mine = own.filter((pl.col("post_id") == row["post_id"]) | pl.col("post_id").is_null())
    if not mine.height:
        return "没有出勤"
    return "、".join(_place(f, s, r) for f, s, r in mine.select("_file", "_sheet", "_row").iter_rows())


def _months(run: PayrollRun, row: dict[str, Any]) -> Step:
    """Months used by the county's way of counting, the cap, and the extension to the pension date."""
    post = run.policy.settings.post
    basis = run.policy.basis(CAPPED)
    clause, law = basis.clause, run.policy.law.quote(basis.clause, basis.law)
    years = run.policy.number("post.extension_years", run.month)
    if row.get("before_num") is None:
        return Step("月数", "没有可用的身份证号，数不了", "", clause, law)
    before, after = (fraction_text(int(row[f"{w}_num"]), int(row[f"{w}_den"])) for w in ("before", "after"))
    end = month_text(row["cap_end"]) if row["cap_end"] is not None else "没有了"
    return Step(
        "月数",
        f"本月前 {before}，本月后 {after}，最长 {run.policy.cap_months(run.month)}",
        f"{COUNT[post.month_count]}；补贴发放台账和账本；最长月数：{run.policy.cap_source(run.month)}",
        clause,
        law,
        [
            Step("首次核定", str(row["person_approval"] or "不知道"), "花名册的首次核定日期；更早发过的从那个月算"),
            Step("养老金领取日期", str(row["pension_date"] or "定不了"), f"参保类型 {row['scheme'] or '不明'}"),
            Step("可延长至养老金领取", "是" if row["extended"] else "否", f"首次核定时距领取年龄不足{years}年", clause),
            Step("最后可发月", end),
        ],
    )


def _carried(run: PayrollRun, rule: Rule, hit: dict[str, Any] | None) -> tuple[str, str]:
    """The clause that a finding rests on, and its words: the finding's own, the measure's, the rule's."""
    basis, law, measure = run.policy.basis(rule.code), run.policy.law, run.subsidy
    clause = hit["clause"] if hit else basis.clause
    if clause == basis.clause:
        return clause, law.quote(clause, basis.law) if basis.law else ""
    return clause, law.quote(clause, measure.law) if measure.clause == clause else ""


def _findings(run: PayrollRun, row: dict[str, Any]) -> list[Step]:
    """Every rule that stands on the line; for those that stop it, what would have to change."""
    rules = rules_of(run.policy, run.month)
    found = run.result.found
    if row["id_number"] is not None:
        mine = found.filter((pl.col("person") == row["id_number"]) & pl.col("table").is_in(run.subsidy.tables))
    else:
        mine = found.filter((pl.col("_src") == row["_src"]) & (pl.col("_row") == row["_row"]))
    by_code = {r["code"]: r for r in mine.iter_rows(named=True) if r["post_id"] in (row["post_id"], None)}
    steps = []
    for code in row["codes"]:
        rule = rules[code]
        hit = by_code.get(code)
        effect = STATUS_WORDS.get(hit["effect"] if hit else rule.rule.effect, "不影响发放")
        if code in row["waived_codes"]:
            effect = f"已豁免（{hit['waiver'] if hit else ''}）"
        step = Step(
            f"{code} {rule.title}",
            effect,
            _place(hit["file"], hit["sheet"], hit["_row"]) if hit else "",
            *_carried(run, rule.rule, hit),
        )
        if hit or code == "IN012":
            step.steps.append(Step("查到", hit["message"] if hit else run.missing_words))
        if effect in ("不予", "暂缓"):
            step.steps.append(Step("要改变", hit["hint"] if hit else rule.hint))
        steps.append(step)
    return steps
