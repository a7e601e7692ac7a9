"""Cell text → typed columns. What cannot be typed becomes null and is told apart from an empty cell.

Money is Int64 fen, days are Int64 hundredths of a day, months are Int32 month indexes, rates are Int64 millionths.
Every conversion is an expression: all columns of a table are typed in one pass. In large tables it is asked of a column's
distinct values where these are few: dates and words repeat, people do not.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.plans import MEMORY, collected
from fupin_cli.policy.months import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.intake.contracts import ColumnSpec, Common

# Signs that take no room: two townships that differ by one look the same, and are the same.
UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
BLANKS = rf"\s\u00a0\u3000{UNSEEN}"
# Anything but plain letters, digits and Han characters may need cleaning; most columns have nothing else.
SUSPECT = rf"[{BLANKS}'’‘=`\uff01-\uff5e\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]|,[-—–―−/\\]"
# Anything but ASCII and common Han, which are in their plain form already.
WIDE = r"[^\x21-\x7e\u4e00-\u9fff]"
PLACEHOLDERS = r"^(?:[-—–―−－]+|[/／]+|[\\＼]+)$"
FORMULA_START = r"^[=+\-@\t]"
FAILED_FORMULA = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$"
GUARDED = r'^="(.*)"$'
DOTS = r"[•・．‧﹒]"
OPEN_END = ("至今", "今", "长期", "无固定期限", "在岗", "在职")
NO_DAY = ("无", "暂无", "空")  # of a day or month that need not be written: as an empty cell
EXCEL_EPOCH = pl.date(1899, 12, 30)
SEPARATORS = r"[，、,;；/|]"
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
SCALES = {"money": 2, "days": 2, "count": 0, "rate": 4}
MANY_ROWS, SAMPLE = 2000, 1000
PLAIN, VALUE, BAD, MONTH_ONLY = ":plain", ":value", ":bad", ":month_only"
TIME = r"[\sT]+[0-9]{1,2}:[0-9]{2}.*$"
# Year, month, day with signs between, or in digits alone; or a number as Excel keeps a day.
DATE = (
    r"^([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})?日?号?)?$"
    r"|^([0-9]{4})([0-9]{2})([0-9]{2})?$"
    r"|^([1-9][0-9]{4}(?:\.[0-9]+)?)$"
)
FIRST_YEAR, LAST_YEAR = "1900", "2099"
LAST_SERIAL = (date(2099, 12, 31) - date(1899, 12, 30)).days
UNITS = {"money": r"[￥¥$,元圆\s]", "days": r"[天日,\s]", "count": r"[个月人户天次名,\s]", "rate": r"[%％\s]"}


@dataclass(frozen=True)
class Converted:
    """A typed column and the cells that failed: `code` IN005, IN006 or IN007, `bad` marks them.

    `month_only` marks dates that were written without a day.
    """

    series: pl.Series = field(repr=False)
    bad: pl.Series | None = field(default=None, repr=False)
    code: str = ""
    month_only: pl.Series | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Typing:
    """How cells become values: expressions over their plain form, named as in `Converted`; `bad` may look at the value."""

    value: pl.Expr
    bad: pl.Expr | None = None
    code: str = ""
    month_only: pl.Expr | None = None


def dtype_of(spec: ColumnSpec) -> pl.DataType:
    """Polars type of a column."""
    return DTYPES.get(spec.type, pl.String())


def anywhere(texts: pl.Expr, pattern: str) -> pl.Expr:
    """Whether a column may hold a pattern in any cell: asked of all its cells as one text, joined by commas.

    Three times as fast as asking each cell. A comma stands before each, so that it means a cell's begin in a pattern: one
    inside a cell may say yes too much.
    """
    return (pl.lit(",") + texts.str.join(",")).str.contains(pattern).name.keep()


def few_words(cells: pl.DataFrame) -> dict[str, pl.Series]:
    """The distinct words of columns of a large table in which few words stand again and again; people do not repeat.

    What is asked of texts is then asked of each word once. A sample tells which columns: it is never wrong, at worst slow.
    """
    if cells.height <= MANY_ROWS:
        return {}
    sample = cells.gather_every(cells.height // SAMPLE)
    return {name: cells[name].unique() for name in cells.columns if sample[name].n_unique() * 4 < sample.height}


def any_of(cells: pl.DataFrame, patterns: dict[str, str], words: dict[str, pl.Series]) -> set[str]:
    """Columns that may hold their pattern in any cell (`anywhere`); `words`: `few_words`, which may hold more than is there."""
    whole = {name: pattern for name, pattern in patterns.items() if name not in words}
    looks = cells.select(anywhere(pl.col(name), pattern) for name, pattern in whole.items()).row(0) if whole else ()
    found = {name for name, holds in zip(whole, looks, strict=True) if holds}
    few = (name for name in patterns if name in words)
    return found | {n for n in few if words[n].to_frame(n).select(anywhere(pl.col(n), patterns[n])).item()}


def wrapped(cells: pl.DataFrame, words: dict[str, pl.Series] | None = None) -> list[str]:
    """Columns in which a text may have something around its value (`clean`). `words`: `few_words` of the cells."""
    empty = cells.select((pl.all().str.len_bytes() == 0).any()).row(0)
    found = any_of(cells, dict.fromkeys(cells.columns, SUSPECT), words or {})
    return [name for name, hollow in zip(cells.columns, empty, strict=True) if hollow or name in found]


def clean(cells: pl.DataFrame, todo: list[str] | None = None) -> pl.DataFrame:
    """Strip what files wrap around a value: blanks of every kind, `="…"`, a leading apostrophe, lone dashes.

    `todo`: the columns in question (`wrapped`), where they are known.
    """
    todo = wrapped(cells) if todo is None else todo
    if not todo:
        return cells
    text = pl.col(todo).str.replace_all(f"[{UNSEEN}]", "").str.strip_chars(" \t\r\n\u00a0\u3000")
    text = text.str.replace(GUARDED, "$1").str.replace(r"^['’‘`]+", "").str.replace(PLACEHOLDERS, "")
    # Line breaks inside a cell serve its look; U+FFFE and U+FFFF are no characters.
    text = text.str.replace_all(r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}\x{fffe}\x{ffff}]", "").str.strip_chars()
    return collected(cells.lazy().with_columns(text).with_columns(_filled(pl.col(todo))), cells.height)


def half_width(text: pl.Expr) -> pl.Expr:
    """Make full-width letters, digits and signs half-width, and drop every blank."""
    return text.str.normalize("NFKC").str.replace_all(rf"[{BLANKS}]", "")


def convert(
    text: pl.DataFrame, columns: list[ColumnSpec], common: Common, words: dict[str, pl.Series] | None = None
) -> dict[str, Converted]:
    """Type cleaned columns by their contract, by name; all of a table in one pass. `words`: `few_words` of the text."""
    known = words or {}
    looks = {c.name: look for c in columns if (look := LOOKS.get(c.type, WIDE))}
    as_is = looks.keys() - any_of(text, looks, known)
    plain = {c.name: _plain(c, as_is) for c in columns}
    how = {c.name: _converter(c, as_is)(pl.col(c.name + PLAIN), c, common) for c in columns}
    few = [c.name for c in columns if c.type not in EACH_ITS_OWN or (c.type in OFTEN_ALIKE and c.name in known)]
    few = few if text.height > MANY_ROWS else []
    told_words = pl.collect_all(
        (_typed(_words_of(text, name, known).drop_nulls(), {name: plain[name]}, how) for name in few), engine=MEMORY
    )
    told = dict(zip(few, told_words, strict=True))
    done = _typed(text.lazy(), {name: form for name, form in plain.items() if name not in told}, how)
    done = done.with_columns(part for name, found in told.items() for part in _spread(name, found))
    typed = collected(done, text.height)
    return {name: _converted(name, typing, typed) for name, typing in how.items()}


def _words_of(text: pl.DataFrame, name: str, words: dict[str, pl.Series]) -> pl.LazyFrame:
    return words[name].to_frame(name).lazy() if name in words else text.lazy().select(pl.col(name).unique())


def _typed(text: pl.LazyFrame, plain: dict[str, pl.Expr], how: dict[str, Typing]) -> pl.LazyFrame:
    """Add what columns come to, step by step, so that no step is done twice: `:plain`, then `:value`, then `:bad`."""
    here = {name: how[name] for name in plain}
    values = [typing.value.alias(name + VALUE) for name, typing in here.items()]
    values += [t.month_only.alias(name + MONTH_ONLY) for name, t in here.items() if t.month_only is not None]
    bad = [typing.bad.alias(name + BAD) for name, typing in here.items() if typing.bad is not None]
    step = text.with_columns(form.alias(name + PLAIN) for name, form in plain.items())
    return step.with_columns(values).with_columns(bad).drop(name + PLAIN for name in plain)


def _converter(column: ColumnSpec, as_is: set[str]) -> Callable[[pl.Expr, ColumnSpec, Common], Typing]:
    """How cells of a column become values; phones with nothing to be taken off are texts."""
    return _text if column.type == "phone" and column.name in as_is else CONVERTERS[column.type]


def _plain(column: ColumnSpec, as_is: set[str]) -> pl.Expr:
    """The form of a cell from which its value is read."""
    text = pl.col(column.name)
    if column.type in ("date", "month"):
        return half_width(text.str.replace(TIME, "")).str.extract_groups(DATE)
    if column.type == "text" or column.name in as_is:
        return text
    if column.type == "name":  # inner blanks are dropped, every kind of dot becomes · (SPEC 8.15)
        return text.str.replace_all(rf"[{BLANKS}]", "").str.replace_all(DOTS, "·")
    return half_width(text)


def _spread(name: str, typed: pl.DataFrame) -> list[pl.Expr]:
    """Give every cell of a column what its word comes to. What is the same of all words is not looked up: most are never bad."""
    parts = []
    for part in typed.get_columns()[1:]:
        if part.name.endswith((BAD, MONTH_ONLY)) and not part.any():
            cell = pl.lit(value=False)
        elif part.null_count() == part.len():  # an empty column: exports are full of them
            cell = pl.lit(None, dtype=part.dtype)
        else:
            cell = pl.col(name).replace_strict(typed[name], part, default=None, return_dtype=part.dtype)
        parts.append(cell.alias(part.name))
    return parts


def _converted(name: str, how: Typing, done: pl.DataFrame) -> Converted:
    bad = done[name + BAD].fill_null(value=False) if how.bad is not None and done[name + BAD].any() else None
    month_only = done[name + MONTH_ONLY].fill_null(value=False) if how.month_only is not None else None
    return Converted(done[name + VALUE], bad, how.code, month_only)


def _filled(text: pl.Expr) -> pl.Expr:
    """Null where nothing is left of a text."""
    return pl.when(text != "").then(text)


def _checked(value: pl.Expr, spec: ColumnSpec, code: str, *, written: pl.Expr | None = None) -> Typing:
    """What is written and cannot be typed is wrong."""
    written = pl.col(spec.name).is_not_null() if written is None else written
    return Typing(value, written & pl.col(spec.name + VALUE).is_null(), code)


def _text(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del spec, common
    return Typing(text)


def _id(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del spec, common
    return Typing(text.str.to_uppercase())


def _phone(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del spec, common
    # A dash stands after an area code, or groups a mobile number; anywhere else it stays and is told (ID010).
    plain = text.str.replace(r"^(0[0-9]{2,3})-([0-9]{7,8})$", "$1$2").str.replace(
        r"^(1[0-9]{2})-([0-9]{4})-([0-9]{4})$", "$1$2$3"
    )
    return Typing(plain.str.replace(r"^\+?86-?(1[0-9]{10})$", "$1"))


def _day(groups: pl.Expr, *, ends: bool = False) -> pl.Expr:
    """The day of what `DATE` finds in a text; without a day the month's first, or (`ends`) its last."""
    year, month, day = (pl.coalesce(groups.struct[i], groups.struct[i + 3]) for i in range(3))
    parts = (year, month.str.zfill(2), day.str.zfill(2).fill_null("01"))
    known = pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)
    if ends:
        known = pl.when(day.is_null()).then(known.dt.month_end()).otherwise(known)
    serial = groups.struct[6].cast(pl.Float64).cast(pl.Int32)
    return pl.coalesce(
        pl.when(year.is_between(pl.lit(FIRST_YEAR), pl.lit(LAST_YEAR))).then(known),
        pl.when(serial <= LAST_SERIAL).then(EXCEL_EPOCH + pl.duration(days=serial)),
    )


def _date(groups: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del common
    ends = spec.partial == "end"
    written = pl.col(spec.name).is_not_null() & ~pl.col(spec.name).is_in(open_words(spec))
    read = _checked(_day(groups, ends=ends), spec, "IN005", written=written)
    if not spec.span:
        return read
    whole = pl.coalesce(groups.struct[2], groups.struct[5]).is_not_null()
    return replace(read, month_only=pl.coalesce(groups.struct[1], groups.struct[4]).is_not_null() & ~whole)


def _month(groups: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del common
    day = _day(groups)
    month = (day.dt.year() * MONTHS_PER_YEAR + day.dt.month().cast(pl.Int32) - 1).cast(pl.Int32)
    written = pl.col(spec.name).is_not_null() & ~pl.col(spec.name).is_in(open_words(spec))
    return _checked(month, spec, "IN005", written=written)


def open_words(spec: ColumnSpec) -> list[str]:
    """Words of a column of days or months that are no day and no mistake: an end that is open, nothing to be written."""
    words = OPEN_END if spec.partial == "end" else ()
    return [*words, *(() if spec.required and not spec.may_be_empty else NO_DAY)]


def _number(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """Non-negative decimals as scaled integers; more decimals than the scale are an error, never rounded."""
    del common
    scale = SCALES[spec.type]
    groups = text.str.replace_all(UNITS[spec.type], "").str.extract_groups(r"^([0-9]{1,13})(?:\.([0-9]*?)0*)?$")
    part = groups.struct[1].fill_null("")
    digits = pl.when(part.str.len_bytes() <= scale).then(groups.struct[0] + part.str.pad_end(scale, "0"))
    return _checked(digits.cast(pl.Int64), spec, "IN006")


def _yes_no(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    known = dict.fromkeys(common.yes_words, True) | dict.fromkeys(common.no_words, False)
    return _checked(text.replace_strict(known, default=None, return_dtype=pl.Boolean), spec, "IN007")


def _benefit(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """享受低保/特困…情况: any text but the words for no means yes; an empty cell means no (SPEC 8.20).

    A formula without a value is neither text nor empty: what it would say is unknown.
    """
    del spec
    unknown = (text.str.contains(FAILED_FORMULA) | text.str.starts_with("=")).fill_null(value=False)
    says = ~text.is_in(common.benefit_no).fill_null(value=True)
    return Typing(pl.when(~unknown).then(says), unknown, "IN007")


def _choice(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """One of a list; synonyms become the listed word. An unknown word stays and is reported by the contract."""
    del common
    return Typing(_filled(text.replace(spec.synonyms) if spec.synonyms else text))


def _choices(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """A list of words in any order and with any comma, written back with one comma."""
    del common
    words = text.str.replace_all(SEPARATORS, ",").str.strip_chars(",").str.split(",")
    return Typing(words.list.eval(pl.element().replace(spec.synonyms)).list.join(","))


def _mapped(words: dict[str, list[str]]) -> dict[str, str]:
    return {word: code for code, listed in words.items() for word in (code, *listed)}


def _measure(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """Code of a subsidy. A word that no list knows stays and is told; where it speaks of posts, it counts as theirs."""
    listed = _mapped(common.measures)
    like_post = text.str.contains("|".join(common.post_words)) & bool(common.post_words)
    words = pl.when(like_post).then(pl.lit("post")).otherwise(text)
    value = pl.coalesce(text.replace_strict(listed, default=None, return_dtype=pl.String), words)
    return Typing(value, ~pl.col(spec.name + PLAIN).is_in(list(listed)), "IN007")


def _pay_status(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """`paid`, `failed`, `recovered`; any other word is `unknown`: of a bank never paid, in the history never unpaid."""
    words = {"paid": common.paid, "failed": common.failed, "recovered": common.recovered}
    listed = _mapped(words) | spec.synonyms
    known = text.replace_strict(listed, default="unknown", return_dtype=pl.String)
    return Typing(pl.when(text.is_not_null()).then(known), pl.col(spec.name + VALUE) == "unknown", "IN007")


CONVERTERS: dict[str, Callable[[pl.Expr, ColumnSpec, Common], Typing]] = {
    "id": _id,
    "name": _text,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "month": _month,
    "money": _number,
    "count": _number,
    "days": _number,
    "rate": _number,
    "yes_no": _yes_no,
    "benefit": _benefit,
    "phone": _phone,
    "account": _text,
    "code": _text,
    "credit_code": _id,
    "measure": _measure,
    "pay_status": _pay_status,
}


# Signs without which a cell of a type is in its plain form already; of the others `WIDE`.
LOOKS = {"name": rf"[{BLANKS}]|{DOTS}", "text": "", "date": "", "month": "", "phone": rf"{WIDE}|[-+]|,86"}
# Of these nearly every cell is another one; what the others come to is asked once for each word of a large table.
OFTEN_ALIKE = ("phone", "benefit")
EACH_ITS_OWN = ("id", "name", "text", "phone", "account", "code", "credit_code", "benefit")


def suggestion(value: str, known: list[str]) -> str:
    """Say which listed word an unknown one is most like, or name the list where it is short."""
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.4)
    if near:
        return f"，是不是“{near[0]}”？"
    return f"，可填：{'、'.join(known)}" if known and len(known) <= 8 else ""  # noqa: PLR2004 - what a line can hold
