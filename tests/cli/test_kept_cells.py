"""15, 16.5: a workbook that has not changed is not read again; what is kept of it decides nothing, and no approval looks at it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile

from fupin_cli import system
from fupin_cli.cli.main import main
from fupin_cli.intake import readers, reading
from fupin_cli.intake.inbox import find_files
from fupin_cli.intake.packed import pack, settled, unpack
from fupin_cli.intake.raw import RawSheet, UnreadableError
from fupin_cli.intake.reading import read_all
from fupin_cli.jobs import kept_cells
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.kept_cells import KeptCells
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.sealed import folder
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.ledger import store
from fupin_cli.policy.settings import Intake
from tests.cases.test_monitor_cases import DEFAULTS, TITLES, build, number_of
from tests.conftest import SAMPLE, Ran

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = "2024-03"
SETTINGS = '[checks]\nextra_area_codes = ["211390"]\n'
CHECK = ("check", "--month", MONTH, "--format", "json")
PAYROLL = ("payroll", "--month", MONTH, "--operator", "编制", "--format", "json", "--force")
BOOKS = 4


def who(letter: str) -> str:
    return number_of(letter, "19800101")


def as_workbook(path: Path) -> None:
    """A CSV as a workbook in its place: texts as texts, one row hidden."""
    made = openpyxl.Workbook()
    for row in csv.reader(path.read_text(encoding="utf-8").splitlines()):
        made.worksheets[0].append(row)
    made.worksheets[0].row_dimensions[3].hidden = True
    made.save(path.with_suffix(".xlsx"))
    path.unlink()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people on a post in one month: four tables as workbooks, attendance as CSV."""
    root = tmp_path_factory.mktemp("cells") / "w"
    people = ["A", "B"]
    build({"month": MONTH, "settings": SETTINGS, "root": {"posts": [{}], "accident_insurance": people}}, root)
    build({"month": MONTH, "settings": SETTINGS, "now": {"registry": people, "assignments": people}}, root)
    for path in sorted((root / "inbox").rglob("*.csv")):
        as_workbook(path)
    days = [{"户编号": f"H{n}", "姓名": "张三", "身份证号码": who(n), "年月": MONTH} for n in people]
    rows = [{h: row.get(h, cell) for h, cell in DEFAULTS["attendance"].items()} for row in days]
    text = "\n".join(",".join(map(str, line)) for line in [rows[0], *(row.values() for row in rows)])
    (root / "inbox" / MONTH / f"{TITLES['attendance']}.csv").write_text(text, encoding="utf-8")
    assert main([*CHECK, "-w", str(root)]) in (0, 1)
    assert kept_cells.size(root)[0] == BOOKS
    return root


@pytest.fixture
def root(county: Path, tmp_path: Path) -> Path:
    """A copy of it, its workbooks' cells kept."""
    shutil.copytree(county, tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read, as they are."""
    names: list[str] = []
    read = readers.read_file

    def spy(path: Path, *rest: Any) -> list[RawSheet]:
        names.append(path.suffix)
        return read(path, *rest)

    monkeypatch.setattr(reading, "read_file", spy)
    return names


def kept(root: Path) -> list[Path]:
    return sorted(folder(root).glob("*.cells"))


def same(one: RawSheet, other: RawSheet) -> bool:
    """Whether two sheets are the same, the numbers among their cells too."""
    every = list(range(one.cells.width))
    told = [None if sheet.numeric is None else sheet.numeric(every) for sheet in map(settled, (one, other))]
    flags = told[1] is None if told[0] is None else told[1] is not None and told[0].equals(told[1])
    heads = [
        (sheet.name, sheet.offset, sheet.hidden, sheet.unread, sheet.hidden_rows, sheet.cells.schema)
        for sheet in (one, other)
    ]
    return flags and heads[0] == heads[1] and one.cells.equals(other.cells)


def test_the_same_to_the_byte_cold_warm_and_without(root: Path, fupin: Callable[..., Ran], opened: list[str]) -> None:
    """15: check and payroll print the same whether cells are kept, taken, or the switch is off; of the CSV the rows are (`test_kept_tables`)."""
    said = {}
    for how in ("warm", "cold", "warm again", "off"):
        if how == "cold":
            shutil.rmtree(folder(root))
        if how == "off":
            (root / "fupin.toml").write_text(f"{SETTINGS}[intake]\ncache = false\n", encoding="utf-8")
        opened.clear()
        said[how] = [fupin(*words, "-w", root, "-o", root.parent / "out").out for words in (CHECK, PAYROLL)]
        read = {"warm": (0, 0), "cold": (BOOKS, 1), "warm again": (0, 0), "off": (2 * BOOKS, 2)}[how]
        assert (opened.count(".xlsx"), opened.count(".csv")) == read, how
    assert all(json.loads(text) for text in said["warm"])
    assert said["warm"] == said["cold"] == said["warm again"]
    assert kept(root) == []  # the switch takes away what was kept
    assert said["off"] == said["warm"]


def test_every_kind_of_file_comes_back_as_it_was_read(tmp_path: Path) -> None:
    """15: the sample's .xlsx, .xls, pages, hidden sheets, numbers for texts, failed formulas; what cannot be read is not kept."""
    root = tmp_path / "w"
    shutil.copytree(SAMPLE / "inbox", root / "inbox")
    limits = Intake()
    files = [f for f in find_files(root / "inbox") if f.path.read_bytes().startswith((b"PK", b"\xd0\xcf", b"<"))]

    def read(store: KeptCells | None) -> list[list[RawSheet] | UnreadableError]:
        if store:
            store.only(f.sha256 for f in files)
        return [sheets for _, sheets in read_all(files, limits, None, store)]

    plain, cold = read(None), read(KeptCells(root, limits, looks=True, keeps=True))
    good = [sheets for sheets in plain if not isinstance(sheets, UnreadableError)]
    assert 0 < len({f.sha256 for f, s in zip(files, plain, strict=True) if isinstance(s, list)}) == len(kept(root))
    store = KeptCells(root, limits, looks=True, keeps=False)
    warm = [store.get(f.sha256) for f in files]
    for one, other, again in zip(plain, cold, warm, strict=True):
        if isinstance(one, UnreadableError):
            assert str(one) == str(other)
            assert again is None
        else:
            assert isinstance(other, list)
            assert again is not None
            assert all(same(*pair) for pair in zip(one, other, strict=True))
            assert all(same(*pair) for pair in zip(one, again, strict=True))
    sheets = [sheet for found in good for sheet in found]
    assert any(sheet.numeric for sheet in sheets)
    assert any(sheet.hidden for sheet in sheets)


TEXTS = st.none() | st.sampled_from(["", "张三", "211390198001011234", "\x00", "a\nb", "😀", "x" * 300])


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=8), st.booleans(), st.booleans())
def test_any_sheet_survives_packing(rows: list[list[str | None]], hidden: bool, numbers: bool) -> None:
    """15: texts, empty cells, which cells are numbers; a sheet without cells beside it."""
    cells = pl.DataFrame(rows, schema={str(n): pl.String for n in range(3)}, orient="row")

    def numeric(wanted: list[int]) -> pl.DataFrame:
        return cells.select(pl.col(str(n)).is_not_null() for n in sorted(wanted))

    sheet = RawSheet("表", cells, 2, hidden, numeric if numbers else None, "", [1, 5])
    chart = RawSheet("图", pl.DataFrame(), unread="是图表")
    heads, parts = pack([sheet, chart])
    again = unpack(json.loads(json.dumps(heads)), io.BytesIO(b"".join(parts)))
    assert same(again[0], sheet)
    assert same(again[1], chart)


def test_what_has_changed_is_read_and_of_what_is_gone_nothing_stays(
    root: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """16.5: by the file's bytes, whatever it is called; by the limits and the program that reads."""

    def read() -> int:
        opened.clear()
        assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.sources
        return opened.count(".xlsx")

    assert read() == 0
    posts = root / "inbox" / f"{TITLES['posts']}.xlsx"
    posts.rename(posts.with_name("岗位.xlsx"))
    assert read() == 0
    book = openpyxl.load_workbook(posts.with_name("岗位.xlsx"))
    book.worksheets[0]["A2"] = "GW9"
    book.save(posts.with_name("岗位.xlsx"))
    before = set(kept(root))
    assert read() == 1
    assert (len(kept(root)), len(set(kept(root)) & before)) == (BOOKS, BOOKS - 1)
    (root / "fupin.toml").write_text(f"{SETTINGS}[intake]\nmax_cells_million = 50\n", encoding="utf-8")
    assert (read(), read()) == (BOOKS, 0)
    with monkeypatch.context() as patch:
        patch.setattr(kept_cells, "_reader", lambda: "another program")
        assert (read(), read()) == (BOOKS, 0)
        patch.setattr(kept_cells, "_reader", lambda: "")  # a program whose files cannot be read
        assert (read(), read()) == (BOOKS, BOOKS)
    assert read() == BOOKS
    posts.with_name("岗位.xlsx").unlink()
    assert read() == 0
    assert len(kept(root)) == BOOKS - 1


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def turned(body: bytes) -> bytes:
    return body[:-40] + bytes([body[-40] ^ 1]) + body[-39:]


def of_another_form(body: bytes) -> bytes:
    return body.replace(b"fupin.cells/1", b"fupin.cells/2", 1)


def without_seal(body: bytes) -> bytes:
    head, key, seal, rest = body.split(b"\n", 3)
    return b"\n".join((head, key, seal[::-1], rest))


WAYS = [(cut, "seal"), (turned, "seal"), (without_seal, "seal"), (lambda _: b"", "ValueError"), (of_another_form, None)]


def test_what_is_damaged_is_read_anew(root: Path, opened: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """15: damaged or cut off, it is as if it were not there: no error, told once to the workspace's log, and put right."""

    def read(cache: Cache) -> list[RawSheet]:
        opened.clear()
        if folder(root).is_dir():
            (folder(root) / "tables.inbox").unlink(missing_ok=True)  # or most files are not opened at all
        sheets = [source.raw for source in Desk(find_workspace(root), cache=cache).inbox.sources]
        return [sheet for sheet in sheets if isinstance(sheet, RawSheet)]

    path, log = kept(root)[0], root / ".fupin" / "run.jsonl"
    right, sheets = path.read_bytes(), read(Cache.OFF)
    expected = []
    for spoil, why in WAYS:
        path.write_bytes(spoil(right))
        assert all(map(same, read(Cache.READ), sheets))
        assert opened.count(".xlsx") == 1
        assert path.read_bytes() == spoil(right)  # what writes nothing puts nothing right, and tells no log
        assert all(map(same, read(Cache.KEEP), sheets))
        assert path.read_bytes() == right
        expected += [("kept cells damaged", path.name, why)] if why else []
        told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        assert [(line["event"], line["file"], line["why"]) for line in told] == expected
        assert all(map(same, read(Cache.KEEP), sheets))
        assert opened.count(".xlsx") == 0
    shutil.rmtree(folder(root))
    folder(root).write_bytes(b"")  # no folder can be made: that is no error
    assert all(map(same, read(Cache.KEEP), sheets))
    assert capfd.readouterr() == ("", "")


def forged(root: Path, old: str, new: str) -> int:
    """Put other words into every kept cell, sealed as it should be; how many cells."""
    changed = 0
    settings = find_workspace(root).policy().settings.intake
    store = KeptCells(root, settings, looks=True, keeps=True)
    files = find_files(root / "inbox")
    store.only(f.sha256 for f in files)
    for file in files:
        sheets = store.get(file.sha256)
        if sheets:
            changed += sum(row.count(old) for sheet in sheets for row in sheet.cells.rows())
            store.put(
                file.sha256, [replace(sheet, cells=sheet.cells.select(pl.all().replace(old, new))) for sheet in sheets]
            )
    return changed


def test_approvals_and_what_follows_them_read_the_files(
    root: Path, fupin: Callable[..., Ran], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """15: approve, reconcile, close, verify and withdraw look at no kept cells; a draft made from forged ones is refused."""
    paid = fupin(*PAYROLL, "-w", root).document
    assert paid["totals"]["pay"] == 2
    assert forged(root, who("B"), "不是号码") > 0
    draft = fupin(*PAYROLL, "-w", root).document
    assert draft["totals"]["pay"] == 1
    opened.clear()
    refused = fupin("approve", MONTH, "-w", root, "--by", "审核", "-y")
    assert (refused.code, "测算结果" in refused.err) == (12, True)
    assert store.batches(root).height == 0
    assert opened.count(".xlsx") == BOOKS
    # What the approval read stands in its place now.
    assert fupin(*PAYROLL, "-w", root).document["totals"] == paid["totals"]
    taken: list[str] = []
    get = KeptCells.get

    def spy(self: KeptCells, sha256: str) -> list[RawSheet] | None:
        found = get(self, sha256)
        taken.extend([sha256] if found is not None else [])
        return found

    monkeypatch.setattr(KeptCells, "get", spy)
    for words in (
        ("approve", MONTH, "--by", "审核", "-y"),
        ("reconcile", MONTH, "--no-workbook"),
        ("status", MONTH),
        ("verify", "--all"),
        ("close", MONTH, "--by", "审核", "-y"),
        ("withdraw", MONTH, "--by", "审核", "-y", "--document", "文9"),
    ):
        fupin(*words, "-w", root)
    assert store.batches(root).height >= 1
    assert taken == []


def test_readable_by_its_owner_only_and_nowhere_else(root: Path, fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """15: 0600 in a folder of 0700; another folder's files, and a command that writes nothing, leave nothing."""
    if not system.WINDOWS:
        assert {path.stat().st_mode & 0o777 for path in kept(root)} == {0o600}
        assert folder(root).stat().st_mode & 0o777 == 0o700
    shutil.rmtree(folder(root))
    assert fupin(*CHECK, "-w", root, "--no-workbook").code in (0, 1)
    shutil.copytree(root / "inbox", tmp_path / "other")
    assert fupin(*CHECK, tmp_path / "other", "-w", root).code in (0, 1)
    assert not folder(root).exists()
    assert "读过的工作簿" not in fupin("doctor", "-w", root).out
    fupin(*CHECK, "-w", root)
    assert f"读过的工作簿 {BOOKS} 个" in fupin("doctor", "-w", root).out


def test_of_encrypted_workbooks_nothing_is_kept(root: Path, tmp_path: Path, opened: list[str]) -> None:
    """15: with a password nothing is kept and nothing kept is taken; without it such a file cannot be read, let alone kept."""
    before = kept(root)
    secret = tmp_path / "secret"
    secret.write_text("geheim-123", encoding="utf-8")
    posts = root / "inbox" / f"{TITLES['posts']}.xlsx"
    plain = posts.read_bytes()
    with posts.open("wb") as stream:
        OOXMLFile(io.BytesIO(plain)).encrypt("geheim-123", stream)
    desk = Desk(find_workspace(root, secret), cache=Cache.KEEP)
    assert not desk.inbox.unreadable
    assert opened.count(".xlsx") == BOOKS
    assert kept(root) == before
    assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.unreadable
    assert len(kept(root)) == BOOKS - 1


def test_no_more_is_kept_than_may_be(root: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]) -> None:
    """15: bounded; what would be more is read each time."""
    sizes = [path.stat().st_size for path in kept(root)]
    shutil.rmtree(folder(root))
    monkeypatch.setattr(kept_cells, "MOST", sum(sizes) - 1)
    for read in (BOOKS, 1, 1):
        opened.clear()
        assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.sources
        assert opened.count(".xlsx") == read
        assert sum(path.stat().st_size for path in kept(root)) < sum(sizes)


def test_a_run_the_next_day_reads_only_what_is_new(root: Path, fupin: Callable[..., Ran], opened: list[str]) -> None:
    """16.5: `fupin run` with one new file reads that one."""
    fupin("run", "--month", MONTH, "-w", root)
    roster = root / "inbox" / MONTH / f"{TITLES['assignments']}.xlsx"
    shutil.copy(roster, roster.with_name("补报.xlsx"))
    book = openpyxl.load_workbook(roster.with_name("补报.xlsx"))
    book.worksheets[0]["A1"].font = openpyxl.styles.Font(bold=True)
    book.save(roster.with_name("补报.xlsx"))
    opened.clear()
    fupin("run", "--month", MONTH, "-w", root)
    assert opened.count(".xlsx") == 1
