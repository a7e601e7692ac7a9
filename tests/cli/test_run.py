"""`fupin run`, `schedule`, `verify`, `doctor`, `config`: the unattended month and the care of a workspace."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from fupin_cli.cli.main import main
from fupin_cli.ledger import store
from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import write_returns
from tests.cli.test_payroll import PROGRAM, SAMPLE
from tests.conftest import LONG, Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = BASE["month"]
ASKED = 4 if LONG else 2
BRIEF = '[run]\njobs = ["check", "payroll", "reconcile"]\n'


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A workspace of one person in a clean month."""
    build({}, tmp_path / "one")
    return tmp_path / "one"


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    """The same, where the unattended run does what a month needs and no further report."""
    build({"settings": BRIEF}, tmp_path / "one")
    return tmp_path / "one"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A workspace of the sample county."""
    shutil.copytree(SAMPLE / "inbox", tmp_path / "w" / "inbox")
    shutil.copy(SAMPLE / "fupin.toml", tmp_path / "w")
    return tmp_path / "w"


def approve(fupin: Callable[..., Ran], root: Path) -> None:
    fupin("payroll", "-w", root, "--month", MONTH, "--operator", "甲", "-q")
    assert fupin("approve", MONTH, "-w", root, "--by", "乙", "-y").code == 0


def log_of(root: Path) -> list[dict[str, Any]]:
    lines = (root / ".fupin" / "run.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.books
def test_a_run_checks_and_drafts_and_never_approves(fupin: Callable[..., Ran], one: Path) -> None:
    ran = fupin("run", "-w", one, "--month", MONTH)
    assert ran.code == 0
    line, *more = ran.out.splitlines()
    assert [text.split("：")[0] for text in more] == [
        f"{MONTH} {t}" for t in ("台账", "风险预警", "预测", "到期", "月报")
    ]  # 12.10, 13.1
    assert "测算发放 1 行 732.05 元，暂缓 0，不予 0，待批准" in line
    assert store.approval_of(one, 2024 * 12 + 4) is None
    assert {p.name for p in (one / "out" / MONTH).glob("*.xlsx")} == {
        f"{n}_{MONTH}.xlsx" for n in ("核查", "发放", "公示", "台账", "风险推送", "预测", "到期")
    }
    assert [entry["event"] for entry in log_of(one)] == [
        *("start", "check", "payroll", "roster", "risk", "forecast", "due", "report", "end")
    ]
    assert (one / ".fupin" / "run.jsonl").stat().st_mode & 0o777 == 0o600


def test_same_inputs_do_nothing_and_say_so(fupin: Callable[..., Ran], one: Path) -> None:
    settings = BASE["settings"] + '[run]\njobs = ["check", "payroll", "reconcile", "roster"]\n'
    (one / "fupin.toml").write_text(settings, encoding="utf-8")
    fupin("run", "-w", one, "--month", MONTH)
    before = sorted(p.name for p in (one / "out" / MONTH).rglob("*"))
    ran = fupin("run", "-w", one, "--month", MONTH)
    assert ran.code == 0
    assert "输入相同，没有重做" in ran.out
    assert sorted(p.name for p in (one / "out" / MONTH).rglob("*")) == before
    assert fupin("run", "-w", one, "--month", MONTH, "-q").out == ""
    changes: list[Callable[[], Any]] = [
        (one / "out" / MONTH / f"核查_{MONTH}.xlsx").unlink,
        lambda: (one / "inbox" / MONTH / "新.csv").write_text("姓名,身份证号码,死亡日期\n", encoding="utf-8"),
        lambda: (one / "fupin.toml").write_text(settings + "[post]\nage_max = 71\n", encoding="utf-8"),
        lambda: approve(fupin, one),
    ]
    for change in changes:
        change()
        # What the single reports look at may be the same (12.10): the first line says that the month was done.
        assert "没有重做" not in fupin("run", "-w", one, "--month", MONTH).out.splitlines()[0]
        assert "输入相同，没有重做" in fupin("run", "-w", one, "--month", MONTH).out


def test_the_default_month_is_the_one_before_today(fupin: Callable[..., Ran], brief: Path) -> None:
    assert fupin("run", "-w", brief, "--today", "2024-06-01").out.startswith("2024-05：")
    assert fupin("run", "-w", brief, "--today", "2025-01-31").out.startswith("2024-12：")
    ran = fupin("run", "-w", brief, "--today", "昨天")
    assert (ran.code, "--today 2024-06-05" in ran.err) == (2, True)


def test_quiet_speaks_only_when_something_is_wrong(fupin: Callable[..., Ran], brief: Path) -> None:
    assert fupin("run", "-w", brief, "--month", MONTH, "-q").out == ""
    roster = brief / "inbox" / MONTH / "在岗人员花名册.csv"
    roster.write_bytes(roster.read_bytes().replace(b"6217990000000000014", b"abc"))
    ran = fupin("run", "-w", brief, "--month", MONTH, "-q")
    assert (ran.code, len(ran.out.splitlines())) == (1, 1)


def test_returns_in_the_inbox_are_reconciled(fupin: Callable[..., Ran], approved_once: Path, tmp_path: Path) -> None:
    brief = shutil.copytree(approved_once, tmp_path / "brief")
    (brief / "fupin.toml").write_text(BASE["settings"] + BRIEF, encoding="utf-8")
    write_returns(brief / "inbox" / "2024-06", [{"批次号": "202405-01", "序号": 1, "处理结果": "失败"}])
    ran = fupin("run", "-w", brief, "--month", MONTH)
    assert "已批准；2024-05 对账 1 行没有了结" in ran.out
    assert ran.code == 1
    assert (brief / "out" / MONTH / f"对账_{MONTH}.xlsx").is_file()


def test_no_input_and_no_roster(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "fupin.toml").write_text("", encoding="utf-8")
    assert fupin("run", "-w", tmp_path, "--month", MONTH).code == 10
    assert log_of(tmp_path)[-1]["event"] == "error"
    write_csv(
        tmp_path / "inbox" / "死亡人员.csv",
        [{"姓名": "李四", "身份证号码": "211302198202020022", "死亡日期": "2024-01-01"}],
    )
    ran = fupin("run", "-w", tmp_path, "--month", MONTH)
    assert ran.code == 10
    assert "没有“在岗人员花名册”" in ran.out
    assert (tmp_path / "out" / MONTH / f"核查_{MONTH}.xlsx").is_file()


def held(root: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the workspace."""
    code = (
        "import sys, pathlib, datetime; from fupin_cli.jobs.lock import workspace_lock\n"
        "with workspace_lock(pathlib.Path(sys.argv[1]), 'run', 0, datetime.datetime(2024, 6, 1, 6, 30)):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def release(process: subprocess.Popen[bytes]) -> None:
    process.communicate(timeout=300)


def test_one_job_at_a_time(fupin: Callable[..., Ran], brief: Path) -> None:
    other = held(brief)
    for command in (
        ["run", "--month", MONTH],
        ["payroll", "--month", MONTH, "--wait", "0"],
        ["approve", MONTH, "--by", "乙", "-y", "--wait", "0"],
        ["reconcile", MONTH, "--wait", "0"],
        ["close", MONTH, "--by", "丙", "-y", "--wait", "0"],
    ):
        ran = fupin(*command, "-w", brief)
        assert ran.code == 11, command
        assert f"（run，进程 {other.pid}，2024-06-01T06:30:00 开始）" in ran.err
    assert "正在运行：run" in fupin("doctor", "-w", brief).out
    waiting = subprocess.Popen(
        [*PROGRAM, "run", "-w", brief, "--month", MONTH, "--wait", "300"], stdout=subprocess.PIPE
    )
    time.sleep(1)
    release(other)
    assert waiting.communicate(timeout=300)[0]
    assert waiting.returncode == 0


def test_a_lock_whose_holder_was_killed_is_free(fupin: Callable[..., Ran], brief: Path) -> None:
    other = held(brief)
    other.kill()
    release(other)
    assert "没有正常结束；锁已自动释放" in fupin("doctor", "-w", brief).out
    assert fupin("run", "-w", brief, "--month", MONTH).code == 0


def test_asked_to_end_it_ends_and_leaves_nothing_half_written(brief: Path) -> None:
    """Asked at several moments; how long a run takes to listen says how fast the machine is, so that is found out."""
    ends: Counter[int] = Counter()
    delay = 0.4
    while ends[130] < ASKED and ends.total() < 10 * ASKED:
        process = subprocess.Popen(
            [*PROGRAM, "run", "-w", brief, "--month", MONTH], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(delay)
        process.terminate()
        _, err = process.communicate()
        ends[process.returncode] += 1
        delay += {-signal.SIGTERM: 0.3, 130: 0.1}.get(process.returncode, -0.2)
        assert "Traceback" not in err.decode()
        assert not list(brief.rglob(".*.tmp"))
    assert set(ends) <= {0, 130, -signal.SIGTERM}  # before Python listens, the system ends it
    assert ends[130] == ASKED


def test_the_log_is_exchanged_when_it_is_full(fupin: Callable[..., Ran], one: Path) -> None:
    (one / "fupin.toml").write_text(BASE["settings"] + "[run]\nlog_kib = 1\nlog_files = 2\n", encoding="utf-8")
    for _ in range(8):
        fupin("run", "-w", one, "--month", MONTH)
    assert sorted(p.name for p in (one / ".fupin").glob("run.jsonl*")) == ["run.jsonl", "run.jsonl.1", "run.jsonl.2"]
    assert all(p.stat().st_size <= 2048 for p in (one / ".fupin").glob("run.jsonl*"))


def test_a_hostile_file_name_cannot_break_the_log_or_the_terminal(fupin: Callable[..., Ran], one: Path) -> None:
    (one / "inbox" / MONTH / 'a\x1b[31m\n{"event":"x"}.csv').write_text("x", encoding="utf-8")
    for command in (["run", "--month", MONTH], ["check", "--month", MONTH, "-v"]):
        ran = fupin(*command, "-w", one)
        assert "\x1b" not in ran.out + ran.err
    assert {entry["event"] for entry in log_of(one)} == {
        *("start", "check", "payroll", "roster", "risk", "forecast", "due", "report", "end")
    }


def test_a_file_that_grows_while_it_is_read_is_not_used(
    fupin: Callable[..., Ran], one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fupin_cli.intake import reading as intake

    real: Any = vars(intake)["read_file"]

    def slowly(path: Path, *rest: Any) -> Any:
        sheets = real(path, *rest)
        if path.name == "出勤汇总表.csv":
            with path.open("ab") as stream:
                stream.write(b"\n")
        return sheets

    monkeypatch.setattr(intake, "read_file", slowly)
    ran = fupin("check", "-w", one, "--month", MONTH, "--format", "json", "--no-workbook")
    assert ran.code == 3
    assert [f["message"] for f in ran.findings if f["code"] == "IN001"] == ["读的时候文件还在变（可能正在复制或保存）"]


def test_a_full_disk_is_a_clear_error_and_nothing_half_written(one: Path) -> None:
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); from fupin_cli.cli.main import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "run", "-w", one, "--month", MONTH], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert "写不进去" in done.stderr.decode()
    assert not list((one / "out").rglob("*.xlsx"))
    assert not list((one / "out").rglob(".*.tmp"))


@pytest.mark.books
def test_a_folder_that_cannot_be_written_is_a_clear_error(fupin: Callable[..., Ran], one: Path) -> None:
    for command in (["run", "--month", MONTH], ["payroll", "--month", MONTH], ["reconcile", MONTH]):
        ran = fupin(*command, "-w", one, "-o", "/proc/fupin")  # not even the superuser may write there
        assert (ran.code, "写不进去" in ran.err) == (2, True), command


@pytest.mark.books
def test_a_path_that_is_a_file_is_a_clear_error(fupin: Callable[..., Ran], one: Path) -> None:
    (one / "out").write_text("", encoding="utf-8")
    ran = fupin("run", "-w", one, "--month", MONTH)
    assert (ran.code, "写不进去" in ran.err) == (2, True)


def test_the_schedule_is_what_cron_and_systemd_take(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "县 100% 的'账'"
    build({}, root)
    out = fupin("schedule", "-w", root, "--at", "6:05").out
    (line,) = [text for text in out.splitlines() if text.startswith("5 6 * * * ")]
    words = line.split(" ", 5)[5].replace(r"\%", "%")
    assert "%" not in re.sub(r"\\%", "", line)
    assert str(root) in shlex.split(words)
    assert "100%% 的" in out
    assert "OnCalendar=*-*-* 06:05:00" in out
    assert fupin("schedule", "-w", root, "--at", "25:00").code == 2


# --- verify ------------------------------------------------------------------------------------------------------


def lived(root: Path, settings: str = "", *, reconciled: bool = True) -> Path:
    """A month that was run, approved, returned, reconciled if it is said, and closed."""
    build({"settings": settings}, root)
    assert main(["run", "-w", str(root), "--month", MONTH, "--operator", "甲"]) == 0
    assert main(["approve", MONTH, "-w", str(root), "--by", "乙", "-y"]) == 0
    write_returns(root / "inbox" / MONTH, [{"批次号": "202405-01", "序号": 1}])
    assert not reconciled or main(["reconcile", MONTH, "-w", str(root)]) == 0
    assert main(["close", MONTH, "-w", str(root), "--by", "丙", "-y"]) == 0
    return root


@pytest.fixture(scope="module")
def whole_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One without the further reports of a run; what its closing compared is not written apart from it."""
    return lived(tmp_path_factory.mktemp("whole") / "w", BRIEF, reconciled=False)


@pytest.fixture
def written(whole_month: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(whole_month, tmp_path / "written")
    return tmp_path / "written"


def test_what_nobody_touched_is_verified(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    ran = fupin("verify", "--all", "-w", lived(tmp_path / "w"))
    assert ran.code == 0, ran.out
    for words in (
        "清单 10 份，前后相连",
        "核查：重算结果相同",
        "台账：重算结果相同",
        "风险预警：重算结果相同",
        "月报：只核对了文件",
        "预测：重算结果相同",
        "到期：重算结果相同",
        "批准：重算结果相同",
        "对账：重算结果相同",
        "关账：重算结果相同",
    ):
        assert words in ran.out


def touch(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def edit_manifest(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('"甲"', '"丁"'), encoding="utf-8")


def edit_ledger(root: Path) -> None:
    with sqlite3.connect(root / ".fupin" / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER lines_UPDATE")
        connection.execute("UPDATE lines SET amount_fen = 99999")
    connection.close()


TAMPERING: list[tuple[str, Callable[[Path], Any], str]] = [
    (
        "an output changed",
        lambda w: touch(w / "out" / MONTH / f"批准_{MONTH}.xlsx"),
        f"输出 批准_{MONTH}.xlsx 被改动过",
    ),
    ("an output gone", lambda w: (w / "out" / MONTH / "代发_202405-01.csv").unlink(), "输出 代发_202405-01.csv 不见了"),
    (
        "an input changed",
        lambda w: touch(w / "inbox" / MONTH / "出勤汇总表.csv"),
        f"输入 {MONTH}/出勤汇总表.csv 在批准以后被改动过",
    ),
    ("a manifest changed", lambda w: edit_manifest(w / "out" / MONTH / "manifests" / "0001.json"), "与前一份对不上"),
    (
        "a manifest gone",
        lambda w: (w / "out" / MONTH / "manifests" / "0002.json").unlink(),
        "前面有清单被改动、删除或插入",
    ),
    ("a manifest broken", lambda w: (w / "out" / MONTH / "manifest.json").write_text("{"), "读不出，被改动过"),
    ("all manifests gone", lambda w: shutil.rmtree(w / "out" / MONTH), "无从核对"),
    ("the ledger changed", edit_ledger, "批次 202405-01 在账本里的行被改动过"),
    ("the ledger gone", lambda w: (w / ".fupin" / "ledger.sqlite").unlink(), "清单里的批次 202405-01 不在账本里"),
]


# With an input that has changed nothing is computed again: what is told of outputs costs little beside it.
CHANGES = [[change] for change in TAMPERING] if LONG else [TAMPERING[:3], *([change] for change in TAMPERING[3:])]


@pytest.mark.parametrize("changes", CHANGES, ids=[" and ".join(what for what, *_ in changes) for changes in CHANGES])
def test_any_change_by_hand_is_named(
    fupin: Callable[..., Ran], written: Path, changes: list[tuple[str, Callable[[Path], Any], str]]
) -> None:
    for _, change, _ in changes:
        change(written)
    ran = fupin("verify", MONTH, "-w", written)
    assert ran.code == 12
    for *_, words in changes:
        assert words in ran.out
    if changes[0] is TAMPERING[0]:
        assert "有改动" in fupin("verify", MONTH, "-w", written, "-q").out


def test_an_input_that_was_put_away_is_no_change_and_is_kept_with_the_approval(
    fupin: Callable[..., Ran], written: Path
) -> None:
    (written / "inbox" / MONTH / "出勤汇总表.csv").unlink()
    ran = fupin("verify", MONTH, "-w", written, "--format", "json")
    assert ran.code == 0
    (month,) = ran.document["months"]
    said = {c["text"]: c["state"] for c in month["checks"]}
    assert said["输入 1 个文件已不在收件夹里，批准时留存了原件"] == "ok"
    assert said["批准：重算结果相同"] == "ok"
    assert said["核查：当时的输入不全，没有重算"] == "note"


def test_an_input_mended_later_and_read_again_is_known(
    fupin: Callable[..., Ran], approved_once: Path, tmp_path: Path
) -> None:
    one = shutil.copytree(approved_once, tmp_path / "one")
    touch(one / "inbox" / MONTH / "出勤汇总表.csv")
    assert fupin("verify", MONTH, "-w", one).code == 12
    fupin("reconcile", MONTH, "-w", one)
    ran = fupin("verify", MONTH, "-w", one)
    assert (ran.code, "换过，后来的运行用的是现在这一份" in ran.out) == (0, True)


def test_nothing_to_verify(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    assert fupin("verify", "-w", tmp_path).code == 10


# --- doctor, config ------------------------------------------------------------------------------------------------


def test_the_doctor_names_what_is_missing_and_what_to_do(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    budget = '[budget]\n"就业补助" = 1\n"县级资金" = 1\n"就业补助基金" = 1\n2025 = 1\n'
    (tmp_path / "fupin.toml").write_text(budget, encoding="utf-8")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "deaths.yaml").write_text("columns: {}\n", encoding="utf-8")
    ran = fupin("doctor", "-w", tmp_path)
    assert ran.code == 0
    for words in (
        "accident_insurance.premium",
        "本单位改过：deaths.yaml",
        "就业补助基金、2025：没有一项补贴从这项资金发放",
        "polars",
        "Python：3.",
        "还剩",
        "编码",
        "字体",
    ):
        assert words in ran.out
    (tmp_path / "fupin.toml").write_text("[post]\nage = 1\n", encoding="utf-8")
    ran = fupin("doctor", "-w", tmp_path, "--format", "json")
    assert ran.code == 2
    assert [d["text"] for d in ran.document["checks"] if d["state"] == "bad"] == [
        f"设置有误（{tmp_path / 'fupin.toml'}）：第 2 行 没有 post.age 这一项，是不是 age_max？"
    ]


def test_the_doctor_sees_a_broken_ledger(fupin: Callable[..., Ran], approved_once: Path, tmp_path: Path) -> None:
    one = shutil.copytree(approved_once, tmp_path / "one")
    (one / ".fupin" / "ledger.sqlite").write_bytes(b"no ledger" * 100)
    ran = fupin("doctor", "-w", one)
    assert (ran.code, "用备份恢复" in ran.out) == (2, True)


def test_config_says_where_each_value_came_from(
    fupin: Callable[..., Ran], one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUPIN_POST__AGE_MAX", "65")
    rows = {row["name"]: row for row in fupin("config", "-w", one, "--format", "json").document["settings"]}
    assert (rows["post.age_max"]["value"], rows["post.age_max"]["origin"]) == (65, "环境变量 FUPIN_POST__AGE_MAX")
    assert (rows["county.name"]["value"], rows["county.name"]["origin"]) == ("示例县", "fupin.toml")
    assert rows["post.cap_months"]["origin"] == "默认"
    assert "post.fixed_days = （没有填）" in fupin("config", "-w", one).out


def test_config_knows_a_section_in_one_variable_and_small_letters(
    fupin: Callable[..., Ran], one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """11.4: what a variable sets is no default, however it is written; what it leaves open, or is empty, stays one."""
    monkeypatch.setenv("FUPIN_POST", '{"age_max": 65, "standard": {"2024": {"monthly": "800", "source": "县文件"}}}')
    monkeypatch.setenv("fupin_post__proration", "calendar")
    monkeypatch.setenv("FUPIN_BUDGET", '{"就业补助资金": "100"}')
    monkeypatch.setenv("FUPIN_CHECKS__INCOME_MIN", "")
    monkeypatch.setenv("FUPIN_APPROVAL", '{"one_person_office": true}')
    rows = {
        r["name"]: (r["value"], r["origin"])
        for r in fupin("config", "-w", one, "--format", "json").document["settings"]
    }
    assert rows["post.age_max"] == (65, "环境变量 FUPIN_POST")
    assert rows["post.standard.2024.monthly"] == ("800", "环境变量 FUPIN_POST")
    assert rows["post.proration"] == ("calendar", "环境变量 fupin_post__proration")
    assert rows["budget.就业补助资金"] == ("100", "环境变量 FUPIN_BUDGET")
    assert [rows[name][1] for name in ("post.scheme", "checks.income_min", "approval.one_person_office")] == [
        "默认"
    ] * 3
    assert rows["approval.one_person_office"][0] is False


# --- encryption, personal data ---------------------------------------------------------------------------------------


@pytest.mark.books
def test_workbooks_are_encrypted_and_encrypted_ones_read(fupin: Callable[..., Ran], one: Path, tmp_path: Path) -> None:
    password = tmp_path / "密码.txt"
    password.write_text("正确 horse\n", encoding="utf-8")
    book = openpyxl.Workbook()
    rows = pl.read_csv(one / "inbox" / MONTH / "出勤汇总表.csv", encoding="gb18030", infer_schema=False)
    for row in (rows.columns, *rows.rows()):
        book.worksheets[0].append(list(row))
    book.save(tmp_path / "plain.xlsx")
    from fupin_cli.encryption import decrypt, sealed

    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(sealed(BytesIO(plain.read_bytes()), "正确 horse"))
    (one / "inbox" / MONTH / "出勤汇总表.csv").unlink()
    shutil.copy(tmp_path / "plain.xlsx", one / "inbox" / MONTH / "出勤汇总表.xlsx")
    assert fupin("check", "-w", one, "--month", MONTH, "--no-workbook").code == 3
    wrong = tmp_path / "错.txt"
    wrong.write_text("错", encoding="utf-8")
    ran = fupin("check", "-w", one, "--month", MONTH, "--no-workbook", "--password-file", wrong, "--format", "json")
    assert (ran.code, ran.findings[-1]["message"]) in [
        (3, f["message"]) for f in ran.findings if f["code"] == "IN001"
    ] or any("给出的密码打不开" in f["message"] for f in ran.findings)
    assert fupin("payroll", "-w", one, "--month", MONTH, "--operator", "甲", "--password-file", password).code == 0
    path = one / "out" / MONTH / f"发放_{MONTH}.xlsx"
    with pytest.raises(Exception, match="zip"):
        openpyxl.load_workbook(path)
    assert decrypt(path, "正确 horse").startswith(b"PK")
    with pytest.raises(ValueError, match=r"(?i)key|password"):
        decrypt(path, "错")
    empty = tmp_path / "空.txt"
    empty.write_text("\n", encoding="utf-8")
    for bad in (empty, tmp_path / "没有.txt"):
        ran = fupin("check", "-w", one, "--month", MONTH, "--password-file", bad)
        assert (ran.code, "密码" in ran.err) == (2, True)


def test_who_stands_in_an_encrypted_table_is_explained_with_its_password(
    fupin: Callable[..., Ran], one: Path, tmp_path: Path
) -> None:
    """Without it the person was said not to be there; a payment history in such a file could not be imported."""
    from fupin_cli.encryption import sealed

    def encrypt(source: Path, target: Path) -> None:
        book, plain = openpyxl.Workbook(), BytesIO()
        rows = pl.read_csv(source, encoding="gb18030", infer_schema=False)
        for row in (rows.columns, *rows.rows()):
            book.worksheets[0].append(list(row))
        book.save(plain)
        target.write_bytes(sealed(plain, "秘"))

    password = tmp_path / "密码.txt"
    password.write_text("秘", encoding="utf-8")
    roster = one / "inbox" / MONTH / "在岗人员花名册.csv"
    who = pl.read_csv(roster, encoding="gb18030", infer_schema=False)["身份证号码"][0]
    encrypt(roster, roster.with_suffix(".xlsx"))
    roster.unlink()
    claims = fupin("explain", who, MONTH, "-w", one)
    assert claims.code != 0
    assert fupin("explain", who, MONTH, "-w", one, "--password-file", password).code == 0
    ran = fupin("explain", "211302198202020022", MONTH, "-w", one, "--password-file", password)
    assert (ran.code, "没有读进来" in ran.err) == (2, False)
    history = tmp_path / "台账.csv"
    payment = BASE["rows"]["payment_history"]
    write_csv(history, [payment], "gb18030")
    encrypt(history, tmp_path / "台账.xlsx")
    command = ("ledger", "import", tmp_path / "台账.xlsx", "--preview", "-w", one)
    ran = fupin(*command)
    assert (ran.code, "--password-file" in ran.err) == (10, True)
    assert fupin(*command, "--password-file", password).code == 0


def personal(root: Path) -> set[str]:
    """Every ID number and account in the files of a county."""
    found: set[str] = set()
    for path in root.rglob("*"):
        if path.suffix == ".csv":
            found |= set(
                re.findall(r"(?<!\d)\d{15,19}[\dXx]?(?!\d)", path.read_bytes().decode("gb18030", errors="ignore"))
            )
        elif path.suffix == ".xlsx" and not path.name.startswith("~$"):
            for sheet in openpyxl.load_workbook(path).worksheets:
                for row in sheet.iter_rows(values_only=True):
                    found |= {n for cell in row for n in re.findall(r"(?<!\d)\d{15,19}[\dXx]?(?!\d)", str(cell))}
    return found


BATCH = {"批次号": "202405-01", "序号": 1, "处理结果": "失败", "失败原因": "账号与姓名不匹配"}
# In the order of a month. The first tell of people one by one, the others what became of files and sums.
OF_PEOPLE = (
    ["run", "--month", MONTH, "--operator", "甲"],
    ["payroll", "--month", MONTH, "--operator", "甲", "--format", "json"],
    ["approve", MONTH, "--by", "乙", "-y", "--despite", "文9"],
    ["ledger", "show", "--month", MONTH],
    ["reconcile", MONTH],
    ["reconcile", MONTH, "--format", "json"],
)
OF_THE_MONTH = (
    ["payroll", "--month", MONTH],
    ["status"],
    ["close", MONTH, "--by", "丙", "-y"],
    ["verify", "--all"],
    ["doctor"],
    ["config"],
)


def said_in_a_month(fupin: Callable[..., Ran], root: Path, numbers: set[str], commands: tuple[list[str], ...]) -> str:
    """What commands print, and what they keep in plain text; the bank answers with numbers of people before it is reconciled."""
    with (root / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write('[run]\njobs = ["check", "payroll", "reconcile"]\n')
    said = ""
    for command in commands:
        if command[0] == "reconcile":
            answers: list[dict[str, Any]] = [
                BATCH,
                {"处理结果": "成功"},
                {"身份证号码": min(numbers), "处理结果": "处理中"},
            ]
            write_returns(root / "inbox" / MONTH, answers)
        ran = fupin(*command, "-w", root)
        assert ran.code in (0, 1, 12), (command, ran.err)
        said += ran.out + ran.err
    said += "".join(path.read_text(encoding="utf-8") for path in (root / ".fupin").glob("run.jsonl*"))
    return said + "".join(path.read_text(encoding="utf-8") for path in (root / "out").rglob("*.json"))


def test_no_number_of_anybody_leaves_unmasked(fupin: Callable[..., Ran], sample: Path) -> None:
    """In the order of a month, whatever is printed and kept of the sample county.

    Of `check` itself tests/cli/test_check.py looks at the same, of the further reports of a run test_json_schemas and tests/page.
    """
    numbers = personal(sample / "inbox")
    assert len(numbers) > 400
    in_full = [command for command in OF_PEOPLE if command != ["reconcile", MONTH]]  # its JSON names the same people
    said = said_in_a_month(fupin, sample, numbers, (*OF_PEOPLE, *OF_THE_MONTH) if LONG else tuple(in_full))
    assert len(said) > 100_000
    assert not [number for number in numbers if number in said]


def test_no_number_leaves_unmasked_whatever_is_done_in_a_month(fupin: Callable[..., Ran], one: Path) -> None:
    """The same of one person, to the month's end."""
    numbers = personal(one / "inbox")
    assert len(numbers) > 1
    said = said_in_a_month(fupin, one, numbers, (*OF_PEOPLE, *OF_THE_MONTH))
    assert not [number for number in numbers if number in said]
