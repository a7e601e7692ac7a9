"""Files that would be a reader's end: each is said to be unreadable, for its own reason, and the others are read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
import xlwt

from fupin_cli.intake import budget
from fupin_cli.intake.apart import Apart
from fupin_cli.intake.excel_reader import _fill_merged
from fupin_cli.intake.raw import RawSheet, UnreadableError
from fupin_cli.intake.readers import read_file
from fupin_cli.intake.xlsx_guard import look_closely
from fupin_cli.policy.settings import Intake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Ran

ROWS = [["姓名", "身份证号码", "死亡日期"], ["张三", "211390198001011236", "2024-05-01"]]
LIMITS = Intake(max_memory_mib=700)


def plain_book(rows: list[list[object]] = ROWS, sheets: int = 1) -> bytes:  # type: ignore[assignment]
    made = openpyxl.Workbook()
    for number in range(sheets):
        sheet = made.worksheets[0] if number == 0 else made.create_sheet()
        for row in rows:
            sheet.append(row)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def rewritten(content: bytes, change: Callable[[str, bytes], bytes], rename: Callable[[str], str] = str) -> bytes:
    """A workbook with its parts changed or (where the new content is empty) left out."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part:
                new.writestr(rename(name), part)
    return stream.getvalue()


def sheet_of(data: bytes, after: bytes = b"") -> bytes:
    """A workbook whose first sheet has these rows."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        head, tail = part.split(b"<sheetData>")[0], part.split(b"</sheetData>")[1]
        return head + b"<sheetData>" + data + b"</sheetData>" + after + tail

    return rewritten(plain_book(), change)


def old_book() -> bytes:
    made = xlwt.Workbook()
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            (made.get_sheet(0) if number or column else made.add_sheet("表")).write(number, column, cell)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS = b'<sst xmlns="' + MAIN + b'"><si><t>%s</t></si></sst>'
STRINGS_LINK = (
    b'<Relationship Id="strings" Target="/xl/sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
)


def long_string() -> bytes:
    """One text of 2 MB that 20,000 cells name."""
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 20_001))
    stream = BytesIO(sheet_of(cells))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/SharedStrings.xml", STRINGS % (b"x" * 2_000_000))
    return rewritten(
        stream.getvalue(),
        lambda name, part: (
            part.replace(b"</Relationships>", STRINGS_LINK + b"</Relationships>")
            if name.endswith("book.xml.rels")
            else part
        ),
    )


FAR = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
QUOTED = FAR.replace(b'"', b"'").replace(b"'1'><c r='A1'", b"'1'><c r='A1'")
HOSTILE: dict[str, tuple[bytes, str]] = {
    "far.xlsx": (sheet_of(FAR), "内存超过上限 700 MiB（[intake] max_memory_mib）"),
    "quotes.xlsx": (sheet_of(QUOTED), "内存超过上限 700 MiB"),
    "string.xlsx": (long_string(), "内存超过上限"),
    "wide.xls": (b"<table>" + b"<tr><td colspan=999>x" * 11_000 + b"</table>", "网页里的表共约"),
    "wider.xls": (b"<table><tr>" + b"<td colspan=999>x" * 20 + b"</table>", "超过 Excel 的 16384 列"),
    "cut.xls": (old_book()[:3000], "损坏"),
    "norels.xlsx": (rewritten(plain_book(), lambda n, p: b"" if n.endswith("workbook.xml.rels") else p), "损坏"),
    "long.csv": (('姓名,备注\n张三,"' + "长" * 140_000 + '"\n').encode(), "B2 有 140000 个字"),
    "commas.csv": (b"," * 20_000, "分成 20001 列"),
}


@pytest.fixture
def apart() -> Iterator[Apart]:
    with Apart(LIMITS, None) as helper:
        yield helper


def read(path: Path, helper: Apart, limits: Intake = LIMITS) -> list[RawSheet]:
    return read_file(path, limits, None, lambda: helper.read(path))


def refusal(path: Path, helper: Apart, limits: Intake = LIMITS) -> str:
    with pytest.raises(UnreadableError) as caught:
        read(path, helper, limits)
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="caps of memory are POSIX's")
def test_one_bad_file_never_stops_the_others(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A1: each hostile file is IN001 with its reason, the good ones beside it are read, exit 3."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "fupin.toml").write_text("[intake]\nmax_memory_mib = 700\nmax_cells_million = 10\n", encoding="utf-8")
    for name, (content, _) in HOSTILE.items():
        (inbox / name).write_bytes(content)
    (inbox / "死亡人员.xlsx").write_bytes(plain_book())
    (inbox / "旧死亡人员.xls").write_bytes(old_book())
    ran = fupin("check", "-w", tmp_path, "--month", "2024-05", "--format", "json", "--no-workbook")
    said = {f["file"]: f["message"] for f in ran.findings if f["code"] == "IN001"}
    assert ran.code == 3
    assert sorted(said) == sorted(HOSTILE)
    assert {name: said[name] for name, (_, words) in HOSTILE.items() if words not in said[name]} == {}
    assert {i["file"] for i in ran.document["inputs"] if i["rows_read"] == 1} == {"死亡人员.xlsx", "旧死亡人员.xls"}


@pytest.mark.skipif(sys.platform == "win32", reason="caps of time are POSIX's")
def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """10.A1: the processor time of one file is capped, and the next file is read."""
    slow = tmp_path / "slow.xls"
    slow.write_bytes(b"<table>" + b"<tr><td colspan=16>x<td>y<td>z" * 400_000 + b"</table>")
    limits = Intake(max_seconds=1)
    with Apart(limits, None) as helper:
        assert "超过 1 秒（[intake] max_seconds）" in refusal(slow, helper, limits)
        good = tmp_path / "good.xls"
        good.write_bytes(old_book())
        assert read(good, helper, limits)[0].cells.height == 2


def test_a_helper_that_breaks_down_is_replaced(tmp_path: Path, apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "good.xls"
    good.write_bytes(old_book())
    with monkeypatch.context() as patch:
        dying = "import sys; print('ready', flush=True); input(); sys.exit(5)"
        patch.setattr("fupin_cli.intake.apart.COMMAND", (sys.executable, "-c", dying))
        assert "中断了" in refusal(good, apart)
        patch.setattr("fupin_cli.intake.apart.COMMAND", (sys.executable, "-c", "import sys; sys.exit(5)"))
        assert "启动不了：退出码 5" in refusal(good, apart)
        patch.setattr("fupin_cli.intake.apart.COMMAND", (str(tmp_path / "none"),))
        assert "启动不了" in refusal(good, apart)
    assert read(good, apart)[0].cells.height == 2


def test_what_is_read_apart_is_the_same(tmp_path: Path, apart: Apart) -> None:
    """Names, rows, offsets, hidden sheets and which cells are numbers come back as they are."""
    made = openpyxl.Workbook()
    made.worksheets[0]["C3"] = 211390198001011008
    made.worksheets[0]["D3"] = "张三"
    made.create_sheet("藏").sheet_state = "hidden"
    path = tmp_path / "a.xlsx"
    made.save(path)
    here, there = read_file(path, LIMITS), apart.read(path)
    for one, other in zip(here, there, strict=True):
        assert one.cells.equals(other.cells)
        assert (one.name, one.offset, one.hidden) == (other.name, other.offset, other.hidden)
    assert here[0].numeric is not None
    assert there[0].numeric is not None
    assert there[0].numeric([0, 1]).equals(here[0].numeric([0, 1]))


def test_old_workbooks_and_pages_are_read_apart_as_here(tmp_path: Path, apart: Apart) -> None:
    """15: as plain lists: empty cells, numbers, failed formulas beyond the last cell, empty sheets, what a text may hold."""
    made = xlwt.Workbook()
    made.add_sheet("空")
    sheet = made.add_sheet("表")
    for place, value in {
        (1, 2): "“甲”\n乙😀\\",
        (1, 3): 211390198001011008,
        (4, 3): "",
        (5, 2): 0.1,
        (6, 4): True,
    }.items():
        sheet.write(*place, value)
    sheet.row(9).set_cell_error(0, 0x2A)
    made.save(str(tmp_path / "a.xls"))
    (tmp_path / "b.xls").write_text("<table><tr><td rowspan=2>甲<td>1<tr><td>2<td>3</table>", encoding="utf-8")
    for name in ("a.xls", "b.xls"):
        here, there = read_file(tmp_path / name, LIMITS), apart.read(tmp_path / name)
        for one, other in zip(here, there, strict=True):
            assert one.cells.equals(other.cells)
            assert (one.name, one.offset, one.hidden, one.unread) == (
                other.name,
                other.offset,
                other.hidden,
                other.unread,
            )
            assert (one.numeric is None) == (other.numeric is None)
            if one.numeric and other.numeric:
                places = list(range(one.cells.width))
                assert one.numeric(places).equals(other.numeric(places))
    sheets = apart.read(tmp_path / "a.xls")
    assert sheets[1].cells.rows()[1] == (None, None, "“甲”\n乙😀\\", "211390198001011008", None)
    assert sheets[1].cells.row(9)[0] == "#N/A"
    assert sheets[1].numeric is not None
    assert sheets[1].numeric([0, 3]).rows()[1] == (False, True)
    assert apart.read(tmp_path / "b.xls")[0].cells.rows() == [("甲", "1", ""), ("甲", "2", "3")]


def test_the_helper_loads_tables_only_for_who_needs_them() -> None:
    """15: loading Polars takes four times as long as all the rest of it."""
    probe = "import fupin_cli.intake.apart_worker, sys; print([n for n in ('polars', 'pandera', 'pydantic') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True).stdout.strip() == b"[]"


def test_ordinary_workbooks_stay_in_this_process(tmp_path: Path) -> None:
    """10.A1: a clean file costs no helper; what a look cannot vouch for does."""
    path = tmp_path / "a.xlsx"
    samples = {
        True: [plain_book(), plain_book([["x"] * 40] * 500)],
        False: [sheet_of(FAR), sheet_of(QUOTED), long_string(), sheet_of(b"<!-- x -->")],
    }
    for plain, books in samples.items():
        for content in books:
            path.write_bytes(content)
            assert look_closely(path, LIMITS).plain is plain


def test_merges_beyond_number_are_no_work(tmp_path: Path) -> None:
    """10.A1: 60,000 merged blocks, and blocks that overlap, take no time that grows with their square."""
    frame = pl.DataFrame({"0": [str(n) for n in range(60_000)]})
    blocks = [(0, 0, 59_999, 0)] + [(n, 0, n + 30_000, 0) for n in range(1, 30_000)]
    assert _fill_merged(frame, blocks, 0)[0]["0"].unique().to_list() == ["0"]
    merges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(1, 60_001))
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_of(b'<row r="1"><c r="A1"><v>1</v></c></row>', b"<mergeCells>" + merges + b"</mergeCells>"))
    assert len(look_closely(path, LIMITS).shapes["Sheet"].merges) == 60_000


def test_all_sheets_count_together(tmp_path: Path) -> None:
    """10.A1: forty sheets, each inside the limit, are not inside it together."""
    path = tmp_path / "a.xlsx"
    corner = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="100000"><c r="A100000"><v>1</v></c></row>'

    def change(_: str, part: bytes) -> bytes:
        return re.sub(rb"<sheetData>.*</sheetData>|<sheetData */>", b"<sheetData>" + corner + b"</sheetData>", part)

    path.write_bytes(rewritten(plain_book([], 40), change))
    with pytest.raises(
        UnreadableError, match=r"共约 520\.0 百万格，超过上限 60 百万格（\[intake\] max_cells_million）"
    ):
        read_file(path, LIMITS)
    assert len(read_file(path, Intake(max_cells_million=600))) == 40


def test_the_limits_follow_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """10 Shows: what a file may cost is half of the memory, 2 GiB at most; a setting stands above it."""
    for have, memory, unpacked in ((512, 256, 102), (2048, 1024, 409), (16384, 2048, 819)):
        monkeypatch.setattr(budget, "machine_mib", lambda have=have: have)
        assert (budget.memory_limit(Intake()), budget.unpacked_limit(Intake())) == (memory, unpacked)
    assert budget.unpacked_limit(Intake(max_unpacked_mib=50)) == 50
    assert budget.memory_limit(Intake(max_memory_mib=100)) == 100
    assert (budget.seconds_limit(Intake(), 0), budget.seconds_limit(Intake(), 50 << 20)) == (20, 40)


def test_text_of_more_than_its_share_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"x" * 30_000 + b",y\n" + (b"z" * 30_000 + b",y\n") * 100)
    with pytest.raises(UnreadableError, match=r"超过上限 2 MiB（.*四分之一）"):
        read_file(path, Intake(max_memory_mib=8))
    assert len(read_file(path, Intake(max_memory_mib=80))) == 1


def test_first_bytes_decide(tmp_path: Path, apart: Apart) -> None:
    """10.A3: an .xlsx named .xls is read, as is any other kind under any other name."""
    for name, content in (("a.xls", plain_book()), ("b.xlsx", old_book()), ("c.xlsx", "姓名,甲\n张三,1\n".encode())):
        (tmp_path / name).write_bytes(content)
        assert read(tmp_path / name, apart)[0].cells.height == 2


def test_part_names_know_no_case(tmp_path: Path) -> None:
    """10.A3: `Worksheets/…` is a sheet; a sheet that is none is told, not passed over in silence."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(rewritten(plain_book(), lambda _, part: part, lambda n: n.replace("worksheets/", "Worksheets/")))
    assert [sheet.cells.height for sheet in read_file(path, LIMITS)] == [2]


def test_a_sheet_that_was_not_read_is_told(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """10.A3: a chart beside the table."""
    made = openpyxl.load_workbook(BytesIO(plain_book()))
    made.create_chartsheet("人数图")
    made.save(tmp_path / "死亡人员.xlsx")
    ran = fupin("check", tmp_path, "--month", "2024-05", "--format", "json", "--no-workbook")
    assert ("IN002", "人数图") in [(f["code"], f["sheet"]) for f in ran.findings]
    assert ran.code == 0


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="file names of any bytes are Linux's")
def test_the_helper_reads_names_of_any_bytes(tmp_path: Path, apart: Apart) -> None:
    """10.A2: the name's bytes are kept for opening."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "出勤\n'".encode("gbk") + b".xls"))
    path.write_bytes(old_book())
    assert read(path, apart)[0].cells.height == 2
