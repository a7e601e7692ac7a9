"""Wrong usage, told in Chinese: what is wrong, what was probably meant. Nothing of Typer's English is passed on."""

from __future__ import annotations

import difflib
import re
from typing import Any

from fupin_cli.cli.examples import EXAMPLES, WORDS_FOR

CHOICES = re.compile(r"'(.*?)' is not one of (.+?)\.?$", re.DOTALL)
QUOTED = re.compile(r"'([^']*)'")
# what Typer says of a value → what to write
VALUES = (
    (r"valid integer|valid number|unable to parse", "要写数"),
    (r"greater than or equal to (\S+)|x>=(\S+)", "不能小于 {}"),
    (r"less than or equal to (\S+)|x<=(\S+)", "不能大于 {}"),
    (r"does not exist", "没有这个文件或文件夹"),
    (r"is a directory", "这是文件夹，要写文件"),
    (r"is a file", "这是文件，要写文件夹"),
    (r"readable", "读不出"),
)


def usage_message(error: Exception, arguments: list[str]) -> tuple[str, str] | None:
    """Chinese message and hint for a usage error of Typer in a command line; None for any other exception."""
    if getattr(error, "format_message", None) is None:
        return None
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", None) or _command_of(arguments)
    said, meant = _told(error, context)
    name = command.removeprefix("fupin ")
    example = f"；例如 {EXAMPLES[name][0]}" if not meant and name in EXAMPLES else ""
    return said, f"{meant}用法见 {command} --help{example}"


def _command_of(arguments: list[str]) -> str:
    """The command of a command line, where Typer does not say it."""
    words = [word for word in arguments if not word.startswith("-")]
    return next((f"fupin {name}" for name in (" ".join(words[:2]), *words[:1]) if name in EXAMPLES), "fupin")


def _told(error: Any, context: Any) -> tuple[str, str]:  # noqa: PLR0911 - one for each kind of slip
    """What is wrong, and what was probably meant."""
    kind, text = type(error).__name__, str(error.message)
    command = getattr(context, "command", None)
    if kind == "NoSuchOption":
        return f"没有 {error.option_name} 这个选项", _meant_option(error.option_name, command)
    if kind == "MissingParameter":
        return f"缺少 {_label(error)}", ""
    if kind == "BadOptionUsage":
        what = "后面不写值" if "not take" in text else "后面要写值"
        return f"{error.option_name} {what}", ""
    if kind == "BadParameter":
        return _bad_value(error, text)
    if match := re.search(r"No such command '(.*?)'", text):
        return f"没有 {match[1]} 这个命令", _meant_command(match[1], command)
    if match := re.search(r"extra arguments?(?:\(s\))? \((.+)\)", text):
        return f"多写了 {match[1]}", ""
    return ("没有写命令" if "Missing command" in text else "命令行写法不对"), ""


def _label(error: Any) -> str:
    """The option or argument, as it is called on the command line."""
    param = error.param
    if param is None:
        return "一项"
    return max(param.opts, key=len) if param.param_type_name == "option" else str(param.metavar or param.name)


def _bad_value(error: Any, text: str) -> tuple[str, str]:
    label = _label(error)
    if match := CHOICES.search(text):
        choices = QUOTED.findall(match[2])
        near = nearest(match[1], choices)
        return (
            f"{label} 的值不对：“{match[1]}”不在可选的值 {'、'.join(choices)} 之中",
            f"是不是 {near}？" if near else "",
        )
    for pattern, words in VALUES:
        if match := re.search(pattern, text):
            bound = next((group for group in match.groups() if group), "")
            return f"{label} 的值不对：{words.format(bound)}", ""
    return f"{label} 的值写法不对", ""


def _meant_option(name: str, command: Any) -> str:
    if command is None:
        return ""
    commands = getattr(command, "commands", {})
    owner = next((n for n, c in commands.items() for p in getattr(c, "params", []) if name in p.opts), None)
    if owner:
        return f"选项写在命令后面，例如 fupin {owner} {name}。"
    known = [o for p in command.params for o in p.opts if o.startswith("--")] + ["--help"]
    near = nearest(name, known)
    return f"是不是 {near}？" if near else ""


def _meant_command(name: str, group: Any) -> str:
    """The command of a Chinese word, or the nearest by letters."""
    known = list(getattr(group, "commands", {}))
    near = next((c for word, c in WORDS_FOR.items() if name == word and c in known), None) or nearest(name, known)
    return f"是不是 {near}？" if near else f"有这些命令：{'、'.join(known)}。"


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that is most like it; None where nothing is."""
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return found[0] if found else None
