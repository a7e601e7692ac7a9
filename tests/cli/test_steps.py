"""`fupin status --month`: the nine steps of a month (issue 14.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import write_returns
from tests.conftest import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

M = BASE["month"]
NAMES = ["收表", "核查", "测算", "公示", "批准", "代发", "回盘", "对账", "关账"]


def test_a_month_from_its_files_to_its_closing(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """14.5: after each command the step is done, by whom it was done, and the next command is the right one."""
    build({}, tmp_path)

    def steps() -> tuple[str, dict[str, dict[str, Any]], str]:
        body = fupin("status", M, "-w", tmp_path, "--format", "json").document
        assert [s["name"] for s in body["steps"]] == NAMES
        states = "".join(s["state"][0] for s in body["steps"])
        return states, {s["key"]: s for s in body["steps"]}, body["next"]

    def run(*words: str) -> None:
        assert fupin(*words, "-w", tmp_path).code in (0, 1), words

    def attend(days: str) -> None:
        rows = [BASE["tables"]["attendance"] | {"本月累计出勤天数": days}]
        write_csv(tmp_path / "inbox" / M / f"{BASE['files']['attendance']}.csv", rows, "gb18030")

    states, _, after = steps()
    assert (states, after) == ("doooooooo", f"fupin check {M}")
    run("check", M)
    states, found, after = steps()
    assert (states, after.split(" --")[0]) == ("ddooooooo", f"fupin payroll {M}")
    assert found["check"]["done"].startswith("错误 0")
    assert found["check"]["at"]
    run("payroll", M, "--by", "甲")
    states, found, after = steps()
    assert (states, found["compute"]["by"]) == ("dddpooooo", "甲")
    assert f"fupin approve {M}" in after, "a wall is not looked at: whether the notice hangs is a person's word"
    attend("20")
    states, found, after = steps()
    assert (states[:3], found["compute"]["missing"]) == ("dpp", "此后收件夹有变动")
    assert after.startswith(f"fupin payroll {M}")
    attend(str(BASE["tables"]["attendance"]["本月累计出勤天数"]))
    run("payroll", M, "--by", "甲")
    run("approve", M, "--by", "乙", "--document", "文1", "-y")
    states, found, after = steps()
    assert states == "dddddpooo"
    assert (found["approve"]["by"], "文1" in found["approve"]["done"], "202405-01" in found["approve"]["done"]) == (
        "乙",
        True,
        True,
    )
    assert "代发文件交银行" in after
    write_returns(
        tmp_path / "inbox" / M, [{"批次号": "202405-01", "序号": 1, "处理结果": "失败", "失败原因": "账号不存在"}]
    )
    assert steps()[::2] == ("dddddddoo", f"fupin reconcile {M}"), "a return that came is no change of what was approved"
    run("reconcile", M)
    states, found, after = steps()
    assert (states, "其中代发失败 1 笔" in found["reconcile"]["missing"]) == ("dddddddpo", True)
    assert "--reissue" in after
    write_returns(tmp_path / "inbox" / M, [{"批次号": "202405-01", "序号": 1, "处理结果": "成功"}])
    run("reconcile", M)
    states, _, after = steps()
    assert (states, after) == ("ddddddddo", f"fupin close {M} --by 负责人")
    run("close", M, "--by", "丙", "-y")
    states, found, after = steps()
    assert (states, found["close"]["by"], after) == ("ddddddddd", "丙", "")
    for path in (tmp_path / "inbox").rglob("*.csv"):
        path.unlink()
    assert (steps()[0], steps()[2]) == ("d" * 9, ""), "with an empty inbox the ledger still knows"


def test_a_month_of_which_nothing_is_known(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """14.5: no files and nothing in the ledger is exit 10; files of another month alone leave 收表 undone."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "fupin.toml").write_text(BASE["settings"], encoding="utf-8")
    assert fupin("status", M, "-w", tmp_path).code == 10
    build({}, tmp_path)
    body = fupin("status", "2024-09", "-w", tmp_path, "--format", "json").document
    assert (body["steps"][0]["state"], body["next"]) == ("open", "把各乡镇的表放进 inbox/2024-09/")
    out = fupin("status", "2024-09", "-w", tmp_path).out
    assert all(name in out for name in NAMES)
    assert "下一步：收表。" in out
