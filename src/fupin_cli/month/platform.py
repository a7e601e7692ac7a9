"""The grass-roots platform (四(二)): who is there for each township and village, and who is missing.

劳动保障协理员 in every township, a person in every village; the numbers are the policy's (`platform.…`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

ASSISTANT, VILLAGE_STAFF = "劳动保障协理员", "村级专干"
PER_TOWNSHIP, PER_VILLAGE = "platform.township_assistants", "platform.village_staff"
TOWN, VILLAGE = ["county", "township"], ["county", "township", "village"]
ORIGIN = ["_src", "_row", "_file", "_sheet"]


def placed(month: Month, table: str) -> pl.DataFrame:
    """Rows of a table of places; where no county is written it is the county itself."""
    own = month.settings.county.name or None
    return month.intake.tables[table].with_columns(pl.col("county").fill_null(pl.lit(own, dtype=pl.String)))


def townships_of(month: Month) -> pl.DataFrame:
    """Every township of `villages` (else of the registry): county, township, table and origin of its first row."""
    found = placed(month, "villages" if month.has("villages") else "registry").clear().with_columns(table=pl.lit(""))
    for table in ("villages", "registry"):
        if month.has(table) and not found.height:
            rows = placed(month, table).filter(pl.col("township").is_not_null())
            found = rows.unique(TOWN, keep="first", maintain_order=True).with_columns(table=pl.lit(table))
    return found.select(*TOWN, *ORIGIN, "table")


def assistants(month: Month) -> pl.DataFrame:
    """By township: present (distinct names), missing, and the row to mend: the first of the staff, else its own."""
    staff = placed(month, "staff")
    own = staff.filter((pl.col("position") == ASSISTANT) & pl.col("name").is_not_null())
    counted = own.group_by(TOWN).agg(present=pl.col("name").n_unique().cast(pl.Int64))
    first = staff.unique(TOWN, keep="first", maintain_order=True).select(
        *TOWN, *(pl.col(c).alias(f"s{c}") for c in ORIGIN)
    )
    wanted = month.policy.number(PER_TOWNSHIP, month.month)
    rows = townships_of(month)
    for frame in (counted, first):
        rows = rows.join(frame, on=TOWN, how="left", nulls_equal=True, maintain_order="left")
    return rows.with_columns(
        pl.col("present").fill_null(0),
        table=pl.when(pl.col("s_src").is_not_null()).then(pl.lit("staff")).otherwise("table"),
        **{c: pl.coalesce(f"s{c}", c) for c in ORIGIN},
    ).with_columns(missing=(wanted - pl.col("present")).clip(0))


def village_staff(month: Month) -> pl.DataFrame:
    """By village of `villages`: present (distinct names), missing, and its row.

    A village of which the township is not written has those of that name in any township.
    """
    rows = placed(month, "villages").unique(VILLAGE, keep="first", maintain_order=True)
    staff = placed(month, "staff").filter((pl.col("position") == VILLAGE_STAFF) & pl.col("name").is_not_null())
    anywhere = staff.with_columns(township=pl.lit(None, dtype=pl.String))
    own = pl.concat([staff.filter(pl.col("township").is_not_null()), anywhere])
    counted = own.group_by(VILLAGE).agg(present=pl.col("name").n_unique().cast(pl.Int64))
    wanted = month.policy.number(PER_VILLAGE, month.month)
    return (
        rows.select(*VILLAGE, *ORIGIN)
        .join(counted, on=VILLAGE, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("present").fill_null(0))
        .with_columns(missing=(wanted - pl.col("present")).clip(0))
    )


def proof_of(month: Month) -> dict[str, int]:
    """Wanted = present (at most what is wanted) + missing, for townships and villages together."""
    towns, villages = assistants(month), village_staff(month)
    each, every = (month.policy.number(name, month.month) for name in (PER_TOWNSHIP, PER_VILLAGE))
    return {
        "wanted": each * towns.height + every * villages.height,
        "present": _total(towns["present"].clip(0, each)) + _total(villages["present"].clip(0, every)),
        "missing": _total(towns["missing"]) + _total(villages["missing"]),
    }


def _total(numbers: pl.Series) -> int:
    return int(numbers.sum() or 0)
