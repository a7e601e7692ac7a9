"""What each township has handed in for a month, beside what was to be expected of it (SPEC 9.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from fupin_cli.intake.values import BLANKS
from fupin_cli.plans import collected

TABLES = ("assignments", "attendance")
AREA = ["county", "township"]
SCHEMA = {
    "table": pl.String,
    **dict.fromkeys(AREA, pl.String),
    "rows": pl.Int64,
    "rows_before": pl.Int64,
    "paid_before": pl.Boolean,
}


@dataclass(frozen=True)
class Earlier:
    """What is known of earlier months.

    `folders`: table → its rows (those set aside too) in the latest earlier month folder with that table, and that month;
    `paid`: county and township of the paid lines of the latest month approved before (`paid_month`).
    """

    folders: dict[str, tuple[pl.DataFrame, int]] = field(repr=False)
    paid: pl.DataFrame = field(repr=False)
    paid_month: int | None = None

    def month_of(self, table: str) -> int | None:
        """Month of the folder that a table's expectation comes from."""
        return self.folders[table][1] if table in self.folders else None


def handed_in(
    now: dict[str, pl.DataFrame], earlier: Earlier, posts: pl.DataFrame | None, *, by_attendance: bool
) -> pl.DataFrame:
    """Rows of each township and table, now and then: `SCHEMA` and `missing` (expected, and nothing there).

    `now`: the month's rows of `TABLES`. Attendance names no township: that of the person on the roster counts, else of the
    post. A paid line expects attendance only where that decides the amount (`by_attendance`).
    """
    rosters = [now.get("assignments"), earlier.folders["assignments"][0] if "assignments" in earlier.folders else None]
    parts = []
    for table in TABLES:
        known = [roster for roster in rosters if roster is not None]
        here = _counts(now.get(table), table, known, posts, "rows")
        then = _counts(
            earlier.folders[table][0] if table in earlier.folders else None, table, known[::-1], posts, "rows_before"
        )
        both = here.lazy().join(then.lazy(), on=AREA, how="full", coalesce=True, nulls_equal=True)
        if table == "assignments" or by_attendance:
            paid = _plain(earlier.paid).lazy().unique().with_columns(paid_before=pl.lit(value=True))
            both = both.join(paid, on=AREA, how="full", coalesce=True, nulls_equal=True)
        else:
            both = both.with_columns(paid_before=pl.lit(value=False))
        parts.append(both.with_columns(table=pl.lit(table)))
    told = pl.concat(part.select(list(SCHEMA)) for part in parts).with_columns(
        pl.col("rows", "rows_before").fill_null(0), pl.col("paid_before").fill_null(value=False)
    )
    expected = (pl.col("rows_before") > 0) | pl.col("paid_before")
    rows = collected(
        told.filter(pl.col("township").is_not_null()).with_columns(_expected=expected), earlier.paid.height
    )
    # A county written otherwise than last time is the same township, if no other of that name was expected.
    new = rows.filter((pl.col("rows") > 0) & ~pl.col("_expected")).select("table", "township").unique()
    new = new.with_columns(_renamed=pl.lit(value=True))
    rows = rows.join(new, on=["table", "township"], how="left", maintain_order="left", nulls_equal=True)
    missing = pl.col("_expected") & (pl.col("rows") == 0) & pl.col("_renamed").is_null()
    return (
        rows.with_columns(missing=missing, new=(pl.col("rows") > 0) & ~pl.col("_expected"))
        .drop("_expected", "_renamed")
        .sort("table", *AREA, nulls_last=True)
    )


def _counts(
    rows: pl.DataFrame | None, table: str, rosters: list[pl.DataFrame], posts: pl.DataFrame | None, name: str
) -> pl.DataFrame:
    schema = {**dict.fromkeys(AREA, pl.String), name: pl.Int64}
    if rows is None:
        return pl.DataFrame(schema=schema)
    if table == "attendance":
        rows = rows.select("id_number", "post_id")
        people = [_plain(r.filter(pl.col("id_number").is_not_null()), "id_number") for r in rosters]
        places = [_plain(posts.filter(pl.col("post_id").is_not_null()), "post_id")] if posts is not None else []
        for key, frames in (("id_number", people), ("post_id", places)):
            if frames:
                homes = pl.concat(frames).unique(key, keep="first", maintain_order=True)
                rows = rows.join(homes, on=key, how="left", maintain_order="left", suffix=f"_{key}")
        found = [c for c in rows.columns if c.startswith("township")]
        rows = rows.select(
            county=pl.coalesce([c for c in rows.columns if c.startswith("county")] or pl.lit(None, dtype=pl.String)),
            township=pl.coalesce(found or pl.lit(None, dtype=pl.String)),
        )
    else:
        rows = _plain(rows)
    rows = rows.filter(pl.col("township").is_not_null())
    return rows.group_by(AREA).agg(pl.len().cast(pl.Int64).alias(name)).select(list(schema))


def _plain(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """County and township without blanks, so that a name written with a space is the same: of few names few have any."""
    rows = rows.select(*keys, *AREA)
    odd = [name for name in AREA if rows[name].unique().str.contains(f"^$|[{BLANKS}]").any()]
    plain = {name: pl.col(name).str.replace_all(f"[{BLANKS}]", "") for name in odd}
    return (
        rows.with_columns(pl.when(text != "").then(text).alias(name) for name, text in plain.items()) if odd else rows
    )
