"""The `fupin` application: one file a subcommand. Nothing heavy is imported before a command runs."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fupin_cli.cli import (
    care,
    check,
    chinese,
    completion,
    counties,
    explain,
    init,
    inputs,
    ledger,
    monitor,
    payroll,
    policy,
    reconcile,
    report,
    rules,
    run,
    subsidy,
    template,
    topics,
    withdraw,
)

if TYPE_CHECKING:
    from typer._click.core import Command

app = typer.Typer(
    name="fupin",
    cls=chinese.Group,
    help="就业帮扶资金核查工具：核对月度台账，找出违规与错漏，每条都写明依据。",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def show_version(value: bool) -> None:
    """Print the version and end."""
    if value:
        from fupin_cli.version import __version__

        typer.echo(f"fupin {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="显示版本号")
    ] = False,
) -> None:
    """Hold the options of the program itself; without a command show what there is (and exit 2)."""
    if ctx.invoked_subcommand is None:
        from pathlib import Path

        from fupin_cli.cli.home import home
        from fupin_cli.cli.next_step import outside_words

        if lines := home():
            typer.echo("\n".join(lines))
            raise typer.Exit
        typer.echo(ctx.get_help())
        typer.echo(f"\n提示: {outside_words(Path.cwd())}", err=True)
        raise typer.Exit(2)


app.command("check", cls=chinese.Command, help="核查一个月的表，写出工作簿。")(check.check)
app.command("payroll", cls=chinese.Command, help="测算一个月的岗位补贴：发放、暂缓、不予，写出花名册和公示表。")(
    payroll.payroll
)
app.command("subsidy", cls=chinese.Command, help="岗位以外的各项补贴：列出，或测算一项、全部。")(subsidy.subsidy)
app.command("approve", cls=chinese.Command, help="批准一个月的测算：记入账本，写出银行代发文件。")(payroll.approve)
app.command("withdraw", cls=chinese.Command, help="撤回批准：银行回盘以前，全部归零，可重新测算、批准。")(
    withdraw.withdraw
)
app.command("discard", cls=chinese.Command, help="撤去一个月的测算。")(withdraw.discard)
app.command("reconcile", cls=chinese.Command, help="对账：应发、批准、实付逐行核对，退回的改正后补发。")(
    reconcile.reconcile
)
app.command("close", cls=chinese.Command, help="关账：一个月对清以后不能再记账。")(reconcile.close)
app.command("status", cls=chinese.Command, help="各月到了哪一步，还差什么，下一步做什么。")(reconcile.status)
app.command("explain", cls=chinese.Command, help="解释一个人某月的一行：每个数从哪里来，暂缓、不予的要改变什么。")(
    explain.explain
)
app.command("roster", cls=chinese.Command, help="就业帮扶台账：谁、在哪一类、在不在业，与上月比有什么变化。")(
    monitor.roster
)
app.command("risk", cls=chinese.Command, help="风险预警：失业、低收入、合同到期等，写出推送乡村振兴部门的名单。")(
    monitor.risk
)
app.command("match", cls=chinese.Command, help="有意愿外出人员与岗位需求对接：清单、建议匹配、没匹配上的原因。")(
    monitor.match
)
app.command("forecast", cls=chinese.Command, help="预测到政策期末：各月人数、金额，谁什么时候到期，预算够不够。")(
    monitor.forecast
)
app.command("due", cls=chinese.Command, help="到期名单：补贴期限、养老金、合同、意外险在3、6、12个月内到期的人。")(
    monitor.due
)
app.command("what-if", cls=chinese.Command, help="试算：换一种设置，逐行比较会差多少；不能批准。")(monitor.what_if)
app.command("report", cls=chinese.Command, help="给领导看的网页：一个月、一季、一年，或一个乡镇，一个文件。")(
    report.report
)
app.command("rules", cls=chinese.Command, help="列出核查规则，解释一条规则，或列出某月的政策数字。")(rules.rules)
app.command("template", cls=chinese.Command, help="写出一张表的空白模板（.xlsx）。")(template.template)
app.command("init", cls=chinese.Command, help="建立工作区：设置文件、收件夹、输出文件夹。")(init.init)
app.command("run", cls=chinese.Command, help="无人值守：核查、测算、对账，从不批准；输入没变就不做。")(run.run)
app.command("schedule", cls=chinese.Command, help="给出定时运行的命令：crontab、systemd，或 Windows 计划任务。")(
    run.schedule
)
app.command("verify", cls=chinese.Command, help="核对写出的文件、账本和清单有没有被改动，并重算一遍。")(care.verify)
app.command("inputs", cls=chinese.Command, help="取回一个月批准时留存的输入文件；不写 --to 时只列出。")(inputs.inputs)
app.command("doctor", cls=chinese.Command, help="检查本机、程序和工作区，有问题的说明怎么办。")(care.doctor)
app.command("config", cls=chinese.Command, help="列出每项设置的值和来处。")(care.config)
app.command("help", cls=chinese.Command, help="分题的说明：一个月怎么做、文件夹、设置、退出码、账本等。")(topics.help_)
app.command("completion", cls=chinese.Command, help="按 Tab 补全命令和选项：给出 bash、zsh、PowerShell 的脚本。")(
    completion.completion
)
app.add_typer(ledger.app, name="ledger")
app.add_typer(policy.app, name="policy")
app.add_typer(counties.app, name="counties")


OF_ALL = ("completion", "help")  # commands that tell of all the others
FIRST_PAGE = ("--help", "-h")


@cache
def command(asked: str = "") -> Command:
    """All subcommands as one; of what a command line begins with (`asked`), no more than it needs.

    To build forty commands with their options takes as long as to load Typer: one that is asked for stands alone, and on the first
    page they have names and no options. Made once a process, however many command lines it runs.
    """
    from typer.main import get_command

    whole = copy(app)
    if asked in FIRST_PAGE:
        whole.registered_commands = [_without_options(info) for info in app.registered_commands]
        whole.registered_groups = [_without_commands(info) for info in app.registered_groups]
    elif asked not in OF_ALL and (named := [info for info in app.registered_commands if info.name == asked]):
        whole.registered_commands, whole.registered_groups = named, []
    return get_command(whole)


def _without_options(info: Any) -> Any:
    bare = copy(info)
    bare.callback = _nothing
    return bare


def _without_commands(info: Any) -> Any:
    bare = copy(info)
    bare.typer_instance = copy(info.typer_instance)
    bare.typer_instance.registered_commands = []
    return bare


def _nothing() -> None:
    """Stand for what is not called."""
