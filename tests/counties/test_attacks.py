"""16: counties as they should not be: damaged states and settings, one name twice, folders in folders, links in a circle."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.counties.find import find_counties, inside
from fupin_cli.counties.result import labels
from fupin_cli.counties.state import read_state, write_state
from tests.cli.test_json_schemas import fits
from tests.conftest import Ran, write_csv
from tests.counties.conftest import MONTH, county


def place(folder: Path, name: str) -> Path:
    """A county that nobody computes."""
    folder.mkdir(parents=True)
    (folder / "fupin.toml").write_text(f'[county]\nname = "{name}"\n', encoding="utf-8")
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_circle_and_two_ways_to_one_county(tmp_path: Path) -> None:
    """16.C: a link to the root, to itself, to nowhere: each county once, and an end."""
    root = tmp_path / "市"
    one = place(root / "北" / "甲", "甲县")
    (root / "a圈").symlink_to(root, target_is_directory=True)
    (root / "b自己").symlink_to("b自己")
    (root / "c没有").symlink_to(tmp_path / "没有")
    (root / "d别名").symlink_to(one, target_is_directory=True)
    (root / "北" / "上").symlink_to("..", target_is_directory=True)
    found = find_counties(root)
    assert [(c.key, c.root) for c in found] == [("d别名", str(one.resolve()))]


def test_a_county_inside_another_is_none_and_said(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """16.C: settings left in the folder of a city hide its counties: they are named, never left out unseen."""
    root = tmp_path / "省"
    place(root / "朝阳市", "朝阳市")
    hidden = place(root / "朝阳市" / "示例县", "示例县")
    deeper = place(root / "朝阳市" / "旧" / "乙县", "乙县")
    found = find_counties(root)
    assert [c.key for c in found] == ["朝阳市"]
    assert inside(found) == [hidden, deeper]
    ran = fupin("counties", "report", "--root", root, "--month", MONTH, "--workers", 1, "--no-page")
    assert ran.code == 10
    assert f"注意: {hidden} 里有 fupin.toml" in ran.err


@given(st.lists(st.tuples(st.sampled_from(["甲", "甲（1）", "1"]), st.sampled_from(["1", "1）（1", "乙"])), max_size=6))
def test_no_two_counties_are_called_alike(pairs: list[tuple[str, str]]) -> None:
    """16.C: whatever they call themselves and their folders."""
    rows = [{"name": name, "county": f"{n}/{key}"} for n, (name, key) in enumerate(pairs)]
    called = labels(rows)
    assert len({*called.values()}) == len(called) == len(rows)
    for row in rows:
        if [other["name"] for other in rows].count(row["name"]) == 1 and len({*labels(rows).values()}) == len(rows):
            assert row["name"] in called[row["county"]] or called[row["county"]] == row["county"]


def test_a_damaged_state_is_none(counties: Callable[..., Ran], tmp_path: Path) -> None:
    """16.C: a figure changed by hand, half a file, another kind of thing: the county is done again, and right."""
    root = tmp_path / "市"
    county(root / "甲县", "甲县")
    first = counties("check").document["counties"][0]
    state = root / ".fupin" / "counties" / MONTH / "check" / "甲县.json"
    good = state.read_text(encoding="utf-8")
    assert counties("check").document["counties"][0]["skipped"]
    body = json.loads(good)
    body["figures"]["errors"] = 77
    state.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    again = counties("check").document["counties"][0]
    assert (again["skipped"], again["figures"]) == (False, first["figures"])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": "fupin.county/1"}', '{"format": 1, "content_sha256": 2}']
)
def test_what_is_no_state_is_read_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text, encoding="utf-8")
    assert read_state(path) == {}
    write_state(path, {"format": "fupin.county/1", "county": "甲"})
    assert read_state(path) == {"format": "fupin.county/1", "county": "甲"}
    path.write_bytes(path.read_bytes().replace("甲".encode(), "乙".encode()))
    assert read_state(path) == {}


def test_what_comes_after_a_run_over_counties() -> None:
    """16.C: the commands of many counties, not those of one."""
    from fupin_cli.cli.next_step import _of_counties

    told = _of_counties("counties check", {"root": Path("市"), "month": MONTH}, 0)
    assert told == f"跨县比对：fupin counties across --root 市 --month {MONTH}"
    assert _of_counties("counties check", {"month": MONTH}, 1) == ""
    assert _of_counties("counties report", {"month_argument": MONTH}, 0) == ""


def test_one_run_at_a_time(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """16.C: two runs would write the same states: the second says so at once and does nothing."""
    from fupin_cli.counties.state import only_run

    root = tmp_path / "市"
    place(root / "甲", "甲县")
    with only_run(root, "check"):
        ran = fupin("counties", "check", "--root", root, "--month", MONTH, "--workers", 1)
    assert ran.code == 11
    assert "有另一个 fupin counties 在运行" in ran.err
    assert not list(root.rglob("甲*.json"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--workers", "0"), "--workers 的值不对"),
        (("--workers", "-3"), "--workers 的值不对"),
        (("--memory", "-1GiB"), "--memory 的值不对：-1GiB"),
        (("--memory", "1e9GiB"), "--memory 的值不对"),
        (("--memory", "很多"), "--memory 的值不对"),
        (("--timeout", "nan"), "--timeout 的值不对"),
        (("--timeout", "inf"), "--timeout 的值不对"),
        (("--timeout", "-1"), "--timeout 的值不对"),
        (("--retries", "-1"), "--retries 的值不对"),
    ],
)
def test_absurd_limits_are_told(fupin: Callable[..., Ran], tmp_path: Path, arguments: Any, words: str) -> None:
    """16.C: exit 2, in Chinese, before anything is begun."""
    place(tmp_path / "甲", "甲县")
    ran = fupin("counties", "check", "--root", tmp_path, "--month", MONTH, *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert "错误" in ran.err
    assert "Invalid" not in ran.err
    assert not (tmp_path / ".fupin").exists()


def test_a_table_of_counties_fits_80_columns(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16.C: long and equal names, a damaged file: nobody is lost, no line is longer."""
    from unicodedata import east_asian_width

    root = tmp_path / "市"
    for n, name in enumerate(["同名县", "同名县", "喀喇沁左翼蒙古族自治县" * 3]):
        place(root / f"片{n}" / "县", name)
    (root / "片0" / "县" / "fupin.toml").write_text("[county\n", encoding="utf-8")
    write_csv(root / "片0" / "县" / "inbox" / MONTH / "死亡人员.csv", [{"姓名": "某", "死亡日期": ""}])
    monkeypatch.setenv("COLUMNS", "80")
    ran = fupin("counties", "check", "--root", root, "--month", MONTH, "--workers", 1, "--retries", 0)
    assert ran.code == 1
    assert "3 个县 = 做完 0 + 没做成 1 + 未报送 2" in ran.out
    lines = [line for line in ran.out.splitlines() if str(tmp_path) not in line]
    assert max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in lines) <= 80
    assert "下一步" not in ran.err, "the next step of one county's workspace is none of theirs"
    for n in range(3):
        assert f"片{n}" in "".join(ran.out.split())


def test_damaged_settings_come_before_an_empty_inbox(counties: Callable[..., Ran], tmp_path: Path) -> None:
    """16: a county whose settings or policies are wrong has failed, with nothing handed in as well; it is told what is wrong."""
    root = tmp_path / "市"
    place(root / "甲", "甲县")
    (place(root / "乙", "乙县") / "fupin.toml").write_text("[county\n", encoding="utf-8")
    (place(root / "丙", "丙县") / "fupin.toml").write_text("[post]\ncap_month = 1\n", encoding="utf-8")
    (place(root / "丁", "丁县") / "policy").mkdir()
    (root / "丁" / "policy" / "坏.yaml").write_text("- [", encoding="utf-8")
    (root / "丁" / "inbox").mkdir()
    for command in ("check", "payroll", "across", "report"):
        ran = counties(command)
        assert ran.code == 1, command
        told = {row["county"]: (row["status"], row["attempts"]) for row in ran.document["counties"]}
        failed = ("failed", 1)
        assert told == {"丁": failed, "丙": failed, "乙": failed, "甲": ("not_handed_in", 1)}
        words = {row["county"]: row["message"] for row in ran.document["counties"]}
        assert "cap_month" in words["丙"]
        assert "坏.yaml" in words["丁"]
        assert "fupin.toml" in words["乙"]


def test_what_the_comparison_wrote_is_written_again_when_it_was_changed(
    counties: Callable[..., Ran], tmp_path: Path
) -> None:
    """16.3: half an extract, half a list of people, a hold taken out by hand, a county or its folder called otherwise."""
    root = tmp_path / "市"
    for name in ("甲县", "乙县"):
        county(root / name, name)
    first = counties("across")
    assert fits(first.document) == "counties"
    assert first.document["sums"]["XC002"] == 2, "one person on two rosters"
    inbox = root / "甲县" / "inbox" / MONTH
    told, own = inbox / "跨县_甲县.xlsx", root / "甲县" / ".fupin" / "across" / f"{MONTH}.parquet"
    coded = root / ".fupin" / "counties" / MONTH / "extract" / "甲县.parquet"
    good = {path: path.read_bytes() for path in (told, own, coded)}
    for path, whole in good.items():
        path.write_bytes(whole[: len(whole) // 2])
        again = counties("across")
        assert (again.code, again.document["sums"]["XC002"]) == (0, 2), path.name
        assert told.read_bytes() == good[told], "the same input to the byte"
    assert counties("across").document["totals"]["skipped"] == 2

    (root / "乙县").rename(tmp_path / "没有挂载")
    alone = counties("across")
    assert (alone.code, alone.document["sums"]["hits"]) == (0, 0)
    assert f"注意: 乙县（乙县）{MONTH} 以前做过，这次不在了" in alone.err
    heading = openpyxl.load_workbook(told)["跨县"]["A1"].value
    assert heading.endswith("比对了 1 个县；没有比对（这次不在）：乙县"), "not there, not: not handed in"
    (tmp_path / "没有挂载").rename(root / "乙县")
    back = counties("across")
    assert (back.err, back.document["sums"]["XC002"]) == ("", 2)
    assert told.read_bytes() == good[told]

    file = root / "甲县" / "fupin.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("甲县", "甲市"), encoding="utf-8")
    assert counties("across").code == 0
    assert [path.name for path in inbox.glob("跨县_*")] == ["跨县_甲市.xlsx"], "the older would hold as well"
    (inbox / "跨县_甲市.xlsx").write_bytes(good[told])  # somebody's own
    file.write_text(file.read_text(encoding="utf-8").replace("甲市", "甲区"), encoding="utf-8")
    assert counties("across").code == 0
    assert sorted(path.name for path in inbox.glob("跨县_*")) == ["跨县_甲区.xlsx", "跨县_甲市.xlsx"]
