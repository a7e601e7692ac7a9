"""What a page says in sentences: its kind and title, the one sentence, tiles, what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.outputs.status_view import STATES
from fupin_cli.policy.months import MONTHS_PER_YEAR, month_text, month_words
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reports import todo
from fupin_cli.reports.known import Missing

if TYPE_CHECKING:
    from fupin_cli.reports.known import Scope, Todo
    from fupin_cli.reports.page import Page
    from fupin_cli.reports.report_run import ReportRun

QUARTER = 3
# kind → section of the page where more stands
PLACES = {
    todo.COUNTY_FAILED: "counties",
    todo.COUNTY_MISSING: "counties",
    todo.CRASHED: "sources",
    todo.UNREAD: "sources",
    todo.LATE: "areas",
    todo.RECOVER: "steps",
    todo.REFUSED: "areas",
    todo.FAILED: "steps",
    todo.HELD: "areas",
    todo.UNDECIDED: "steps",
    todo.OVER_BUDGET: "funds",
    todo.UNPAID: "steps",
    todo.UNAPPROVED: "steps",
    todo.DUE: "due",
    todo.NEW_RISKS: "risks",
    todo.STAFF: "staff",
    todo.NOT_RUN: "sources",
}


def money(fen: int | None) -> str:
    """Yuan with commas; a dash where nothing is known."""
    return "—" if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def number(value: int | None) -> str:
    """A count with commas; a dash where nothing is known."""
    return "—" if value is None else f"{value:,}"


def kind_of(scope: Scope) -> str:
    """月报, 季报 (a quarter), 年报 (a year), else 阶段报告."""
    first = scope.first % MONTHS_PER_YEAR
    if scope.months == 1:
        return "月报"
    if scope.months == QUARTER and first % QUARTER == 0:
        return "季报"
    return "年报" if scope.months == MONTHS_PER_YEAR and first == 0 else "阶段报告"


def span_words(scope: Scope) -> str:
    """The months in words."""
    last = month_words(scope.month)
    return last if scope.months == 1 else f"{month_words(scope.first)}至{last}"


def file_stem(scope: Scope) -> str:
    """What a page's file is called: 月报_2024-05, 季报_2024-04至2024-06, with its township."""
    span = month_text(scope.month)
    if scope.months > 1:
        span = f"{month_text(scope.first)}至{span}"
    return f"{kind_of(scope)}_{span}" + (f"_{scope.town}" if scope.town else "")


def state_words(page: Page) -> str:
    """Where the (last) month stands; an approved one that the bank has not answered says so. Of many counties: how many where."""
    if page.scope.many:
        return "，".join(f"{_state(name)} {number(count)} 个县" for name, count in page.about.states.items())
    return _state(page.state)


def _state(state: str | None) -> str:
    if not state:
        return "还没有测算"
    return {"approved": "已批准，未回盘", "draft": "测算，未批准"}.get(state, STATES[state])


def sentence(page: Page) -> str:
    """The month in one sentence."""
    said = []
    totals = page.totals
    if page.about.absent is not None:
        whole = len(page.about.sources) + len(page.about.absent)
        said.append(f"{number(whole)} 个县，计入 {number(len(page.about.sources))} 个")
    if totals is None:
        said.append(f"补贴没有算：{page.totals_missing.why if page.totals_missing else ''}")
    else:
        said.append(
            f"{'本月' if page.scope.months == 1 else '这几个月'}各项补贴 {number(totals['lines'])} 行：发放 {number(totals['pay'])} 行 {money(totals['amount_fen'])} 元，"
            f"暂缓 {number(totals['hold'])} 行 {money(totals['hold_fen'])} 元，不予 {number(totals['refuse'])} 行 {money(totals['refuse_fen'])} 元"
        )
    counts = page.severities
    said.append(f"核查发现错误 {number(counts['error'])} 条、警告 {number(counts['warning'])} 条")
    if not isinstance(page.verdicts, Missing):
        approved, paid = (int(page.verdicts[name].sum()) for name in ("approved_fen", "paid_fen"))
        if not approved:
            said.append("还没有批准")
        elif not paid:
            said.append(f"批准 {money(approved)} 元，银行还没有回盘")
        else:
            said.append(f"批准 {money(approved)} 元，实付 {money(paid)} 元")
    return "；".join(said) + "。"


def tiles(page: Page) -> list[tuple[str, str, str, str]]:
    """Title, figure, what stands below it, look."""
    found: list[tuple[str, str, str, str]] = []
    totals = page.totals
    if totals is not None:
        found += [
            ("补贴（行）", number(totals["lines"]), f"发放 {number(totals['people'])} 人", "plain"),
            ("发放（元）", money(totals["amount_fen"]), f"{number(totals['pay'])} 行", "paid"),
            ("暂缓（元）", money(totals["hold_fen"]), f"{number(totals['hold'])} 行，查清后可补发", "hold"),
            ("不予（元）", money(totals["refuse_fen"]), f"{number(totals['refuse'])} 行", "refuse"),
        ]
    counts = page.severities
    found.append(
        (
            "错误（条）",
            number(counts["error"]),
            f"警告 {number(counts['warning'])}，提示 {number(counts['info'])}",
            "refuse",
        )
    )
    if not isinstance(page.verdicts, Missing):
        approved, paid = (int(page.verdicts[name].sum()) for name in ("approved_fen", "paid_fen"))
        found.append(("批准未付（元）", money(approved - paid), f"批准 {money(approved)}，实付 {money(paid)}", "hold"))
    if not isinstance(page.funds, Missing):
        known = page.funds.drop_nulls("budget_fen")
        budget, used = (int(known[name].sum() or 0) for name in ("budget_fen", "committed_fen"))
        if budget:
            found.append(("预算已批准", percent(used, budget), f"预算 {money(budget)} 元，不含期初余额", "plain"))
    if not isinstance(page.scale, Missing):
        now = int(page.scale["now"].sum() or 0)
        before = f"上月 {number(int(page.scale['before'].sum()))}" if "before" in page.when else "没有上月的表"
        if "before" in page.when and page.scale["before"].null_count():
            before = "上月有的县没有表，见下"
        found.append(("在业人数", number(now), before, "plain"))
    return found


def percent(part: int, whole: int) -> str:
    """A share with one decimal, half up."""
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def todo_words(entry: Todo) -> tuple[str, str]:
    """What there is, and what to do about it."""
    n, fen, names = number(entry.count), money(entry.fen), "、".join(entry.names)
    say = {
        todo.COUNTY_FAILED: (f"{n} 个县没有做成", f"没有计入本页，先处理：{names}"),
        todo.COUNTY_MISSING: (f"{n} 个县没有报送", f"没有计入本页，催报：{names}"),
        todo.CRASHED: (f"{n} 条规则程序出错", "报给维护人员；这些规则没有核查"),
        todo.UNREAD: (f"{n} 处没有读入", f"处理好再批准：{names}"),
        todo.LATE: (f"{n} 个乡镇该报未报", f"催报：{names}"),
        todo.RECOVER: (f"{n} 行多付、错付，相差 {fen} 元", "核实后追回"),
        todo.REFUSED: (f"不予 {n} 行、{fen} 元", "更正名单或办理退出，涉及最多的是"),
        todo.FAILED: (f"{n} 行代发失败、{fen} 元", "改正账号、户名后补发"),
        todo.HELD: (f"暂缓 {n} 行、{fen} 元", "补齐材料后下月补发，涉及最多的是"),
        todo.UNDECIDED: (f"{n} 行待核定、{fen} 元", "改正原表，或写进核定清单"),
        todo.OVER_BUDGET: (f"{n} 项资金预计超预算 {fen} 元", f"调整预算或控制支出：{names}"),
        todo.UNPAID: (f"{n} 行没有到账、{fen} 元", "等银行回盘，放进收件夹后对账"),
        todo.UNAPPROVED: (f"{n} 行应发未批、{fen} 元", "看过测算后批准"),
        todo.NEW_RISKS: (f"新增风险 {n} 人次", "推送乡村振兴部门，逐人反馈"),
        todo.NOT_RUN: (f"{n} 条规则没有运行", "缺的表和设置见“数据来源”"),
    }
    if entry.kind == todo.DUE:
        cap, pension = entry.names
        return f"3 个月内 {cap} 人满补贴期限、{pension} 人到养老金领取年龄", "提前告知，安排退出后的就业服务"
    if entry.kind == todo.STAFF:
        lack, bare = entry.names
        parts = [f"缺 {lack} 名协理员"] if lack != "0" else []
        parts += [f"{bare} 个村没有专（兼）职人员"] if bare != "0" else []
        return "，".join(parts), "配齐后补进基层平台人员表"
    return say[entry.kind]


def where_words(entry: Todo) -> str:
    """Of many counties: where most of it is."""
    return f"（{'、'.join(entry.where)}）" if entry.where else ""


def standard_words(page: Page) -> str:
    """The month's standard of posts."""
    known = sorted({*page.about.standards})
    if not known:
        return "本月没有岗位补贴标准"
    if len(known) > 1:
        return f"岗位补贴标准各县不同：{fen_to_yuan(known[0])} 至 {fen_to_yuan(known[-1])} 元/人·月"
    return f"岗位补贴标准 {fen_to_yuan(known[0])} 元/人·月"


def report_lines(run: ReportRun) -> list[str]:
    """What the terminal shows of a page: the sentence, what is to be done, the file."""
    page = run.page
    lines = [f"{span_words(page.scope)}{f' {page.scope.town}' if page.scope.town else ''}：{sentence(page)}"]
    for place, entry in enumerate(page.todo, 1):
        what, how = todo_words(entry)
        lines.append(f"{place}. {what}：{how}{''.join(f' {code}' for code in entry.codes)}")
    return [*lines, *(f"网页：{path}" for path in run.outputs)]
