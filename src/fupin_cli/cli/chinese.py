"""Help pages in Chinese: one sentence, three examples, options in groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from fupin_cli.cli.examples import EXAMPLES
from fupin_cli.outputs.widths import width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 78
WORDS = (
    (r"\[default: ", "[默认: "),
    (r"; required\]", "; 必填]"),
    (r"\[required\]", "[必填]"),
    (r"Show this message and exit\.", "显示这段说明"),
    (r"\s*\[x>=[01](?:\.0)?\]", ""),
    (r"; x>=[01](?:\.0)?\]", "]"),
)
# group of options → the options in it; every other option says what is done and stands first
GROUPS = {
    "文件夹和文件": ("--workspace", "--inbox", "--output", "--password-file", "--force", "--no-workbook"),
    "经办和批准": ("--operator", "--by", "--document", "--over-budget", "--yes"),
    "显示": ("--format", "--unmask", "--quiet", "--verbose", "--no-progress", "--wait", "--help"),
}
# commands → the heading they stand under on the first page; others stand under 其他
STAGES = {
    "每月的工作": ("check", "payroll", "subsidy", "approve", "reconcile", "close", "status", "withdraw", "discard"),
    "查问": ("explain", "rules", "ledger", "policy", "inputs", "help"),
    "报表": ("roster", "risk", "match", "forecast", "due", "what-if", "report", "counties"),
    "建立和维护": ("init", "template", "config", "doctor", "verify", "run", "schedule", "completion"),
}


def in_chinese(text: str) -> str:
    """Typer's own words translated; what the commands say of themselves is Chinese already."""
    for english, chinese in WORDS:
        text = re.sub(english, chinese, text)
    return text


def listed(rows: list[tuple[str, str]], limit: int = 30) -> Iterator[str]:
    """Names with what they mean, in two columns."""
    column = min(max((width_of(name) for name, _ in rows), default=0), limit) + 4
    for name, words in rows:
        first, *rest = wrapped(words, WIDTH - column)
        if width_of(name) + 2 > column - 1:
            yield f"  {name}"
            yield " " * column + first
        else:
            yield f"  {name}" + " " * (column - 2 - width_of(name)) + first
        for line in rest:
            yield " " * column + line


def _page(command: Any, ctx: Any) -> list[str]:
    """Usage, the sentence, examples, arguments, and the options group by group."""
    path = ctx.command_path
    pieces = command.collect_usage_pieces(ctx)
    pieces = [p.replace("[[年-月] [收件夹]]...", "[年-月] [收件夹]") for p in pieces]
    said = " ".join(
        in_chinese(p).replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 [参数]") for p in pieces
    )
    lines = [f"用法: {path} {said}", "", *wrapped(command.help or "", WIDTH)]
    if examples := EXAMPLES.get(path.removeprefix("fupin ")):
        lines += ["", "例如:", *(f"  {example}" for example in examples)]
    arguments: list[tuple[Any, tuple[str, str]]] = []
    options: list[tuple[Any, tuple[str, str]]] = []
    for param in command.get_params(ctx):
        is_argument = param.param_type_name == "argument"
        record = param.get_help_record(ctx)
        if record:
            row = (re.sub(r" ?<[^<>]*>$", "", record[0]) if is_argument else record[0], in_chinese(record[1]))
            (arguments if is_argument else options).append((param, row))
    if arguments:
        lines += ["", "参数:", *listed([row for _, row in arguments])]
    grouped = {name: [row for p, row in options if set(p.opts) & set(members)] for name, members in GROUPS.items()}
    own = [row for _, row in options if not any(row in rows for rows in grouped.values())]
    for name, rows in {"选项": own, **grouped}.items():
        if rows:
            lines += ["", f"{name}:", *listed(rows)]
    return lines


class Command(TyperCommand):
    """A subcommand whose help page is Chinese; having run, it says what comes next."""

    def get_help(self, ctx: Any) -> str:
        """Give the page."""
        return "\n".join(_page(self, ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run, then say on stderr what comes next (SPEC: never in JSON, never where quiet was asked for)."""
        from fupin_cli.cli.next_step import outside, say_next
        from fupin_cli.cli.threads import one_for_little
        from fupin_cli.errors import FupinError

        one_for_little(ctx.params)
        try:
            code = super().invoke(ctx)
        except FupinError as error:
            error.hint += outside(ctx, error)
            raise

        say_next(ctx, code)
        return code


class Group(TyperGroup):
    """The application, likewise."""

    def get_help(self, ctx: Any) -> str:
        """Give the page: the commands by the stage of work they belong to."""
        lines = _page(self, ctx)
        rest = {name: command for name, command in self.commands.items() if not command.hidden}
        stages = STAGES if ctx.parent is None else {}
        for title, names in {**stages, "命令" if not stages else "其他": tuple(rest)}.items():
            rows = [(n, rest.pop(n).get_short_help_str(200)) for n in names if n in rest]
            if rows:
                lines += ["", f"{title}:", *listed(rows)]
        if ctx.parent is None:
            lines += ["", "一个命令的说明: fupin 命令 --help      分题的说明: fupin help"]
        return "\n".join(lines)
