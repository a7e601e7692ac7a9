# ruff: noqa: S608 - the statements are the tests' own
"""The ledger and its witnesses: seals, protections, manifests, kept inputs, keys (SPEC 9, issue 9 B12 to B18)."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fupin_cli.cli.main import main
from fupin_cli.intake.opened import Inbox, read_inbox
from fupin_cli.jobs.compute_again import Again, Found, described_approval
from fupin_cli.jobs.verify_ledger import check_ledger
from fupin_cli.jobs.workspace import find_workspace
from fupin_cli.ledger import store
from tests.cases.test_cases import BASE, build
from tests.cases.test_reconcile_cases import write_returns

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran

pytestmark = pytest.mark.usefixtures("books_planned")

MONTH = BASE["month"]
M = 2024 * 12 + 4


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month drafted twice, approved, returned, closed."""
    root = tmp_path_factory.mktemp("closed") / "w"
    build({}, root)
    for maker in ("甲", "戊"):
        assert main(["payroll", "-w", str(root), "--month", MONTH, "--operator", maker, "-q"]) == 0
    assert main(["approve", MONTH, "-w", str(root), "--by", "乙", "-y", "--document", "县〔2024〕5号"]) == 0
    write_returns(root / "inbox" / MONTH, [{"批次号": "202405-01", "序号": 1}])
    assert main(["close", MONTH, "-w", str(root), "--by", "丙", "-y"]) == 0
    return root


@pytest.fixture
def month(closed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(closed, tmp_path / "w")
    return tmp_path / "w"


def by_hand(root: Path, *statements: str) -> None:
    """Change the ledger as somebody would who knows SQL: take the triggers away, and put them back afterwards."""
    connection = sqlite3.connect(store.ledger_path(root))
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def told(root: Path) -> str:
    """All that the ledger's check says."""
    check = check_ledger(root)
    return "\n".join([*check.general, *(f"批次 {b} {words}" for b, said in check.wrong.items() for words in said)])


# The seal of a real posting copied to a forged one.
FORGED = (
    "INSERT INTO batches (batch, kind, month, posted_at, operator, drafter, document, result_hash, source_hash, policy, tool, "
    "measure, refers, kept_sha256, sealed, seal) SELECT '期初-00', 'opening', month, posted_at, operator, drafter, document, "
    "'', '', policy, tool, measure, refers, '', sealed, seal FROM batches LIMIT 1"
)
TAMPERING = [
    ("UPDATE batches SET operator = '丁' WHERE batch = '202405-01'", "批次 202405-01 记账本身被改动过（经办人）"),
    (
        "UPDATE batches SET document = '县〔2024〕6号' WHERE batch = '202405-01'",
        "批次 202405-01 记账本身被改动过（文号）",
    ),
    ("UPDATE batches SET drafter = '丁'", "批次 202405-01 记账本身被改动过（测算人）"),
    ("UPDATE batches SET kept_sha256 = ''", "批次 202405-01 记账本身被改动过（留存文件的校验码）"),
    ("UPDATE lines SET amount_fen = 99999", "批次 202405-01 在账本里的行被改动过（金额）"),
    ("UPDATE lines SET account = '6217990000000000022'", "批次 202405-01 在账本里的行被改动过（账号）"),
    ("DELETE FROM lines", "批次 202405-01 在账本里的行被改动过（行数 1 → 0）"),
    ("DELETE FROM inputs WHERE file LIKE '%出勤%'", "批次 202405-01 输入清单被改动过（行数 5 → 4）"),
    ("UPDATE settlements SET paid_fen = 1, verdict = 'paid'", "批次 202405-99 关账结果被改动过（实付额）"),
    ("DELETE FROM drafts WHERE operator = '甲'", "与前一次接不上，中间有测算记录被删去或插入"),
    ("DELETE FROM drafts WHERE operator = '戊'", "批次 202405-01 记账时的测算记录不见了"),
    ("UPDATE drafts SET operator = '丁' WHERE operator = '甲'", "由 丁 做的测算：被改动过（经办人）"),
    ("DELETE FROM batches WHERE batch = '202405-01'", "批次 202405-99 与前一批接不上"),
    (
        FORGED,
        "批次 期初-00 与前一批接不上",
    ),
    (
        "INSERT INTO batches (batch, kind, month, sealed, seal) VALUES ('期初-00', 'opening', 24288, '', '')",
        "批次 期初-00 没有封条或封条不符",
    ),
]


@pytest.mark.parametrize(("statement", "words"), TAMPERING, ids=[words for _, words in TAMPERING])
def test_every_change_of_the_ledger_by_hand_is_named(month: Path, statement: str, words: str) -> None:
    """9.B12: each tampering is named, though the triggers stand there again as if nothing had been."""
    assert told(month) == ""
    by_hand(month, statement)
    assert words in told(month)


def test_the_ledger_refuses_changes_of_a_stranger_too(month: Path) -> None:
    """9.B12: INSERT OR REPLACE of a client that knows nothing of triggers overwrites no row."""
    connection = sqlite3.connect(store.ledger_path(month))
    for table, change in (
        ("batches", "operator = '丁'"),
        ("lines", "amount_fen = 1"),
        ("settlements", "paid_fen = 1"),
        ("drafts", "operator = '丁'"),
        ("inputs", "file = 'x'"),
    ):
        name, value = change.split(" = ")
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(value if column == name else column for column in columns)
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            with pytest.raises(sqlite3.IntegrityError, match="只增不改"):
                connection.execute(
                    f"{verb} INTO {table} (rowid, {', '.join(columns)}) SELECT rowid, {values} FROM {table}"
                )
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="只增不改"):
                connection.execute(statement)
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        connection.execute("INSERT INTO inputs (batch, month) VALUES ('x', '五月')")
    connection.close()
    assert told(month) == ""


def test_a_second_approval_under_another_number_replaces_none(month: Path) -> None:
    """9.B12: REPLACE by way of the index of approvals takes the first approval away neither."""
    connection = sqlite3.connect(store.ledger_path(month))
    columns = [row[1] for row in connection.execute("PRAGMA table_info(batches)")]
    values = ", ".join("'202405-07'" if column == "batch" else column for column in columns)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(f"REPLACE INTO batches SELECT {values} FROM batches WHERE kind = 'approval'")
    connection.close()


def test_missing_protections_are_named(fupin: Callable[..., Ran], month: Path) -> None:
    """9.B12: dropped triggers and indexes, and tables that were made anew without STRICT."""
    connection = sqlite3.connect(store.ledger_path(month))
    connection.execute("DROP TRIGGER lines_UPDATE")
    connection.execute("DROP INDEX one_approval_standing")
    connection.commit()
    connection.close()
    assert "账本的保护被去掉或改过：one_approval_standing、lines_UPDATE" in told(month)
    ran = fupin("doctor", "-w", month)
    assert (ran.code, "账本的保护" in ran.out) == (2, True)


def reseal_manifests(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change manifests as somebody would who knows how they are chained (but has not the key)."""
    folder = root / "out" / MONTH
    previous = None
    for path in [*sorted((folder / "manifests").glob("*.json")), folder / "manifest.json"]:
        body = json.loads(path.read_bytes())
        change(body)
        body["previous"] = previous
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        previous = hashlib.sha256(path.read_bytes()).hexdigest()


def test_verify_names_what_was_changed_with_its_manifest(fupin: Callable[..., Ran], month: Path) -> None:
    """9.B12: amount, account, operator, settlement, draft and closing changed, every hash recomputed: all are named."""
    from fupin_cli.ledger.seal import rows_sha256

    by_hand(
        month,
        "UPDATE lines SET amount_fen = 99999, account = '6217990000000000022'",
        "UPDATE batches SET operator = '丁'",
        "UPDATE settlements SET paid_fen = 99999",
        "DELETE FROM inputs",
        "DELETE FROM drafts WHERE operator = '戊'",
    )
    changed = rows_sha256("lines", store.read(month, "lines"))

    def change(body: dict[str, Any]) -> None:
        if body.get("batch") == "202405-01":
            body["ledger_sha256"] = changed
        if "batch" in body:
            body["operator"] = "丁"

    reseal_manifests(month, change)
    ran = fupin("verify", "--all", "-w", month)
    assert ran.code == 12
    for words in (
        "批次 202405-01 在账本里的行被改动过（金额、账号）",
        "批次 202405-01 记账本身被改动过（经办人）",
        "批次 202405-99 记账本身被改动过（经办人）",
        "批次 202405-99 关账结果被改动过（实付额）",
        "批次 202405-01 输入清单被改动过",
        "记账时的测算记录不见了",
        "manifest.json：封条不符",
    ):
        assert words in ran.out, words


def test_a_closing_taken_away_is_missed_by_its_manifest(fupin: Callable[..., Ran], month: Path) -> None:
    """9.B12: the last posting has none after it in the chain; its manifest knows it."""
    by_hand(month, "DELETE FROM settlements", "DELETE FROM batches WHERE kind = 'closing'")
    ran = fupin("verify", MONTH, "-w", month)
    assert (ran.code, "清单里的批次 202405-99 不在账本里" in ran.out) == (12, True)


@pytest.mark.parametrize("key", ["outputs", "files", "settings", "result_sha256", "ledger_batches", "seal", "job"])
def test_a_manifest_that_lacks_a_key_is_a_finding(fupin: Callable[..., Ran], month: Path, key: str) -> None:
    """9.B12: exit 12 with the manifest named, never 70."""

    def change(body: dict[str, Any]) -> None:
        body.pop(key, None)

    shutil.rmtree(month / "inbox")  # nothing is computed again: the test is of the manifests
    reseal_manifests(month, change)
    ran = fupin("verify", MONTH, "-w", month)
    assert ran.code == 12
    assert "manifest.json：" in ran.out


# --- results are hashed by version (B13) ---------------------------------------------------------------------------------


def test_one_more_json_key_changes_no_old_month(
    fupin: Callable[..., Ran], month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9.B13: a program that says more in JSON does not accuse the county."""
    from fupin_cli.jobs import result_hash

    plain: Any = vars(result_hash)["line_rows"]
    monkeypatch.setattr(
        result_hash, "line_rows", lambda run, *, unmask: [r | {"new": 1} for r in plain(run, unmask=unmask)]
    )
    ran = fupin("verify", MONTH, "-w", month)
    assert (ran.code, "批准：重算结果相同" in ran.out) == (0, True)


def test_another_version_that_computes_otherwise_is_said_to_be_another(
    fupin: Callable[..., Ran], month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9.B13: "另一版本", never "changed"; the same version with another result is a change."""
    from fupin_cli.jobs import compute_again

    monkeypatch.setattr(compute_again, "payroll_hash", lambda *_: "otherwise")
    ran = fupin("verify", MONTH, "-w", month)
    assert (ran.code, "批准：用同样的输入重算，结果不同" in ran.out) == (12, True)
    monkeypatch.setattr(compute_again, "__version__", "99.0")
    ran = fupin("verify", MONTH, "-w", month)
    assert (ran.code, "批准：是另一版本" in ran.out) == (0, True)


def test_a_manifest_of_a_hashing_not_known_here_is_another_version(fupin: Callable[..., Ran], month: Path) -> None:
    """9.B13: written by a newer program."""
    from fupin_cli.ledger.key import workspace_key
    from fupin_cli.outputs.manifest import manifest_seal

    key = workspace_key(month)

    def change(body: dict[str, Any]) -> None:
        body["hash_version"] = 99

    reseal_manifests(month, change)
    folder = month / "out" / MONTH
    previous = None
    for path in [*sorted((folder / "manifests").glob("*.json")), folder / "manifest.json"]:
        body = json.loads(path.read_bytes())
        body["previous"] = previous
        body["seal"] = manifest_seal(body, key)
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        previous = hashlib.sha256(path.read_bytes()).hexdigest()
    ran = fupin("verify", MONTH, "-w", month)
    assert (ran.code, "另一版本" in ran.out, "被改动" in ran.out) == (0, True, False)


# --- inputs are kept (B14) -------------------------------------------------------------------------------------------


def test_an_approved_month_is_computed_again_whatever_became_of_the_inbox(
    fupin: Callable[..., Ran], month: Path, tmp_path: Path
) -> None:
    """9.B14: the inbox emptied; verify computes the month again, and `fupin inputs` gives every file back byte for byte."""
    names = [
        p.relative_to(month / "inbox") for p in (month / "inbox").rglob("*") if p.is_file() and "回盘" not in p.name
    ]
    before = {str(name): (month / "inbox" / name).read_bytes() for name in names}
    shutil.rmtree(month / "inbox")
    archive = month / ".fupin" / "inputs" / "202405-01.zip"
    assert archive.stat().st_mode & 0o777 == 0o600
    ran = fupin("verify", "--all", "-w", month)
    assert ran.code == 0, ran.out
    assert "批准：重算结果相同" in ran.out
    assert f"输入 {len(before)} 个文件已不在收件夹里，批准时留存了原件" in ran.out
    place = tmp_path / "取回"
    ran = fupin("inputs", MONTH, "--to", place, "-w", month)
    assert ran.code == 0, ran.err
    assert {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()} == before
    assert {p.stat().st_mode & 0o777 for p in place.rglob("*") if p.is_file()} == {0o600}
    ran = fupin("inputs", MONTH, "--to", place, "-w", month)
    assert (ran.code, "已经有了，没有覆盖；什么也没有写" in ran.err) == (2, True)
    document = fupin("inputs", MONTH, "-w", month, "--format", "json").document
    (batch,) = document["batches"]
    assert {f["file"]: f["sha256"] for f in batch["files"]} == {
        n: hashlib.sha256(b).hexdigest() for n, b in before.items()
    }
    assert batch["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert fupin("inputs", "2024-06", "-w", month).code == 2
    assert fupin("inputs", MONTH, "--batch", "202405-09", "-w", month).code == 2


def test_kept_inputs_that_were_changed_or_lost_are_named(
    fupin: Callable[..., Ran], month: Path, tmp_path: Path
) -> None:
    """9.B14: an archive that is not the one that was posted is not computed from, nor given back."""
    shutil.rmtree(month / "inbox")
    archive = month / ".fupin" / "inputs" / "202405-01.zip"
    whole = archive.read_bytes()
    with zipfile.ZipFile(archive, "a") as store_:
        store_.writestr("inbox/x", "x")
    for words in ("被改动过", "不见了"):
        ran = fupin("verify", MONTH, "-w", month)
        assert (ran.code, f"{archive} {words}" in ran.out) == (12, True)
        ran = fupin("inputs", MONTH, "--to", tmp_path / "x", "-w", month)
        assert (ran.code, words in ran.err) == (12, True)
        archive.unlink(missing_ok=True)
    archive.write_bytes(whole)
    assert fupin("verify", MONTH, "-w", month).code == 0


def test_files_are_read_once_and_a_changed_archive_is_named_all_the_same(
    month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """15: verify uses what the job before has read of the same files; the archives are looked at for each."""
    reads: list[Path] = []

    def counted(folder: Path, *more: Any) -> Inbox:
        reads.append(folder)
        return read_inbox(folder, *more)

    monkeypatch.setattr("fupin_cli.jobs.desk.read_inbox", counted)
    batch = store.approval_of(month, M)
    assert batch is not None
    again = Again(find_workspace(month), {}, check_ledger(month).tables)
    for _ in range(2):
        assert described_approval(again, batch, None) == [("ok", "批准：重算结果相同")]
    other = replace(batch, result_hash="0" * 64)
    assert described_approval(again, other, None)[0][0] == "bad"
    assert len(reads) == 1
    archive = month / ".fupin" / "inputs" / "202405-01.zip"
    with zipfile.ZipFile(archive, "a") as store_:
        store_.writestr("inbox/x", "x")
    state, words = described_approval(again, batch, None)[0]
    assert (state, f"{archive} 被改动过" in words) == ("bad", True)


@pytest.mark.parametrize(
    ("changed", "shared"),
    [
        ({}, True),
        ({"posted": 1}, True),
        ({"files": {"a.csv": "2"}}, False),
        ({"files": {"a.csv": "1", "b.csv": "1"}}, False),
        ({"formats": "202405-01"}, False),
        ({"settings": {"intake": {"max_unpacked_mib": 1}}}, False),
        ({"settings": {"intake": None, "post": {}}}, True),
    ],
)
def test_only_the_same_files_read_alike_are_shared(changed: dict[str, Any], shared: bool) -> None:
    given: dict[str, Any] = {"files": {"a.csv": "1"}, "settings": {"intake": None}, "posted": 0, "formats": "kept"}
    assert Found(**given).reads_as(Found(**given | changed)) is shared


# --- ledger and files know of each other (A2) ----------------------------------------------------------------------------


def test_a_ledger_from_before_stops_whatever_posts(fupin: Callable[..., Ran], month: Path, tmp_path: Path) -> None:
    """9.A2: the ledger of before the approval put back, or none at all: exit 12 with the batch, where it is named, what to do."""
    ledger = store.ledger_path(month)
    whole = ledger.read_bytes()
    old = tmp_path / "old"
    build({}, old)
    assert fupin("payroll", "-w", old, "--month", MONTH, "--operator", "甲", "-q").code == 0
    commands = [
        ["payroll", "--month", MONTH, "--operator", "甲"],
        ["approve", MONTH, "--by", "乙", "-y"],
        ["run", "--month", MONTH],
        ["reconcile", MONTH, "--reissue", "--by", "乙", "-y"],
        ["close", MONTH, "--by", "乙", "-y"],
        ["ledger", "import", month / "inbox" / MONTH / "回盘.csv"],
        ["status"],
    ]
    for put_back in (True, False):
        ledger.write_bytes(store.ledger_path(old).read_bytes()) if put_back else ledger.unlink()
        for command in commands:
            ran = fupin(*command, "-w", month)
            assert ran.code == 12, command
            assert "缺批次 202405-01（见 " in ran.err
            assert "从备份放回" in ran.err
        ran = fupin("doctor", "-w", month)
        assert (ran.code, "缺批次 202405-01" in ran.out) == (2, True)
        if put_back:
            assert store.batches(month).is_empty()
    ledger.write_bytes(whole)
    assert fupin("status", "-w", month).code == 0


@pytest.mark.parametrize("witness", ["manifest", "bank file", "kept inputs", "seal"])
def test_each_witness_alone_is_enough(fupin: Callable[..., Ran], month: Path, witness: str) -> None:
    """9.A2: manifests, bank files and kept inputs each know the batch; a closing alone is known by its seal."""
    out, kept = month / "out" / MONTH, month / ".fupin" / "inputs"
    if witness != "seal":
        store.ledger_path(month).unlink()
    if witness in ("bank file", "kept inputs"):
        (out / "manifest.json").unlink()
        shutil.rmtree(out / "manifests")
    if witness != "kept inputs":
        shutil.rmtree(kept)
    if witness != "bank file":
        (out / "代发_202405-01.csv").unlink()
    if witness == "seal":
        by_hand(month, "DELETE FROM settlements", "DELETE FROM batches WHERE kind = 'closing'")
        for path in [out / "manifest.json", *(out / "manifests").glob("*.json")]:
            path.write_text(
                path.read_text(encoding="utf-8").replace('  "batch": "202405-99"', '  "b": ""'), encoding="utf-8"
            )
    ran = fupin("payroll", "-w", month, "--month", "2024-06", "--operator", "甲")
    assert ran.code == 12
    assert ("账本不见了" if witness != "seal" else "缺最后的记账") in ran.err


# --- the key (B18) --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "words"), [("", "是空的"), ("abcd\n", "长度不对（2 字节，应为 32 字节）")])
def test_a_key_of_wrong_length_is_refused(fupin: Callable[..., Ran], tmp_path: Path, text: str, words: str) -> None:
    """9.B18: an empty or short person.key is never used."""
    build({}, tmp_path)
    (tmp_path / ".fupin").mkdir()
    (tmp_path / ".fupin" / "person.key").write_text(text, encoding="ascii")
    ran = fupin("payroll", "-w", tmp_path, "--month", MONTH, "--operator", "甲")
    assert (ran.code, words in ran.err, "备份" in ran.err) == (12, True, True)


def test_a_full_disk_leaves_no_empty_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """9.B18: the key is written aside and linked in whole; of two at once one wins and both have the same."""
    import os

    from fupin_cli.errors import FupinError
    from fupin_cli.ledger import key

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(FupinError, match="写不进去"):
            key.workspace_key(tmp_path)
    assert list((tmp_path / ".fupin").iterdir()) == []
    first = key.workspace_key(tmp_path)
    assert len(first) == 32
    assert key.workspace_key(tmp_path) == first
    assert [p.name for p in (tmp_path / ".fupin").iterdir()] == ["person.key"]


def test_a_lost_key_is_not_made_anew_under_a_sealed_ledger(fupin: Callable[..., Ran], month: Path) -> None:
    """9.B18: with another key no seal and no person's code would fit."""
    (month / ".fupin" / "person.key").unlink()
    ran = fupin("payroll", "-w", month, "--month", MONTH, "--operator", "甲")
    assert (ran.code, "不见了" in ran.err) == (12, True)
    ran = fupin("verify", MONTH, "-w", month)
    assert (ran.code, "密钥" in ran.out) == (12, True)
    (month / ".fupin" / "person.key").write_text("00" * 32 + "\n", encoding="ascii")
    assert "密钥 .fupin/person.key 不是原来的" in fupin("verify", MONTH, "-w", month).out


# --- old ledgers ------------------------------------------------------------------------------------------------------------


def test_a_ledger_of_format_4_is_brought_up_and_sealed(fupin: Callable[..., Ran], month: Path) -> None:
    """9.B12: columns, STRICT, seals; what it holds is what it held; a change from then on is named."""
    path = store.ledger_path(month)
    before = {table: store.read(month, table) for table in store.TABLES}
    old = sqlite3.connect(path)
    objects = old.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name in objects:
        old.execute(f"DROP {kind} {name}")
    new = {"batches": ("refers", "kept_sha256", "sealed", "seal"), "drafts": ("kind", "sealed", "seal")}
    for table, frame in before.items():
        columns = [name for name in frame.columns if name not in new.get(table, ())]
        keys = {"batches": ", PRIMARY KEY (batch)", "lines": ", PRIMARY KEY (batch, line_no)"}.get(table, "")
        kinds = ", ".join(f"{name} {'INTEGER' if frame[name].dtype.is_integer() else 'TEXT'}" for name in columns)
        old.execute(f"ALTER TABLE {table} RENAME TO was_{table}")
        old.execute(f"CREATE TABLE {table} ({kinds}{keys})")
        old.execute(f"INSERT INTO {table} SELECT {', '.join(columns)} FROM was_{table} ORDER BY rowid")
        old.execute(f"DROP TABLE was_{table}")
    old.execute("PRAGMA user_version = 4")
    old.commit()
    old.close()
    for table, frame in before.items():
        seals = ["sealed", "seal", "kept_sha256"]
        assert store.read(month, table).drop(seals, strict=False).equals(frame.drop(seals, strict=False)), table
    assert told(month) == ""
    by_hand(month, "UPDATE lines SET amount_fen = 1")
    assert "批次 202405-01 在账本里的行被改动过（金额）" in told(month)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 4")
    connection.commit()
    connection.close()
    ran = fupin("status", "-w", month)
    assert (ran.code, "格式号被人改过" in ran.err) == (2, True)


def test_every_sealed_column_has_a_chinese_name() -> None:
    """The words of the seals name every sealed column, so that `verify` never prints an English name."""
    from fupin_cli.ledger.seal import COLUMNS, WORDS

    assert {name for tables in COLUMNS.values() for names in tables.values() for name in names} <= set(WORDS)


def test_the_sealed_columns_are_those_of_the_tables() -> None:
    """A column added to a table belongs into a new version of the hashing."""
    from fupin_cli.ledger.model import schema_of
    from fupin_cli.ledger.seal import COLUMNS, VERSION

    for table, columns in COLUMNS[VERSION].items():
        assert set(schema_of(table)) - {"sealed", "seal"} == set(columns), table
