"""12.10: `fupin run` does roster, risk, forecast and subsidies too, each only if what it looks at has changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fupin_cli.errors import FupinError
from fupin_cli.jobs import run_reports
from tests.cases.test_monitor_cases import build, number_of
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = "2024-05"
SHIPPED = Path(__file__).parents[2] / "src" / "fupin_cli" / "policy"
CASE = {
    "month": MONTH,
    "before": {"registry": ["A", "B"], "employment": ["A", "B"]},
    "now": {
        "registry": ["A", "B", "C"],
        "employment": ["A"],
        "posts": [{}],
        "assignments": ["C"],
        "attendance": ["C"],
        "accident_insurance": ["C"],
        "flexible_claims": ["A"],
    },
}


def lines(ran: Ran) -> dict[str, str]:
    return dict(text.removeprefix(f"{MONTH} ").split("：", 1) for text in ran.out.splitlines()[1:])


def jobs(root: Path, *names: str) -> None:
    settings = f'[county]\nname = "示例县"\n[run]\njobs = {json.dumps(names)}\n'
    (root / "fupin.toml").write_text(settings, encoding="utf-8")


@pytest.mark.long
def test_all_that_can_be_done_and_only_what_changed(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build(CASE, root)
    said = lines(fupin("run", MONTH, "-w", root))
    assert said["台账"] == "3 人，劳动力 3，在业 2"
    assert said["风险预警"].endswith("持续 0，已解除 0")
    assert set(said) == {"灵活就业社保补贴", "台账", "风险预警", "预测", "到期", "月报"}
    assert "待批准" in said["灵活就业社保补贴"]
    # A file that neither roster nor risk looks at: they stand; what pays is computed again.
    write_csv(
        root / "inbox" / MONTH / "以工代赈项目.csv",
        [
            {
                "项目名称": "甲",
                "县": "示例县",
                "总投资": "1000000",
                "劳务报酬": "300000",
                "用工人数": "9",
                "吸纳脱贫劳动力人数": "3",
            }
        ],
    )
    said = lines(fupin("run", MONTH, "-w", root))
    assert {title for title, words in said.items() if "没有重做" in words} == {"台账", "风险预警"}
    # The list of the willing: a match is possible now, and risks look at it.
    write_csv(
        root / "inbox" / MONTH / "有意愿外出人员清单.csv",
        [{"姓名": "张三", "身份证号码": number_of("B", "19800101"), "意向地": "", "意向工种": "", "技能": ""}],
    )
    write_csv(
        root / "inbox" / MONTH / "岗位需求清单.csv",
        [{"用人单位": "某厂", "工作地": "大连市", "工种": "缝纫工", "月薪": "5000", "人数": "1"}],
    )
    said = lines(fupin("run", MONTH, "-w", root))
    assert said["对接"] == "1 人，建议匹配 1，没有匹配 0"
    assert {title for title, words in said.items() if "没有重做" in words} == {"台账"}
    # What was written and has gone is written again.
    (root / "out" / MONTH / f"台账_{MONTH}.xlsx").unlink()
    assert lines(fupin("run", MONTH, "-w", root))["台账"] == "3 人，劳动力 3，在业 2"
    assert "输入相同，没有重做" in fupin("run", MONTH, "-w", root).out
    assert fupin("verify", MONTH, "-w", root).code == 0


def test_a_policy_file_of_the_county_is_looked_at_by_every_job(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """11.3, 12.10: who is labour and where people come from stand in it."""
    root = tmp_path / "w"
    build(CASE, root)
    fupin("run", MONTH, "-w", root)
    (root / "policy").mkdir()
    for name in ("chaoyang-2021.txt", "chaoyang-2021.yaml"):
        text = (SHIPPED / name).read_text(encoding="utf-8")
        (root / "policy" / name).write_text(text.replace('years: "16"', 'years: "60"'), encoding="utf-8")
    said = lines(fupin("run", MONTH, "-w", root))
    assert {title for title, words in said.items() if "没有重做" in words} == set()
    assert said["台账"] == "3 人，劳动力 0，在业 2"


def test_a_page_that_nobody_named_never_ends_a_run(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """13.1: what keeps it from being written is said, in the mail too, and the rest of the run stands; named, it counts."""

    def refuses(*_: object) -> None:
        raise FupinError("页做不成", "提示")

    root = tmp_path / "w"
    build(CASE, root)
    monkeypatch.setattr(run_reports, "report", refuses)
    ran = fupin("run", MONTH, "-w", root, "-q")
    assert ran.code in (0, 1)
    assert f"{MONTH} 月报：没有写出，页做不成" in ran.out.splitlines()
    assert (root / "out" / MONTH / f"台账_{MONTH}.xlsx").is_file()
    jobs(root, "report")
    ran = fupin("run", MONTH, "-w", root)
    assert (ran.code, "页做不成" in ran.err) == (2, True)


def test_only_what_is_asked_for(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build(CASE, root)
    jobs(root, "check")
    ran = fupin("run", MONTH, "-w", root)
    assert "测算" not in ran.out
    assert len(ran.out.splitlines()) == 1
    # What is asked for and cannot be done is said, in the mail too; it is tried again.
    jobs(root, "roster", "match")
    for _ in range(2):
        ran = fupin("run", MONTH, "-w", root, "-q")
        assert ran.code == 10
        assert ran.out.splitlines()[1:] == [f"{MONTH} 对接：没有“有意愿外出人员清单”，也没有“计划外出务工信息”"]
    jobs(root, "rooster")
    ran = fupin("run", MONTH, "-w", root)
    assert (ran.code, "run.jobs" in ran.err) == (2, True)
