"""Tables of a page with a row a county, or a row a city: the county's own sums. What one lacks is null there and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties.lacking import lacking, without
from fupin_cli.counties.own_page import PLATFORM, framed
from fupin_cli.policy.months import month_text
from fupin_cli.reports.known import Missing
from fupin_cli.reports.page_findings import known_sum
from fupin_cli.reports.page_money import FIGURES
from fupin_cli.reports.page_people import BEFORE, NOW, YEAR_AGO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fupin_cli.counties.lacking import Own
    from fupin_cli.reports.page import Part

Notes = dict[str, list[str]]


def areas(owns: Sequence[Own], by: str) -> Part:
    """Lines and money of each area (null: not computed), and the tables that somebody there did not hand in."""
    if missing := none_of(owns, "totals"):
        return missing
    rows = [
        {by: own.area(by), "lacks": sorted(own.page["lacks"])}
        | (dict.fromkeys(FIGURES) if own.why("totals") is not None else {n: own.page["totals"][n] for n in FIGURES})
        for own in owns
    ]
    schema: dict[str, Any] = {by: pl.String, "lacks": pl.List(pl.String), **dict.fromkeys(FIGURES, pl.Int64)}
    frame = pl.DataFrame(rows, schema=schema)
    return frame.group_by(by, maintain_order=True).agg(
        *(known_sum(name) for name in FIGURES), pl.col("lacks").explode().drop_nulls().unique().sort()
    )


def heat(owns: Sequence[Own], by: str, codes: Sequence[str]) -> pl.DataFrame:
    """Areas × rules, as `page_findings.heat`."""
    rows = []
    for own in owns:
        counts = dict(framed(own.page["rules"]).select("code", "count").iter_rows())
        total = sum(counts.values())
        named = {code: counts.get(code, 0) for code in codes}
        rest = total - sum(named.values())
        rows.append(
            {by: own.area(by), **named, "rest": rest, "count": total, "errors": own.page["severities"]["error"]}
        )
    numbers = [*codes, "rest", "count", "errors"]
    frame = pl.DataFrame(rows, schema={by: pl.String, **dict.fromkeys(numbers, pl.Int64)})
    return frame.group_by(by, maintain_order=True).agg(pl.col(numbers).sum())


def scale(owns: Sequence[Own], by: str) -> tuple[Part, dict[str, int], Notes]:
    """Who works in each area, the months that are compared, and notes on who lacks them."""
    if missing := none_of(owns, "scale"):
        return missing, {}, {}
    notes = lacking("没有算、不计入的县", without(owns, "scale"))
    have = [own for own in owns if own.why("scale") is None]
    when = {}
    columns = {own.name: {NOW: own.page["scale"].get(NOW)} for own in have}
    for name, words in ((NOW, "本月"), (BEFORE, "上月"), (YEAR_AGO, "去年同月")):
        months = [own.page["when"][name] for own in have if name in own.page["when"]]
        if not months:
            continue
        when[name] = max(months)
        for own in have:  # a county whose month before lies further back is not compared with the others
            if own.page["when"].get(name) == when[name]:
                columns[own.name][name] = own.page["scale"].get(name)
        others = [(own.name, "") for own in have if own.page["when"].get(name) != when[name]]
        notes += lacking(f"没有{words} {month_text(when[name])} 的表，这一列和比较的合计不含", others)
    rows = [{by: own.area(by)} | columns.get(own.name, {}) for own in owns]
    frame = pl.DataFrame(rows, schema={by: pl.String, **dict.fromkeys((NOW, BEFORE, YEAR_AGO), pl.Int64)})
    # of a city: a month that one of its counties lacks is not known, or the difference would be of different counties
    counted = pl.col(NOW).is_not_null()
    sums = frame.group_by(by, maintain_order=True).agg(
        known_sum(NOW),
        *(
            pl.when((pl.col(name).is_not_null() | ~counted).all()).then(known_sum(name)).alias(name)
            for name in (BEFORE, YEAR_AGO)
        ),
    )
    return sums, when, {"scale": notes}


def due_areas(owns: Sequence[Own], by: str) -> Part:
    """Ends within 12 months of each area, by kind."""
    if missing := none_of(owns, "due"):
        return missing
    parts = [
        framed(own.page["due"]).with_columns(pl.lit(own.area(by)).alias(by)) for own in owns if own.why("due") is None
    ]
    return pl.concat(parts).group_by(by, "kind", maintain_order=True).agg(pl.col(pl.Int64).sum())


def staff(owns: Sequence[Own], by: str) -> Part:
    """Staff of each area."""
    if missing := none_of(owns, "staff"):
        return missing
    rows = [{by: own.area(by)} | ({} if own.why("staff") is not None else own.page["staff"]) for own in owns]
    frame = pl.DataFrame(rows, schema={by: pl.String, **dict.fromkeys(PLATFORM, pl.Int64)})
    return frame.group_by(by, maintain_order=True).agg(*map(known_sum, PLATFORM))


def none_of(owns: Sequence[Own], part: str) -> Missing | None:
    """Why a part is missing, if no county has it."""
    lack = without(owns, part)
    if len(lack) < len(owns):
        return None
    return Missing(lacking("", lack)[0].removeprefix("：").removesuffix("。") if lack else "没有一个县计入")


def total(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sums by name."""
    names = dict.fromkeys(name for value in values for name in value)
    return {name: sum(value.get(name, 0) for value in values) for name in names}
