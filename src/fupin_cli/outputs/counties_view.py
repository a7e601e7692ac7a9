"""A run over many counties on the terminal and as JSON: counts and sums, nobody's name or number."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from rich.text import Text

from fupin_cli.outputs.grid import Grid, figures, text
from fupin_cli.outputs.page_json import in_yuan
from fupin_cli.outputs.terminal import clean
from fupin_cli.policy.months import month_text, month_words

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

TITLES = {"check": "核查", "payroll": "测算", "run": "无人值守", "across": "跨县比对", "report": "汇总"}
STATUS = {"done": "做完", "failed": "没做成", "not_handed_in": "未报送"}
STYLES = {"done": "", "failed": "bold red", "not_handed_in": "yellow"}


class Run(Protocol):
    """A finished run over counties (`counties.result.CountiesRun`)."""

    command: str
    month: int
    root: Path
    rows: list[dict[str, Any]]
    outputs: list[Path]
    groups: list[dict[str, Any]]

    @property
    def totals(self) -> dict[str, int]:
        """Counties by what became of them."""

    def sums(self) -> dict[str, int]:
        """The counties' figures added up."""


def counties_document(run: Run) -> dict[str, Any]:
    """The document `fupin.counties/1`."""
    return {
        "format": "fupin.counties/1",
        "command": run.command,
        "month": month_text(run.month),
        "root": str(run.root),
        "counties": [
            {
                "county": row["county"],
                "name": row["name"],
                "status": row["status"],
                "exit_code": row["exit_code"],
                "attempts": row["attempts"],
                "skipped": row["skipped"],
                "message": row["line"],
                "hint": row["hint"],
                "said": row["said"],
                "seconds": row["seconds"],
                "figures": in_yuan(row["figures"]),
                "outputs": row["outputs"],
            }
            for row in run.rows
        ],
        "totals": run.totals,
        "sums": in_yuan(run.sums()),
        "groups": [{**group, "figures": in_yuan(group["figures"])} for group in run.groups],
        "outputs": [str(path) for path in run.outputs],
    }


def counties_json(run: Run) -> str:
    """Write the document as text."""
    return json.dumps(counties_document(run), ensure_ascii=False, indent=2)


def show_counties(run: Run, out: Console) -> None:
    """Print one row a county, and the totals."""
    table = Grid(
        f"{month_words(run.month)} 各县{TITLES[run.command]}",
        [*text("县", "结果"), *figures("次数"), *text("说明")],
        heading=2,
    )
    names = Counter(row["name"] for row in run.rows)
    for row in run.rows:
        plain = names[row["name"]] == 1 and row["name"] in row["county"]
        name = row["name"] if plain else f"{row['county']}（{row['name']}）"
        status = "没有变" if row["skipped"] else STATUS[row["status"]]
        words = row["line"] + (f"。{row['hint']}" if row["hint"] else "")
        table.add(clean(name), Text(status, style=STYLES[row["status"]]), str(row["attempts"]), clean(words))
    out.print(table)
    out.print(Text(total_line(run), style="bold"), soft_wrap=True)
    for path in run.outputs:
        out.print(Text(f"写出：{path}"), soft_wrap=True)


def total_line(run: Run) -> str:
    """The run in one line."""
    t = run.totals
    again = f"（其中 {t['skipped']} 个与上次相同，没有重做）" if t["skipped"] else ""
    return f"{month_text(run.month)}：{t['counties']} 个县 = 做完 {t['done']}{again} + 没做成 {t['failed']} + 未报送 {t['not_handed_in']}"
