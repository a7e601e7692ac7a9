"""16.1: `fupin counties check|payroll|run` on real folders."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from fupin_cli.cli.counties_hands import size_of
from fupin_cli.jobs.lock import is_held
from tests.cli.test_json_schemas import fits
from tests.cli.test_payroll import PROGRAM
from tests.conftest import Ran
from tests.counties.conftest import MONTH, county


def statuses(ran: Ran) -> dict[str, tuple[str, bool]]:
    return {row["county"]: (row["status"], row["skipped"]) for row in ran.document["counties"]}


def test_each_county_is_done_for_itself_and_only_what_changed_is_done_again(
    counties: Callable[..., Ran], fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16.1: own outputs, ledger and settings; state; a second run; a county without files; one with wrong settings."""
    root = tmp_path / "市"
    one, two = county(root / "甲县", "甲县"), county(root / "北片" / "乙县", "乙县", settings="[post]\ncap_month = 1\n")
    county(root / "丙县", "丙县")
    shutil.rmtree(root / "丙县" / "inbox")
    county(one / "旧" / "丁县", "丁县")  # inside a county: its own matter
    county(root / ".存档" / "戊县", "戊县")
    monkeypatch.setenv("FUPIN_CHECKS__INCOME_MAX", "1")  # the coordinator's; with it 甲县 would have a finding
    first = counties("check")
    assert first.code == 1
    assert statuses(first) == {
        "丙县": ("not_handed_in", False),
        "北片/乙县": ("failed", False),
        "甲县": ("done", False),
    }
    document = first.document
    assert fits(document) == "counties"
    assert document["totals"] == {"counties": 3, "done": 1, "failed": 1, "not_handed_in": 1, "skipped": 0}
    wrong = document["counties"][1]
    assert (wrong["exit_code"], wrong["attempts"]) == (2, 1)
    assert "post.cap_month" in wrong["message"]
    assert document["counties"][2]["figures"]["errors"] == document["sums"]["errors"] == 0
    assert (one / "out" / MONTH / f"核查_{MONTH}.xlsx").is_file()
    state = root / ".fupin" / "counties" / MONTH / "check" / "甲县.json"
    assert state.stat().st_mode & 0o777 == 0o600
    assert json.loads(state.read_text(encoding="utf-8"))["fingerprint"]

    (two / "fupin.toml").write_text('[county]\nname = "乙县"\n', encoding="utf-8")
    second = counties("check")
    assert second.code == 0
    assert statuses(second) == {"丙县": ("not_handed_in", False), "北片/乙县": ("done", False), "甲县": ("done", True)}
    assert "没有重做" not in second.out

    deaths = one / "inbox" / MONTH / "死亡人员.csv"
    deaths.write_text("姓名,身份证号码,死亡日期\n张三,211302198001010012,2024-04-01\n", encoding="utf-8")
    third = counties("check")
    assert statuses(third)["甲县"] == ("done", False)
    assert statuses(third)["北片/乙县"] == ("done", True)
    assert third.document["sums"]["errors"] >= 1

    paid = counties("payroll", "--by", "甲")
    assert paid.code == 0
    assert fits(paid.document) == "counties"
    by_county = {row["county"]: row["figures"] for row in paid.document["counties"]}
    assert (by_county["甲县"]["refuse"], by_county["甲县"]["amount"]) == (1, "0.00")
    assert (by_county["北片/乙县"]["hold"] + by_county["北片/乙县"]["pay"], paid.document["sums"]["lines"]) == (1, 2)
    shown = fupin("counties", "payroll", "--root", root, "--month", MONTH)
    assert shown.code == 0
    assert "没有变" in shown.out
    assert "3 个县 = 做完 2（其中 2 个与上次相同，没有重做） + 没做成 0 + 未报送 1" in shown.out


def test_an_approved_month_is_done_and_only_its_differences_are_told(
    counties: Callable[..., Ran], fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    one = county(tmp_path / "市" / "甲县", "甲县")
    assert counties("payroll", "--by", "甲").document["sums"]["amount"] == "732.05"
    assert fupin("approve", MONTH, "-w", one, "--by", "乙", "-y").code == 0
    again = counties("payroll").document["counties"][0]
    assert (again["status"], again["exit_code"]) == ("done", 12)
    assert "已由 乙 批准" in again["message"]
    assert "与批准的一致" in again["message"]
    ran = counties("run").document["counties"][0]
    assert (ran["status"], ran["exit_code"]) == ("done", 0)
    assert "已批准" in ran["message"]


def test_a_county_that_somebody_works_in_is_tried_again_and_then_failed(
    counties: Callable[..., Ran], tmp_path: Path
) -> None:
    from filelock import FileLock

    one = county(tmp_path / "市" / "甲县", "甲县")
    (one / ".fupin").mkdir()
    with FileLock(one / ".fupin" / "lock"):
        ran = counties("check", "--retries", "0")
    assert ran.code == 1
    assert ran.document["counties"][0]["exit_code"] == 11
    assert counties("check").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_killing_the_coordinator_leaves_no_orphan_and_no_lock_and_the_next_run_resumes(
    counties: Callable[..., Ran], tmp_path: Path
) -> None:
    """16.1: CPython #111873."""
    root = tmp_path / "市"
    names = [f"县{number}" for number in range(4)]
    for name in names:
        county(root / name, name)
    process = subprocess.Popen(
        [*PROGRAM, "counties", "check", "--root", root, "--month", MONTH, "--workers", "1"], stdout=subprocess.DEVNULL
    )
    states = root / ".fupin" / "counties" / MONTH / "check"
    until((states / "县0.json").exists)
    children = children_of(process.pid)
    assert children
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: not any(alive(child) for child in children))
    assert not any(is_held(root / name) for name in names)
    finished = {path.stem for path in states.glob("县*.json")}
    assert finished
    again = counties("check")
    assert again.code == 0
    assert {name for name, (_, skipped) in statuses(again).items() if skipped} == finished
    for name in finished:
        assert not (root / name / "out" / MONTH / f"核查_{MONTH}_2.xlsx").exists(), "done once only"


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--root", "没有"), "不是文件夹"),
        ((), "下面没有任何县"),
        (("--root", "."), "下面没有任何县"),
        (("--root", "县", "--memory", "2"), "--memory 的值不对"),
        (("--root", "县", "--tls-ca", "x"), "没有写 --scheduler"),
        (("--root", "县", "--scheduler", "tcp://a:1"), "只接受加密的连接"),
        (("--root", "县", "--scheduler", "tls://a:1"), "缺少 --tls-ca"),
    ],
)
def test_what_is_written_wrongly_is_told(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "县").mkdir()
    ran = fupin("counties", "check", "--month", MONTH, *arguments)
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.parametrize(("text", "size"), [("2GiB", 2 << 30), ("1.5g", 3 << 29), ("800 MB", 800 << 20), ("0", None)])
def test_sizes(text: str, size: Any) -> None:
    assert size_of(text) == size


@pytest.mark.skipif(sys.platform != "linux", reason="GNU date")
def test_kubernetes_example_has_the_right_form() -> None:
    """16.7: checked for form only: every mount has its volume, the key lies with the workers alone."""
    page = Path(__file__).parents[2] / "docs" / "counties" / "kubernetes.yaml"
    parts = {
        (part["kind"], part["metadata"]["name"]): part for part in yaml.safe_load_all(page.read_text(encoding="utf-8"))
    }
    pods = {
        "scheduler": parts["Deployment", "fupin-scheduler"]["spec"]["template"]["spec"],
        "worker": parts["Deployment", "fupin-worker"]["spec"]["template"]["spec"],
        "run": parts["CronJob", "fupin-counties-run"]["spec"]["jobTemplate"]["spec"]["template"]["spec"],
    }
    for name, pod in pods.items():
        volumes = {volume["name"] for volume in pod["volumes"]}
        (container,) = pod["containers"]
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes
        assert ("key" in volumes) == (name == "worker")
        assert all(isinstance(word, str) for word in container["command"])
    assert {"name": "POLARS_MAX_THREADS", "value": "1"} in pods["worker"]["containers"][0]["env"]
    shell, flag, script = pods["run"]["containers"][0]["command"]
    assert (shell, flag) == ("sh", "-c")
    asked: list[list[str]] = []
    for day in ("2024-03-31", "2024-01-31"):  # with a clock of our own; `date` itself does the sums
        own = f'date() {{ [ "$1" = -d ] && command date "$@" || command date -d {day} "$@"; }}\nfupin() {{ echo "$@"; }}\n'
        told = subprocess.run(["/bin/sh", "-c", own + script], capture_output=True, text=True, check=True).stdout
        asked += [line.split() for line in told.splitlines()]
    assert [(line[1], line[5]) for line in asked] == [
        ("across", "2024-02"),
        ("run", "2024-02"),
        ("across", "2023-12"),
        ("run", "2023-12"),
    ]
    for line in asked:  # as the command line takes them
        assert set(line[2::2]) <= {
            "--root",
            "--month",
            "--scheduler",
            "--tls-ca",
            "--tls-cert",
            "--tls-key",
            "--key-file",
        }
