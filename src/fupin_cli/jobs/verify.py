"""`fupin verify`: whether what was written, kept and posted is still what it was; any change by hand is named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.errors import FupinError, NoInputError
from fupin_cli.intake.inbox import find_files
from fupin_cli.jobs.compute_again import Again, compute_again, described_approval
from fupin_cli.jobs.verify_ledger import LedgerCheck, check_ledger
from fupin_cli.ledger import kept, store
from fupin_cli.ledger.key import workspace_key
from fupin_cli.measures.claims import MEASURE
from fupin_cli.outputs.manifest import NAME, kept_manifests, manifest_seal
from fupin_cli.policy.months import MONTH_PATTERN, month_text, parse_month

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace

OK, NOTE, BAD = "ok", "note", "bad"
# What every manifest says; one that does not was not written by us, or was changed.
NEEDED = {
    "number": int,
    "job": str,
    "month": str,
    "tool": str,
    "settings": dict,
    "files": list,
    "outputs": list,
    "result_sha256": str,
    "ledger_batches": int,
}


@dataclass
class Verified:
    """What was looked at for a month, one (state, sentence) each: `ok`, `note` (could not be checked), `bad`."""

    month: str
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether something is not what it was."""
        return any(state == BAD for state, _ in self.said)

    def say(self, state: str, text: str) -> None:
        """Add a sentence."""
        self.said.append((state, text))


def months_of(workspace: Workspace, folder: Path) -> list[int]:
    """Months that have manifests, or stand in the ledger."""
    written = {p.name for p in folder.glob("*") if MONTH_PATTERN.match(p.name) and (p / NAME).exists()}
    posted = store.batches(workspace.root).filter(pl.col("kind") == store.APPROVAL)["month"].to_list()
    return sorted({*(parse_month(name) for name in written), *posted})


def verify_months(
    workspace: Workspace, months: list[int], folder: Path, progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Verified]:
    """Check the ledger once, then each month's manifests, files and postings, and compute each month again."""
    ledger = check_ledger(workspace.root)
    seen = _read_by_any_job(folder)
    inbox = _inbox_hashes(workspace)
    again = Again(workspace, inbox, ledger.tables)
    found = [_verify_month(again, month, folder, ledger, seen, progress) for month in months]
    if found:  # what concerns no month stands with the first
        found[0].said = [*((BAD, text) for text in ledger.general), *found[0].said]
    return found


def _verify_month(  # noqa: PLR0913, PLR0917 - what is known of the workspace
    again: Again,
    month: int,
    folder: Path,
    ledger: LedgerCheck,
    seen: set[tuple[str, str]],
    progress: Callable[[str, int, int], None],
) -> Verified:
    result, workspace = Verified(month_text(month)), again.workspace
    manifests = _chain(folder / result.month, result, _key(workspace))
    _outputs(folder / result.month, manifests, result)
    _inputs(workspace, month, manifests, result, seen, again.inbox)
    _ledger(month, manifests, ledger, result)
    latest = {(m["job"], m.get("measure", MEASURE)): m for m in manifests}
    withdrawn = {m.get("withdrawn") for m in manifests}
    latest = {key: m for key, m in latest.items() if m.get("batch") not in withdrawn or m.get("batch") is None}
    for (job, measure), manifest in latest.items():
        if job == "payroll" and ("approve", measure) in latest:
            continue  # the approval was computed from the same
        if job == "approve":
            continue
        progress(f"重算 {result.month} {job}", 0, 1)
        result.said += compute_again(again, month, job, manifest)
    standing = store.standing(ledger.batches).filter(kind=store.APPROVAL, month=month)
    for batch in (store.Batch(*row) for row in standing.iter_rows()):
        progress(f"重算 {result.month} {batch.batch}", 0, 1)
        described = next((m for m in reversed(manifests) if m.get("batch") == batch.batch), None)
        result.said += described_approval(again, batch, described)
    return result


def _key(workspace: Workspace) -> bytes | None:
    try:
        return workspace_key(workspace.root)
    except FupinError:
        return None  # told with the ledger


def _chain(folder: Path, result: Verified, key: bytes | None) -> list[dict[str, Any]]:
    """Each manifest names the one before by its hash, and is sealed with the workspace's key. Gives those that can be used."""
    paths = [*kept_manifests(folder), *([folder / NAME] if (folder / NAME).exists() else [])]
    if not paths:
        result.say(BAD, f"{folder} 里没有 {NAME}，这个月写过的文件无从核对")
        return []
    found: list[dict[str, Any]] = []
    previous, sealed, broken = None, False, False
    for number, path in enumerate(paths, 1):
        try:
            raw = path.read_bytes()
            body = json.loads(raw)
        except (OSError, ValueError):
            body = None
        if not isinstance(body, dict):
            result.say(BAD, f"{path.name}：读不出，被改动过")
            broken, previous = True, None
            continue
        if body.get("number") != number or body.get("previous") != previous:
            words = f"与前一份对不上（序号 {body.get('number')}），前面有清单被改动、删除或插入"
            result.say(BAD, f"{path.name}：{words}")
            broken = True
        previous = hashlib.sha256(raw).hexdigest()
        sealed = sealed or "seal" in body or "hash_version" in body  # from then on every manifest was sealed
        if sealed and key is not None and body.get("seal") != manifest_seal(body, key):
            result.say(BAD, f"{path.name}：封条不符，内容被改动过")
            broken = True
        lacking = [name for name, kind in NEEDED.items() if not isinstance(body.get(name), kind)]
        if not lacking and not all(_described(e) for name in ("files", "outputs") for e in body[name]):
            lacking = ["files/outputs"]
        if lacking:
            result.say(BAD, f"{path.name}：缺少 {'、'.join(lacking)}，被改动过")
            broken = True
        else:
            found.append(body)
    if not broken:
        result.say(OK, f"清单 {len(paths)} 份，前后相连")
    return found


def _described(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("file"), str) and isinstance(entry.get("sha256"), str)


def _outputs(folder: Path, manifests: list[dict[str, Any]], result: Verified) -> None:
    """Every file written is still what was written last under its name."""
    last: dict[str, str] = {}
    for manifest in manifests:
        last |= {entry["file"]: entry["sha256"] for entry in manifest["outputs"]}
        for moved in manifest.get("voided", []):  # put aside with what was taken back
            if moved["file"] in last:
                last[moved["to"]] = last.pop(moved["file"])
    wrong = 0
    for name, known in last.items():
        path = folder / name
        if not path.is_file():
            result.say(BAD, f"输出 {name} 不见了")
        elif kept.file_sha256(path) != known:
            result.say(BAD, f"输出 {name} 被改动过")
        else:
            continue
        wrong += 1
    result.say(OK, f"输出 {len(last) - wrong} 个文件没有变")


def _inputs(  # noqa: PLR0913, PLR0917 - what is known of the files
    workspace: Workspace,
    month: int,
    manifests: list[dict[str, Any]],
    result: Verified,
    seen: set[tuple[str, str]],
    inbox: dict[str, str],
) -> None:
    """Files that the last approval (or else the last job) read: still there, still the same, or kept with the approval."""
    if not manifests:
        return
    withdrawn = {m.get("withdrawn") for m in manifests}
    approvals = [m for m in manifests if m["job"] == "approve" and m.get("batch") not in withdrawn]
    since = "批准" if approvals else "上次运行"
    wanted = {e["file"]: e["sha256"] for e in (approvals or manifests)[-1]["files"] if e["sha256"]}
    held = _held(workspace, month)
    same, put_away = 0, 0
    for name, known in wanted.items():
        if name not in inbox and (name, known) in held:
            put_away += 1
        elif name not in inbox:
            result.say(NOTE, f"输入 {name} 已不在收件夹里，无从核对")
        elif inbox[name] == known:
            same += 1
        elif (name, inbox[name]) in seen:
            result.say(NOTE, f"输入 {name} 在{since}以后换过，后来的运行用的是现在这一份")
        else:
            result.say(BAD, f"输入 {name} 在{since}以后被改动过，没有重新运行")
    if put_away:
        result.say(OK, f"输入 {put_away} 个文件已不在收件夹里，批准时留存了原件")
    result.say(OK, f"输入 {same} 个文件没有变")


def _held(workspace: Workspace, month: int) -> set[tuple[str, str]]:
    """Files that approvals of the month keep."""
    held: set[tuple[str, str]] = set()
    rows = store.read(workspace.root, "batches", ["batch", "kept_sha256", "month"]).filter(pl.col("month") == month)
    for batch, sha256, _ in rows.filter(pl.col("kept_sha256") != "").iter_rows():
        try:
            held |= {(file.name, file.sha256) for file in kept.contents(workspace.root, batch, sha256).files}
        except FupinError:
            continue  # told when the month is computed again
    return held


def _read_by_any_job(folder: Path) -> set[tuple[str, str]]:
    """Files (name, hash) that a job of any month has read."""
    seen: set[tuple[str, str]] = set()
    for path in (*folder.glob(f"*/{NAME}"), *(past for month in folder.glob("*") for past in kept_manifests(month))):
        try:
            body = json.loads(path.read_bytes())
            seen |= {(e["file"], e["sha256"]) for e in body["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a manifest that cannot be read is told elsewhere
    return seen


def _inbox_hashes(workspace: Workspace) -> dict[str, str]:
    try:
        return {file.name: file.sha256 for file in find_files(workspace.inbox)}
    except NoInputError:
        return {}


def _ledger(month: int, manifests: list[dict[str, Any]], ledger: LedgerCheck, result: Verified) -> None:
    """Each batch of the month holds what was sealed and what its manifest describes; manifests and ledger know each other."""
    described = {m["batch"]: m for m in manifests if isinstance(m.get("batch"), str)}
    posted = ledger.batches.filter((pl.col("month") == month) & (pl.col("kind") != store.OPENING))["batch"].to_list()
    opening = ledger.batches.filter(kind=store.OPENING)["batch"].to_list()
    for batch in (*opening, *posted):
        wrong = list(ledger.wrong.get(batch, []))
        manifest = described.get(batch)
        if batch in posted and manifest is not None:
            wrong += ledger.against_manifest(batch, manifest)
        elif batch in posted and ledger.needs_manifest(batch):
            wrong.append("在账本里，却没有清单")
        if wrong:
            result.said += [(BAD, f"批次 {batch} {words}") for words in dict.fromkeys(wrong)]
        elif batch in posted:
            result.say(OK, f"批次 {batch} 在账本里的行没有变")
    result.said += [(BAD, f"清单里的批次 {batch} 不在账本里") for batch in described if batch not in posted]
    seals = {m.get("ledger_seal") for m in manifests} - ledger.seals - {None, ""}
    if seals and not [batch for batch in described if batch not in posted]:
        result.say(BAD, "清单里记着的账本封条在账本里找不到：有记账被删去，或账本不是写清单时的账本")
    drafts = {m.get("draft_seal") for m in manifests} - ledger.draft_seals - {None, ""}
    if drafts:
        result.say(BAD, f"清单里记着的测算有 {len(drafts)} 次在账本里找不到：测算记录被删去或改动过")
