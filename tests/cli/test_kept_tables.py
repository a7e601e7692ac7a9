"""16.5: sheets of months' folders, and the ledger's lines, are read and typed again only if they have changed; what is kept decides nothing alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from fupin_cli import system
from fupin_cli.cli.main import main
from fupin_cli.intake import load, readers, reading
from fupin_cli.intake.known import later, pack_rows, unpack_rows
from fupin_cli.intake.rows import read_rows
from fupin_cli.jobs import kept_cells, kept_lines
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.kept_lines import NAME
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.kept_tables import KeptTables
from fupin_cli.jobs.sealed import folder
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.ledger import store
from fupin_cli.policy.months import parse_month
from tests.cases.test_monitor_cases import DEFAULTS, TITLES, build, number_of
from tests.conftest import SAMPLE, Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fupin_cli.intake.raw import RawSheet, Source
    from fupin_cli.intake.rows import Rows

pytestmark = pytest.mark.usefixtures("books_planned")

PAST, NOW = ("2024-03", "2024-04"), "2024-05"
SETTINGS = '[checks]\nextra_area_codes = ["211390"]\n'
CHECK = ("check", "--month", NOW, "--format", "json")
PAYROLL = ("payroll", "--month", NOW, "--operator", "编制", "--format", "json")
TABLES = 3  # a month: registry, roster, attendance


def who(letter: str) -> str:
    return number_of(letter, "19800101")


def attendance(root: Path, month: str, **cells: Any) -> Path:
    rows = [{"姓名": "张三", "身份证号码": who(n), "年月": month} | cells for n in "AB"]
    table = [{h: row.get(h, cell) for h, cell in DEFAULTS["attendance"].items()} for row in rows]
    return write_csv(root / "inbox" / month / f"{TITLES['attendance']}.csv", table)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people; two months are approved, the third is drafted; in a past folder lies what is no table, and a wrong day."""
    root = tmp_path_factory.mktemp("tables") / "w"
    people = ["A", "B"]
    build({"month": NOW, "settings": SETTINGS, "root": {"posts": [{}], "accident_insurance": people}}, root)
    for month in (*PAST, NOW):
        build({"month": month, "settings": SETTINGS, "now": {"registry": people, "assignments": people}}, root)
        attendance(root, month)
        if month == PAST[0]:
            write_csv(root / "inbox" / month / "别的.csv", [{"甲": "1", "乙": who("A")}])
        if month in PAST:
            assert main(["payroll", "-w", str(root), "--month", month, "--operator", "编制", "-q"]) in (0, 1, 3)
            assert main(["approve", month, "-w", str(root), "--by", "审核", "-y", "--despite", "文1"]) == 0
    attendance(root, PAST[1], 本月累计出勤天数="二十")
    for words in (CHECK, PAYROLL):
        assert main([*words, "-w", str(root)]) in (0, 1, 3)
    return root


@pytest.fixture
def root(county: Path, tmp_path: Path) -> Path:
    """A copy of it, what a check and a payroll ask of past months kept."""
    shutil.copytree(county, tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read, as they are: folder and name."""
    names: list[str] = []
    read = readers.read_file

    def spy(path: Path, *rest: Any) -> list[RawSheet]:
        names.append(f"{path.parent.name}/{path.stem}")
        return read(path, *rest)

    monkeypatch.setattr(reading, "read_file", spy)
    return names


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sheets whose rows are typed."""
    names: list[str] = []

    def spy(sources: list[Source]) -> Rows:
        names.extend(source.file for source in sources)
        return read_rows(sources)

    monkeypatch.setattr(load, "read_rows", spy)
    return names


def past(names: list[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(PAST))


def rows_kept(root: Path) -> list[Path]:
    return sorted(folder(root).glob("*.rows"))


def test_the_same_to_the_byte_cold_warm_and_without(
    root: Path, fupin: Callable[..., Ran], opened: list[str], typed: list[str]
) -> None:
    """15, 16.5: of past months are read what there is something to be told of, and a cell that is to be shown; nothing is typed."""
    said = {}
    for how in ("warm", "cold", "warm again", "off"):
        if how == "cold":
            shutil.rmtree(folder(root))
        if how == "off":
            (root / "fupin.toml").write_text(f"{SETTINGS}[intake]\ncache = false\n", encoding="utf-8")
        for words in (CHECK, PAYROLL):
            opened.clear()
            typed.clear()
            said[how, words[0]] = fupin(*words, "-w", root, "-o", root.parent / "out").out
            if how.startswith("warm"):
                assert past(opened) == [f"{PAST[0]}/别的", f"{PAST[1]}/{TITLES['attendance']}"]
                assert past(typed) == []
            elif how == "off" or words == CHECK:
                assert len(past(opened)) == 1 + TABLES * len(PAST)
                assert past(typed)
    assert "二十" in said["warm", "check"]
    for job in ("check", "payroll"):
        assert len({said[how, job] for how in ("warm", "cold", "warm again", "off")}) == 1
        assert json.loads(said["warm", job])
    assert [path.suffix for path in folder(root).iterdir() if path.suffix in {".rows", ".inbox", ".cells"}] == []


def test_the_sample_comes_back_as_it_was_typed(tmp_path: Path) -> None:
    """16.5: of every sheet the same rows, set aside or not, the same findings and counts; a month has the same tables."""
    shutil.copytree(SAMPLE, tmp_path / "w")
    place = find_workspace(tmp_path / "w")
    plain = Desk(place)
    assert len(plain.inbox.sources) > 30
    for source in plain.inbox.sources:
        rows = read_rows([source])
        other = replace(source, index=source.index + 7)
        again = unpack_rows(other, pack_rows(source, rows))
        assert again.counts == {other.index: rows.counts[source.index]}
        mine = pl.lit(other.index, dtype=pl.UInt32).alias("_src")
        for one, two in (
            (rows.accepted, again.accepted),
            (rows.set_aside, again.set_aside),
            (rows.found, again.found),
        ):
            assert one.with_columns(mine).equals(two)
            assert one.schema == two.schema
    month = parse_month(NOW)
    expected = plain.context(month).intake
    for cache in (Cache.KEEP, Cache.READ):
        desk = Desk(place, cache=cache)
        found, before = desk.context(month).intake, desk.reference(month - 1).intake
        assert found.found.equals(expected.found)
        for kept, typed_now in ((found, expected), (before, plain.reference(month - 1).intake)):
            assert kept.tables.keys() == typed_now.tables.keys()
            assert all(table.equals(typed_now.tables[name]) for name, table in kept.tables.items())
    assert len(rows_kept(tmp_path / "w")) > 1


def renamed(root: Path) -> None:
    path = root / "inbox" / PAST[0] / f"{TITLES['assignments']}.csv"
    path.rename(path.with_name("村级岗位.csv"))


def own_schema(root: Path) -> None:
    (root / "schemas").mkdir()
    (root / "schemas" / "attendance.yaml").write_text("title: 本县出勤表\n", encoding="utf-8")


def limits(root: Path) -> None:
    (root / "fupin.toml").write_text(f"{SETTINGS}[intake]\nmax_cells_million = 50\n", encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[Path], object], int]] = {
    "a cell": (lambda root: attendance(root, PAST[0], 本月累计出勤天数="20"), 1),
    "a name": (renamed, 1),
    "a table format": (own_schema, 2 * TABLES),
    "a limit": (limits, 2 * TABLES),
    "nothing": (lambda _: None, 0),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_is_read_and_typed(root: Path, opened: list[str], what: str) -> None:
    """16.5: by the file's bytes and name, by the contracts, by what may be read."""
    change, read = CHANGES[what]
    change(root)
    desk = Desk(find_workspace(root), cache=Cache.KEEP)
    assert len(past(opened)) == 0
    assert desk.inbox.sources
    assert len([name for name in past(opened) if "别的" not in name]) == read
    plain = Desk(find_workspace(root))
    for one, other in zip(desk.inbox.sources, plain.inbox.sources, strict=True):
        for name in {field.name for field in fields(one)} - {"raw"}:  # whatever a source is given when it is recognised
            assert getattr(one, name) == getattr(other, name), name
        assert one.raw.offset == other.raw.offset
        assert one.raw.cells.equals(other.raw.cells)
        assert load.typed_rows(desk.inbox, [one]).accepted.equals(load.typed_rows(plain.inbox, [other]).accepted)
    opened.clear()
    assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.sources
    assert past(opened) == [f"{PAST[0]}/别的"]


def test_another_program_reads_anew(root: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for reader in ("another program", ""):  # the second: whose files cannot be read
        monkeypatch.setattr(kept_cells, "_reader", lambda now=reader: now)
        opened.clear()
        assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.sources
        assert len(past(opened)) == 1 + 2 * TABLES
    opened.clear()
    assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.sources
    assert len(past(opened)) == 1 + 2 * TABLES


def test_of_what_is_gone_nothing_stays(root: Path) -> None:
    """16.5: what is kept names people: 0600, and taken away with its file."""
    if not system.WINDOWS:
        assert {path.stat().st_mode & 0o777 for path in folder(root).iterdir()} == {0o600}
    before = len(rows_kept(root))
    (root / "inbox" / PAST[0] / f"{TITLES['attendance']}.csv").unlink()
    assert Desk(find_workspace(root), cache=Cache.READ).inbox.sources
    assert len(rows_kept(root)) == before  # what writes nothing takes nothing away
    assert Desk(find_workspace(root), cache=Cache.KEEP).inbox.sources
    assert len(rows_kept(root)) == before - 1


def test_a_file_that_changes_under_the_hand_is_told(root: Path) -> None:
    """A cell of a past month that is asked for while its file is exchanged: said, and nothing is computed from both."""
    desk = Desk(find_workspace(root), cache=Cache.READ)
    source = next(s for s in desk.inbox.sources if s.file.startswith(PAST[0]) and s.spec.table == "attendance")
    attendance(root, PAST[0], 本月累计出勤天数="20")
    with pytest.raises(Exception, match=f"{source.file} 读的时候文件还在变"):
        assert source.raw.cells.height


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def turned(body: bytes) -> bytes:
    return body[:-4] + bytes([body[-4] ^ 1]) + body[-3:]


DAMAGED = {".inbox": cut, ".rows": turned, ".lines": turned}


def test_what_is_damaged_is_made_anew(root: Path, fupin: Callable[..., Ran]) -> None:
    """15: as if it were not there; told once to the workspace's log by what may write, and put right."""
    log = root / ".fupin" / "run.jsonl"
    said = fupin(*CHECK, "-w", root).out
    spoilt = {
        path: DAMAGED[path.suffix](path.read_bytes()) for path in folder(root).iterdir() if path.suffix in DAMAGED
    }
    assert {path.suffix for path in spoilt} == set(DAMAGED)
    for path, body in spoilt.items():
        path.write_bytes(body)
    assert fupin(*CHECK, "-w", root, "--no-workbook").document["findings"] == json.loads(said)["findings"]
    assert not log.exists()
    assert fupin(*CHECK, "-w", root).out == said
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    events = {(line["event"], Path(line["file"]).suffix, line["why"]) for line in told}
    tables = {("kept tables damaged", suffix, "seal") for suffix in (".inbox", ".rows")}
    assert events == {("kept lines damaged", ".lines", "seal"), *tables}
    assert sorted(line["file"] for line in told) == sorted(
        p.name for p, body in spoilt.items() if p.read_bytes() != body
    )
    assert fupin(*CHECK, "-w", root).out == said
    assert len(log.read_text(encoding="utf-8").splitlines()) == len(told)


def test_a_draft_from_forged_rows_or_lines_is_refused(root: Path, fupin: Callable[..., Ran]) -> None:
    """15: whatever is kept, an approval reads the files and the ledger; what it finds takes the place of what was kept."""
    paid = fupin(*PAYROLL, "-w", root).document
    place = find_workspace(root)
    desk = Desk(place)
    tables = KeptTables(root, place.contracts(), place.policy().settings.intake, looks=True, keeps=True)
    tables.recognised({}, [source for source in desk.inbox.sources if source.folder is not None])
    desk = Desk(place, cache=Cache.READ)
    source = next(s for s in desk.inbox.sources if s.file.startswith(PAST[0]) and s.spec.table == "attendance")
    rows = read_rows([source])
    rows.accepted = rows.accepted.with_columns(attended_days_x100=pl.lit(100, dtype=pl.Int64))
    tables.typed(source, rows)
    for path in folder(root).glob("*.month"):
        path.unlink()
    draft = fupin(*PAYROLL, "-w", root).document
    assert draft["corrections"] != paid["corrections"]
    refused = fupin("approve", NOW, "-w", root, "--by", "审核", "-y", "--despite", "文1")
    assert (refused.code, "测算结果" in refused.err) == (12, True)
    assert fupin(*PAYROLL, "-w", root).document["corrections"] == paid["corrections"]
    lines = store.read(root, "lines")
    kept_lines._write(root, store.batches(root)["seal"][-1], lines.with_columns(amount_fen=pl.lit(1, pl.Int64)))
    assert fupin(*PAYROLL, "-w", root).document["corrections"] != paid["corrections"]
    refused = fupin("approve", NOW, "-w", root, "--by", "审核", "-y", "--despite", "文1")
    assert (refused.code, "测算结果" in refused.err) == (12, True)
    assert fupin(*PAYROLL, "-w", root).document["corrections"] == paid["corrections"]


@pytest.fixture
def read_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str] | None]]:
    """Of which postings lines are read from the ledger."""
    asked: list[list[str] | None] = []
    read = store.read

    def spy(root: Path, table: str, columns: list[str] | None = None, batches: list[str] | None = None) -> pl.DataFrame:
        if table == "lines":
            asked.append(batches)
        return read(root, table, columns, batches)

    monkeypatch.setattr(store, "read", spy)
    yield asked
    monkeypatch.undo()


def test_lines_of_later_postings_alone_are_read(root: Path, read_of: list[list[str] | None]) -> None:
    """16.5: a posting never changes; after it only what was posted later is read."""

    def lines(*, looks: bool = True, keeps: bool = True) -> pl.DataFrame:
        read_of.clear()
        return kept_lines.lines(root, postings, looks=looks, keeps=keeps)

    every = store.read(root, "lines")
    postings = store.batches(root)
    names = postings["batch"].to_list()
    assert (len(names), lines().equals(every), read_of) == (2, True, [])
    assert (lines(looks=False).equals(every), read_of) == (True, [names])
    (folder(root) / NAME).unlink()
    postings = postings.head(1)
    assert (lines().equals(every.filter(pl.col("batch") == names[0])), read_of) == (True, [names[:1]])
    postings = store.batches(root)
    assert (lines(keeps=False).equals(every), read_of) == (True, [names[1:]])
    assert (lines().equals(every), read_of) == (True, [names[1:]])
    assert (lines().equals(every), read_of) == (True, [])
    # Another ledger: of the same numbers, and an older copy of this one.
    postings = postings.with_columns(seal=pl.col("seal").str.reverse())
    assert (lines(keeps=False).equals(every), read_of) == (True, [names])
    postings = store.batches(root).head(1)
    assert (lines(keeps=False).equals(every.filter(pl.col("batch") == names[0])), read_of) == (True, [names[:1]])


def test_an_empty_ledger_keeps_no_lines(tmp_path: Path) -> None:
    postings = store.read(tmp_path, "batches")
    assert kept_lines.lines(tmp_path, postings, looks=True, keeps=True).equals(store.read(tmp_path, "lines"))
    assert not folder(tmp_path).exists()


def test_a_sheet_is_read_once_when_it_is_asked_for() -> None:
    calls: list[int] = []

    def read() -> list[RawSheet]:
        calls.append(1)
        return []

    sheets = later(None, [], {}, read)  # type: ignore[arg-type]
    assert calls == []
    assert (sheets(), sheets(), calls) == ([], [], [1])
