"""Which Latin words a message may have: names of commands, options, settings, tables, codes, files and formats."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache

from typer.main import get_command

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.rule import GROUPS
from fupin_cli.cli.app import app
from fupin_cli.intake.contracts import TYPES, ColumnSpec, TableSpec, load_contracts
from fupin_cli.measures.catalogue import MEASURES
from fupin_cli.policy.settings import Settings

FORMATS = {
    "fupin",
    "toml",
    "yaml",
    "json",
    "jsonl",
    "xml",
    "csv",
    "xlsx",
    "xls",
    "txt",
    "parquet",
    "sqlite",
    "utf",
    "gb",
    "gbk",
    "mib",
    "excel",
    "wps",
    "sha",
    "docs",
    "schemas",
    "inbox",
    "out",
    "key",
    "md",
    "true",
    "false",
    "ledger",
    "crontab",
    "systemd",
    "python",
    "bom",
}
WORD = re.compile(r"[A-Za-z]{2,}")
FILE = re.compile(r"[\w./\\-]*\.(?:toml|yaml|xlsx?|csv|txt|jsonl|sqlite|key|parquet|png)\b|/[\w./-]+|[A-Z]:\\\S*")


def foreign_words(message: str, given: str = "") -> list[str]:
    """Latin words of a message that are no names; `given`: what the user has written, which may be repeated."""
    text = FILE.sub(" ", message)
    known = names() | {word.lower() for word in WORD.findall(given)}
    return [word for word in WORD.findall(text) if word.lower() not in known]


@cache
def names() -> frozenset[str]:
    """Every word that is a name of something a user can write."""
    words: set[str] = set(FORMATS)

    def take(*texts: str) -> None:
        for text in texts:
            words.update(word.lower() for word in WORD.findall(text))

    group = get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        take(name, *getattr(command, "commands", {}))
        for one in (command, *getattr(command, "commands", {}).values()):
            for param in one.params:
                take(*param.opts)
                take(str(param.get_help_record(one.make_context(name, [], resilient_parsing=True)) or ""))
    take(*TYPES, *(f.name for spec in (TableSpec, ColumnSpec) for f in fields(spec)))
    take(*all_rules(), *GROUPS, *MEASURES, *load_contracts())
    take(str(Settings.model_json_schema()["properties"].keys()), *_keys(Settings.model_json_schema()))
    return frozenset(words)


def _keys(schema: object) -> list[str]:
    if isinstance(schema, dict):
        own = [key for key in schema.get("properties", {}) if isinstance(key, str)]
        own += [str(value) for value in (*schema.get("enum", []), schema.get("default"), schema.get("const"))]
        return own + [key for value in schema.values() for key in _keys(value)]
    return [key for value in schema for key in _keys(value)] if isinstance(schema, list) else []
