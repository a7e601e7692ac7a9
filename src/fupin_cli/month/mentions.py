"""Who is named in a month's tables: every distinct ID number looked at once, and the rows that name some of them.

A history of years names people millions of times over: what is asked of a number is asked once, and rows are only gone
through for those few numbers and names of which there is something to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.plans import collected
from fupin_cli.policy.idnumber import OLD_LENGTH, birth_expr, check_fits, sex_expr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN_ID = "999999"
PLAIN_LENGTH = 18
NOT_OURS = "waivers"  # whom a document speaks of, not who is in the month
NAMED = {
    "table": pl.String,
    "_src": pl.UInt32,
    "_file": pl.String,
    "_sheet": pl.String,
    "_row": pl.UInt32,
    "id_number": pl.String,
    "name": pl.String,
    "post_id": pl.String,
}


def naming_tables(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tables whose rows name people by number."""
    return ((name, frame) for name, frame in tables.items() if "id_number" in frame.columns and name != NOT_OURS)


def facts_of(people: pl.DataFrame) -> pl.DataFrame:
    """Distinct ID numbers with what they say: id_number, `_who`, `kind` (what is wrong: ID001, ID017, ID005, or null), `valid`, `birth`, `sex`.

    `people`: id_number, `_who` (`numbered.numbered`).
    """
    number, key = pl.col("id_number"), pl.col("_who")
    return people.with_columns(
        kind=pl.when(number.str.len_chars() == OLD_LENGTH)
        .then(pl.lit("ID017"))
        .when(number.str.len_chars() != PLAIN_LENGTH)
        .then(pl.lit("ID001"))
        .when(number.str.starts_with(UNKNOWN_ID))
        .then(pl.lit("ID005")),
        valid=check_fits(pl.when(key >= 0).then(key)).fill_null(value=False),
        birth=birth_expr(number),
        sex=sex_expr(number),
    )


def named_rows(tables: Mapping[str, pl.DataFrame], column: str, wanted: pl.Series) -> pl.DataFrame:
    """Rows of tables that name people, in their order, whose `column` (id_number or name) is among the wanted: `NAMED`."""
    texts = wanted.implode()
    parts = [
        frame.lazy()
        .filter(pl.col("id_number").is_not_null() & pl.col(column).is_in(texts))
        .select(
            (pl.col(name) if name in frame.columns else pl.lit(table if name == "table" else None, dtype=dtype)).alias(
                name
            )
            for name, dtype in NAMED.items()
        )
        .pipe(collected, frame.height)
        for table, frame in tables.items()
    ]
    return pl.concat([pl.DataFrame(schema=NAMED), *parts])
