"""Words for places and for "no", as exports write them: is this the home county, is it written down to the county."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

NO_WORDS = ("否", "无", "未享受", "不享受", "0")
LIVES_ON = r"^\[\d*-\]"  # a name that is still in force, as the list writes it: [1989-]北票市
# Cities without counties: the city is all that can be written.
NO_COUNTIES = frozenset({"东莞市", "中山市", "儋州市", "嘉峪关市", "三沙市"})
COUNTY_WORD = r"[县区旗市]"
NOT_A_COUNTY = r"(?:省|自治区)$"
DISTANCE = r"[内外]$"  # 县外省内, 省外: how far away, not where


def no_meaning(text: pl.Expr) -> pl.Expr:
    """Whether a free text says no: empty, 否, 无, 未享受, 不享受, 0 (SPEC 8.20)."""
    return text.is_null() | text.is_in(NO_WORDS)


class Areas(NamedTuple):
    """Names of the list that ships with python-stdnum, and all its six-digit codes, whenever they were in force."""

    codes: frozenset[str]
    provinces: tuple[str, ...]
    cities: tuple[str, ...]  # with counties below them, in force today
    county_cities: frozenset[str]  # 县级市 in force today, and cities without counties


@cache
def areas() -> Areas:
    """Read the list once."""
    codes, provinces, cities, county_cities = set(), [], set(), set(NO_COUNTIES)
    province = ""
    for line in _listed().read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        code, _, rest = line.strip().partition(" ")
        if line.startswith(" "):
            codes.add(province + code)
            if "市" not in rest and not code.endswith("00"):  # a county like most: its name is not asked for
                continue
        names = rest[rest.index('"') + 1 : rest.rindex('"')].split(",")
        if not line.startswith(" "):
            province = code
            provinces += names
            continue
        lasting = [re.sub(LIVES_ON, "", n) for n in names if "[" not in n or re.match(LIVES_ON, n)]
        if code.startswith("00"):
            continue
        if code.endswith("00"):
            cities |= {n for n in lasting if n not in NO_COUNTIES and n not in ("市辖区", "县")}
        else:
            county_cities |= {n for n in lasting if n.endswith("市")}
    return Areas(
        frozenset(codes), tuple(provinces), tuple(sorted(cities, key=len, reverse=True)), frozenset(county_cities)
    )


def _listed() -> Path:
    """The list, found without loading python-stdnum, which loads half of the standard library with it."""
    found = find_spec("stdnum")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("stdnum")
    return Path(found.submodule_search_locations[0]) / "cn" / "loc.dat"


def below_city(text: pl.Expr) -> pl.Expr:
    """What a place's name holds below province and city; empty where it goes no further."""
    known = areas()
    top = "|".join((*known.provinces, "市辖区"))
    city = "|".join(known.cities)
    return text.str.replace(rf"^(?:{top})*(?:{city})?(?:市辖区)*", "")


def vague_county(place: pl.Expr, city: pl.Expr, province: pl.Expr) -> pl.Expr:
    """Whether a 务工所在县 is empty, or a province or a city once more. 县级市 are counties, and so are cities without any."""
    same_city = (place == city) & ~place.is_in(areas().county_cities)
    again = same_city.fill_null(value=False) | (place == province).fill_null(value=False)
    return place.is_null() | place.str.contains(NOT_A_COUNTY) | (below_city(place) == "") | again


def vague_text(place: pl.Expr) -> pl.Expr:
    """Whether a free 务工所在地 is written and names no county; words for a distance name no place and are not judged."""
    return (~below_city(place).str.contains(COUNTY_WORD) & ~place.str.contains(DISTANCE)).fill_null(value=False)
