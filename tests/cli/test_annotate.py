"""`fupin check --annotate`: copies for the townships to mend and send back (issue 14.6)."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import fastexcel
import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from fupin_cli.encryption import decrypt, sealed
from fupin_cli.intake.came_back import copy_stems, replaced
from fupin_cli.intake.inbox import InboxFile
from fupin_cli.outputs.annotate import SAID, Cell, mark_book
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MONTH = "2024-05"
ROSTER = {
    "姓名": "张三",
    "身份证号码": "211302198001010012",
    "县": "示例县",
    "乡": "东川镇",
    "村": "东一村",
    "岗位编号": "GW1",
    "首次核定日期": "2023-06-01",
    "合同开始日期": "2024-03-01",
    "合同结束日期": "2024-08-31",
    "上岗日期": "2024-03-01",
    "银行账号": "6217990000000000014",
    "联系电话": "13900000001",
}
WRONG = {**ROSTER, "身份证号码": "211302198001010013"}  # the last digit does not fit
HEADERS = list(ROSTER)
GREEN = "FF00B050"


def workbook(rows: list[dict[str, Any]]) -> Any:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "花名册"
    sheet.append(HEADERS)
    for row in rows:
        sheet.append([row[h] for h in HEADERS])
    return book


def rich(path: Path) -> None:
    """A roster with formats, a formula with its value, a comment and a colour of its own, protection, a second sheet."""
    book = workbook([WRONG, ROSTER])
    sheet = book.worksheets[0]
    sheet.column_dimensions["B"].width = 33
    sheet["A2"].comment = Comment("村里记的", "村会计")
    sheet["B2"].fill = PatternFill("solid", fgColor=GREEN)
    sheet["B2"].font = openpyxl.styles.Font(name="楷体", bold=True)
    sheet["M1"], sheet["M2"] = "备注", "=1+1"
    sheet["I2"] = date(2024, 8, 31)
    sheet.protection.sheet = True
    book.create_sheet("说明")["A1"] = "不是表"
    stream = io.BytesIO()
    book.save(stream)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(
                part,
                content.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
                    b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
                ),
            )


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / MONTH
    rich(folder / "东川镇花名册.xlsx")
    write_csv(folder / "死亡.csv", [{"姓名": "李四", "身份证号码": "211302198202020023", "死亡日期": "2024-01-01"}])
    write_csv(folder / "好的.csv", [{"姓名": "王五", "身份证号码": "211302198202020022", "服刑开始日期": "2024-01-01"}])
    return folder


def check(fupin: Callable[..., Ran], inbox: Path, *more: object) -> Ran:
    return fupin(
        "check", inbox.parent, "--month", MONTH, "-o", inbox.parents[1] / "out", "--annotate", "--format", "json", *more
    )


def spots(ran: Ran) -> list[tuple[Any, ...]]:
    return sorted((f["code"], f["row"] or 0, f["column"] or "", f["value"] or "") for f in ran.findings)


def test_a_copy_keeps_what_it_is_and_marks_what_is_wrong(fupin: Callable[..., Ran], inbox: Path) -> None:
    """14.6: the original is untouched; the copy has its formats, colour and comment on the bad cell, the formula's value."""
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()}
    ran = check(fupin, inbox)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()} == before
    rows = {row["file"].split("/")[-1]: row for row in ran.document["annotated"]}
    assert set(rows) == {"东川镇花名册.xlsx", "死亡.csv"}, "only files with findings"
    assert rows["东川镇花名册.xlsx"]["note"] == "工作表有保护，改前先撤销保护"
    path = inbox.parents[1] / "out" / MONTH / "标注" / "东川镇花名册〔标注〕.xlsx"
    assert rows["东川镇花名册.xlsx"]["copy"] == str(path) in ran.document["outputs"]
    sheet = openpyxl.load_workbook(path)["花名册"]
    bad = sheet["B2"]
    assert (bad.fill.fgColor.rgb, bad.font.name, bad.font.bold, sheet.column_dimensions["B"].width) == (
        "FFFFC7CF",
        "楷体",
        True,
        33,
    )
    assert bad.comment.text.startswith(SAID)
    assert "怎么办：" in bad.comment.text
    assert "【ID00" in bad.comment.text
    assert (sheet["A2"].comment.text.partition(SAID)[0].strip(), sheet.protection.sheet) == ("村里记的", True)
    assert sheet["A3"].comment is None
    assert sheet["M2"].value == "=1+1"
    values = fastexcel.read_excel(path).load_sheet("花名册", header_row=None).to_polars()
    assert str(values.row(1)[12]) == "2", "a reader that does not compute has the value"
    assert openpyxl.load_workbook(path).sheetnames == ["花名册", "说明"]


def test_the_copy_that_comes_back_stands_for_its_original(fupin: Callable[..., Ran], inbox: Path) -> None:
    """14.6: sent back as it is, the same is found; marked anew the old marks are gone; mended, nothing is left of them."""
    first = check(fupin, inbox)
    folder = inbox.parents[1] / "out" / MONTH / "标注"
    for path in folder.glob("*.xlsx"):
        (inbox / path.name).write_bytes(path.read_bytes())
    again = check(fupin, inbox)
    assert spots(again) == spots(first), "colours and comments are no findings, and no row counts twice"
    assert "已由改好送回的" in fupin("check", inbox.parent, "--month", MONTH, "--no-workbook").out
    copy = folder / "东川镇花名册〔标注〕.xlsx"
    assert sorted(p.name for p in folder.glob("*.xlsx")) == ["东川镇花名册〔标注〕.xlsx", "死亡.csv〔标注〕.xlsx"]
    sheet = openpyxl.load_workbook(copy)["花名册"]
    assert sheet["B2"].comment.text.count(SAID) == 1
    book = openpyxl.load_workbook(inbox / copy.name)
    book["花名册"]["B2"] = "211302199001010017"
    book["花名册"]["M2"] = 2  # as Excel computes on saving: a formula without a value is IN010
    book.save(inbox / copy.name)
    mended = check(fupin, inbox)
    assert not [f for f in mended.findings if f["row"] and f["table"] == "assignments"]
    assert not copy.exists(), "nothing to mend, no copy"
    assert len(list((folder / "旧").glob("东川镇花名册〔标注〕_*.xlsx"))) == 1


def test_own_comments_and_colours_come_back(inbox: Path) -> None:
    """14.6: marked and marked anew with nothing to say, a workbook has its own comment and colour again."""
    content = (inbox / "东川镇花名册.xlsx").read_bytes()
    cells = [
        Cell("花名册", 2, 1, "warning", "一"),
        Cell("花名册", 2, 2, "error", "二"),
        Cell("花名册", 3, 3, "error", "三"),
    ]
    marked, _ = mark_book(content, cells)
    assert mark_book(content, cells)[0] == marked, "the same bytes every time"
    sheet: Any = openpyxl.load_workbook(io.BytesIO(mark_book(marked, [])[0]))["花名册"]
    assert (sheet["A2"].comment.text, sheet["A2"].comment.author) == ("村里记的", "村会计")
    assert sheet["B2"].fill.fgColor.rgb == GREEN
    assert (sheet["C3"].comment, sheet["C3"].fill.fill_type) == (None, None)


def test_what_is_no_open_workbook_gets_no_copy_and_is_told(fupin: Callable[..., Ran], inbox: Path) -> None:
    """14.6: macros, web pages: said with what to do instead; an encrypted one is marked and stays encrypted."""
    book = workbook([WRONG])
    stream = io.BytesIO()
    book.save(stream)
    (inbox / "宏.xlsm").write_bytes(stream.getvalue())
    with zipfile.ZipFile(inbox / "宏.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    page = "".join(f"<td>{WRONG[h]}</td>" for h in HEADERS)
    head = "".join(f"<th>{h}</th>" for h in HEADERS)
    (inbox / "网页.xls").write_text(f"<html><table><tr>{head}</tr><tr>{page}</tr></table></html>", encoding="utf-8")
    (inbox / "密.xlsx").write_bytes(sealed(stream, "秘"))
    secret = inbox.parents[1] / "密码"
    secret.write_text("秘", encoding="utf-8")
    ran = check(fupin, inbox, "--password-file", secret)
    rows = {row["file"].split("/")[-1]: row for row in ran.document["annotated"]}
    assert "有宏" in rows["宏.xlsm"]["note"]
    assert "另存为 .xlsx" in rows["网页.xls"]["note"]
    assert [rows[name]["copy"] for name in ("宏.xlsm", "网页.xls")] == [None, None]
    copy = inbox.parents[1] / "out" / MONTH / "标注" / "密〔标注〕.xlsx"
    assert not copy.read_bytes().startswith(b"PK")
    assert openpyxl.load_workbook(io.BytesIO(decrypt(copy, "秘")))["花名册"]["B2"].comment is not None
    refused = fupin("check", inbox.parent, "--month", MONTH, "--annotate", "--no-workbook")
    assert (refused.code, "去掉其中一个" in refused.err) == (2, True)


def file(name: str, folder: int | None = 1) -> InboxFile:
    from pathlib import Path

    return InboxFile(Path(name), name, folder, name)


def test_which_file_a_copy_stands_for() -> None:
    """14.6: by its name in the same month; a number that a mail program adds does no harm, a doubt replaces nothing."""
    names = ["5/甲/册.xlsx", "5/乙/册.xlsx", "5/单.csv", "5/单.xlsx", "5/回〔标注〕(1).xlsx"]
    stems = copy_stems(names)
    assert list(stems.values()) == ["5_甲_册〔标注〕", "5_乙_册〔标注〕", "单.csv〔标注〕", "单〔标注〕", "回〔标注〕"]
    files = [file(name) for name in names[:4]]
    came = {name: f"5/{stems[name]}(2).xlsx" for name in names[:4]}
    for name, copy in came.items():
        assert replaced([*files, file(copy)]) == {name: copy}
        assert replaced([*files, file(copy, 2)]) == {}, "another month"
    assert replaced([*files, file("5/册〔标注〕.xlsx")]) == {}, "two could be meant"
    assert replaced([*files, file("5/乙/册〔标注〕.xlsx")]) == {"5/乙/册.xlsx": "5/乙/册〔标注〕.xlsx"}
