"""Cell text → typed columns. What cannot be typed becomes null and is told apart from an empty cell.

Money is Int64 fen, days are Int64 hundredths of a day, months are Int32 month indexes, rates are Int64 millionths.
Every conversion works on a column's distinct values where these are few: dates and words repeat, people do not.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import MONTHS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.intake.contracts import ColumnSpec, Common

BLANKS = r"\s\u00a0\u3000\u200b\u200c\u200d\ufeff\u2060"
# Anything but plain letters, digits and Han characters may need cleaning; most columns have nothing else.
SUSPECT = rf"[{BLANKS}'’‘=`\uff01-\uff5e\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]|^[-—/\\]"
# Anything but ASCII and common Han, which are in their plain form already.
WIDE = r"[^\x21-\x7e\u4e00-\u9fff]"
PLACEHOLDERS = r"^(?:-+|—+|/+|\\+)$"
FORMULA_START = r"^[=+\-@\t]"
FAILED_FORMULA = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$"
GUARDED = r'^="(.*)"$'
DOTS = r"[•・．‧﹒]"
OPEN_END = ("至今", "今", "长期", "无固定期限", "在岗", "在职")
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


def dtype_of(spec: ColumnSpec) -> pl.DataType:
    """Polars type of a column."""
    return DTYPES.get(spec.type, pl.String())


def clean(raw: pl.Series) -> pl.Series:
    """Strip what files wrap around a value: blanks of every kind, `="…"`, a leading apostrophe, lone dashes."""
    if not raw.str.contains(SUSPECT).any():
        return raw.set(raw.str.len_bytes() == 0, None) if (raw.str.len_bytes() == 0).any() else raw
    text = raw.str.strip_chars(" \t\r\n\u00a0\u3000\u200b\u200c\u200d\ufeff\u2060")
    text = text.str.replace(GUARDED, "$1").str.replace(r"^['’‘`]+", "").str.replace(PLACEHOLDERS, "")
    # Line breaks inside a cell serve its look; U+FFFE and U+FFFF are no characters.
    text = text.str.replace_all(r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}\x{fffe}\x{ffff}]", "").str.strip_chars()
    return text.to_frame("t").select(pl.when(pl.col("t") != "").then(pl.col("t"))).to_series().alias(raw.name)


def half_width(text: pl.Series) -> pl.Series:
    """Make full-width letters, digits and signs half-width, and drop every blank."""
    wide = text.str.contains(WIDE).fill_null(value=False)
    if not wide.any():
        return text
    distinct = text.filter(wide).unique()
    folded = pl.Series([unicodedata.normalize("NFKC", value) for value in distinct], dtype=pl.String)
    return text.replace(distinct, folded.str.replace_all(rf"[{BLANKS}]", ""))


def convert(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """Type one cleaned column by its contract."""
    return CONVERTERS[spec.type](text, spec, common)


def _by_distinct(text: pl.Series, work: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Work on the distinct values only, and spread the result."""
    distinct = text.drop_nulls().unique()
    result = work(distinct)
    if distinct.len() == 0:
        return pl.Series(text.name, [None] * text.len(), dtype=result.dtype)
    return text.replace_strict(distinct, result, default=None, return_dtype=result.dtype)


def _failed(text: pl.Series, typed: pl.Series, code: str) -> Converted:
    bad = text.is_not_null() & typed.is_null()
    return Converted(typed, bad if bad.any() else None, code)


def _text(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del spec, common
    return Converted(text)


def _compact(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del spec, common
    return Converted(half_width(text))


def _id(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del spec, common
    return Converted(half_width(text).str.to_uppercase())


def _phone(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del spec, common
    # A dash stands after an area code, or groups a mobile number; anywhere else it stays and is told (ID010).
    plain = (
        half_width(text)
        .str.replace(r"^(0[0-9]{2,3})-([0-9]{7,8})$", "$1$2")
        .str.replace(r"^(1[0-9]{2})-([0-9]{4})-([0-9]{4})$", "$1$2$3")
    )
    return Converted(plain.str.replace(r"^\+?86-?(1[0-9]{10})$", "$1"))


def _name(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """Names: inner blanks are dropped, every kind of dot becomes · (SPEC 8.15)."""
    del spec, common
    if not text.str.contains(rf"[{BLANKS}]|{DOTS}").any():
        return Converted(text)
    return Converted(text.str.replace_all(rf"[{BLANKS}]", "").str.replace_all(DOTS, "·"))


def _date_parts(distinct: pl.Series) -> pl.DataFrame:
    """Year, month, day (null where not written) and Excel serial of date-like texts."""
    plain = half_width(distinct.str.replace(r"[\sT]+[0-9]{1,2}:[0-9]{2}.*$", ""))
    frame = plain.to_frame("t")
    long = pl.col("t").str.extract_groups(r"^([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})?日?号?)?$")
    short = pl.col("t").str.extract_groups(r"^([0-9]{4})([0-9]{2})([0-9]{2})?$")
    return frame.select(
        pl.coalesce(long.struct[i], short.struct[i]).cast(pl.Int32).alias(name) for i, name in enumerate("ymd")
    ).with_columns(
        serial=pl.when(plain.str.contains(r"^[1-9][0-9]{4}(\.[0-9]+)?$"))
        .then(plain.cast(pl.Float64, strict=False))
        .cast(pl.Int32)
    )


def _day(parts: pl.DataFrame, default_day: pl.Expr) -> pl.Series:
    iso = pl.format(
        "{}-{}-{}",
        pl.col("y").cast(pl.String),
        pl.col("m").cast(pl.String).str.zfill(2),
        pl.coalesce("d", default_day).cast(pl.String).str.zfill(2),
    ).str.to_date("%Y-%m-%d", strict=False)
    serial = EXCEL_EPOCH + pl.duration(days=pl.col("serial"))
    day = pl.coalesce(iso, serial)
    return parts.select(pl.when(day.dt.year().is_between(1900, 2099)).then(day).alias("d")).to_series()


def _date(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del common

    def work(distinct: pl.Series) -> pl.Series:
        parts = _date_parts(distinct)
        start = pl.date(pl.col("y"), pl.when(pl.col("m").is_between(1, 12)).then(pl.col("m")).otherwise(1), 1)
        default = start.dt.month_end().dt.day().cast(pl.Int32) if spec.partial == "end" else pl.lit(1, dtype=pl.Int32)
        return _day(parts, default)

    if spec.partial == "end" and text.is_in(OPEN_END).any():
        text = text.set(text.is_in(OPEN_END).fill_null(value=False), None)
    read = _failed(text, _by_distinct(text, work), "IN005")
    if not spec.span:
        return read
    without_day = _by_distinct(
        text,
        lambda distinct: _date_parts(distinct).select(pl.col("m").is_not_null() & pl.col("d").is_null()).to_series(),
    )
    return replace(read, month_only=without_day.fill_null(value=False))


def _month(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del spec, common

    def work(distinct: pl.Series) -> pl.Series:
        day = _day(_date_parts(distinct), pl.lit(1, dtype=pl.Int32))
        return (day.dt.year() * MONTHS_PER_YEAR + day.dt.month().cast(pl.Int32) - 1).cast(pl.Int32)

    return _failed(text, _by_distinct(text, work), "IN005")


def _number(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """Non-negative decimals as scaled integers; more decimals than the scale are an error, never rounded."""
    del common
    scale = SCALES[spec.type]

    def work(distinct: pl.Series) -> pl.Series:
        plain = half_width(distinct).str.replace_all(UNITS[spec.type], "")
        frame = plain.to_frame("t").select(pl.col("t").str.extract_groups(r"^([0-9]{1,13})(?:\.([0-9]*?)0*)?$"))
        whole = pl.col("t").struct[0]
        part = pl.col("t").struct[1].fill_null("")
        digits = pl.when(part.str.len_bytes() <= scale).then(whole + part.str.pad_end(scale, "0"))
        return frame.select(digits.cast(pl.Int64)).to_series()

    return _failed(text, _by_distinct(text, work), "IN006")


def _yes_no(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    del spec
    known = dict.fromkeys(common.yes_words, True) | dict.fromkeys(common.no_words, False)
    typed = half_width(text).replace_strict(known, default=None, return_dtype=pl.Boolean)
    return _failed(text, typed, "IN007")


def _benefit(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """享受低保/特困…情况: any text but the words for no means yes; an empty cell means no (SPEC 8.20).

    A formula without a value is neither text nor empty: what it would say is unknown.
    """
    del spec
    words = half_width(text)
    unknown = (words.str.contains(FAILED_FORMULA) | words.str.starts_with("=")).fill_null(value=False)
    says = ~words.is_in(common.benefit_no).fill_null(value=True)
    if not unknown.any():
        return Converted(says)
    return Converted(says.to_frame("t").select(pl.when(~unknown).then(pl.col("t"))).to_series(), unknown, "IN007")


def _choice(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """One of a list; synonyms become the listed word. An unknown word stays and is reported by the contract."""
    del common

    def work(distinct: pl.Series) -> pl.Series:
        words = half_width(distinct).replace(spec.synonyms) if spec.synonyms else half_width(distinct)
        return words.to_frame("t").select(pl.when(pl.col("t") != "").then(pl.col("t"))).to_series()

    return Converted(_by_distinct(text, work))


def _choices(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """A list of words in any order and with any comma, written back with one comma."""
    del common

    def work(distinct: pl.Series) -> pl.Series:
        words = half_width(distinct).str.replace_all(SEPARATORS, ",").str.strip_chars(",").str.split(",")
        return words.list.eval(pl.element().replace(spec.synonyms)).list.join(",")

    return Converted(_by_distinct(text, work))


def _mapped(words: dict[str, list[str]]) -> dict[str, str]:
    return {word: code for code, listed in words.items() for word in (code, *listed)}


def _measure(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """Code of a subsidy. A word that no list knows stays and is told; where it speaks of posts, it counts as theirs."""
    del spec
    plain = half_width(text)
    known = plain.replace_strict(_mapped(common.measures), default=None, return_dtype=pl.String)
    bad = plain.is_not_null() & known.is_null()
    if not bad.any():
        return Converted(known)
    like_post = plain.str.contains("|".join(common.post_words)) & bool(common.post_words)
    words = plain.set(like_post.fill_null(value=False), "post")
    return Converted(known.zip_with(known.is_not_null(), words), bad, "IN007")


def _pay_status(text: pl.Series, spec: ColumnSpec, common: Common) -> Converted:
    """`paid`, `failed`, `recovered`; any other word is `unknown`: of a bank never paid, in the history never unpaid."""
    words = {"paid": common.paid, "failed": common.failed, "recovered": common.recovered}
    listed = _mapped(words) | spec.synonyms
    known = half_width(text).replace_strict(listed, default="unknown", return_dtype=pl.String)
    known = known.zip_with(text.is_not_null(), pl.Series([None], dtype=pl.String).new_from_index(0, text.len()))
    bad = known == "unknown"
    return Converted(known, bad.fill_null(value=False) if bad.any() else None, "IN007")


CONVERTERS: dict[str, Callable[[pl.Series, ColumnSpec, Common], Converted]] = {
    "id": _id,
    "name": _name,
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
    "account": _compact,
    "code": _compact,
    "credit_code": _id,
    "measure": _measure,
    "pay_status": _pay_status,
}


def suggestion(value: str, known: list[str]) -> str:
    """Say which listed word an unknown one is most like, or name the list where it is short."""
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.4)
    if near:
        return f"，是不是“{near[0]}”？"
    return f"，可填：{'、'.join(known)}" if known and len(known) <= 8 else ""  # noqa: PLR2004 - what a line can hold
