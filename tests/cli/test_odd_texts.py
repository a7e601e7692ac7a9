"""Texts and names as no clerk means them: nothing stops, nothing becomes a formula, nobody's row is split or lost."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from fupin_cli.encryption import decrypt
from fupin_cli.intake.inbox import _distinct_names, find_files, shown
from fupin_cli.outputs.files import safe_names
from fupin_cli.policy.idnumber import check_digit
from tests.cases.test_cases import BASE, BASE_ID
from tests.conftest import LONG, planned

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = BASE["month"]
TOWNS = ["东\uffff镇", "\x01西镇", '=HYPERLINK("x")', "A/B", "A_B", "a_b", "'", "x" * 60, "x" * 61, ".", "平常镇"]
ODD = (
    "٢٠٢٤",
    "𝟐𝟎𝟐𝟒-𝟎𝟓",
    "१२",
    "\uffff",
    "\x01\x02",
    "\x0b\x7f\x85",
    "\u2028",
    "=1+1",
    "_x000D_",
    "9" * 40,
    "1e308",
    "½",
)


def number(n: int) -> str:
    body = f"21130219800101{2 * n + 1:03d}"
    return body + check_digit(body)


def county(folder: Path, towns: list[str], settings: str = "", **cells: str) -> Path:
    """A clean month with one person in each township; `cells` are changed in the first person's roster row."""
    folder.mkdir()
    (folder / "fupin.toml").write_text(BASE["settings"] + settings, encoding="utf-8")
    for name, row in BASE["tables"].items():
        rows = []
        for n, town in enumerate(towns):
            change = {
                "乡": town,
                "岗位编号": f"GW{n}",
                "户编号": f"H{n}",
                "保单号": f"B{n}",
                "银行账号": f"62179900{n:04d}",
            }
            change |= {
                "联系电话": f"1390000{n:04d}",
                "成员联系电话": f"1390000{n:04d}",
                "户联系电话": f"1390000{n:04d}",
            }
            new = {h: number(n) if cell == BASE_ID else change.get(h, cell) for h, cell in row.items()}
            rows.append(new | (cells if name == "assignments" and not n else {}))
        path = folder / "inbox" / MONTH / f"{BASE['files'][name]}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def draft(fupin: Callable[..., Ran], root: Path, *more: object) -> Ran:
    return fupin("payroll", "-w", root, "--month", MONTH, "--operator", "甲", *more)


def approve(fupin: Callable[..., Ran], root: Path, *more: object) -> Ran:
    return fupin("approve", MONTH, "-w", root, "--by", "乙", "-y", *more)


@pytest.mark.books
def test_odd_townships_are_paid_and_written_as_text(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10.A2, A4: control characters and U+FFFF crash no workbook; `=…` is text in 公示表; no township loses its workbook."""
    root = county(tmp_path / "w", TOWNS)
    ran = draft(fupin, root, "--split-by", "town", "--format", "json", "--unmask")
    assert ran.code in (0, 1), ran.err
    assert ran.document["totals"]["pay"] == len(TOWNS)
    books = sorted((root / "out" / MONTH).glob("发放_*_*.xlsx"))
    assert len(books) == len(TOWNS)
    paid = [r for path in books for sheet in openpyxl.load_workbook(path) for r in sheet.iter_rows(values_only=True)]
    assert {number(n) for n in range(len(TOWNS))} <= {cell for row in paid for cell in row}
    notice = openpyxl.load_workbook(next((root / "out" / MONTH).glob("公示_*.xlsx")))
    assert len(notice.sheetnames) == len(TOWNS)
    assert all(sheet["A1"].data_type == "s" for sheet in notice.worksheets)
    assert any(str(sheet["A1"].value).startswith("=HYPERLINK") for sheet in notice.worksheets)
    if not LONG:  # of the second time only the names are looked at
        monkeypatch.setattr("fupin_cli.outputs.bulk.write_workbook", planned)
    again = draft(fupin, root, "--split-by", "town", "--force", "-q")
    assert again.code in (0, 1)
    assert sorted((root / "out" / MONTH).glob("发放_*_*.xlsx")) == books


def test_odd_townships_of_findings_each_have_a_workbook(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A4: `--split-by town` of a check."""
    root = county(tmp_path / "w", TOWNS)
    roster = root / "inbox" / MONTH / f"{BASE['files']['assignments']}.csv"
    roster.write_text(roster.read_text(encoding="utf-8").replace("62179900", "x"), encoding="utf-8")
    assert fupin("check", "-w", root, "--month", MONTH, "--split-by", "town", "--force", "-q").code == 1
    assert len(list((root / "out" / MONTH).glob("核查_*_*.xlsx"))) == len(TOWNS)


COLUMNS = ["首次核定日期 姓名 银行账号", "身份证号码", "开户银行 联系电话 村"]


@pytest.mark.books
@pytest.mark.parametrize("headers", " ".join(COLUMNS).split() if LONG else COLUMNS)
def test_odd_cells_are_findings_at_most(fupin: Callable[..., Ran], tmp_path: Path, headers: str) -> None:
    """10.A2: digits of other scripts, control characters, numbers beyond all bounds."""
    root = county(tmp_path / "w", ["镇"] * len(ODD))
    for name in ("assignments", "attendance", "registry"):
        path = root / "inbox" / MONTH / f"{BASE['files'][name]}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        keys = {"attendance": ["本月累计出勤天数"], "registry": ["人均纯收入"]}.get(name, headers.split())
        for row, odd in zip(rows, ODD, strict=True):
            row.update(dict.fromkeys(keys, odd))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    for ran in (fupin("check", "-w", root, "--month", MONTH, "-v"), draft(fupin, root)):
        assert ran.code == 1, ran.err


def test_an_account_of_impossible_length_holds(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A5: 8 to 32 digits, nothing else; the just possible ones pay."""
    root = county(tmp_path / "w", ["镇"] * 6)
    roster = root / "inbox" / MONTH / f"{BASE['files']['assignments']}.csv"
    text = roster.read_text(encoding="utf-8")
    for n, said in enumerate(["abc", "1234567", "12345678", "1" * 32, "1" * 33, "٦٢١٧٩٩٠٠١"]):
        text = text.replace(f"62179900{n:04d}", said)
    roster.write_text(text, encoding="utf-8")
    ran = draft(fupin, root, "--format", "json")
    assert [line["status"] for line in ran.document["lines"]] == ["hold", "hold", "pay", "pay", "hold", "hold"]
    assert all(("ID014" in line["codes"]) == (line["status"] == "hold") for line in ran.document["lines"])
    found = fupin("check", "-w", root, "--month", MONTH, "--format", "json", "--no-workbook").findings
    assert [(f["severity"], f["effect"], f["row"]) for f in found if f["code"] == "ID014"] == [
        ("error", "hold", row) for row in (2, 3, 6, 7)
    ]


def test_a_line_break_in_the_banks_name_splits_no_row(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A4: CRLF in 开户银行 of a generic-csv bank file."""
    root = county(tmp_path / "w", ["镇", "镇"], 开户银行="农信社\r\n东川支行")
    assert draft(fupin, root, "-q").code == 0
    assert approve(fupin, root).code == 0
    text = next((root / "out" / MONTH).glob("代发_*.csv")).read_bytes().decode("gbk")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(text.splitlines()) == len(rows)
    assert any("农信社东川支行" in row for row in rows)


@pytest.mark.books
def test_bank_workbooks_are_encrypted_too(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A4: with --password-file no workbook is plain, and no plain one ever lies on the disk."""
    own = '[bank]\nprofile = "own"\n[bank.profiles.own]\nsuffix = ".xlsx"\ncolumns = {"户名" = "payee", "账号" = "account", "金额" = "amount"}\n'
    root = county(tmp_path / "w", ["镇"], own)
    password = tmp_path / "密码"
    password.write_text("正确 horse", encoding="utf-8")
    assert draft(fupin, root, "-q", "--password-file", password).code == 0
    assert approve(fupin, root, "--password-file", password).code == 0
    books = list((root / "out").rglob("*.xlsx"))
    bank = next(path for path in books if path.name.startswith("代发_"))
    assert all(not zipfile.is_zipfile(path) for path in books)
    assert zipfile.is_zipfile(io.BytesIO(decrypt(bank, "正确 horse")))
    bank.unlink()
    assert fupin("ledger", "bank", MONTH, "-w", root, "--password-file", password).code == 0
    assert not zipfile.is_zipfile(bank)


@pytest.mark.books
def test_nothing_plain_is_on_the_disk_while_a_workbook_is_encrypted(
    fupin: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10.A4: at the moment of encrypting, neither the output folder nor the temporary one holds a file of it."""
    from fupin_cli.outputs import bulk

    root = county(tmp_path / "w", ["镇"])
    password = tmp_path / "密码"
    password.write_text("1", encoding="utf-8")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    real: Callable[[io.BytesIO, str], bytes] = vars(bulk)["sealed"]
    seen: list[Path] = []

    def looked(plain: io.BytesIO, word: str) -> bytes:
        seen.extend(p for p in (*(root / "out").rglob("*"), *temporary.rglob("*")) if p.is_file() and p.stat().st_size)
        return real(plain, word)

    monkeypatch.setattr(bulk, "sealed", looked)
    assert fupin("check", "-w", root, "--month", MONTH, "--password-file", password).code == 0
    assert seen == []


def test_names_that_fall_together_stay_apart() -> None:
    assert safe_names(["A/B", "A_B", "a_b", "", "x" * 60, "x" * 61]) == {
        "A/B": "A_B",
        "A_B": "A_B_2",
        "a_b": "a_b_3",
        "": "_",
        "x" * 60: "x" * 40,
        "x" * 61: "x" * 40 + "_2",
    }


# --- names of files ---------------------------------------------------------------------------------------------------

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file names of any bytes are Linux's")


def named(folder: Path, name: bytes) -> Path:
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


@LINUX
@pytest.mark.books
def test_file_names_of_any_bytes_are_shown_and_read(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A2: GBK bytes, line breaks and quotes in names, of tables and of other files; JSON, manifest, workbook, terminal."""
    root = county(tmp_path / "w", ["镇"], '[run]\njobs = ["check", "payroll"]\n')
    inbox = root / "inbox" / MONTH
    for path in sorted(inbox.iterdir()):
        path.rename(named(inbox, path.name.encode("gbk")))
    named(inbox, '通知\n"x"\'.txt'.encode("gbk")).write_text("x", encoding="utf-8")
    ran = fupin("check", "-w", root, "--month", MONTH, "--format", "json")
    names = {f"{MONTH}/{BASE['files'][name]}.csv" for name in BASE["tables"]}
    assert ran.code == 0, ran.err
    assert names == {i["file"] for i in ran.document["inputs"]}
    assert [f["file"] for f in ran.findings] == [f'{MONTH}/通知�"x"\'.txt']
    manifest = json.loads((root / "out" / MONTH / "manifest.json").read_text(encoding="utf-8"))
    assert names < {f["file"] for f in manifest["files"]}
    assert draft(fupin, root).code == 0
    assert approve(fupin, root).code == 0
    assert "通知" in fupin("check", "-w", root, "--month", MONTH).out
    assert fupin("run", "-w", root, "--month", MONTH).code == 0
    assert fupin("verify", "--all", "-w", root).code == 0


@LINUX
def test_names_in_any_encoding_that_look_alike_are_told_apart(tmp_path: Path) -> None:
    for name in ("表".encode(), "表".encode("gbk"), b"\x01", b"\x02", b"\xff\xfe\x80"):
        named(tmp_path, name + b".csv").write_bytes(name)
    assert sorted(f.name for f in find_files(tmp_path)) == sorted(
        ["表.csv", "表.csv〔2〕", "�.csv", "�.csv〔2〕", shown(os.fsdecode(b"\xff\xfe\x80.csv"))]
    )
    assert _distinct_names(["a", "a", "b"]) == ["a", "a〔2〕", "b"]


@LINUX
def test_a_gbk_locale_reads_names_of_both_kinds(tmp_path: Path) -> None:
    """10.A2: under LC_ALL=zh_CN.GBK names are decoded by the system in its way."""
    places = tmp_path / "locales"
    places.mkdir()
    program = shutil.which("localedef")
    if not program:
        pytest.skip("no localedef")
    made = subprocess.run(
        [program, "-i", "zh_CN", "-f", "GBK", str(places / "zh_CN.GBK")], capture_output=True, check=False
    )
    if not (places / "zh_CN.GBK").exists():
        pytest.skip(f"no sources of locales: {made.stderr!r}")
    root = county(tmp_path / "w", ["镇"])
    inbox = root / "inbox" / MONTH
    roster = f"{BASE['files']['assignments']}.csv"
    (inbox / roster).rename(named(inbox, roster.encode("gbk")))
    done = subprocess.run(
        [sys.executable, "-c", "from fupin_cli.cli.main import run; run()", "check", "-w", root, "--month", MONTH],
        capture_output=True,
        check=False,
        env=os.environ | {"LC_ALL": "zh_CN.GBK", "LOCPATH": str(places)},
    )
    assert done.returncode == 0, done.stderr
    # What is redirected is UTF-8 whatever the locale (14.2).
    assert roster in done.stdout.decode("utf-8").replace("\n", "")
