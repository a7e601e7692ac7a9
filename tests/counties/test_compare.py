"""16.3: however the extracts are cut into tasks, the hits are those of all rows held side by side."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fupin_cli.counties.compare import _groups, compare
from fupin_cli.counties.extract import SCHEMA
from fupin_cli.counties.match import find_hits
from fupin_cli.counties.pool import Limits
from fupin_cli.errors import FupinError
from tests.conftest import LONG
from tests.counties.here import Here
from tests.counties.test_across import row

MONTH = 24292
# At both ends of the codes and of a bucket, with and without the sign bit.
CODES = (0, 1, 2**56 - 1, 2**56, 2**63 - 1, 2**63, 2**64 - 2**56, 2**64 - 1)
people = st.fixed_dictionaries(
    {"code": st.sampled_from(CODES), "registry": st.booleans(), "roster": st.booleans()}
    | {"mask": st.sampled_from([0, 1, 2**36 - 1, 1 << 63, (2**18 - 1) << 18])}
)
phones = st.fixed_dictionaries({"code": st.sampled_from(CODES[::2]), "person": st.sampled_from(CODES)})
counties = st.tuples(st.lists(people, max_size=5, unique_by=lambda one: one["code"]), st.lists(phones, max_size=4))


def written(folder: Path, county: tuple[list[dict[str, Any]], list[dict[str, Any]]], number: int) -> pl.DataFrame:
    """Write an extract as `extract` sorts it."""
    own, used = county
    rows = [row(number, **one, person=one["code"]) for one in own] + [
        row(number, kind=2, check=1, **one) for one in used
    ]
    whole = pl.DataFrame(rows, schema={**SCHEMA, "county": pl.UInt16}).with_columns(
        bucket=(pl.col("code") // 2**56).cast(pl.UInt8)
    )
    whole = whole.sort("bucket", "kind", "code", "person")
    whole.drop("county").write_parquet(folder / f"{number}.parquet", row_group_size=2)
    return whole


@settings(
    max_examples=25 if LONG else 10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # a shrink takes minutes
@given(st.lists(counties, min_size=1, max_size=5), st.sampled_from([1, 3, 8]))
def test_the_hits_do_not_depend_on_how_the_work_is_cut(places: list[Any], most: int) -> None:
    """16.3: codes gathered, met and sifted by tasks of a few rows each, against a join of everything with everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = pl.concat([written(folder, county, number) for number, county in enumerate(places)])
        files = [str(folder / f"{number}.parquet") for number in range(len(places))]
        rows = [whole.filter(pl.col("county") == number).height for number in range(len(places))]
        caps = [36] * len(places)
        expected = find_hits(whole, tuple(caps), MONTH)
        for held in (most, 10**6):
            hits = compare(files, rows, caps, folder / "across", MONTH, Here(), Limits(), held)
            assert hits.equals(expected), held
            assert not (folder / "across").exists(), "nothing is left of it"


def test_two_phones_compared_apart_are_one_hit_that_names_both_counties(tmp_path: Path) -> None:
    """16.3: XC005 of a person whose two phones lie at both ends of the codes."""
    low, high = {"code": 1, "person": 5}, {"code": 2**64 - 1, "person": 5}
    places: list[Any] = [([], [low, high]), ([], [{**low, "person": 6}]), ([], [{**high, "person": 7}])]
    for number, place in enumerate(places):
        written(tmp_path, place, number)
    files = [str(tmp_path / f"{number}.parquet") for number in range(3)]
    hits = compare(files, [2, 1, 1], [36] * 3, tmp_path / "across", MONTH, Here(), Limits(), 1)
    assert hits.select("rule", "county", "others").rows() == [
        ("XC005", 0, [1, 2]),
        ("XC005", 1, [0]),
        ("XC005", 2, [0]),
    ]


def test_groups_hold_every_county_once() -> None:
    assert list(_groups([5, 5, 5, 20, 1, 1], 10)) == [(0, 2), (2, 3), (3, 4), (4, 6)]
    assert list(_groups([], 10)) == [(0, 0)]


def test_a_part_that_fails_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """16.3: some of the hits are no result; what a run that was killed has left is taken away first."""
    whole = written(tmp_path, ([{"code": 7, "registry": True, "roster": True, "mask": 0}], []), 0)
    (tmp_path / "1.parquet").write_bytes(b"PAR1")
    folder = tmp_path / "across"
    folder.mkdir()
    (folder / "codes-1.parquet").write_bytes(b"old")
    files = [str(tmp_path / f"{number}.parquet") for number in range(2)]
    for most in (1, 10):
        with pytest.raises(FupinError, match="没有做成：程序出错"):
            compare(files, [whole.height, 1], [36, 36], folder, MONTH, Here(), Limits(retries=0), most)
        assert not folder.exists()
