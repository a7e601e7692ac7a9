"""How the findings of a check stand beside an earlier month's: a sheet of its workbook, a table and a line on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import all_rules, rules_of
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.sheet import GREY, SheetPlan
from fupin_cli.policy.letters import first_of
from fupin_cli.policy.months import month_text, text_expr
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.results.since import LASTING, MENDED, NEW, STATES

if TYPE_CHECKING:
    from fupin_cli.outputs.grid import Grid
    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.since import Since

WORDS = {NEW: "新出", LASTING: "仍在", MENDED: "已改好"}
NO_TOWN = "（未分乡镇）"
TOTAL = "合计"
SHOWN = 8  # codes that a sentence can carry


def since_words() -> pl.Expr:
    """Column 首次发现 of a list of findings: the month, and that it is new; empty where nothing is compared."""
    month = text_expr(pl.col("since"))
    new = pl.col("standing") == NEW
    return pl.when(new).then(month + "（新）").when(pl.col("standing") == LASTING).then(month).otherwise(pl.lit(""))


def since_line(since: Since) -> str:
    """What it comes to, in one sentence, or why nothing was compared."""
    if since.before is None:
        return f"与以前比：{since.why}"
    sums = since.totals
    parts = [
        f"{WORDS[name]} {sums[name]}" + (f"（{fen_to_yuan(sums[f'{name}_fen'])} 元）" if sums[f"{name}_fen"] else "")
        for name in STATES
    ]
    return f"与 {month_text(since.before)} 的核查比：{'，'.join(parts)}"


def since_notes(since: Since) -> list[str]:
    """What is to be known of the comparison besides: what was left out of it and why."""
    notes = []
    if since.unchecked:
        notes.append(
            f"{'、'.join(map(month_text, since.unchecked))} 没有核查过，所以与更早的 {month_text(since.before or 0)} 比"
        )
    if since.before is not None and (since.unlike or any(since.left)):
        codes = list(since.unlike)
        named = first_of(codes, SHOWN, "条规则")
        rules = f"{named}；" if codes else ""
        notes.append(
            f"两次运行的规则或看的表不同的不比：{rules}这次有 {since.left[0]} 条、上次有 {since.left[1]} 条问题没有比"
        )
    return notes


def again_line(since: Since) -> str:
    """What came and went since the last check of the same month; empty if there was none.

    Never in a file: the same inputs give the same workbook (SPEC 8.22).
    """
    if since.again is None:
        return ""
    return f"与本月上一次核查比：新出 {since.again[NEW]} 条，改好 {since.again[MENDED]} 条"


def _rows(since: Since) -> list[tuple[str, str, dict[str, int]]]:
    """Each rule's total, then its townships, worst first as the rules stand in the catalogue."""
    order = {code: n for n, code in enumerate(all_rules())}
    found = []
    totals = {row["code"]: row for row in since.by("code").iter_rows(named=True)}
    towns = since.by("code", "township").rows(named=True)
    for code in sorted(totals, key=lambda c: order.get(c, len(order))):
        found.append((code, TOTAL, totals[code]))
        found += [(code, row["township"] or NO_TOWN, row) for row in towns if row["code"] == code]
    return found


def since_sheet(run: CheckRun, since: Since, part: str = "") -> SheetPlan:
    """The sheet 与上月比: rule × township, findings and money that are new, last, are mended; what it counts stands below."""
    if part:
        here = (pl.col("township").fill_null(NO_TOWN) == part) | (pl.col("county") == part)
        since = type(since)(since.before, since.why, since.counted.filter(here), since.unlike, since.unchecked)
    headers = {"code": "代码", "title": "规则", "township": "乡镇"} | {
        key: f"{WORDS[name]}{unit}"
        for name in STATES
        for key, unit in ((name, "(条)"), (f"{name}_fen", "涉及金额(元)"))
    }
    rules = rules_of(run.policy, run.month)
    rows = [
        (code, rules[code].title if code in rules else "", town, *(row[name] for name in list(headers)[3:]))
        for code, town, row in _rows(since)
    ]
    schema = {name: pl.String if name in ("code", "title", "township") else pl.Int64 for name in headers}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    what = "没有比较" if since.before is None else f"与 {month_text(since.before)} 的核查比"
    below = (
        since_line(since),
        *([] if part else since_notes(since)),
        "数的是问题条数，已豁免的也算；认同一条问题看规则、表、列和人（或村、单位、项目），不看在哪个文件、哪一行。",
        *(f"{code} 没有比：{why}" for code, why in since.unlike.items() if not part),
    )
    return SheetPlan(
        "与上月比",
        headers,
        table,
        heading(run, f"问题增减（{what}）", part),
        marked={"township": table["township"] == TOTAL},
        mark_colour=GREY,
        wrapped=("title",),
        below=below,
    )


def since_table(run: CheckRun, since: Since) -> Grid:
    """By rule of which something is new or mended: how many are new, last, are mended."""
    from fupin_cli.outputs.grid import Grid, figures, text, whole

    rules = rules_of(run.policy, run.month)
    table = Grid(
        f"与 {month_text(since.before or 0)} 的核查比",
        [*whole("代码"), *text("规则"), *figures(*WORDS.values())],
        heading=2,
    )
    for code, town, row in _rows(since):
        if town == TOTAL and (row[NEW] or row[MENDED]):
            table.add(code, rules[code].title if code in rules else "", *(str(row[name] or "") for name in STATES))
    return table
