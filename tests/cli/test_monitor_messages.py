"""What roster, match, forecast and what-if say to a slip: each with what to do, exit 2 or 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.test_monitor_cases import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

NOBODY = {"month": "2024-05", "now": {"registry": ["A"], "employment": ["A"]}}
SLIPS = (
    ("what-if 2024-05", "没有写要改什么", 2),
    ("what-if 2024-05 --scenario 850", "--scenario 850 看不懂", 2),
    ("what-if 2024-05 --set post", "--set post 看不懂", 2),
    ("what-if 2024-05 --set post.standard=1 --set post.standard.2024.monthly=850", "与前面的 --set 矛盾", 2),
    ("what-if 2024-05 --set post.standard=1", "post.standard", 2),
    ("what-if 2024-05 --set county.name=x", "county.name 不影响发放，不能试算", 2),
    ("what-if 2024-05 --set post.proration=calendar", "没有可以试算的补贴", 10),
    ("forecast 2024-05", "没有可以推算的补贴", 10),
    ("roster 2024-05 --where 镇=东川镇", "--where 里的“镇=东川镇”看不懂", 2),
    ("roster 2024-05 --where 劳动力=也许", "--where 里的“劳动力=也许”看不懂", 2),
    ("roster 2024-05 --where 状态=上班", "没有“上班”这种就业状态", 2),
    ("match 2024-05", "没有“有意愿外出人员清单”，也没有“计划外出务工信息”", 10),
)


def test_whom_a_condition_finds_and_what_nobody_has(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """12.1: a span of years is read with any dash; a township that is not there is told with the likest that is."""
    build(NOBODY, tmp_path / "w")
    everybody = fupin("roster", "2024-05", "-w", tmp_path / "w", "--format", "json").document["people"]
    (person,) = everybody
    band, town = person["age_band"], person["township"]
    assert "–" in band
    for dash in "-—～－":
        ran = fupin("roster", "2024-05", "-w", tmp_path / "w", "--where", f"年龄={band.replace('–', dash)}岁")
        assert ran.code == 0, dash
        assert "注意" not in ran.err, dash
    slip = fupin("roster", "2024-05", "-w", tmp_path / "w", "--where", f"乡={town[:-1]},劳动力=是")
    assert slip.code == 1
    assert f"注意: 台账里没有乡是“{town[:-1]}”的人，有：{town}\n" in slip.err
    named = fupin("roster", "2024-05", "-w", tmp_path / "w", "--where", "姓名=不在的人")
    assert named.code == 1
    assert "注意: 台账里没有姓名是“不在的人”的人\n" in named.err


@pytest.mark.parametrize(("command", "words", "code"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_told_with_what_to_do(
    fupin: Callable[..., Ran], tmp_path: Path, command: str, words: str, code: int
) -> None:
    build(NOBODY, tmp_path / "w")
    ran = fupin(*command.split(), "-w", tmp_path / "w")
    assert ran.code == code, ran.err
    assert words in ran.err
    assert "提示: " in ran.err
    assert ran.out == ""
