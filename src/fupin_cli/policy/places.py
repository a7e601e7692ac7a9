"""Where a place lies: whether it is inside the policy's city, and whether two names mean the same province.

Places are written by hand: with or without 省 and 市, in full-width signs, or as area codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.letters import tight_expr

if TYPE_CHECKING:
    from fupin_cli.policy.schema import Area

PROVINCE_END = r"(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)$"
CITY_END = r"(?:市|州|盟|地区|县|区|旗)$"
COUNTY_END = r"[县区旗市]$"
BEFORE_COUNTY = r"^(?:.{2,7}?(?:省|自治区))?(?:.{2,8}?(?:市|州|盟|地区))?(.{2,}[县区旗市])$"
# The city's county whose short name people write (SPEC 8.24).
SHORT_NAMES = {"喀左县": "喀喇沁左翼蒙古族自治县"}


def plain(place: pl.Expr) -> pl.Expr:
    """A place without blanks and in half-width signs; empty text where nothing is written."""
    return tight_expr(place).fill_null("")


def province(place: pl.Expr) -> pl.Expr:
    """A province without 省, 市, 自治区."""
    return plain(place).str.replace(PROVINCE_END, "")


def city(place: pl.Expr, area: Area) -> pl.Expr:
    """A city without the area's own province before it, and with 市 where no such ending is written."""
    name = plain(place).str.strip_prefix(area.province)
    return pl.when((name == "") | name.str.contains(CITY_END)).then(name).otherwise(name + "市")


def full_county(name: pl.Expr) -> pl.Expr:
    """A county by its full name, whichever of the two is written."""
    for short, full in SHORT_NAMES.items():
        name = name.str.replace(f"{short[:-1]}{short[-1]}?$", full)
    return name


def bare_county(name: pl.Expr) -> pl.Expr:
    """A county by its full name, without province and city before it (朝阳市建平县 = 建平县)."""
    return full_county(name.str.replace(BEFORE_COUNTY, "$1"))


def at_home(own: pl.Expr | None = None, work: pl.Expr | None = None) -> pl.Expr:
    """Whether the place of work is the home county: one name ends with the other (辽宁省某市某县 = 某县), also in short (某)."""
    home = full_county(pl.col("county") if own is None else own)
    there = full_county(pl.col("work_county") if work is None else work)
    unended = ~there.str.contains(COUNTY_END) & (there.str.len_chars() > 1)
    short = unended & there.str.ends_with(home.str.replace(COUNTY_END, ""))
    return there.str.ends_with(home) | home.str.ends_with(there) | short


def inside(to_province: pl.Expr, to_city: pl.Expr, to_county: pl.Expr, area: Area) -> pl.Expr:
    """Whether a place lies in the area (2113): by the city's name, or in its province by the name of one of its counties.

    朝阳区 of 长春市 or 北京市 is not. False where nothing is known.
    """
    town = city(to_city, area)
    home = province(to_province).is_in(["", area.province.removesuffix("省")])
    county = plain(to_county).str.strip_prefix(area.province).str.strip_prefix(area.city)
    coded = pl.any_horizontal(plain(part).str.contains(rf"^{area.code}\d{{0,8}}$") for part in (to_city, to_county))
    by_county = home & (town.is_in(area.counties) | county.is_in(area.counties))
    return town.str.starts_with(area.city) | by_county | coded
