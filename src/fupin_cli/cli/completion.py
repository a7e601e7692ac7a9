"""`fupin completion`: scripts that complete commands, options and their values with Tab. They start no program."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

CHOICE = re.compile(r"<([\w-]+(?:\|[\w-]+)+)>")
HOW = {
    "bash": "# 用法：fupin completion bash >> ~/.bashrc，再打开一个终端",
    "zsh": "# 用法：fupin completion zsh > ~/.zfunc/_fupin，在 ~/.zshrc 里写 fpath+=~/.zfunc; autoload -Uz compinit; compinit",
    "powershell": "# 用法：fupin completion powershell >> $PROFILE，再打开一个 PowerShell",
}


class Shell(StrEnum):
    """Shells that a script is written for."""

    bash = "bash"
    zsh = "zsh"
    powershell = "powershell"


def completion(
    ctx: typer.Context, shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|powershell", help="哪一种终端")]
) -> int:
    """Print the script."""
    import sys

    words = dict(known_words(ctx.find_root().command))
    script = {Shell.bash: bash, Shell.zsh: zsh, Shell.powershell: powershell}[shell](words)
    sys.stdout.write(f"{HOW[shell.value]}\n{script}")
    return 0


def known_words(root: Any) -> Iterator[tuple[str, list[str]]]:
    """What may follow: of "" and of a group its commands, of a command its options, of an option its values."""
    yield "", [*root.commands, "--help", "--version"]
    for name, command in root.commands.items():
        below = getattr(command, "commands", None)
        if below:
            yield name, [*below, "--help"]
        for path, one in [(f"{name} {n}", c) for n, c in below.items()] if below else [(name, command)]:
            context = one.make_context(path, [], resilient_parsing=True)
            options = [p for p in one.get_params(context) if p.param_type_name == "option"]
            yield path, sorted({o for p in options for o in p.opts if o.startswith("--")})
            for option in options:
                record = option.get_help_record(context)
                choices = CHOICE.search(record[0]) if record else None
                if choices:
                    yield f"{path} {max(option.opts, key=len)}", choices[1].split("|")


def bash(words: dict[str, list[str]]) -> str:
    """Keys of the table are the words typed so far; the longest that is known decides."""
    cases = "\n".join(f'    "{path}") words="{" ".join(after)}" ;;' for path, after in words.items())
    groups = "|".join(
        path for path, after in words.items() if path and " " not in path and not after[0].startswith("-")
    )
    return f"""_fupin_words() {{
  local words=""
  case "$1" in
{cases}
  esac
  printf '%s' "$words"
}}
_fupin() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="" path="" found
  if [ "$COMP_CWORD" -gt 1 ]; then path="${{COMP_WORDS[1]}}"; fi
  case "$path" in {groups}) if [ "$COMP_CWORD" -gt 2 ]; then path="$path ${{COMP_WORDS[2]}}"; fi ;; esac
  if [ "$COMP_CWORD" -gt 1 ]; then previous="${{COMP_WORDS[COMP_CWORD-1]}}"; fi
  found="$(_fupin_words "$path $previous")"
  if [ -z "$found" ]; then found="$(_fupin_words "$path")"; fi
  COMPREPLY=( $(compgen -W "$found" -- "$current") )
}}
complete -o default -F _fupin fupin
"""


def zsh(words: dict[str, list[str]]) -> str:
    """Zsh runs the script of bash."""
    return f"#compdef fupin\nautoload -Uz bashcompinit && bashcompinit\n{bash(words)}"


def powershell(words: dict[str, list[str]]) -> str:
    """The same table as a hashtable."""

    def listed(after: list[str]) -> str:
        return ", ".join(f"'{word}'" for word in after)

    rows = "\n".join(f"  '{path}' = @({listed(after)})" for path, after in words.items())
    return f"""$fupinWords = @{{
{rows}
}}
Register-ArgumentCompleter -Native -CommandName fupin -ScriptBlock {{
  param($word, $ast, $cursor)
  $typed = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object {{ $_.ToString() }})
  if ($word -and $typed.Count -gt 0) {{ $typed = @($typed | Select-Object -First ($typed.Count - 1)) }}
  $path = ''
  if ($typed.Count -gt 0) {{ $path = $typed[0] }}
  if ($typed.Count -gt 1 -and $fupinWords.ContainsKey("$path $($typed[1])")) {{ $path = "$path $($typed[1])" }}
  $found = $null
  if ($typed.Count -gt 0) {{ $found = $fupinWords["$path $($typed[-1])"] }}
  if (-not $found) {{ $found = $fupinWords[$path] }}
  $found | Where-Object {{ $_ -like "$word*" }} | ForEach-Object {{
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }}
}}
"""
