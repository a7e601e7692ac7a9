"""14.8: the ledger for people: a workbook, a preview, nobody found, one set of payable files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from fupin_cli.ledger import store
from tests.cases.test_cases import BASE, build
from tests.conftest import Ran, write_csv

pytestmark = pytest.mark.usefixtures("books_planned")

M = BASE["month"]
PERSON = "211302198001010012"
HISTORY = [
    {"姓名": "=张三", "身份证号码": PERSON, "补贴类型": "岗位补贴", "补贴月份": "2024-01", "金额": "100.5"},
    {"姓名": "张三", "身份证号码": PERSON, "补贴类型": "岗位补贴", "补贴月份": "2024-02", "金额": "732.05"},
    {
        "姓名": "张三",
        "身份证号码": PERSON,
        "补贴类型": "岗位补贴",
        "补贴月份": "2024-03",
        "金额": "732.05",
        "发放状态": "退回",
    },
]
for _row in HISTORY:
    _row.setdefault("发放状态", "成功")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    build({}, tmp_path)
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "旧.csv", HISTORY)
    return tmp_path


def approve(fupin: Callable[..., Ran]) -> None:
    fupin("payroll", M, "--by", "甲", "-q")
    assert fupin("approve", M, "--by", "乙", "--document", "文1", "-y").code == 0


def test_a_preview_posts_nothing_and_says_what_would_be(fupin: Callable[..., Ran], root: Path) -> None:
    ran = fupin("ledger", "import", "旧.csv", "--preview")
    assert ran.code == 0
    assert "要导入 2 笔，1 人，832.55 元；不导入 1 行（退回、追回、金额为0）" in ran.out
    assert "这是预览，没有记账" in ran.out
    assert store.read(root, "batches").height == 0
    assert "去掉 --preview" in ran.err
    assert "2 笔，1 人，832.55 元" in fupin("ledger", "import", "旧.csv").out
    assert fupin("ledger", "import", "没有.csv", "--preview").code == 10


def test_nobody_is_said_to_be_nobody(fupin: Callable[..., Ran], root: Path) -> None:
    approve(fupin)
    ran = fupin("ledger", "show", "--person", "李某")
    assert (ran.code, ran.out) == (1, "")
    assert "账本里没有 李某 的行" in ran.err
    assert fupin("ledger", "show", "--person", "李某", "--format", "json").document["lines"] == []
    assert fupin("ledger", "show", "--person", "张三").code == 0
    assert "账本里没有 张三 2024-04 的行" in fupin("ledger", "show", "2024-04", "--person", "张三").err
    assert root.is_dir()


@pytest.mark.books
def test_the_ledger_as_a_workbook_has_yuan_chinese_and_ids_as_text(fupin: Callable[..., Ran], root: Path) -> None:
    fupin("ledger", "import", "旧.csv")
    approve(fupin)
    ran = fupin("ledger", "export", "--format", "xlsx")
    assert ran.code == 0
    book = openpyxl.load_workbook(root / "out" / "账本.xlsx")
    assert book.sheetnames == ["批次", "明细"]
    sheet = book["明细"]
    head = next(n for n in range(1, 6) if sheet.cell(n, 1).value == "批次")
    headers = [cell.value for cell in sheet[head]]
    assert not [h for h in headers if not isinstance(h, str) or h.isascii()]
    rows = [dict(zip(headers, [c.value for c in row], strict=True)) for row in sheet.iter_rows(min_row=head + 1)]
    lines = [row for row in rows if row["身份证号"]]
    assert [row["金额(元)"] for row in lines] == [100.5, 732.05, 732.05]
    assert {row["身份证号"] for row in lines} == {PERSON}
    assert [row["月份"] for row in lines] == ["2024-01", "2024-02", M]
    assert lines[0]["姓名"] == "=张三"  # text, not a formula
    assert lines[0]["补贴"] == "岗位补贴"
    assert lines[-1]["状态"] == "发放"
    assert isinstance(lines[-1]["银行账号"], str)
    id_cell = sheet.cell(head + 1, headers.index("身份证号") + 1)
    assert (id_cell.data_type, sheet.cell(head + 1, headers.index("姓名") + 1).data_type) != ("n", "f")
    kinds = [row[1].value for row in book["批次"].iter_rows(min_row=head + 1)]
    assert kinds[:2] == ["期初余额", "批准"]
    ran = fupin("ledger", "export", "--format", "csv")
    assert ran.code == 0


def test_a_batch_never_has_a_second_payable_file(fupin: Callable[..., Ran], root: Path) -> None:
    """14.8: written again it is the same file; changed by hand, or under another profile, the old one goes to 作废/."""
    approve(fupin)
    folder = root / "out" / M
    first = (folder / "代发_202405-01.csv").read_bytes()

    def payable() -> list[str]:
        return sorted(p.name for p in folder.glob("*代发*") if p.is_file())

    assert fupin("ledger", "bank", M).code == 0
    assert (payable(), (folder / "作废").exists()) == (["代发_202405-01.csv"], False)
    (folder / "代发_202405-01.csv").write_bytes(first.replace(b"732.05", b"999.99"))
    (folder / "代发_202405-01_2.csv").write_bytes(first)
    ran = fupin("ledger", "bank", M)
    assert payable() == ["代发_202405-01.csv"]
    assert (folder / "代发_202405-01.csv").read_bytes() == first
    assert sorted(p.name for p in (folder / "作废").iterdir()) == ["代发_202405-01.csv", "代发_202405-01_2.csv"]
    assert ran.out.count("不要再发") == 2
    (root / "fupin.toml").write_text(BASE["settings"] + '\n[bank]\nprofile = "ykt-17"\n', encoding="utf-8")
    fupin("ledger", "bank", M)
    assert payable() == ["代发_202405-01.xlsx"]
    assert len(list((folder / "作废").iterdir())) == 3
    assert store.read(root, "lines").filter(pl.col("batch") == "202405-01").height == 1
