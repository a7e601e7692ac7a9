"""`fupin payroll`, `approve`, `explain`, `ledger` as a user runs them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from fupin_cli.cli.main import main
from tests.cases.test_cases import BASE, build, tables_of, write
from tests.cases.together import Together
from tests.conftest import LONG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

SAMPLE = Path(__file__).parents[2] / "sample_data"
MONTH = "2024-05"
PROGRAM = [sys.executable, "-c", "from fupin_cli.cli.main import run; run()"]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A workspace of one person in a clean month."""
    build({}, tmp_path / "one")
    return tmp_path / "one"


@pytest.fixture
def approved(approved_once: Path, tmp_path: Path) -> Path:
    """The same, approved."""
    return shutil.copytree(approved_once, tmp_path / "approved")


def lines_in(root: Path) -> int:
    with sqlite3.connect(root / ".fupin" / "ledger.sqlite") as connection:
        count: int = connection.execute("SELECT count(*) FROM lines").fetchone()[0]
    connection.close()
    return count


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The sample county's month, drafted with a workbook for each township, and what it printed."""
    root = tmp_path_factory.mktemp("drafted") / "w"
    shutil.copytree(SAMPLE / "inbox", root / "inbox")
    shutil.copy(SAMPLE / "fupin.toml", root)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        split = ["--split-by", "town", "--format", "json", "--operator", "甲"]
        assert main(["payroll", "-w", str(root), "--month", MONTH, *split]) == 1
    return root, json.loads(said.getvalue())


@pytest.mark.books
def test_totals_tie_in_json_workbook_bank_file_and_ledger(
    fupin: Callable[..., Ran], drafted: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    sample, document = shutil.copytree(drafted[0], tmp_path / "w"), drafted[1]
    lines, totals = document["lines"], document["totals"]
    assert totals["pay"] + totals["hold"] + totals["refuse"] == totals["lines"] == len(lines)
    assert Decimal(totals["amount"]) == sum(Decimal(line["amount"]) for line in lines)
    assert sum(Decimal(line["due"] or 0) for line in lines if line["status"] == "hold") == Decimal(totals["due_hold"])
    assert all(line["amount"] == "0.00" for line in lines if line["status"] != "pay")
    assert all(Decimal(line["due"] or 0) <= Decimal(line["standard"]) for line in lines)
    for key in ("by_fund", "by_county", "by_town", "by_village", "by_post_kind"):
        parts = document[key].values()
        assert sum(p["lines"] for p in parts) == totals["lines"], key
        assert sum(Decimal(p["amount"]) for p in parts) == Decimal(totals["amount"]), key
    assert totals["people"]["pay"] + totals["people"]["hold"] + totals["people"]["refuse"] == len(
        {line["person_code"] for line in lines}
    )
    approved = fupin(
        "approve", MONTH, "-w", sample, "--by", "乙", "-y", "--document", "文1", "--despite", "文9", "--format", "json"
    ).document
    assert approved["batch"] == "202405-01"
    assert approved["totals"]["amount"] == totals["amount"]
    assert Decimal(approved["bank"]["amount"]) + Decimal(approved["bank"]["left_out_amount"]) == Decimal(
        totals["amount"]
    )
    folder = sample / "out" / MONTH
    rows = (folder / "代发_202405-01.csv").read_bytes().decode("gbk").splitlines()
    assert len(rows) == totals["pay"] + 2
    assert rows[-1].startswith(f"合计{totals['pay']}笔")
    assert rows[-1].split(",")[4] == totals["amount"]
    assert lines_in(sample) == len(lines)
    book = openpyxl.load_workbook(folder / f"批准_{MONTH}.xlsx", data_only=True)
    assert book.sheetnames == [
        "汇总",
        "发放花名册",
        "暂缓",
        "不予",
        "月数台账",
        "到期",
        "资金",
        "未读入",
        "参数",
        "图表",
    ]
    roster = book["发放花名册"]
    amount = [c.value for c in roster[2]].index("实发金额(元)") + 1
    assert roster.cell(3 + totals["pay"], amount).value == pytest.approx(float(totals["amount"]))
    assert sum(Decimal(str(roster.cell(row, amount).value)) for row in range(3, 3 + totals["pay"])) == Decimal(
        totals["amount"]
    )
    formulas = openpyxl.load_workbook(folder / f"批准_{MONTH}.xlsx")["发放花名册"]
    assert re.match(r"=SUM\([A-Z]+3:[A-Z]+\d+\)", str(formulas.cell(3 + totals["pay"], amount).value))
    assert (book["暂缓"].max_row, book["不予"].max_row) == (totals["hold"] + 3, totals["refuse"] + 3)
    assert all(book["暂缓"].cell(row, 8).value for row in range(3, 3 + totals["hold"]))
    words = "".join(str(cell.value) for row in book["汇总"].iter_rows() for cell in row)
    assert "大写" in words
    assert "乙" in words
    assert "编制" in words


@pytest.mark.books
def test_a_draft_can_be_run_again_and_the_same_inputs_give_the_same_bytes(fupin: Callable[..., Ran], one: Path) -> None:
    for name in ("a", "b"):
        assert fupin("payroll", "-w", one, "--month", MONTH, "-o", one / name).code == 0
    for file in (f"发放_{MONTH}.xlsx", f"公示_{MONTH}.xlsx"):
        assert (one / "a" / MONTH / file).read_bytes() == (one / "b" / MONTH / file).read_bytes()


@pytest.mark.books
def test_a_workbook_for_each_township_ties_with_the_whole(drafted: tuple[Path, dict[str, Any]]) -> None:
    document = drafted[1]
    books = {
        Path(path).stem.split("_")[-1]: Path(path) for path in document["outputs"] if Path(path).stem.count("_") == 2
    }
    assert set(books) == set(document["by_town"])
    for town, path in books.items():
        rows = openpyxl.load_workbook(path)["发放花名册"].max_row - 2
        assert rows >= document["by_town"][town]["pay"] + 1
        summary = openpyxl.load_workbook(path, data_only=True)["汇总"]
        last = next(row for row in summary.iter_rows(values_only=True) if row[0] == "合计")
        assert last[5] == pytest.approx(float(document["by_town"][town]["amount"]))


def test_nobody_leaves_unmasked(fupin: Callable[..., Ran], one: Path) -> None:
    said = (
        fupin("payroll", "-w", one, "--month", MONTH).out
        + fupin("payroll", "-w", one, "--month", MONTH, "--format", "json").out
    )
    said += (
        fupin("approve", MONTH, "-w", one, "--by", "乙", "-y").out
        + fupin("ledger", "show", "--month", MONTH, "-w", one).out
    )
    said += fupin("explain", "张三", "--month", MONTH, "-w", one).out
    said += fupin("ledger", "show", "--month", MONTH, "-w", one, "--format", "json").out
    assert "211302198001010012" not in said
    assert "6217990000000000014" not in said
    assert "张三" not in said


@pytest.mark.books
def test_the_notice_masks_ids_as_the_rules_say(fupin: Callable[..., Ran], one: Path) -> None:
    fupin("payroll", "-w", one, "--month", MONTH)
    sheet = openpyxl.load_workbook(one / "out" / MONTH / f"公示_{MONTH}.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[3]][:5] == [1, "张三", "211302********0012", "保洁员", 22]
    assert sheet.title == "东川镇东一村"


def refused(ran: Ran, word: str) -> None:
    assert ran.code == 12
    assert word in ran.err


def test_approval_wants_a_draft_another_person_and_nothing_changed(fupin: Callable[..., Ran], one: Path) -> None:
    refused(fupin("approve", MONTH, "-w", one, "--by", "乙", "-y"), "还没有测算")
    fupin("payroll", "-w", one, "--month", MONTH, "--operator", "甲")
    refused(fupin("approve", MONTH, "-w", one, "--by", "甲", "-y"), "同一个人")
    settings = one / "fupin.toml"
    kept = settings.read_text(encoding="utf-8")
    settings.write_text(kept + "\n[checks]\nincome_max = 20000\n", encoding="utf-8")
    refused(fupin("approve", MONTH, "-w", one, "--by", "乙", "-y"), "设置")
    settings.write_text(kept, encoding="utf-8")
    attendance = one / "inbox" / MONTH / "出勤汇总表.csv"
    before = attendance.read_bytes()
    attendance.write_bytes(before.replace(b",22,22,", b",22,11,"))
    refused(fupin("approve", MONTH, "-w", one, "--by", "乙", "-y"), "收件夹里的文件、测算结果")
    attendance.write_bytes(before)
    assert fupin("approve", "--month", MONTH, "-w", one, "--operator", "乙", "--yes", "--document", "文").code == 0
    refused(fupin("approve", MONTH, "-w", one, "--by", "丙", "-y"), "已由 乙 批准")
    refused(fupin("payroll", "-w", one, "--month", MONTH), "已由 乙 批准")
    assert fupin("approve", "-w", one).code == 2


@pytest.mark.books
def test_a_one_person_office_may_approve_its_own_and_it_is_said(fupin: Callable[..., Ran], one: Path) -> None:
    with (one / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n[approval]\none_person_office = true\n")
    fupin("payroll", "-w", one, "--month", MONTH, "--operator", "甲")
    assert fupin("approve", MONTH, "-w", one, "--by", "甲", "-y").code == 0
    book = openpyxl.load_workbook(one / "out" / MONTH / f"批准_{MONTH}.xlsx")
    assert any("一人单位" in str(cell.value) for row in book["汇总"].iter_rows() for cell in row)


def test_approved_months_count_towards_the_cap(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build({"history": ["2021-05", "2024-03"], "change": {"assignments": {"首次核定日期": "2021-05-01"}}}, root)

    def line(month: str) -> dict[str, Any]:
        found: dict[str, Any] = fupin(
            "payroll", "-w", root, "--month", month, "--format", "json", "--operator", "甲"
        ).document["lines"][0]
        return found

    may = line(MONTH)
    assert (may["status"], may["months_before"], may["months_after"], may["cap_end"]) == ("pay", "35", "36", MONTH)
    assert fupin("approve", MONTH, "-w", root, "--by", "乙", "-y").code == 0
    shutil.copytree(root / "inbox" / MONTH, root / "inbox" / "2024-06")
    for table, old in (("出勤汇总表", MONTH),):
        path = root / "inbox" / "2024-06" / f"{table}.csv"
        path.write_bytes(path.read_bytes().replace(old.encode(), b"2024-06"))
    june = line("2024-06")
    assert (june["status"], june["months_before"], june["cap_end"]) == ("refuse", "36", None)
    assert "CAP001" in june["codes"]


def test_the_opening_balance_is_imported_once(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build({"history": ["2023-06", "2024-04"]}, root)
    file = root / "inbox" / MONTH / "补贴发放台账.csv"
    assert fupin("ledger", "import", file, "-w", root).code == 0
    refused(fupin("ledger", "import", file, "-w", root), "已经导入过")
    payroll = ["payroll", "-w", root, "--month", MONTH, "--format", "json", "--no-workbook"]
    both = fupin(*payroll).document["lines"][0]
    file.unlink()
    alone = fupin(*payroll).document["lines"][0]
    assert both["months_before"] == alone["months_before"] == "11"
    shown = fupin("ledger", "show", "--person", "张三", "-w", root)
    assert "已发 11 人月" in shown.out
    assert fupin("ledger", "import", root / "inbox" / MONTH / "公益性岗位台账.csv", "-w", root).code == 10


def test_a_history_that_cannot_be_read_whole_is_not_imported(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "补贴发放台账.csv"
    path.write_text("身份证号码,补贴类型,补贴月份,金额\n211302198001010012,岗位补贴,2024-01,1.005\n", encoding="utf-8")
    ran = fupin("ledger", "import", path, "-w", tmp_path)
    assert ran.code == 2
    assert "没有导入" in ran.err


def test_everything_can_be_taken_out_of_the_ledger(fupin: Callable[..., Ran], one: Path) -> None:
    fupin("payroll", "-w", one, "--month", MONTH, "--operator", "=甲")
    fupin("approve", MONTH, "-w", one, "--by", "乙", "-y")
    read: Any
    for kind, read, drafter in (("csv", pl.read_csv, "'=甲"), ("parquet", pl.read_parquet, "=甲")):
        assert fupin("ledger", "export", "-w", one, "--format", kind).code == 0
        lines = read(one / "out" / f"账本_lines.{kind}")
        assert lines["amount_fen"].to_list() == [73205]
        assert lines["month"].to_list() == [MONTH]
        assert read(one / "out" / f"账本_batches.{kind}")["drafter"][0] == drafter


def test_the_ledger_itself_refuses_changes(approved: Path) -> None:
    connection = sqlite3.connect(approved / ".fupin" / "ledger.sqlite")
    for statement in ("UPDATE lines SET amount_fen = 1", "DELETE FROM batches", "DELETE FROM drafts"):
        with pytest.raises(sqlite3.IntegrityError, match="只增不改"):
            connection.execute(statement)
    connection.close()


def test_the_bank_file_can_be_written_again_from_the_ledger_alone(
    fupin: Callable[..., Ran], one: Path, approved: Path
) -> None:
    assert fupin("ledger", "bank", MONTH, "-w", one).code == 2
    shutil.rmtree(approved / "inbox")
    folder = approved / "out" / MONTH
    sent = (folder / "代发_202405-01.csv").read_bytes()
    (folder / "代发_202405-01.csv").unlink()
    assert fupin("ledger", "bank", MONTH, "-w", approved).code == 0
    # 14.8: one set of payable files a batch, whatever was there.
    assert [path.read_bytes() for path in folder.glob("代发_*")] == [sent]


def test_a_bank_profile_of_the_countys_own(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    sample, everybody = tmp_path / "w", Together()
    for n in range(45):
        everybody.add(tables_of({"change": {"attendance": {"本月累计出勤天数": n % 23}}}), n)
    write(sample, everybody.written(), MONTH)
    with (sample / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write(
            '\n[bank]\nprofile = "某银行"\n[bank.profiles."某银行"]\ncolumns = {"序号" = "no", "户名" = "payee", "账号" = "account", "金额" = "amount"}\n'
            'separator = "|"\nsuffix = ".txt"\nunit = "fen"\nheader = false\nsummary = true\nmax_rows = 20\n'
        )
    fupin("payroll", "-w", sample, "--month", MONTH, "--operator", "甲", "-q")
    approved = fupin(
        "approve", MONTH, "-w", sample, "--by", "乙", "-y", "--despite", "文9", "--format", "json"
    ).document
    files = sorted((sample / "out" / MONTH).glob("代发_*.txt"))
    assert len(files) > 1
    assert len(files) == -(-approved["totals"]["pay"] // 20)
    texts = [path.read_bytes().decode("gbk").splitlines() for path in files]
    assert all(len(text) <= 21 for text in texts)
    fen = sum(int(text[-1].split("|")[3]) for text in texts)
    assert fen == int(Decimal(approved["totals"]["amount"]) * 100)
    assert all(len(text[0].split("|")) == 4 for text in texts)


def test_who_cannot_be_written_is_listed_and_the_sums_tie(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    name = {"姓名": "张䶮"}
    tables = ("registry", "assignments", "attendance", "accident_insurance")
    build({"change": dict.fromkeys(tables, name), "settings": '[bank]\nencoding = "GB18030"\n'}, root)
    fupin("payroll", "-w", root, "--month", MONTH, "--operator", "甲")
    assert fupin("approve", MONTH, "-w", root, "--by", "乙", "-y").code == 0
    (root / "fupin.toml").write_text(
        BASE["settings"] + '[bank]\nencoding = "GBK"\nprofile = "pipe-txt"\n', encoding="utf-8"
    )
    ran = fupin("ledger", "bank", MONTH, "-w", root)
    assert "代发文件：0 笔 0.00 元；未写入 1 笔 732.05 元；合计 732.05 元，批准 732.05 元" in ran.out
    assert "“䶮”在 GBK 编码里没有" in ran.out


@pytest.mark.books
def test_the_one_card_roster_has_its_seventeen_columns(fupin: Callable[..., Ran], one: Path) -> None:
    with (one / "fupin.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[bank]\nprofile = "ykt-17"\n')
    fupin("payroll", "-w", one, "--month", MONTH, "--operator", "甲")
    fupin("approve", MONTH, "-w", one, "--by", "乙", "-y")
    rows = list(openpyxl.load_workbook(one / "out" / MONTH / "代发_202405-01.xlsx").worksheets[0].values)
    assert len(rows[0]) == 17
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["户主姓名"], line["享受人身份证号"], line["年龄"], line["补贴金额"]) == (
        "张三",
        "211302198001010012",
        "44",
        "732.05",
    )


def test_explain_shows_each_value_with_its_source_and_what_must_change(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    root = tmp_path / "w"
    build({"change": {"attendance": {"本月累计出勤天数": 11, "考核结果": "不合格"}}}, root)
    ran = fupin("explain", "211302198001010012", "--month", MONTH, "-w", root)
    for words in (
        "暂缓",
        "366.03",
        "11 天",
        "22 天",
        "出勤汇总表.csv!第2行",
        "8784.60",
        "增长10%",
        "ATT006",
        "要改变",
        "定期开展考核评价",
        "最后可发月",
    ):
        assert words in ran.out, words
    tree = fupin("explain", "张三", "--month", MONTH, "-w", root, "--format", "json").document
    assert tree["format"] == "fupin.explain/1"
    assert [step["name"] for step in tree["lines"][0]["steps"]] == ["实发", "月数", "ATT006 考核不合格"]
    assert fupin("explain", "没有这人", "--month", MONTH, "-w", root).code == 2


def test_person_codes_are_stable_within_a_workspace_only(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    codes = []
    for name in ("a", "a", "b"):
        build({}, tmp_path / name)
        codes.append(
            fupin("payroll", "-w", tmp_path / name, "--month", MONTH, "--format", "json", "--no-workbook").document[
                "lines"
            ][0]["person_code"]
        )
    assert codes[0] == codes[1] != codes[2]
    assert re.fullmatch(r"[A-Z2-7]{10}", codes[0])
    assert (tmp_path / "a" / ".fupin" / "person.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.books
def test_a_missing_table_is_named_where_it_holds_the_lines(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build({"remove": ["accident_insurance", "registry"]}, tmp_path)
    ran = fupin("payroll", "-w", tmp_path, "--month", MONTH)
    assert ran.code == 1
    assert "没有报送：监测对象信息、意外险名单" in ran.out
    rows = list(openpyxl.load_workbook(tmp_path / "out" / MONTH / f"发放_{MONTH}.xlsx")["暂缓"].values)
    assert "【IN012】没有报送：监测对象信息、意外险名单" in rows[2]
    assert "没有报送" in fupin("explain", "张三", "--month", MONTH, "-w", tmp_path).out


def test_no_roster_is_no_payroll(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    build({"remove": ["assignments"]}, tmp_path)
    ran = fupin("payroll", "-w", tmp_path, "--month", MONTH)
    assert ran.code == 10
    assert "花名册" in ran.err


KILLS = 50 if LONG else 25


def test_kill_9_at_any_moment_of_a_posting_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    """Postings of 300 lines, each killed at a random moment around the write itself."""
    # One process that has loaded the ledger; for each posting it forks another, which is killed, and says how that ended.
    writer = (
        "import os, sys, pathlib; from fupin_cli.ledger.store import Batch, Line, frame, post\n"
        "while asked := sys.stdin.readline():\n"
        "    n = int(asked); name = f'{n:06d}-01'; child = os.fork()\n"
        "    if child:\n"
        "        print(child, flush=True); sys.stdin.readline()\n"
        "        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True); continue\n"
        "    b = Batch(name, 'approval', n, '', '', '', '', '', '', '', '')\n"
        "    ls = [Line(name, i, 'post', 'p', '', '', n, 'pay', '', 100, None, None, '', None, None, *[''] * 12) for i in range(300)]\n"
        "    post(pathlib.Path(sys.argv[1]), b, frame('lines', ls)); os._exit(0)\n"
    )
    moments = random.Random(7)  # noqa: S311 - moments to kill at
    finished = 0
    with subprocess.Popen(
        [sys.executable, "-c", writer, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin
        assert process.stdout
        whole = 0.0
        for n in range(2 + KILLS):
            start = time.perf_counter()
            process.stdin.write(f"{n}\n")
            child = int(process.stdout.readline())
            if n > 1:  # the first makes the ledger, the second says how long one takes
                time.sleep(moments.uniform(0, 1.3 * whole))
                os.kill(child, signal.SIGKILL)
            process.stdin.write("\n")
            finished += process.stdout.readline() == "0\n"
            whole = whole if n > 1 else time.perf_counter() - start
    from fupin_cli.ledger.file import read

    lines, batches = read(tmp_path, "lines"), read(tmp_path, "batches")
    assert set(lines["batch"]) == set(batches["batch"])
    assert lines.group_by("batch").len()["len"].unique().to_list() == [300]
    assert batches.height >= finished > 1
    assert batches.height < 2 + KILLS


def test_a_full_disk_posts_nothing_and_the_ledger_stays_readable(
    fupin: Callable[..., Ran], drafted_once: Path, tmp_path: Path
) -> None:
    one = shutil.copytree(drafted_once, tmp_path / "one")
    size = (one / ".fupin" / "ledger.sqlite").stat().st_size
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}));"
        "import pathlib; from fupin_cli.ledger.store import Batch, Line, frame, post; from fupin_cli.errors import FupinError\n"
        "b = Batch('x', 'approval', 1, *[''] * 8)\n"
        "ls = [Line('x', i, 'post', 'p' * 400, '', '', 1, 'pay', '', 100, None, None, '', None, None, *[''] * 12) for i in range(500)]\n"
        "try:\n    post(pathlib.Path(sys.argv[1]), b, frame('lines', ls))\nexcept FupinError as e:\n    sys.exit('账本' in str(e) and 5)\n"
    )
    done = subprocess.run([sys.executable, "-c", limited, one], capture_output=True, check=False)
    assert done.returncode == 5, done.stderr.decode()
    assert lines_in(one) == 0
    assert fupin("approve", MONTH, "-w", one, "--by", "乙", "-y").code == 0
    assert lines_in(one) == 1
