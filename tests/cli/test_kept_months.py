"""16.5: an approved month is computed again only if something that it depends on has changed; what is kept decides nothing alone."""

from __future__ import annotations

import json
import platform
import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from fupin_cli import system
from fupin_cli.cli.main import main
from fupin_cli.jobs import fingerprint, kept_months, sealed, subsidy, unsaid
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.fingerprint import Fingerprints
from fupin_cli.jobs.kept_months import Cache, Place
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import leading
from fupin_cli.outputs.payroll_json import payroll_json
from fupin_cli.policy.months import parse_month
from tests.cases.test_monitor_cases import DEFAULTS, TITLES, build, number_of
from tests.conftest import LONG, Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("books_planned")

APPROVED, NOW = ("2024-03", "2024-04"), "2024-05"
SETTINGS = '[checks]\nextra_area_codes = ["211390"]\n'
BY = ("--operator", "编制", "-q")


def who(letter: str) -> str:
    return number_of(letter, "19800101")


def row(table: str, letter: str, **cells: Any) -> dict[str, Any]:
    """A row of a table about a person."""
    own = {"户编号": f"H{letter}", "姓名": "张三", "证件号码": who(letter), "身份证号码": who(letter)}
    return {h: own.get(h, "") if cell == "" else cell for h, cell in DEFAULTS[table].items()} | cells


def put(root: Path, place: str, table: str, *rows: dict[str, Any], name: str = "") -> Path:
    return write_csv(root / "inbox" / place / f"{name or TITLES[table]}.csv", list(rows))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people; March and April are approved, of May the files are there; both approved months are kept."""
    root = tmp_path_factory.mktemp("kept") / "w"
    people = ["A", "B"]
    insured = {"posts": [{}], "accident_insurance": people}
    build({"month": NOW, "settings": SETTINGS, "root": insured}, root)
    for month in (*APPROVED, NOW):
        tables = {"registry": people, "assignments": people}
        build({"month": month, "settings": SETTINGS, "now": tables}, root)
        put(root, month, "attendance", *(row("attendance", letter, 年月=month) for letter in people))
    for month in APPROVED:
        assert main(["payroll", "-w", str(root), "--month", month, *BY]) in (0, 1)
        assert main(["approve", month, "-w", str(root), "--by", "审核", "-y"]) == 0
    assert main(["payroll", "-w", str(root), "--month", NOW, *BY]) in (0, 1)
    assert kept_months.size(root)[0] == len(APPROVED)
    return root


@pytest.fixture
def root(county: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(county, tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture(autouse=True)
def _program() -> Iterator[None]:
    """What is known of the program is of this program, before and after each test."""
    fingerprint.program.cache_clear()
    yield
    fingerprint.program.cache_clear()


def keys(root: Path) -> list[str]:
    """The fingerprints of the approved months."""
    desk = Desk(find_workspace(root))
    return [Fingerprints(desk).of(parse_month(month), "post") for month in APPROVED]


def document(root: Path, cache: Cache, month: str = NOW) -> str:
    """The month's payroll as JSON."""
    run = subsidy.subsidy(Desk(find_workspace(root), cache=cache), leading(), parse_month(month))
    return payroll_json(run, unmask=True)


@pytest.fixture(scope="module")
def kept(county: Path) -> list[str]:
    """The fingerprints under which the approved months are kept."""
    return keys(county)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The approved months that are computed again, as they are."""
    months: list[int] = []
    compute = subsidy.compute

    def spy(desk: Desk, measure: Any, month: int, **how: Any) -> Any:
        if how.get("again"):
            months.append(month)
        return compute(desk, measure, month, **how)

    monkeypatch.setattr(subsidy, "compute", spy)
    return months


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def own_policy(root: Path) -> None:
    """A county's own policy in the place of the shipped one, with another age of labour."""
    (root / "policy").mkdir()
    for name in ("chaoyang-2021.yaml", "chaoyang-2021.txt"):
        (root / "policy" / name).write_bytes(files("fupin_cli.policy").joinpath(name).read_bytes())
    edit(root / "policy" / "chaoyang-2021.yaml", 'labour_age: {years: "16"', 'labour_age: {years: "17"')


def own_schema(root: Path) -> None:
    """A county's own name for a table."""
    (root / "schemas").mkdir()
    (root / "schemas" / "attendance.yaml").write_text("title: 本县出勤表\n", encoding="utf-8")


FIRST, SECOND = APPROVED
DEAD = {"姓名": "张三", "身份证号码": who("A"), "死亡日期": "2024-02-20"}
WAIVER = {
    "规则代码": "ATT001",
    "身份证号码": who("A"),
    "岗位编号": "GW1",
    "理由": "某事",
    "批准文号": "文1",
    "批准人": "某人",
    "生效月份": "2024-03",
    "截止月份": "2024-12",
}
SETTLED = {
    "姓名": "张三",
    "身份证号码": who("A"),
    "岗位编号": "GW1",
    "月份": FIRST,
    "核定天数": "3",
    "核定金额": "",
    "理由": "某事",
    "批准文号": "文1",
    "批准人": "某人",
}
RETURNED = {
    "批次号": "202403-01",
    "序号": "1",
    "姓名": "张三",
    "账号": "6217990000000000014",
    "金额": "732.05",
    "处理结果": "失败",
    "失败原因": "已销户",
}
BOTH, OTHER = {0, 1}, {1}
# Each door through which something enters an approved month: what is done, and which of the two months it may change.
DOORS: dict[str, tuple[Callable[[Path], object], set[int]]] = {
    "a row of its own folder": (
        lambda r: edit(r / "inbox" / FIRST / "在岗人员花名册.csv", "2024-08-31", "2024-03-10"),
        BOTH,
    ),
    "a row of the later of the two": (
        lambda r: edit(r / "inbox" / SECOND / "在岗人员花名册.csv", "2024-08-31", "2024-04-10"),
        OTHER,
    ),
    "its attendance": (
        lambda r: put(r, FIRST, "attendance", row("attendance", "A", 年月=FIRST, 本月累计出勤天数="11")),
        BOTH,
    ),
    "a file added": (
        lambda r: put(r, SECOND, "attendance", row("attendance", "A", 年月=SECOND, 本月累计出勤天数="3"), name="又"),
        OTHER,
    ),
    "a file renamed": (
        lambda r: (r / "inbox" / SECOND / "监测对象信息.csv").rename(r / "inbox" / SECOND / "全国监测对象信息.csv"),
        OTHER,
    ),
    "a file taken away": (lambda r: (r / "inbox" / SECOND / "监测对象信息.csv").unlink(), OTHER),
    "a file of no month": (lambda r: edit(r / "inbox" / "意外险名单.csv", "2024-01-01", "2024-03-20"), BOTH),
    "the export before": (lambda r: edit(r / "inbox" / FIRST / "监测对象信息.csv", "脱贫户", "突发严重困难户"), BOTH),
    "a folder before": (lambda r: put(r, "2024-02", "assignments", row("assignments", "A")), BOTH),
    "the same month of last year": (lambda r: put(r, "2023-04", "registry", row("registry", "A")), BOTH),
    "attendance handed in late": (
        lambda r: put(r, NOW, "attendance", row("attendance", "A", 年月=FIRST, 本月累计出勤天数="5"), name="补"),
        BOTH,
    ),
    "a list of the dead, late": (lambda r: write_csv(r / "inbox" / NOW / "死亡人员.csv", [DEAD]), BOTH),
    "a waiver": (lambda r: write_csv(r / "inbox" / SECOND / "豁免清单.csv", [WAIVER]), OTHER),
    "a line settled by hand": (lambda r: write_csv(r / "inbox" / NOW / "核定清单.csv", [SETTLED]), BOTH),
    "a payment history": (
        lambda r: put(r, ".", "payment_history", row("payment_history", "A", 补贴月份="2023-05")),
        BOTH,
    ),
    "a file that cannot be read": (lambda r: (r / "inbox" / SECOND / "坏.xlsx").write_bytes(b"PK\x03\x04"), OTHER),
    "a setting": (lambda r: edit(r / "fupin.toml", "[checks]", '[post]\nproration = "calendar"\n[checks]'), BOTH),
    "the county's own policy": (own_policy, BOTH),
    "the county's own table format": (own_schema, BOTH),
    "money that came back": (lambda r: write_csv(r / "inbox" / FIRST / "回盘.csv", [RETURNED]), BOTH),
}


# With these the month is computed too, kept and anew.
COMPUTED = ("a row of the later of the two", "a waiver")[0 if LONG else 1 :]


@pytest.mark.parametrize("door", DOORS)
def test_what_comes_in_by_any_door_is_computed_again(
    root: Path, kept: list[str], door: str, computed: list[int]
) -> None:
    """16.5: what is kept of a month holds for exactly the inputs that it was computed from."""
    change, changed = DOORS[door]
    change(root)
    after = keys(root)
    assert {n for n in range(len(APPROVED)) if kept[n] != after[n]} == changed
    if door not in COMPUTED:
        return
    said = document(root, Cache.KEEP)
    assert computed == [parse_month(APPROVED[n]) for n in sorted(changed)]
    assert said == document(root, Cache.OFF)


def test_settings_by_the_environment_count(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(root)
    monkeypatch.setenv("FUPIN_POST__PRORATION", "calendar")
    assert not {*keys(root)} & {*before}


def test_another_program_computes_anew(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another version, another library, a line of the program changed; and a program that cannot be read keeps nothing."""
    seen = {fingerprint.program()}
    before = keys(root)
    for module, name, value in (
        (fingerprint, "__version__", "99"),
        (fingerprint, "_version", lambda _: "99"),
        (platform, "python_version", lambda: "99"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            fingerprint.program.cache_clear()
            seen.add(fingerprint.program())
            assert not {*keys(root)} & {*before}
    house = tmp_path / "house"
    (house / "room").mkdir(parents=True)
    source = house / "room" / "rule.py"
    for text in ("a = 1\n", "a = 2\n"):
        source.write_text(text, encoding="utf-8")
        monkeypatch.setattr(fingerprint, "HOUSE", house)
        fingerprint.program.cache_clear()
        seen.add(fingerprint.program())
    assert len(seen) == 6
    source.unlink()
    fingerprint.program.cache_clear()
    assert keys(root) == ["", ""]
    shutil.rmtree(sealed.folder(root))
    document(root, Cache.KEEP)
    assert kept_months.size(root) == (0, 0)


def test_a_month_that_goes_on_computes_nothing_again(
    root: Path, computed: list[int], fupin: Callable[..., Ran]
) -> None:
    """16.5: the new month's own files, its approval and the next month's files leave what was kept of earlier months as it is."""
    before = keys(root)
    put(root, NOW, "assignments", *(row("assignments", letter, 银行账号="6217990000000000022") for letter in "AB"))
    put(
        root,
        NOW,
        "attendance",
        row("attendance", "A", 年月=NOW, 本月累计出勤天数="20"),
        row("attendance", "B", 年月=NOW, 姓名="李四"),
    )
    write_csv(root / "inbox" / NOW / "别的.csv", [{"甲": "1", "乙": "2"}])
    assert keys(root) == before
    assert document(root, Cache.KEEP) == document(root, Cache.OFF)
    fupin("payroll", "-w", root, "--month", NOW, *BY)
    assert fupin("approve", NOW, "-w", root, "--by", "审核", "-y").code == 0
    put(root, "2024-06", "attendance", row("attendance", "A", 年月="2024-06"))
    assert keys(root) == before
    computed.clear()
    fupin("payroll", "-w", root, "--month", "2024-06", *BY)
    assert computed == []  # May neither: its approval has kept it
    put(root, NOW, "attendance", row("attendance", "A", 年月=NOW, 本月累计出勤天数="11"))
    assert fupin("payroll", "-w", root, "--month", "2024-06", *BY).code in (0, 1)
    assert computed == [parse_month(NOW)]


def test_what_is_kept_is_what_is_computed(root: Path, computed: list[int]) -> None:
    """Kept and computed anew are the same bytes, with and without differences to tell of."""
    assert document(root, Cache.KEEP) == document(root, Cache.OFF)
    put(root, FIRST, "attendance", row("attendance", "A", 年月=FIRST, 本月累计出勤天数="11"))
    without = document(root, Cache.OFF)
    assert '"recover"' in without
    computed.clear()
    assert [document(root, cache) for cache in (Cache.KEEP, Cache.READ, Cache.KEEP)] == [without] * 3
    assert len(computed) == len(APPROVED)


def spoil(path: Path, how: str, other: Path) -> None:
    """Damage what is kept, or put something else in its place."""
    body = path.read_bytes()
    if how == "cut":
        path.write_bytes(body[: len(body) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "a byte":
        path.write_bytes(body[:-40] + bytes([body[-40] ^ 1]) + body[-39:])
    elif how == "the other month":
        path.write_bytes(other.read_bytes())
    elif how == "another version":
        path.write_bytes(body.replace(kept_months.HEAD, b"fupin.month/0", 1))
    else:
        head, key, seal, rest = body.split(b"\n", 3)
        path.write_bytes(b"\n".join((head, key, seal[::-1], rest)))


WAYS = ("cut", "empty", "the other month", "another version", "another seal", "a byte")


def test_what_is_damaged_or_foreign_is_as_if_it_were_not_there(
    root: Path, computed: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    """16.5: ignored, told only to the workspace's log by what may write, and put right by it."""
    first, second = (
        Place(root, parse_month(month), "post", key) for month, key in zip(APPROVED, keys(root), strict=True)
    )
    right, lines = first.path.read_bytes(), kept_months.read(first)
    assert lines is not None
    for how in WAYS:
        first.path.write_bytes(right)
        assert lines.equals(kept_months.read(first))  # type: ignore[arg-type]
        spoil(first.path, how, second.path)
        assert kept_months.read(first) is None, how
    log = root / ".fupin" / "run.jsonl"
    said = document(root, Cache.READ)
    assert not log.exists()  # what writes nothing tells no log
    assert document(root, Cache.KEEP) == said
    assert computed == [first.month] * 2
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["event"], line["file"], line["why"]) for line in told] == [
        ("kept month damaged", first.path.name, "seal")
    ]
    assert log.stat().st_mode & 0o777 == 0o600
    assert lines.equals(kept_months.read(first))  # type: ignore[arg-type]
    assert document(root, Cache.READ) == said
    assert log.read_text(encoding="utf-8").count("\n") == 1  # once
    first.path.unlink()
    first.path.mkdir()
    assert kept_months.read(first) is None
    kept_months.write(first, lines)  # cannot be kept, and that is no error
    assert capfd.readouterr() == ("", "")


def test_another_workspaces_months_are_no_months(root: Path) -> None:
    """Under another key, as in another workspace, nothing that is kept holds."""
    place = Place(root, parse_month(FIRST), "post", keys(root)[0])
    lines = kept_months.read(place)
    assert lines is not None
    key = root / ".fupin" / "person.key"
    mine = key.read_text(encoding="ascii")
    key.write_text("ab" * 32 + "\n", encoding="ascii")
    assert kept_months.read(place) is None
    key.write_text("no key", encoding="ascii")
    assert kept_months.read(place) is None
    kept_months.write(place, lines)  # not kept, and no error
    key.unlink()
    assert kept_months.read(place) is None
    assert not key.exists()
    key.write_text(mine, encoding="ascii")
    assert kept_months.read(place) is not None


def test_an_approval_posts_nothing_that_rests_on_what_is_kept(
    root: Path, computed: list[int], fupin: Callable[..., Ran]
) -> None:
    """15, 16.5: a month that would change anything is computed, sealed as it should be or not; a draft made from it is refused."""
    place = Place(root, parse_month(FIRST), "post", keys(root)[0])
    lines = kept_months.read(place)
    assert lines is not None
    kept_months.write(
        place, lines.with_columns(amount_fen=pl.lit(1, dtype=pl.Int64), due_fen=pl.lit(1, dtype=pl.Int64))
    )
    ran = fupin("payroll", "-w", root, "--month", NOW, "--operator", "编制", "--format", "json")
    assert {entry["kind"] for entry in ran.document["corrections"]} == {"recover"}
    postings = store.batches(root).height
    refused = fupin("approve", NOW, "-w", root, "--by", "审核", "-y")
    assert (refused.code, "测算结果" in refused.err) == (12, True)
    assert store.batches(root).height == postings
    # What the approval computed stands in its place now: the next draft is right, and is approved.
    ran = fupin("payroll", "-w", root, "--month", NOW, "--operator", "编制", "--format", "json")
    assert ran.document["corrections"] == []
    computed.clear()
    assert fupin("approve", NOW, "-w", root, "--by", "审核", "-y").code == 0
    assert computed == [parse_month(NOW)]  # itself, as it is from now on; the others change nothing
    # Verified, every earlier month is computed once, though two approvals looked at the first; what is kept is not looked at.
    computed.clear()
    kept_months.write(place, lines.clear())
    assert fupin("verify", "--all", "-w", root).code == 0
    assert computed == [parse_month(month) for month in APPROVED]


def test_an_approval_computes_what_is_kept_as_held(root: Path, computed: list[int]) -> None:
    """9.4: a line that is now only held says that something has changed, though no money moves."""
    place = Place(root, parse_month(FIRST), "post", keys(root)[0])
    lines = kept_months.read(place)
    assert lines is not None
    kept_months.write(place, lines.with_columns(status=pl.lit("hold")))
    desk = Desk(find_workspace(root), cache=Cache.RENEW)
    computed.clear()
    run = subsidy.subsidy(desk, leading(), parse_month(NOW))
    assert parse_month(FIRST) in computed
    assert run.undecided.is_empty()


def test_a_kept_month_that_hides_a_difference_is_found_by_verify(root: Path, fupin: Callable[..., Ran]) -> None:
    """Decision 020: forged with the workspace's own key, it can withhold a difference, pay none; `verify` computes everything."""
    before = kept_months.read(Place(root, parse_month(FIRST), "post", keys(root)[0]))
    assert before is not None
    put(root, FIRST, "attendance", row("attendance", "A", 年月=FIRST, 本月累计出勤天数="11"))
    kept_months.write(Place(root, parse_month(FIRST), "post", keys(root)[0]), before)
    fupin("payroll", "-w", root, "--month", NOW, *BY)
    assert fupin("approve", NOW, "-w", root, "--by", "审核", "-y").code == 0
    ran = fupin("verify", "--all", "-w", root)
    assert ran.code == 12
    assert "结果不同" in ran.out


def test_readable_by_its_owner_only_and_taken_away_with_the_approval(root: Path, fupin: Callable[..., Ran]) -> None:
    """What is kept names people: 0600 in a folder of 0700; of a month that was withdrawn nothing stays."""
    folder = sealed.folder(root)
    if not system.WINDOWS:
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        assert folder.stat().st_mode & 0o777 == 0o700
    assert fupin("withdraw", SECOND, "-w", root, "--by", "审核", "-y", "--document", "文9").code == 0
    edit(root / "inbox" / FIRST / "在岗人员花名册.csv", "2024-08-31", "2024-07-31")
    document(root, Cache.KEEP)
    assert [path.name for path in folder.glob("*.month")] == [f"{FIRST}-post.month"]


def test_a_command_that_writes_nothing_keeps_nothing(root: Path, fupin: Callable[..., Ran]) -> None:
    shutil.rmtree(sealed.folder(root))
    assert fupin("payroll", "-w", root, "--month", NOW, "--no-workbook", "-q").code in (0, 1)
    assert not sealed.folder(root).exists()
    fupin("payroll", "-w", root, "--month", NOW, *BY)
    assert kept_months.size(root)[0] == len(APPROVED)


def test_with_a_password_nothing_is_kept_and_nothing_kept_is_read(
    root: Path, tmp_path: Path, computed: list[int]
) -> None:
    """16.5: no plain text of encrypted files comes to lie on the disk."""
    shutil.rmtree(sealed.folder(root))
    secret = tmp_path / "secret"
    secret.write_text("geheim-123", encoding="utf-8")
    desk = Desk(find_workspace(root, secret), cache=Cache.KEEP)
    assert desk.cache is Cache.OFF
    subsidy.subsidy(desk, leading(), parse_month(NOW))
    assert len(computed) == len(APPROVED)
    assert not sealed.folder(root).exists()


@pytest.mark.parametrize("how", [{"only": set()}, {"posted": 1}])
def test_a_desk_that_is_not_the_workspace_as_it_is_looks_nowhere(root: Path, how: dict[str, Any]) -> None:
    """`fupin verify` computes what it verifies."""
    assert Desk(find_workspace(root), cache=Cache.KEEP, **how).cache is Cache.OFF
    assert Desk(find_workspace(root), cache=Cache.KEEP, policy=find_workspace(root).policy()).cache is Cache.OFF
    assert Desk(find_workspace(root)).cache is Cache.OFF


@pytest.mark.parametrize("corrected", [False, True])
def test_what_an_approval_keeps_is_what_the_next_payroll_computes(
    root: Path, computed: list[int], fupin: Callable[..., Ran], *, corrected: bool
) -> None:
    """16.5: of the month approved last too, with differences of earlier months in the same posting, and held lines in it."""
    put(root, NOW, "attendance", row("attendance", "A", 年月=NOW, 本月累计出勤天数="20"))
    if corrected:
        put(root, FIRST, "attendance", row("attendance", "A", 年月=FIRST, 本月累计出勤天数="11"))
    fupin("payroll", "-w", root, "--month", NOW, *BY)
    assert fupin("approve", NOW, "-w", root, "--by", "审核", "-y").code == 0
    put(root, "2024-06", "attendance", row("attendance", "A", 年月="2024-06"))
    month, desk = parse_month(NOW), Desk(find_workspace(root))
    kept_now = kept_months.read(Place(root, month, "post", Fingerprints(desk).of(month, "post")))
    anew = unsaid.lines_again(desk, subsidy.compute(desk, leading(), month, again=True))
    assert kept_now is not None
    assert kept_now.equals(anew)
    assert set(anew["status"]) == {"pay", "hold"}
    computed.clear()
    without = document(root, Cache.OFF, "2024-06")
    computed.clear()
    assert document(root, Cache.KEEP, "2024-06") == without
    assert computed == ([parse_month(SECOND)] if corrected else [])  # of which earlier months other money is known now


def test_a_desk_that_has_let_go_of_the_ledger_sees_what_was_posted(root: Path, fupin: Callable[..., Ran]) -> None:
    desk, month = Desk(find_workspace(root)), parse_month(NOW)
    before = desk.lines.height
    put(root, NOW, "attendance", row("attendance", "A", 年月=NOW, 本月累计出勤天数="20"))
    fupin("payroll", "-w", root, "--month", NOW, *BY)
    assert fupin("approve", NOW, "-w", root, "--by", "审核", "-y").code == 0
    assert desk.lines.height == before
    desk.forget()
    assert (desk.lines.height > before, month in desk.approved_months()) == (True, True)
    assert desk.payments.filter(pl.col("month") == month).height > 0
