"""Files of every kind, and those that are none."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import pytest
import xlwt

from fupin_cli.intake import sheet_scan
from fupin_cli.intake.raw import UnreadableError, column_letter
from fupin_cli.intake.readers import read_file
from fupin_cli.intake.sheet_scan import column_number
from fupin_cli.policy.settings import Intake

LIMITS = Intake()
ROWS = [["姓名", "身份证号码"], ["张三", "211390198001011234"]]


def book(path: Path, rows: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_in_every_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(separator.join(row) for row in ROWS).encode(encoding))
    cells = read_file(path, LIMITS)[0].cells
    assert [row[:2] for row in cells.rows()] == [tuple(row) for row in ROWS]


def test_text_that_begins_in_plain_letters_and_goes_on_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n" + b"1,x\n" * 30000 + "2,张三\n".encode("gb18030"))
    assert read_file(path, LIMITS)[0].cells.rows()[-1][:2] == ("2", "张三")


def test_ragged_quoted_and_guarded_text_keeps_its_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('标题\n\n姓名,号码,金额\n"李\n四",="00123","1,234.50"\n合计,,9,多的\n', encoding="utf-8")
    rows = [row[:3] for row in read_file(path, LIMITS)[0].cells.rows()]
    assert rows[0][0] == "标题"
    assert rows[1] == (None, None, None)
    assert rows[3] == ("李\n四", "00123", "1,234.50")
    assert rows[4][:3] == ("合计", None, "9")


def test_quotes_that_break_the_rules_are_read_as_excel_would(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名,备注\n张三,他说"好"的\n李四,"x"y\n', encoding="utf-8")
    assert read_file(path, LIMITS)[0].cells.rows()[1][1] == '他说"好"的'


def test_a_web_page_named_xls_with_spanning_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(
        "<html><table><tr><td colspan=2>题</td></tr><tr><td rowspan=2>村</td><td>一</td></tr><tr><td>二</td></tr></table>".encode(
            "gb18030"
        )
    )
    assert read_file(path, LIMITS)[0].cells.rows() == [("题", ""), ("村", "一"), ("村", "二")]


def test_an_old_xls(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    made = xlwt.Workbook()
    sheet = made.add_sheet("表")
    sheet.write(0, 0, "211390198001011234")
    sheet.write(1, 0, 211390198001011234)
    made.save(str(path))
    raw = read_file(path, LIMITS)[0]
    assert raw.numeric is not None
    assert raw.numeric([0]).to_series().to_list() == [False, True]


def test_a_failed_formula_in_an_old_xls_is_no_empty_cell(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    made.add_sheet("空")
    sheet = made.add_sheet("表")
    sheet.write(2, 1, "甲")
    sheet.row(2).set_cell_error(2, 0x2A)
    sheet.row(3).set_cell_error(0, 0x07)
    made.save(str(tmp_path / "a.xls"))
    raw = read_file(tmp_path / "a.xls", LIMITS)[1]
    assert raw.cells.rows()[2:] == [(None, "甲", "#N/A"), ("#DIV/0!", None, None)]


def test_a_number_in_an_xlsx_is_told_by_its_cell_not_by_its_look(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["211390198001011000"], [211390198001011008], ["x"]])
    raw = read_file(path, LIMITS)[0]
    assert raw.numeric is not None
    assert raw.numeric([0]).to_series().to_list() == [False, True, False]


def test_a_sheet_without_long_numbers_is_read_once(tmp_path: Path) -> None:
    assert read_file(book(tmp_path / "a.xlsx", [["211390198001011000"], [123.45]]), LIMITS)[0].numeric is None


def test_a_number_that_may_have_been_october_is_told_without_a_second_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """15, 9.1: a county's incomes always hold a 1500.1; a long number anywhere has all cells asked, and says the same of these."""
    rows: list[list[object]] = [
        [None, None, "月", "收入"],
        [None, None, 2024.1, 1500.1],
        [],
        [None, None, "2024.1", "甲"],
        [None, None, 2024.1],
    ]
    loads: list[str] = []
    load = fastexcel.ExcelReader.load_sheet

    def counted(*words: Any, **options: Any) -> Any:
        loads.append(options["dtypes"])
        return load(*words, **options)

    monkeypatch.setattr(fastexcel.ExcelReader, "load_sheet", counted)
    once = read_file(book(tmp_path / "a.xlsx", rows), LIMITS)[0]
    twice = read_file(book(tmp_path / "b.xlsx", [*rows, [None, None, None, 211390198001011008]]), LIMITS)[0]
    assert once.numeric is not None
    assert twice.numeric is not None
    months = [False, True, False, False, True]
    assert once.numeric([0, 1]).rows() == list(zip(months, [False, True, False, False, False], strict=True))
    assert loads == ["string", "string"]
    assert twice.numeric([0])["0"].to_list() == [*months, False]
    assert loads == ["string", "string", "boolean"]


def test_hidden_sheets_and_sheets_that_begin_far_in(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0]["C3"] = "x"
    hidden = made.create_sheet("藏")
    hidden["A1"] = "y"
    hidden.sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")
    first, second = read_file(tmp_path / "a.xlsx", LIMITS)
    assert (first.offset, first.cells.rows()[2][0], first.hidden, second.hidden) == (2, "x", False, True)


def test_cells_merged_downwards_are_read_as_the_eye_does(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in (["村", "名"], ["东村", "甲"], [None, "乙"], [None, "丙"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    made.save(tmp_path / "a.xlsx")
    assert [row[0] for row in read_file(tmp_path / "a.xlsx", LIMITS)[0].cells.rows()] == ["村", "东村", "东村", None]


def unreadable(path: Path, limits: Intake = LIMITS) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_file(path, limits)
    assert caught.value.hint
    return str(caught.value)


def struck(path: Path) -> bytes:
    """The file with some bytes of its sheet overwritten."""
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 200
    content = path.read_bytes()
    return content[:start] + b"\x00" * 300 + content[start + 300 :]


def test_a_formula_without_a_value_is_no_empty_cell(tmp_path: Path) -> None:
    """One that failed shows its error, one never computed itself, one that gave an empty text nothing; far in or at the end too."""
    rows: list[list[object]] = [
        [],
        [],
        [None, None, "姓名", "天数", 12345678901234],
        [None, '=VLOOKUP(C4,名单!A:B,2,0)&"<"', "#N/A", "=20+2"],
        [],
        [None, None, None, None, None, "#DIV/0!"],
    ]
    book(tmp_path / "a.xlsx", rows)
    raw = read_file(tmp_path / "a.xlsx", Intake())[0]
    assert raw.offset == 1
    assert raw.cells.rows()[2:] == [
        (None, "姓名", "天数", "12345678901234", None),
        ('=VLOOKUP(C4,名单!A:B,2,0)&"<"', "#N/A", "=20+2", None, None),
        (None, None, None, None, None),
        (None, None, None, None, "#DIV/0!"),
    ]
    assert raw.numeric is not None
    assert raw.numeric([4, 0, 3])["3"].to_list() == [False, False, True, False, False, False]
    assert not raw.numeric([4, 0, 3]).select("0", "4").to_series().any()


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="A1" t="str"><f>IF(1,"","")</f><v></v></c>', {None, ""}),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', {"2"}),
        ('<c r="A1"><f t="shared" si="0"/><v/></c>', {"="}),
        ('<c r="A1" s="1" t="e"><f>NA()</f><v>#N/A</v></c>', {"#N/A"}),
        ('<x:c r="A1"><x:f>B1&amp;"&lt;"</x:f></x:c>', {'=B1&"<"'}),
    ],
)
def test_what_a_formula_gave(tmp_path: Path, cell: str, shown: set[str | None]) -> None:
    with zipfile.ZipFile(book(tmp_path / "a.xlsx", [["=1", "甲"]])) as whole:
        parts = {name: whole.read(name).decode() for name in whole.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    start, end = (parts[sheet].index(mark) for mark in ('<c r="A1"', '<c r="B1"'))
    parts[sheet] = (parts[sheet][:start] + cell + parts[sheet][end:]).replace(
        "<worksheet ", '<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    )
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    first, second = read_file(tmp_path / "b.xlsx", Intake())[0].cells.row(0)
    assert first in shown
    assert second == "甲"


def test_more_formulas_than_can_be_told_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_scan, "MOST_FORMULAS", 1)
    with pytest.raises(UnreadableError, match="有 1 多格公式没有算出值"):
        read_file(book(tmp_path / "a.xlsx", [["=1", "=2"]]), Intake())


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    whole = book(tmp_path / "whole.xlsx", [[str(n)] * 20 for n in range(300)]).read_bytes()
    samples = {
        "empty.xlsx": (b"", "空"),
        "blank.csv": (b" \r\n \r\n", "空"),
        "cut.xlsx": (whole[: len(whole) // 2], "损坏"),
        "hit.xlsx": (struck(tmp_path / "whole.xlsx"), "损坏"),
        "locked.xlsx": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
        "broken.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4000, "损坏"),
        "picture.csv": (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "不是表格"),
        "bytes.csv": (b"\xff\x80\x81,\x99\n", "编码"),
        "xml.xls": (b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "2003"),
        "page.xls": ("<html><body>请登录</body></html>".encode(), "没有表"),
    }
    for name, (content, word) in samples.items():
        (tmp_path / name).write_bytes(content)
        assert word in unreadable(tmp_path / name), name


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("x.txt", "x")
    assert "不是 Excel" in unreadable(tmp_path / "a.xlsx")


def with_sheet(tmp_path: Path, data: bytes) -> Path:
    """A workbook whose only sheet has these rows."""
    path = book(tmp_path / "plain.xlsx", [["x"]])
    target = tmp_path / "made.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head, tail = content.split(b"<sheetData>")[0], content.split(b"</sheetData>")[1]
                content = head + b"<sheetData>" + data + b"</sheetData>" + tail
            archive.writestr(name, content)
    return target


def test_bombs_are_not_opened(tmp_path: Path) -> None:
    packed = with_sheet(tmp_path, b" " * (60 << 20))
    assert "压缩" in unreadable(packed)
    assert "上限 50 MiB" in unreadable(packed, Intake(max_unpacked_mib=50))
    corners = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "范围过大" in unreadable(with_sheet(tmp_path, corners))


def test_letters_and_numbers_of_columns() -> None:
    for index, letters in ((0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")):
        assert column_letter(index) == letters
        assert column_number(letters.encode()) == index + 1
