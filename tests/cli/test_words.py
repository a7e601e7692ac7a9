"""14.3: what a clerk reads: help pages, suggestions, questions, the next step, and `fupin` alone."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from fupin_cli.cli.app import app
from fupin_cli.cli.ask import ask, confirm
from fupin_cli.cli.examples import EXAMPLES, WORDS_FOR
from fupin_cli.jobs.workspace import near_workspaces
from fupin_cli.outputs.widths import width_of
from tests.cases.test_cases import BASE, build
from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

M = BASE["month"]


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its name; groups only by their members."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        yield from ((f"{name} {n}", c) for n, c in below.items()) if below else ((name, command),)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    build({"settings": '[run]\njobs = ["check", "payroll"]\n'}, tmp_path / "县")
    monkeypatch.chdir(tmp_path / "县")
    return tmp_path / "县"


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_help_page_has_a_sentence_three_examples_and_groups(
    fupin: Callable[..., Ran], name: str, command: Any
) -> None:
    page = fupin(*name.split(), "--help").out
    examples = EXAMPLES[name]
    assert len(set(examples)) == 3
    assert re.search(r"\n\n[^\n]+。\n", page)
    assert not re.search(r"Usage|Options|Arguments|Show|required|default|env var|<list|<str>|<path>|x>=", page), page
    assert "\n显示:\n" in page
    assert max(width_of(line) for line in page.splitlines()) <= 80
    for example in examples:
        assert example in page
        _, *words = shlex.split(example, posix=False)
        command.make_context(name, words[len(name.split()) :])  # raises where an option of it does not exist


def test_the_first_page_names_every_command_once(fupin: Callable[..., Ran]) -> None:
    page = fupin("--help").out
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert len(re.findall(rf"^  {name}\s", page, re.MULTILINE)) == 1
    assert "每月的工作:" in page
    assert "其他:" not in page, "put the new command under a heading: cli/chinese.py, STAGES"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("chek", "check"),
        ("payrol", "payroll"),
        ("ledger exprt", "export"),
        ("check --moth 2024-05", "--month"),
        ("check 2024-05 --format jsn", "json"),
        ("check 2024-05 --fail-on eror", "error"),
        ("ledger export --format parket", "parquet"),
        ("rules POST05", "POST005"),
        ("subsidy transprt 2024-05", "transport"),
        ("template 死亡人员名册", "死亡人员"),
        ("--workspace x check", "选项写在命令后面"),
        *((word, WORDS_FOR[word]) for word in ("测算", "对账", "账本")),
    ],
)
def test_a_typo_gets_a_suggestion(fupin: Callable[..., Ran], line: str, meant: str) -> None:
    ran = fupin(*line.split())
    assert ran.code == 2
    assert meant in ran.err
    assert ran.out == ""


def test_questions_are_chinese_and_enter_is_no(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for typed, answer in (
        ("y\n", True),
        ("是\n", True),
        ("\n", False),
        ("否\n", False),
        ("", False),
        ("x\nx\nx\n", False),
        ("x\nY\n", True),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert confirm("批准？") is answer
    monkeypatch.setattr("sys.stdin", io.StringIO("示例县\n"))
    assert ask("县名") == "示例县"
    out, err = capsys.readouterr()
    assert out == ""
    assert "批准？（是 输入 y，否 直接回车）: " in err
    assert not re.search(r"\[y/N\]|Error|invalid", err)


def test_the_month_is_a_plain_argument_too(fupin: Callable[..., Ran], root: Path) -> None:
    """14.3, SPEC 9.1: before or after the folder, and not mistaken for a folder of that name when --month is there."""
    for line in (
        f"check {M}",
        f"check {M} inbox",
        f"check inbox {M}",
        f"check inbox/{M} --month {M}",
        f"check {M} --month {M}",
    ):
        ran = fupin(*line.split(), "--format", "json", "--no-workbook")
        assert (ran.document["month"], len(ran.document["inputs"]) > 1) == (M, True), line
    for line in (
        f"payroll {M} --no-workbook",
        f"explain 张三 {M}",
        f"rules --parameters {M}",
        f"ledger show {M}",
        f"run {M}",
    ):
        assert fupin(*line.split()).code in (0, 1), line
    (root / M).mkdir()
    assert fupin("check", M, "--no-workbook").code != 10  # the month, though a folder here is called so
    assert fupin("check", M, "--month", M).code == 10  # here it is that folder, and empty


def test_the_next_step_is_said_on_stderr_only_to_people(fupin: Callable[..., Ran], root: Path) -> None:
    """14.3: 下一步 after each command; not with -q, not in JSON."""
    steps = [
        (f"check {M} --no-workbook", f"fupin payroll {M} --by"),
        (f"payroll {M} --by 甲", f"fupin approve {M} --by"),
        (f"approve {M} --by 乙 --document 文1 -y", f"fupin reconcile {M}"),
        (f"reconcile {M}", f"fupin reconcile {M} --reissue"),
        (f"close {M} --by 丙 --document 文2 --yes", "inbox/2024-06/"),
        (f"reconcile {M}", "差异"),
        ("config", "fupin doctor"),
    ]
    for line, words in steps:
        ran = fupin(*line.split())
        assert ran.err.count("下一步：") == 1, (line, ran.err)
        assert words in ran.err.split("下一步：")[1], line
        assert "下一步：" not in ran.out
    assert fupin("check", M, "-q", "--no-workbook").err == ""
    ran = fupin("check", M, "--format", "json", "--no-workbook")
    assert ran.err == ""
    assert json.loads(ran.out)
    assert root.is_dir()


def test_fupin_alone_says_where_the_month_stands(fupin: Callable[..., Ran], root: Path) -> None:
    """14.3: the latest month of the inbox, its stage, the next step; outside, the folders near here that are one."""
    ran = fupin()
    assert (ran.code, ran.err) == (0, "")
    assert f"{M}：收了表，还没有测算" in ran.out
    assert f"下一步：核查：fupin check {M}" in ran.out
    fupin("payroll", M, "--by", "甲", "-q")
    assert f"{M}：已测算，还没有批准" in fupin().out
    (root / "inbox" / "2024-06").mkdir()
    assert "2024-06：收了表，还没有测算" in fupin().out


def test_outside_a_workspace_those_near_are_named(
    fupin: Callable[..., Ran], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root.parent / "别处").mkdir()
    for here, name in ((root.parent, "县"), (root.parent / "别处", str(Path("..") / "县"))):
        monkeypatch.chdir(here)
        assert near_workspaces(here)[0] == name
        alone = fupin()
        assert alone.code == 2
        assert f"附近的工作区：{name}" in alone.err
        assert f"附近的工作区：{name}" in fupin("check", M).err
        assert "附近的工作区" not in fupin("check", M, "-w", root, "--no-workbook").err


def test_a_slip_is_not_led_further_astray(
    fupin: Callable[..., Ran], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """14.3: a month mistyped, a reconciliation before anything was approved, a command in the wrong folder."""
    assert "没有 2023-01 的文件夹。月份写错的改正再运行" in fupin("check", "2023-01", "--no-workbook").err
    assert "可以测算" in fupin("check", M, "--no-workbook").err
    early = fupin("reconcile", M, "--no-workbook")
    assert early.code == 1
    assert f"fupin payroll {M} --by 编制人" in early.err
    assert "补发" not in early.err
    (tmp_path / "空").mkdir()
    monkeypatch.chdir(tmp_path / "空")
    for words in (["status"], ["ledger", "show"], ["config"]):
        beside = fupin(*words)
        assert beside.code == 0
        assert "附近的工作区：../县" in beside.err, words
        assert "附近的工作区" not in fupin(*words, "-w", root).err
    assert fupin("status", "--format", "json").err == ""
