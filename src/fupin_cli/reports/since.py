"""Findings month on month (四(一) 动态管理): which are new, which last since when, which are mended.

A finding is known again by what it is about, never by where it stands: rule, table, column, measure, and the person and
post; where a row names no person, by what names the row (a village, a firm, a project); of a whole file by its name without
figures. So a row that moved, another file, another order say nothing. Kept is a keyed hash of that: no ID number, no name.

Months are compared only by rules that ran in both on the same tables: what a new table or a new rule finds is not new.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.checks.gather import BY_AREA, BY_VALUE
from fupin_cli.results.since import COUNTED, KEPT, LASTING, MENDED, NEW, Kept, Since

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source
    from fupin_cli.results.check import CheckRun

KEY_VERSION = 1  # of how a finding is known again: records of another version are not compared
NAMING = ("text", "code", "credit_code", "name", "id")  # types of the columns that name a row
FIGURES = r"[\d年月]+"  # of names of files and sheets
AREA = ("county", "township", "village")


def ran_of(run: CheckRun) -> dict[str, list[str]]:
    """Per code that ran: the tables it could look at (`x`) and what it lacked (`-x`); the same list is the same look."""
    rules = all_rules()
    found = {}
    for outcome in run.result.outcomes:
        if outcome.status in ("ok", "found"):
            rule = rules[outcome.code]
            declared = {name.split("@")[0] for name in (*rule.tables, *rule.any_of, *rule.partly)}
            lacked = [f"-{name}" for name in (*outcome.missing_tables, *outcome.missing_settings)]
            found[outcome.code] = sorted({*(name for name in declared if name in run.intake.tables), *lacked})
    return found


def keep(run: CheckRun, key: bytes) -> Kept:
    """A check as it is kept: `since` is this month, until it is compared (`compared`)."""
    found = run.result.found
    rows = found.select(
        key=keys_of(found, run.intake.sources, key),
        code="code",
        table=pl.col("table").replace("", None),
        county="county",
        township="township",
        since=pl.lit(run.month, dtype=pl.Int64),
        amount_fen="amount_fen",
    )
    return Kept(run.month, rows.cast(KEPT), ran_of(run), sorted(run.intake.tables))


def keys_of(found: pl.DataFrame, sources: list[Source], key: bytes) -> pl.Series:
    """The key of each finding; of several with the same, told apart by their number in the order of their values."""
    named = found.with_columns(_what=_identities(found, sources)).with_row_index("_n")
    about = ["code", "table", "column", "measure", "post_id", "_what"]
    text = pl.concat_str((pl.col(name).fill_null("") for name in about), separator="\x1f")
    nth = pl.int_range(pl.len()).over("_text", order_by=["value", "message", "_n"])
    texts = named.with_columns(_text=text).select(pl.format("{}\x1f{}", "_text", nth))["_text"].rename("key")
    distinct = texts.unique()
    hashed = [hashlib.blake2b(t.encode(), key=key, digest_size=12, person=b"fupin.found").hexdigest() for t in distinct]
    return texts.replace_strict(distinct, pl.Series(hashed, dtype=pl.String), return_dtype=pl.String)


def _identities(found: pl.DataFrame, sources: list[Source]) -> pl.Series:
    """What a finding is about, in clear: the person; else what names the row; else the file and what is said of it."""
    spot = ["_src", "_row"]
    nobody = found.filter(pl.col("person").is_null() & pl.col("_row").is_not_null())
    parts = [_row_names(sources[src], rows) for (src,), rows in nobody.group_by("_src") if src is not None]
    none = pl.DataFrame(schema={"_src": pl.UInt32, "_row": pl.UInt32, "column": pl.String, "_named": pl.String})
    named = pl.concat([none, *parts]).unique([*spot, "column"])
    file = pl.col("file").fill_null("").str.extract(r"([^/]*)$").str.replace_all(FIGURES, "")
    said = pl.col("message").str.replace_all(r"\d+", "")
    gathered = (
        pl.when(pl.col("code") == BY_VALUE)
        .then("value")
        .when(pl.col("code") == BY_AREA)
        .then(pl.col("value").str.head(6))
    )
    one = pl.col("person").is_null() & pl.col("_row").is_not_null()
    return (
        found.join(named, on=[*spot, "column"], how="left", nulls_equal=True, maintain_order="left")
        .select(
            pl.coalesce(
                "person",
                pl.when(one).then(pl.coalesce(gathered, "_named")),
                pl.concat_str(file, pl.col("sheet").fill_null("").str.replace_all(FIGURES, ""), said, separator="\x1e"),
            )
        )
        .to_series()
        .rename("_what")
    )


def _row_names(source: Source, rows: pl.DataFrame) -> pl.DataFrame:
    """The cells that name each row: of required columns that hold names and codes, and the area; not the cell that is wrong."""
    columns = {
        name: position
        for name, position in source.positions.items()
        if (spec := source.spec.columns[name]).type in NAMING and (spec.required or name in AREA)
    }
    cells = source.raw.rows(rows["_row"] - 1)
    known = rows.select("_src", "_row", "column").with_columns(
        cells.to_series(position).str.replace_all(r"\s+", "").alias(f"_{name}") for name, position in columns.items()
    )
    right = (
        pl.when(pl.col("column").ne_missing(name)).then(pl.col(f"_{name}").fill_null("")).otherwise(pl.lit(""))
        for name in columns
    )
    named = pl.concat_str(right, separator="\x1e") if columns else pl.lit("")
    return known.select("_src", "_row", "column", _named=named)


def compared(now: Kept, before: Kept | None, last: Kept | None) -> tuple[Kept, pl.Series, Since]:
    """A check beside that of an earlier month, and beside the last check of its own month.

    Gives it as it is to be kept (`since` carried on), the state of each finding (null: not compared), and the counts.
    """
    again = None
    if last is not None:
        mine, theirs = _comparable(now, last), _comparable(last, now)
        again = {
            NEW: now.rows.filter(mine).join(last.rows, on="key", how="anti").height,
            MENDED: last.rows.filter(theirs).join(now.rows, on="key", how="anti").height,
        }
    if before is None:
        return now, pl.repeat(None, now.rows.height, dtype=pl.String, eager=True), Since(again=again)
    old = before.rows.filter(_comparable(before, now))
    alike = _comparable(now, before)
    known = now.rows.join(old.select("key", _old="since"), on="key", how="left", maintain_order="left")
    lasting = pl.col("_old").is_not_null()
    known = known.with_columns(
        _state=pl.when(alike & lasting).then(pl.lit(LASTING)).when(alike).then(pl.lit(NEW)),
        since=pl.when(alike).then(pl.coalesce("_old", "since")).otherwise("since"),
    )
    mended = old.join(now.rows, on="key", how="anti").with_columns(_state=pl.lit(MENDED))
    both = pl.concat([known.drop("_old"), mended], how="diagonal").filter(pl.col("_state").is_not_null())
    counted = both.group_by("code", "county", "township", state="_state").agg(
        count=pl.len().cast(pl.Int64),
        amount_fen=pl.when(pl.col("amount_fen").count() > 0).then(pl.col("amount_fen").sum()),
    )
    left = (int(known["_state"].is_null().sum()), before.rows.height - old.height)
    counted = counted.select(list(COUNTED)).cast(COUNTED).sort("code", "county", "township", "state", nulls_last=True)
    since = Since(before.month, "", counted, _unlike(now, before), again=again, left=left)
    return Kept(now.month, known.select(list(KEPT)), now.ran, now.tables), known["_state"], since


def _comparable(one: Kept, other: Kept) -> pl.Expr:
    """Findings of `one` whose rule ran in both on the same tables, and whose own table was there in both."""
    codes = [code for code, look in one.ran.items() if other.ran.get(code) == look]
    table = pl.col("table").is_null() | ~pl.col("table").is_in(one.tables) | pl.col("table").is_in(other.tables)
    return pl.col("code").is_in(codes) & table


def _unlike(now: Kept, before: Kept) -> dict[str, str]:
    """Codes that ran in one of the months only, or on other tables: why they are not compared."""
    found = {}
    for code in sorted({*now.ran, *before.ran}):
        if code not in before.ran:
            found[code] = "上次没有运行"
        elif code not in now.ran:
            found[code] = "这次没有运行"
        elif now.ran[code] != before.ran[code]:
            found[code] = "两次看的表或设置不同"
    return found
