"""Killed at any step, a posting is whole with its files, or was not; the next command finishes it and says so (9.B17)."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.cli.main import main
from fupin_cli.jobs.verify_ledger import check_ledger
from fupin_cli.ledger import store
from tests.cases.test_cases import BASE, BASE_ID, build, tables_of, write
from tests.cases.test_reconcile_cases import write_returns
from tests.cases.together import Together
from tests.conftest import LONG, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Ran

pytestmark = pytest.mark.long
MONTH = BASE["month"]
# `make kills` asks for more.
KILLS = int(os.environ.get("FUPIN_KILLS", "100" if LONG else "15"))
FAILED = {"批次号": "202405-01", "序号": 1, "处理结果": "失败", "失败原因": "账面可用余额不足"}


class Zygote:
    """A process that forks a child for each command (see `zygote`)."""

    def __init__(self) -> None:
        """Start it."""
        here = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.zygote"],
            cwd=here,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"POLARS_MAX_THREADS": "1"},
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def run(self, commands: list[tuple[Path, list[str], dict[str, Any]]]) -> list[dict[str, Any]]:
        """Run commands at once: workspace, arguments, and `die_at`; with what each said."""
        asked = [
            {"args": [*args, "-w", str(root)], "root": str(root), "log": str(root.parent / f"said.{n}.log")} | more
            for n, (root, args, more) in enumerate(commands)
        ]
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        found: list[dict[str, Any]] = json.loads(self.process.stdout.readline())
        return [f | {"said": Path(a["log"]).read_text(encoding="utf-8")} for f, a in zip(found, asked, strict=True)]

    def one(self, root: Path, *args: str, **more: Any) -> dict[str, Any]:
        """Run one command."""
        return self.run([(root, list(args), more)])[0]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """The process of this module's tests."""
    started = Zygote()
    yield started
    started.process.communicate(timeout=300)


def do(root: Path, *command: str) -> None:
    """Run a command that nobody kills: in this process, where everything is warm."""
    assert main([*command, "-w", str(root)]) == 0


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workspace before each posting command: import, approve, withdraw, reissue, close."""
    folder = tmp_path_factory.mktemp("states")

    def copy(source: Path, name: str) -> Path:
        shutil.copytree(source, folder / name)
        return folder / name

    first = folder / "import"
    build({}, first)
    paid = {
        "姓名": "张三",
        "身份证号码": BASE_ID,
        "补贴类型": "公益性岗位补贴",
        "补贴月份": "2024-04",
        "金额": "732.05",
        "发放状态": "已发放",
    }
    write_csv(first / "台账.csv", [paid])
    approve = copy(first, "approve")
    do(approve, "payroll", "--month", MONTH, "--operator", "甲", "-q")
    withdraw = copy(approve, "withdraw")
    do(withdraw, "approve", MONTH, "--by", "乙", "-y")
    reissue = copy(withdraw, "reissue")
    write_returns(reissue / "inbox" / MONTH, [FAILED])
    close = copy(withdraw, "close")
    write_returns(close / "inbox" / MONTH, [{"批次号": "202405-01", "序号": 1}])
    return {"import": first, "approve": approve, "withdraw": withdraw, "reissue": reissue, "close": close}


COMMANDS = {
    "import": (["ledger", "import", "台账.csv", "--by", "甲"], "期初-00", None),
    "approve": (["approve", MONTH, "--by", "乙", "-y"], "202405-01", "代发_202405-01.csv"),
    "withdraw": (
        ["withdraw", MONTH, "--by", "乙", "--document", "文〔2024〕1号", "--yes"],
        "202405-02",
        "作废/代发_202405-01.csv",
    ),
    "reissue": (
        ["reconcile", MONTH, "--reissue", "--by", "乙", "-y", "--no-workbook"],
        "202405-02",
        "更正发放_202405-02.csv",
    ),
    "close": (["close", MONTH, "--by", "丙", "-y"], "202405-99", f"关账_{MONTH}.xlsx"),
}


def command_of(name: str, root: Path) -> list[str]:
    return [str(root / word) if word.endswith(".csv") else word for word in COMMANDS[name][0]]


def moments_of(steps: int, posting: int) -> list[int]:
    """At which steps to kill a command: spread over it, from the posting on (files are put in place), and over what follows."""
    half = max(KILLS // len(COMMANDS) // 2, 1)
    near = set(range(posting, min(posting + max(half // 2, 1), steps) + 1))
    return sorted(spread(1, steps, half) | near | spread(posting, steps, half - half // 2))


def spread(first: int, last: int, n: int) -> set[int]:
    """`n` steps from the first to the last, the middles of equal parts."""
    return {first + (last - first) * (2 * k + 1) // (2 * n) for k in range(n)}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_posting_killed_at_any_step_is_whole_or_was_not(
    name: str, zygote: Zygote, states: dict[str, Path], fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """9.B17: kills spread over the steps of the command; after each the files are there, or the next command puts them."""
    _, batch, file = COMMANDS[name]
    whole = shutil.copytree(states[name], tmp_path / "whole")
    done = zygote.one(whole, *command_of(name, whole))
    assert done["code"] in (0, 1), done["said"]
    target = whole / "out" / MONTH
    assert file is None or (target / file).is_file()
    steps = done["steps"]
    assert steps > 10
    moments = moments_of(steps, done["posting"])
    finished = posted = 0
    for moment in moments:
        root = tmp_path / "w"
        shutil.copytree(states[name], root)
        killed = zygote.one(root, *command_of(name, root), die_at=moment)
        assert killed["code"] == -signal.SIGKILL, (moment, killed)
        is_posted = not store.batches(root).filter(batch=batch).is_empty()
        there = file is None or (root / "out" / MONTH / file).is_file()
        assert is_posted or file is None or not there, moment
        # What a withdrawal puts aside is put aside by the next command that computes or posts.
        following = ["status"] if name != "withdraw" else ["payroll", "--month", MONTH, "--operator", "甲"]
        after = fupin(*following, "-w", root)
        assert after.code in (0, 12), (moment, after.err)
        if is_posted:
            posted += 1
            assert file is None or (root / "out" / MONTH / file).is_file(), moment
            if not there:
                finished += 1
                words = (
                    f"上次在批次 {batch} 记账以后中断"
                    if name != "withdraw"
                    else "上次撤回 202405-01（批次 202405-02）没有做完"
                )
                assert words in after.out + after.err, moment
        else:
            again = fupin(*command_of(name, root), "-w", root)
            assert again.code in (0, 1), (moment, again.err)
            assert store.batches(root).filter(batch=batch).height == 1
        if file is not None:
            assert (root / "out" / MONTH / file).read_bytes() == (target / file).read_bytes()
        check = check_ledger(root)
        assert (check.general, [w for w in check.wrong.values() if w]) == ([], []), moment
        assert not list((root / ".fupin" / "pending").glob("*"))
        assert not list(root.rglob(".记账-*"))
        chain(root / "out" / MONTH)
        shutil.rmtree(root)
    assert 0 < posted < len(moments)
    # How a withdrawal is finished has its own test (test_approve): between posting and moving it has few steps.
    assert finished or file is None or name == "withdraw"


def chain(folder: Path) -> int:
    """Check that manifests follow each other; give their number."""
    import hashlib

    previous = None
    paths = [*sorted((folder / "manifests").glob("*.json")), *folder.glob("manifest.json")]
    for number, path in enumerate(paths, 1):
        body = json.loads(path.read_bytes())
        assert (body["number"], body["previous"]) == (number, previous)
        previous = hashlib.sha256(path.read_bytes()).hexdigest()
    return len(paths)


def test_interrupted_after_the_posting_it_says_that_it_is_posted(
    zygote: Zygote, states: dict[str, Path], tmp_path: Path
) -> None:
    """9.B17: SIGINT between posting and last file waits for the file; exit 130 with the batch, not "run it again"."""
    whole = shutil.copytree(states["approve"], tmp_path / "whole")
    done = zygote.one(whole, *command_of("approve", whole))
    said = set()
    # What is raised within a statement of the ledger is lost to SQLite: at changes of files, on both sides of the posting, outwards.
    files = [step for step, kind in enumerate(done["kinds"], 1) if kind == "f"]
    before = [step for step in reversed(files) if step < done["posting"]]
    after = [step for step in files if step > done["posting"]]
    for moment in [step for both in zip_longest(after, before) for step in both if step]:
        root = shutil.copytree(states["approve"], tmp_path / "w")
        ended = zygote.one(root, *command_of("approve", root), die_at=moment, signal=int(signal.SIGINT))
        posted = not store.batches(root).is_empty()
        assert posted == (root / "out" / MONTH / "代发_202405-01.csv").is_file()
        assert "Traceback" not in ended["said"]
        if ended["code"] == 130:
            assert ("批次 202405-01 已经记账" in ended["said"]) == posted, moment
            said.add(posted)
        shutil.rmtree(root)
        if said == {True, False}:
            break
    assert said == {True, False}


AT_ONCE = 16 if LONG else 6


def test_checks_at_once_leave_a_workbook_each(zygote: Zygote, states: dict[str, Path], tmp_path: Path) -> None:
    """9.B16: `check` takes the lock: every workbook survives and the manifests follow each other; without patience exit 11.

    Each looks for another rule: a workbook that says the same is not written again (14.5).
    """
    root = shutil.copytree(states["import"], tmp_path / "w")
    codes_looked_for = sorted(all_rules())[:AT_ONCE]
    ended = zygote.run(
        [(root, ["check", "--month", MONTH, "-q", "--wait", "300", "--select", code], {}) for code in codes_looked_for]
    )
    assert {e["code"] for e in ended} == {0}, ended
    assert len(list((root / "out" / MONTH).rglob("核查_*.xlsx"))) == AT_ONCE
    assert chain(root / "out" / MONTH) == AT_ONCE
    ended = zygote.run([(root, ["check", "--month", MONTH, "-q", "--wait", "0"], {}) for _ in range(4)])
    codes = [e["code"] for e in ended]
    assert set(codes) <= {0, 11}
    assert 0 in codes
    assert all("有另一个 fupin 在运行" in e["said"] for e in ended if e["code"] == 11)
    assert chain(root / "out" / MONTH) == AT_ONCE + codes.count(0)


BAD_BANKS = [
    ('separator = "||"', "分隔符是一个字符"),
    ('separator = ""\nsuffix = ".txt"', "分隔符不能是空的"),
    ('separator = "\\n"', "不是引号或换行"),
]


@pytest.mark.parametrize(("lines", "words"), BAD_BANKS)
def test_a_bad_bank_profile_is_found_before_anything_is_posted(
    fupin: Callable[..., Ran], states: dict[str, Path], tmp_path: Path, lines: str, words: str
) -> None:
    """9.B17: separator of the profile."""
    root = shutil.copytree(states["approve"], tmp_path / "w")
    own = f'[bank]\nprofile = "own"\n[bank.profiles.own]\ncolumns = {{"户名" = "payee", "账号" = "account", "金额" = "amount"}}\n{lines}\n'
    with (root / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write(own)
    ended = fupin(*command_of("approve", root), "-w", root)
    assert (ended.code, words in ended.err) == (2, True)
    assert store.batches(root).is_empty()


@pytest.mark.parametrize("encoding", ["punycode", "undefined", "ascii"])
def test_a_bad_bank_encoding_is_found_before_anything_is_posted(
    fupin: Callable[..., Ran], states: dict[str, Path], tmp_path: Path, encoding: str
) -> None:
    """9.B17: an encoding that is none for files, or lacks the headers' characters."""
    root = shutil.copytree(states["approve"], tmp_path / "w")
    with (root / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'[bank]\nencoding = "{encoding}"\n')
    ended = fupin(*command_of("approve", root), "-w", root)
    assert (ended.code, "编码" in ended.err) == (2, True)
    assert store.batches(root).is_empty()


# --- at any moment of the clock --------------------------------------------------------------------------------------------

BY_THE_CLOCK = 25 if LONG else 5  # of the commands of a month
APPROVALS_KILLED = 30 if LONG else 5  # of 100 people


def test_kill_9_at_any_moment_loses_nothing_and_the_next_run_recovers(
    zygote: Zygote, fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """A month is run, approved, reconciled; each step is killed at random moments until many were killed."""
    root = tmp_path / "w"
    build({"settings": '[run]\njobs = ["check", "payroll", "reconcile"]\n'}, root)
    write_returns(root / "inbox" / MONTH, [{"批次号": "202405-01", "序号": 1}])
    steps = [
        ["run", "--month", MONTH, "--operator", "甲"],
        ["payroll", "--month", MONTH, "--operator", "甲", "-q"],
        ["approve", MONTH, "--by", "乙", "--yes"],
        ["reconcile", MONTH, "-q"],
        ["close", MONTH, "--by", "丙", "-y"],
    ]
    moments = random.Random(20240501)  # noqa: S311 - moments to kill at
    killed, start = 0, time.perf_counter()
    assert zygote.one(root, "check", "--month", MONTH, "--no-workbook", "-q")["code"] == 0
    whole = time.perf_counter() - start  # each of the steps does more than this
    for step in steps:
        for _ in range(BY_THE_CLOCK // len(steps)):
            killed += zygote.one(root, *step, kill_after=moments.uniform(0, whole))["code"] == -signal.SIGKILL
            for path in (root / "out").rglob("*.xlsx"):
                openpyxl.load_workbook(path, read_only=True).close()  # whole, or not there
            for path in (root / "out").rglob("*.json"):
                json.loads(path.read_text(encoding="utf-8"))
            batches, lines = store.batches(root), store.read(root, "lines")
            assert set(lines["batch"]) == set(batches.filter(pl.col("kind") == store.APPROVAL)["batch"])
        code = fupin(*step, "-w", root).code
        assert code in ((0, 12) if step[0] in ("approve", "close", "payroll") else (0,)), step
    assert killed >= BY_THE_CLOCK // 2  # some end before they are killed: a step that is done already says so at once
    assert fupin("status", "-w", root, "--format", "json").document["months"][0]["state"] == "closed"
    assert [row["batch"] for row in store.batches(root).to_dicts()] == ["202405-01", "202405-99"]
    assert store.read(root, "lines").height == 1
    assert not [p for p in (root / "out").rglob(".*.tmp") if p.stat().st_mtime < time.time() - 60]
    fupin("reconcile", MONTH, "-w", root)
    assert not list((root / "out" / MONTH).glob(".*.tmp"))  # swept by the next job


def test_kill_9_of_an_approval_leaves_all_of_it_or_nothing(zygote: Zygote, tmp_path: Path) -> None:
    """Of 100 people, killed at many moments from its start to its end; then it is finished, or said to be done."""
    root, everybody = tmp_path / "w", Together()
    for n in range(100):
        everybody.add(tables_of({}), n)
    write(root, everybody.written(), MONTH)
    do(root, "payroll", "--month", MONTH, "--operator", "甲", "-q", "-o", str(root / "drafts"))
    drafted = tmp_path / "drafted"
    shutil.copytree(root / ".fupin", drafted)
    command = ["approve", MONTH, "--by", "乙", "--yes"]

    def posted() -> int:
        return store.read(root, "lines").height

    start = time.perf_counter()
    assert zygote.one(root, *command)["code"] == 0
    whole, lines = time.perf_counter() - start, posted()
    assert lines == 100
    outcomes = set()
    for n in range(APPROVALS_KILLED):
        # The whole state as it was drafted: a ledger put back alone, beside newer manifests, is refused (9.A2).
        shutil.rmtree(root / ".fupin")
        shutil.rmtree(root / "out", ignore_errors=True)
        shutil.copytree(drafted, root / ".fupin")
        # The last one is let finish: both ends are seen, however fast the machine is.
        last = n == APPROVALS_KILLED - 1
        zygote.one(root, *command, kill_after=None if last else whole * 1.3 * n / APPROVALS_KILLED)
        found = posted()
        assert found in (0, lines)
        outcomes.add(found)
    assert main([*command, "-w", str(root)]) == (12 if found else 0)
    assert posted() == lines
    assert outcomes == {0, lines}


def test_two_approvals_at_once_one_wins_and_the_other_says_why(
    zygote: Zygote, states: dict[str, Path], tmp_path: Path
) -> None:
    root = shutil.copytree(states["approve"], tmp_path / "w")
    both = zygote.run([(root, ["approve", MONTH, "--by", name, "--yes"], {}) for name in ("乙", "丙")])
    assert sorted(ended["code"] for ended in both) == [0, 12]
    assert any("批准" in ended["said"] for ended in both if ended["code"] == 12)
    assert store.read(root, "lines").height == 1
