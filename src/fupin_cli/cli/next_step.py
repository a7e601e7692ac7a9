"""下一步: what comes after a command, said on stderr. Never with --quiet or JSON, never where the user erred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.errors import FupinError
    from fupin_cli.jobs.workspace import Workspace

NEW, DRAFT, CLAIMS, APPROVED, CLOSED = "new", "draft", "claims", "approved", "closed"
NOTHING_THERE = (10, 12)  # no input; nothing computed, nothing approved
SILENT = {"status", "help", "completion", "run"}  # say it themselves, or speak to nobody
# No error outside a workspace, where what they say is true of nothing.
AT_HOME = {"status", "config", "ledger show", "ledger export"}


def say_next(ctx: Any, code: Any) -> None:
    """Print the next step of a command that has run to its end."""
    import sys
    from pathlib import Path

    from fupin_cli.errors import FupinError
    from fupin_cli.jobs.workspace import find_workspace

    params = ctx.params
    name = ctx.command_path.removeprefix("fupin ")
    outside_it = name in AT_HOME and not params.get("workspace")
    if (name in SILENT and not outside_it) or params.get("quiet") or _value(params.get("output_format")) == "json":
        return
    try:
        place = find_workspace(params.get("workspace"))
        lost = outside_it and place.file is None
        if name.startswith("counties"):
            text = _of_counties(name, params, code or 0)
        elif lost:
            text = outside_words(Path.cwd())
        else:
            text = "" if name in SILENT else next_step(name, params, code or 0, place)
    except FupinError:  # the command has said what there was to say
        return
    try:
        sys.stderr.fileno()
    except (OSError, ValueError):  # nobody can read it: a courtesy that is lost is no loss (exit 74 is for results)
        return
    if text:
        print(f"{'提示: ' if lost else '下一步：'}{text}", file=sys.stderr)  # noqa: T201


COUNTIES = {
    "check": "跨县比对：fupin counties across",
    "across": "测算：fupin counties payroll",
    "payroll": "汇总：fupin counties report",
}


def _of_counties(name: str, params: dict[str, Any], code: int) -> str:
    """What comes after a run over many counties; none where a county is to be mended first."""
    text = COUNTIES.get(name.removeprefix("counties").strip(), "") if code == 0 else ""
    month, root = params.get("month") or params.get("month_argument"), params.get("root")
    where = f" --root {root}" if root else ""
    return f"{text}{where} --month {month}" if text else ""


def outside(ctx: Any, error: FupinError) -> str:
    """What to add to a hint where nothing was found because the user stands outside a workspace."""
    from pathlib import Path

    from fupin_cli.jobs.workspace import find_workspace

    if error.exit_code not in NOTHING_THERE or ctx.params.get("workspace") or "workspace" not in ctx.params:
        return ""
    return "" if find_workspace(None).file else f"\n{outside_words(Path.cwd())}"


def outside_words(here: Path) -> str:
    """That here is no workspace, and which folders near here are."""
    from fupin_cli.jobs.workspace import near_workspaces

    near = near_workspaces(here)
    if not near:
        return "这里不是工作区（没有 fupin.toml）。先建立：fupin init 文件夹；或用 -w 文件夹 指明"
    return f"这里不是工作区（没有 fupin.toml）。附近的工作区：{'、'.join(near)}。用 -w 指明，或先进入它"


def next_step(name: str, params: dict[str, Any], code: int, place: Workspace) -> str:
    """The next step in one line; empty where there is nothing to say."""
    month = _month(params)
    if month is not None:
        return _of_month(name, params, code, place, month)
    folder = str(params.get("folder") or ".")
    inside = "" if folder == "." else f"进入文件夹（cd {folder}），"
    return {
        "subsidy": "测算一项：fupin subsidy 代号 年-月 --by 编制人",
        "rules": "看一条：fupin rules 代码；核查一个月：fupin check 年-月",
        "template": "填好放进 inbox/年-月/，再运行 fupin check 年-月",
        "init": f"{inside}填好 fupin.toml，把表放进 inbox/年-月/，再运行 fupin check 年-月",
        "schedule": "加好定时任务以后，到工作区运行 fupin doctor 看一遍",
        "verify": "有改动的查明是谁改的；各月到哪一步：fupin status" if code else "各月到哪一步：fupin status",
        "doctor": "照上面说的改好，再运行 fupin doctor" if code else "各月到哪一步：fupin status",
        "config": "要改的写进 fupin.toml，再运行 fupin doctor",
        "ledger import": "核对无误再导入：去掉 --preview"
        if params.get("preview")
        else "核对一遍：fupin ledger show --opening",
        "ledger show": "看某人：fupin ledger show --person 证号；全部导出：fupin ledger export --format xlsx",
        "ledger export": "导出的文件有全部个人信息，用完收好；各月到哪一步：fupin status",
    }.get(name, "各月到哪一步：fupin status")


def _of_month(  # noqa: PLR0911 - one for each way a command leaves a month
    name: str, params: dict[str, Any], code: int, place: Workspace, month: int
) -> str:
    from fupin_cli.policy.months import month_text
    from fupin_cli.results.exit_codes import UNREADABLE

    text = month_text(month)
    stage = stage_of(place.root, month)
    if name == "check" and code in (0, 1):
        return _after_check(params, code, place, month, stage)
    if code == UNREADABLE:
        return f"有文件读不了：照提示处理好，再运行 fupin {name} {text}"
    if name in ("payroll", "subsidy") and params.get("no_workbook"):
        return f"要记为测算、写出工作簿：去掉 --no-workbook 再运行 fupin {name}"
    if name == "subsidy":
        return month_step(CLAIMS, month)
    if name == "explain":
        return "看某条规则：fupin rules 代码"
    if name == "reconcile" and (stage == APPROVED or (code and stage == CLOSED)):
        return _after_reconcile(text, code, again=bool(params.get("reissue")))
    return month_step(stage, month)


def _after_check(params: dict[str, Any], code: int, place: Workspace, month: int, stage: str) -> str:
    from fupin_cli.policy.months import month_text

    text = month_text(month)
    if code:
        return (
            f"照工作簿“明细”改原表，再运行 fupin check {text}；与发放无关的可以先测算：fupin payroll {text} --by 编制人"
        )
    if stage == NEW and not _has_folder(place, params, month):
        return f"inbox/ 里没有 {text} 的文件夹。月份写错的改正再运行；没有写错，把当月的表放进 inbox/{text}/"
    return f"没有错误，可以测算：fupin payroll {text} --by 编制人" if stage == NEW else month_step(stage, month)


def _after_reconcile(text: str, code: int, *, again: bool) -> str:
    if again:
        return f"写出了补发文件的交银行，回盘放进 inbox/{text}/ 以后再对账：fupin reconcile {text}；还没有改正的改好花名册再补发"
    if code:
        return f"看工作簿“差异”；没有回盘的等回盘，失败的改正花名册后补发：fupin reconcile {text} --reissue --by 审核人 --document 文号"
    return f"全部了结，可以关账：fupin close {text} --by 负责人"


def _has_folder(place: Workspace, params: dict[str, Any], month: int) -> bool:
    """Whether the month has a folder of its own, or the user has named the folder to look into."""
    from fupin_cli.cli.options import as_month

    if any(as_month(text) is None for text in params.get("places") or []) or not place.inbox.is_dir():
        return True
    return any(entry.is_dir() and as_month(entry.name) == month for entry in place.inbox.iterdir())


def month_step(stage: str, month: int) -> str:
    """What comes next for a month at a stage."""
    from fupin_cli.policy.months import month_text

    text, after = month_text(month), month_text(month + 1)
    return {
        NEW: f"核查：fupin check {text}；没有错误以后测算：fupin payroll {text} --by 编制人",
        DRAFT: f"看过发放工作簿和公示以后，换一个人批准：fupin approve {text} --by 审核人 --document 文号",
        CLAIMS: f"看过工作簿以后换一个人批准：fupin approve {text} --measure 代号 --by 审核人 --document 文号",
        APPROVED: f"代发文件交银行；回盘放进 inbox/{text}/ 以后对账：fupin reconcile {text}",
        CLOSED: f"{text} 已关账。下个月的表放进 inbox/{after}/，再运行 fupin check {after}",
    }[stage]


def stage_of(root: Path, month: int) -> str:
    """Where a month stands, by the ledger alone: posts lead; where there are none, the other subsidies (drafted: `CLAIMS`)."""
    import polars as pl

    from fupin_cli.ledger import store

    closings = store.batches(root).filter((pl.col("kind") == store.CLOSING) & (pl.col("month") == month))
    if closings.height:
        return CLOSED
    if store.approval_of(root, month) is not None:
        return APPROVED
    if store.drafts_of(root, month):
        return DRAFT
    if store.approval_of(root, month, None) is not None:
        return APPROVED
    entries = store.read(root, "drafts").filter(pl.col("month") == month).unique("measure", keep="last")
    return CLAIMS if (entries["kind"] != store.DISCARDED).any() else NEW


def _month(params: dict[str, Any]) -> int | None:
    """The month that a command was given, by whichever way; None where there was none, or several."""
    from fupin_cli.cli.options import as_month

    given = [params.get("month"), params.get("month_argument"), params.get("name"), *(params.get("places") or [])]
    return next((found for text in given if isinstance(text, str) and (found := as_month(text)) is not None), None)


def _value(choice: Any) -> Any:
    return getattr(choice, "value", choice)
