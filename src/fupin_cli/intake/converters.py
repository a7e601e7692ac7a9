"""How cells of each type become values: expressions over the plain form of a cell, one converter a type.

Money is Int64 fen, days are Int64 hundredths of a day, months are Int32 month indexes, rates are Int64 millionths.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import MONTHS_PER_YEAR
from fupin_cli.policy.places import bare_county

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.intake.contracts import ColumnSpec, Common

# Signs that take no room: two townships that differ by one look the same, and are the same.
UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
BLANKS = rf"\s\u00a0\u3000{UNSEEN}"
# Anything but ASCII and common Han, which are in their plain form already.
WIDE = r"[^\x21-\x7e\u4e00-\u9fff]"
FAILED_FORMULA = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$"
DOTS = r"[•・．‧﹒]"
OPEN_END = ("至今", "今", "长期", "无固定期限", "在岗", "在职")
NO_DAY = ("无", "暂无", "空")  # of a day or month that need not be written: as an empty cell
SEPARATORS = r"[，、,;；/|]"
SCALES = {"money": 2, "days": 2, "count": 0, "rate": 4}
PLAIN, VALUE, BAD, MONTH_ONLY = ":plain", ":value", ":bad", ":month_only"
TIME = r"[\sT]+[0-9]{1,2}:[0-9]{2}.*$"
# Year, month, day in digits alone; with signs between; or a number as Excel keeps a day.
DIGITS = r"^([0-9]{4})([0-9]{2})([0-9]{2})?$"
DATE = (
    r"^([0-9]{4})[-/.年]([0-9]{1,2})(?:(?:[-/.]|月份?)([0-9]{1,2})?日?号?)?$"
    r"|^([1-9][0-9]{4}(?:\.[0-9]+)?)$"
)
FIRST_YEAR, LAST_YEAR = "1900", "2099"
EXCEL_EPOCH = (date(1899, 12, 30) - date(1970, 1, 1)).days
LAST_SERIAL = (date(2099, 12, 31) - date(1899, 12, 30)).days
UNITS = {"money": r"[￥¥$,元圆\s]", "days": r"[天日,\s]", "count": r"[个月人户天次名,\s]", "rate": r"[%％\s]"}


@dataclass(frozen=True)
class Typing:
    """How cells become values: expressions over their plain form, named as in `values.Converted`; `bad` may look at the value.

    `in_the_end`: what becomes of the value when all this is told, where it is made of a value of another kind.
    """

    value: pl.Expr
    bad: pl.Expr | None = None
    code: str = ""
    month_only: pl.Expr | None = None
    in_the_end: pl.Expr | None = None


def half_width(text: pl.Expr) -> pl.Expr:
    """Make full-width letters, digits and signs half-width, and drop every blank."""
    return text.str.normalize("NFKC").str.replace_all(rf"[{BLANKS}]", "")


def plain_form(column: ColumnSpec, as_is: set[str]) -> pl.Expr:
    """The form of a cell from which its value is read; `as_is`: columns that are in it already."""
    text = pl.col(column.name)
    if column.type in ("date", "month"):
        text = text if column.name in as_is else half_width(text.str.replace(TIME, ""))
        return text.str.replace(DIGITS, "$1-$2-$3").str.extract_groups(DATE)
    if column.type == "text" or column.name in as_is:
        return text
    if column.type == "name":  # inner blanks are dropped, every kind of dot becomes · (SPEC 8.15)
        return text.str.replace_all(rf"[{BLANKS}]", "").str.replace_all(DOTS, "·")
    return half_width(text)


def unchanged(column: ColumnSpec, as_is: set[str]) -> bool:
    """Whether what stands in the cells of a column is their value; `as_is`: columns that are in their plain form already."""
    return column.type == "text" or (column.type in AS_WRITTEN and column.name in as_is and not column.synonyms)


def filled(text: pl.Expr) -> pl.Expr:
    """Null where nothing is left of a text."""
    return pl.when(text != "").then(text)


def _checked(value: pl.Expr, spec: ColumnSpec, code: str, *, written: pl.Expr | None = None) -> Typing:
    """What is written and cannot be typed is wrong."""
    written = pl.col(spec.name).is_not_null() if written is None else written
    return Typing(value, written & pl.col(spec.name + VALUE).is_null(), code)


def _text(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del spec, common
    return Typing(text)


def _place(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """A county, township or village: with a blank, in full-width signs, with its city before it or short it is the same."""
    del common
    return Typing(filled(bare_county(text) if spec.name == "county" else text))


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
    year, month, day = (groups.struct[i] for i in range(3))
    known = pl.concat_str(year, month, day.fill_null("01"), separator="-").str.to_date("%Y-%m-%d", strict=False)
    if ends:
        known = pl.when(day.is_null()).then(known.dt.month_end()).otherwise(known)
    serial = groups.struct[3].cast(pl.Float64).cast(pl.Int32)
    return pl.coalesce(
        pl.when(year.is_between(pl.lit(FIRST_YEAR), pl.lit(LAST_YEAR))).then(known),
        pl.when(serial <= LAST_SERIAL).then((serial + EXCEL_EPOCH).cast(pl.Date)),
    )


def _date(groups: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del common
    ends = spec.partial == "end"
    written = pl.col(spec.name).is_not_null() & ~pl.col(spec.name).is_in(open_words(spec))
    read = _checked(_day(groups, ends=ends), spec, "IN005", written=written)
    if not spec.span:
        return read
    return replace(read, month_only=groups.struct[1].is_not_null() & groups.struct[2].is_null())


def _month(groups: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    del common
    day = pl.col(spec.name + VALUE).dt
    month = day.year() * MONTHS_PER_YEAR + day.month().cast(pl.Int32) - 1
    written = pl.col(spec.name).is_not_null() & ~pl.col(spec.name).is_in(open_words(spec))
    return replace(_checked(_day(groups), spec, "IN005", written=written), in_the_end=month.cast(pl.Int32))


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
    """One of a list, or a name; synonyms become the listed word. An unknown word stays and is reported by the contract."""
    del common
    return Typing(filled(text.replace(spec.synonyms) if spec.synonyms else text))


def _choices(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """A list of words in any order and with any comma, written back with one comma."""
    del common
    words = text.str.replace_all(SEPARATORS, ",").str.strip_chars(",").str.split(",")
    return Typing(words.list.eval(pl.element().replace(spec.synonyms)).list.join(","))


def _mapped(words: dict[str, list[str]]) -> dict[str, str]:
    return {word: code for code, listed in words.items() for word in (code, *listed)}


def _measure(text: pl.Expr, spec: ColumnSpec, common: Common) -> Typing:
    """Code of a subsidy. A word that no list knows stays and is told; where it speaks of posts, or of their insurance, it counts as theirs."""
    listed = _mapped(common.measures)
    post, other, insured = (
        text.str.contains("|".join(words)) & bool(words)
        for words in (common.post_words, common.not_post_words, common.insurance_words)
    )
    like_post = post & ~other
    words = pl.when(insured).then(pl.lit("accident_insurance")).when(like_post).then(pl.lit("post")).otherwise(text)
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
    "name": _choice,
    "text": _text,
    "place": _place,
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


AS_WRITTEN = ("name", "id", "credit_code", "phone", "account", "code")  # whose plain form is their value
# Signs without which a cell of a type is in its plain form already; of the others `WIDE`.
LOOKS = {
    "name": rf"[{BLANKS}]|{DOTS}",
    "text": "",
    "date": f"{WIDE}|T",
    "month": f"{WIDE}|T",
    "id": f"{WIDE}|[a-z]",
    "credit_code": f"{WIDE}|[a-z]",
    "phone": rf"{WIDE}|[-+]|,86",
}
