"""9.A8: what lies inside 2113, however it is written, and what only sounds like it."""

from __future__ import annotations

import polars as pl
import pytest

from fupin_cli.policy import places
from fupin_cli.policy.parameters import load_policy

AREA = load_policy("朝阳市").file.area


@pytest.mark.parametrize(
    ("province", "city", "county", "inside"),
    [
        ("辽宁省", "朝阳市", "", True),
        ("辽宁", "朝 阳", None, True),
        ("", "辽宁省朝阳市", "", True),
        (None, None, "喀喇沁左翼蒙古族自治县", True),
        ("辽宁省", "", "凌源市", True),
        ("辽宁省", "沈阳市", "和平区", False),
        ("吉林省", "长春市", "朝阳区", False),
        ("北京市", "北京市", "朝阳区", False),
        ("北京", "朝阳区", "", False),
        ("河北省", "", "建平县", False),
        (None, None, None, False),
        ("", "211300", "", True),
        ("", "", "211322", True),
        ("辽宁省", "朝阳市建平县", "", True),
        ("湖南省", "211号街", "", False),
    ],
)
def test_inside(province: str | None, city: str | None, county: str | None, inside: bool) -> None:
    frame = pl.DataFrame({"p": [province], "c": [city], "k": [county]}, schema=dict.fromkeys("pck", pl.String))
    assert frame.select(places.inside(pl.col("p"), pl.col("c"), pl.col("k"), AREA)).item() is inside


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("辽宁省", "辽宁"),
        ("北京市", "北京"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("新疆维吾尔自治区", "新疆"),
    ],
)
def test_provinces(one: str, other: str) -> None:
    frame = pl.DataFrame({"a": [one], "b": [other]})
    assert frame.select(places.province(pl.col("a")) == places.province(pl.col("b"))).item()


@pytest.mark.parametrize(
    ("own", "work", "at_home"),
    [
        ("喀左县", "喀喇沁左翼蒙古族自治县", True),
        ("喀喇沁左翼蒙古族自治县", "辽宁省朝阳市喀左县", True),
        ("朝阳市建平县", "建平县", True),
        ("建平县", "建平", True),
        ("建平县", "朝阳建平", True),
        ("喀喇沁左翼蒙古族自治县", "喀左", True),
        ("建平县", "平", False),
        ("建平县", "凌源", False),
        ("朝阳县", "朝阳区", False),
        ("朝阳县", "朝阳市", False),
        ("建平县", "凌源市", False),
        ("建平县", None, None),
    ],
)
def test_at_home(own: str, work: str | None, at_home: bool | None) -> None:
    """The same county, whichever of its names is written: 喀左县 is 喀喇沁左翼蒙古族自治县 (8.24, 10.3)."""
    frame = pl.DataFrame({"county": [own], "work_county": [work]}, schema_overrides={"work_county": pl.String})
    assert frame.select(places.at_home()).item() is at_home


@pytest.mark.parametrize(
    ("written", "county"),
    [
        ("辽宁省朝阳市建平县", "建平县"),
        ("朝阳市凌源市", "凌源市"),
        ("朝阳市", "朝阳市"),
        ("喀左县", "喀喇沁左翼蒙古族自治县"),
        ("喀喇沁左翼蒙古族自治县", "喀喇沁左翼蒙古族自治县"),
        ("内蒙古自治区赤峰市宁城县", "宁城县"),
        ("新市区", "新市区"),
        ("荆州市沙市区", "沙市区"),
    ],
)
def test_a_county_is_the_same_with_its_city_before_it(written: str, county: str) -> None:
    """13: townships are counted by county and name; a county written longer is no other county."""
    assert pl.select(places.bare_county(pl.lit(written))).item() == county
