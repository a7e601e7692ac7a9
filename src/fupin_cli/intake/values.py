"""Cell text → typed columns. What cannot be typed becomes null and is told apart from an empty cell.

Every conversion is an expression (`converters`): all columns of a table are typed in one pass. In large tables it is asked
of a column's distinct values where these are few: dates and words repeat, people do not.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.converters import (
    BAD,
    BLANKS,
    CONVERTERS,
    FAILED_FORMULA,
    LOOKS,
    MONTH_ONLY,
    PLAIN,
    UNSEEN,
    VALUE,
    WIDE,
    filled,
    half_width,
    plain_form,
    unchanged,
)
from fupin_cli.intake.words import HOLLOW, Words, beside, look, repeated
from fupin_cli.plans import MEMORY, collected

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import ColumnSpec, Common
    from fupin_cli.intake.converters import Typing

__all__ = [
    "BLANKS",
    "CONVERTERS",
    "FAILED_FORMULA",
    "Converted",
    "clean",
    "convert",
    "dtype_of",
    "half_width",
    "suggestion",
    "wrapped",
]

# Anything but plain letters, digits and Han characters may need cleaning; most columns have nothing else.
SUSPECT = rf"[{BLANKS}'’‘=`\uff01-\uff5e\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]|,[-—–―−/\\]"
PLACEHOLDERS = r"^(?:[-—–―−－]+|[/／]+|[\\＼]+)$"
WRAPPED = (SUSPECT, HOLLOW)
FORMULA_START = r"^[=+\-@\t]"
GUARDED = r'^="(.*)"$'
DTYPES: dict[str, pl.DataType] = {
    "date": pl.Date(),
    "month": pl.Int32(),
    "money": pl.Int64(),
    "count": pl.Int64(),
    "days": pl.Int64(),
    "rate": pl.Int64(),
    "yes_no": pl.Boolean(),
    "benefit": pl.Boolean(),
}
# Of these nearly every cell is another one; what the others come to is asked once for each word of a large table.
EACH_ITS_OWN = ("id", "name", "text", "phone", "account", "code", "credit_code")
CODE = ":code"
SHORT = 500  # so many words are typed together with those of other columns


@dataclass(frozen=True)
class Converted:
    """A typed column and the cells that failed: `code` IN005, IN006 or IN007, `bad` marks them; None: none.

    `month_only` marks dates that were written without a day; None: none, or nobody asks.
    """

    series: pl.Series = field(repr=False)
    bad: pl.Series | None = field(default=None, repr=False)
    code: str = ""
    month_only: pl.Series | None = field(default=None, repr=False)

    def failing(self, cells: pl.Series) -> Converted:
        """The column with these cells failed too."""
        bad = cells if self.bad is None else self.bad | cells
        return replace(self, series=self.series.zip_with(~cells, self.series.clear(len(cells))), bad=bad)


def dtype_of(spec: ColumnSpec) -> pl.DataType:
    """Polars type of a column."""
    return DTYPES.get(spec.type, pl.String())


def wrapped(cells: pl.DataFrame, words: Words | None = None) -> list[str]:
    """Columns in which a text may have something around its value (`clean`). `words`: `few_words` of the cells."""
    seen = look(cells, dict.fromkeys(cells.columns, WRAPPED), Words() if words is None else words)
    found = {name for name, _ in seen}
    return [name for name in cells.columns if name in found]


def clean(cells: pl.DataFrame, todo: list[str] | None = None, words: Words | None = None) -> pl.DataFrame:
    """Strip what files wrap around a value: blanks of every kind, `="…"`, a leading apostrophe, lone dashes.

    `todo`: the columns in question (`wrapped`), where they are known; `words`: `few_words` of the cells.
    """
    todo = wrapped(cells) if todo is None else todo
    few = [name for name in todo if words is not None and name in words]
    each = [name for name in todo if name not in few]
    cells = _cleaned(cells, each) if each else cells
    return cells.with_columns(_cleaned_words(words, few)) if words is not None and few else cells


def _cleaned(cells: pl.DataFrame, todo: list[str]) -> pl.DataFrame:
    text = pl.col(todo).str.replace_all(f"[{UNSEEN}]", "").str.strip_chars(" \t\r\n\u00a0\u3000")
    text = text.str.replace(GUARDED, "$1").str.replace(r"^['’‘`]+", "").str.replace(PLACEHOLDERS, "")
    # Line breaks inside a cell serve its look; U+FFFE and U+FFFF are no characters.
    text = text.str.replace_all(r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}\x{fffe}\x{ffff}]", "").str.strip_chars()
    return collected(cells.lazy().with_columns(text).with_columns(filled(pl.col(todo))), cells.height)


def _cleaned_words(words: Words, few: list[str]) -> list[pl.Expr]:
    """Clean each word once, and give every cell the form of its word."""
    cleaned = _cleaned(beside({name: words[name] for name in few}), few)
    cells = []
    for name in few:
        here = words[name].is_not_null()
        texts, forms = words[name].filter(here), cleaned[name].head(len(words[name])).filter(here)
        code = pl.col(name).cast(pl.Enum(texts)).to_physical()
        cells.append(pl.lit(forms).gather(code).alias(name))
    return cells


def convert(
    text: pl.DataFrame,
    columns: list[ColumnSpec],
    common: Common,
    words: Words | None = None,
    wide: set[str] | None = None,
) -> dict[str, Converted]:
    """Type cleaned columns by their contract, by name; all of a table in one pass. `words`: `few_words` of the text.

    `wide`: columns in which a cell may not be in its plain form, where they are known.
    """
    known = Words() if words is None else words
    asked = {c.name: [pattern] for c in columns if (pattern := LOOKS.get(c.type, WIDE))}
    as_is = asked.keys() - ({name for name, _ in look(text, asked, known)} if wide is None else wide)
    made = [c for c in columns if not unchanged(c, as_is)]
    plain = {c.name: plain_form(c, as_is) for c in made}
    how = {c.name: CONVERTERS[c.type](pl.col(c.name + PLAIN), c, common) for c in made}
    told = _told(text, made, known, plain, how)
    done = _typed(text.lazy(), {name: form for name, form in plain.items() if name not in told}, how)
    done = done.with_columns(one.code for one in told.values() if one.code is not None)
    typed = collected(done.with_columns(cell for one in told.values() for cell in one.cells), text.height)
    return {
        c.name: _converted(c.name, how[c.name], typed) if c.name in how else Converted(text[c.name]) for c in columns
    }


@dataclass(frozen=True)
class _Told:
    """What the words of a column come to. `cells`: an expression for its value and each of its marks; `code`: the number of its word."""

    cells: list[pl.Expr]
    code: pl.Expr | None = None


def _told(
    text: pl.DataFrame, columns: list[ColumnSpec], known: Words, plain: dict[str, pl.Expr], how: dict[str, Typing]
) -> dict[str, _Told]:
    """Type the words of columns of a large table that repeat: short lists all at once, long ones each by itself."""
    words = {n: known[n] for n in (column.name for column in columns) if n in known}
    words |= repeated(text, [c.name for c in columns if c.name not in words and c.type not in EACH_ITS_OWN])
    short = {name: found for name, found in words.items() if len(found) <= SHORT}
    long = [name for name in words if name not in short]
    plans = [_typed(words[name].alias(name).to_frame().lazy(), {name: plain[name]}, how) for name in long]
    if short:
        plans.append(_typed(beside(short).lazy(), {name: plain[name] for name in short}, how))
    done = pl.collect_all(plans, engine=MEMORY)
    frames = dict(zip(long, done, strict=False)) | (dict.fromkeys(short, done[-1]) if short else {})
    return {name: _told_of(name, found, frames[name]) for name, found in words.items()}


def _told_of(name: str, words: pl.Series, typed: pl.DataFrame) -> _Told:
    """Give every cell what its word comes to. Marks that no word has are left out.

    What all words come to is one value; what they are already is no new column; the rest is looked up by a word's number.
    """
    here = words.is_not_null()
    whole = words.null_count() == 0
    texts = words if whole else words.filter(here)
    cells, looked_up = [], False
    for part in (
        typed[part].slice(0, len(words)) for part in (name + VALUE, name + BAD, name + MONTH_ONLY) if part in typed
    ):
        marks = part.name != name + VALUE
        if marks and not part.any():
            continue
        found = part.fill_null(value=False) if marks else part
        told = found if whole else found.filter(here)
        empty = None if whole else found.filter(~here).item()
        if found.n_unique() == 1:
            cell = pl.lit(found[0], dtype=part.dtype)
        elif empty is None and part.dtype == pl.String and told.equals(texts):
            cell = pl.col(name)
        else:
            looked_up = True
            cell = pl.lit(told).gather(pl.col(name + CODE))
            if empty is not None:
                cell = pl.when(pl.col(name).is_null()).then(pl.lit(empty, dtype=part.dtype)).otherwise(cell)
        cells.append(cell.alias(part.name))
    code = pl.col(name).cast(pl.Enum(texts)).to_physical().alias(name + CODE)
    return _Told(cells, code if looked_up else None)


def _typed(text: pl.LazyFrame, plain: dict[str, pl.Expr], how: dict[str, Typing]) -> pl.LazyFrame:
    """Add what columns come to, step by step, so that no step is done twice: `:plain`, then `:value`, then `:bad`."""
    here = {name: how[name] for name in plain}
    values = [typing.value.alias(name + VALUE) for name, typing in here.items()]
    values += [t.month_only.alias(name + MONTH_ONLY) for name, t in here.items() if t.month_only is not None]
    last = [typing.bad.alias(name + BAD) for name, typing in here.items() if typing.bad is not None]
    last += [t.in_the_end.alias(name + VALUE) for name, t in here.items() if t.in_the_end is not None]
    step = text.with_columns(form.alias(name + PLAIN) for name, form in plain.items())
    return step.with_columns(values).with_columns(last).drop(name + PLAIN for name in plain)


def _converted(name: str, how: Typing, done: pl.DataFrame) -> Converted:
    """A column of what `_typed` gives; texts that are what they were are the same column, not a copy."""
    value, text = done[name + VALUE], done[name]
    if value.dtype == pl.String and value.equals(text):
        value = text.alias(value.name)
    return Converted(value, _marks(done, name + BAD), how.code, _marks(done, name + MONTH_ONLY))


def _marks(done: pl.DataFrame, name: str) -> pl.Series | None:
    """Which cells are marked; None where none is."""
    return done[name].fill_null(value=False) if name in done.columns and done[name].any() else None


def suggestion(value: str, known: list[str]) -> str:
    """Say which listed word an unknown one is most like, or name the list where it is short."""
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.4)
    if near:
        return f"，是不是“{near[0]}”？"
    return f"，可填：{'、'.join(known)}" if known and len(known) <= 8 else ""  # noqa: PLR2004 - what a line can hold
