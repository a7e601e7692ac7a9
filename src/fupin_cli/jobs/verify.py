"""`fupin verify`: whether what was written, kept and posted is still what it was; any change by hand is named."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli import __version__
from fupin_cli.checks.catalogue import all_rules
from fupin_cli.errors import FupinError, NoInputError
from fupin_cli.intake.inbox import find_files
from fupin_cli.jobs import check as checking
from fupin_cli.jobs import reconcile as reconciling
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.draft import digest_of
from fupin_cli.jobs.subsidy import find_measure, with_its_corrections
from fupin_cli.ledger import store
from fupin_cli.measures.claims import MEASURE
from fupin_cli.outputs.check_json import check_rows
from fupin_cli.outputs.manifest import NAME, digest, kept_manifests
from fupin_cli.outputs.reconcile_json import line_rows
from fupin_cli.policy.months import MONTH_PATTERN, month_text, parse_month
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace

OK, NOTE, BAD = "ok", "note", "bad"


@dataclass
class Verified:
    """What was looked at for a month, one (state, sentence) each: `ok`, `note` (could not be checked), `bad`."""

    month: str
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether something is not what it was."""
        return any(state == BAD for state, _ in self.said)


def months_of(workspace: Workspace, folder: Path) -> list[int]:
    """Months that have manifests, or stand in the ledger."""
    written = {p.name for p in folder.glob("*") if MONTH_PATTERN.match(p.name) and (p / NAME).exists()}
    posted = store.batches(workspace.root).filter(pl.col("kind") == store.APPROVAL)["month"].to_list()
    return sorted({*(parse_month(name) for name in written), *posted})


def verify_month(
    workspace: Workspace, month: int, folder: Path, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Verified:
    """Check a month's manifests, files and postings, and compute it again from the inputs that are still there."""
    result = Verified(month_text(month))
    manifests = _chain(folder / result.month, result)
    _outputs(folder / result.month, manifests, result)
    _inputs(workspace, folder, manifests, result)
    _ledger(workspace, month, manifests, result)
    latest = {(m["job"], m.get("measure", MEASURE)): m for m in manifests}
    withdrawn = {m.get("withdrawn") for m in manifests}
    latest = {key: m for key, m in latest.items() if m.get("batch") not in withdrawn or m.get("batch") is None}
    for (job, measure), manifest in latest.items():
        if job == "payroll" and ("approve", measure) in latest:
            continue  # the approval was computed from the same
        progress(f"重算 {result.month} {job}", 0, 1)
        _again(workspace, month, job, manifest, result)
    return result


def _chain(folder: Path, result: Verified) -> list[dict[str, Any]]:
    """Each manifest names the one before by its hash."""
    paths = [*kept_manifests(folder), *([folder / NAME] if (folder / NAME).exists() else [])]
    if not paths:
        result.said.append((BAD, f"{folder} 里没有 {NAME}，这个月写过的文件无从核对"))
        return []
    found, previous, broken = [], None, False
    for number, path in enumerate(paths, 1):
        try:
            raw = path.read_bytes()
            body = json.loads(raw)
            if body["number"] != number or body["previous"] != previous:
                result.said.append(
                    (BAD, f"{path.name}：与前一份对不上（序号 {body['number']}），前面有清单被改动、删除或插入")
                )
                broken = True
            found.append(body)
            previous = hashlib.sha256(raw).hexdigest()
        except (OSError, ValueError, KeyError, TypeError):
            result.said.append((BAD, f"{path.name}：读不出，被改动过"))
            broken, previous = True, None
    if not broken:
        result.said.append((OK, f"清单 {len(paths)} 份，前后相连"))
    return found


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
            result.said.append((BAD, f"输出 {name} 不见了"))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != known:
            result.said.append((BAD, f"输出 {name} 被改动过"))
        else:
            continue
        wrong += 1
    result.said.append((OK, f"输出 {len(last) - wrong} 个文件没有变"))


def _inputs(workspace: Workspace, folder: Path, manifests: list[dict[str, Any]], result: Verified) -> None:
    """Files that the last approval (or else the last job) read: still there, still the same."""
    if not manifests:
        return
    withdrawn = {m.get("withdrawn") for m in manifests}
    approvals = [m for m in manifests if m["job"] == "approve" and m["batch"] not in withdrawn]
    since = "批准" if approvals else "上次运行"
    wanted = {e["file"]: e["sha256"] for e in (approvals or manifests)[-1]["files"] if e["sha256"]}
    seen = _read_by_any_job(folder)  # mended since, and its differences computed
    now = _inbox_hashes(workspace)
    same = 0
    for name, known in wanted.items():
        if name not in now:
            result.said.append((NOTE, f"输入 {name} 已不在收件夹里，无从核对"))
        elif now[name] == known:
            same += 1
        elif (name, now[name]) in seen:
            result.said.append((NOTE, f"输入 {name} 在{since}以后换过，后来的运行用的是现在这一份"))
        else:
            result.said.append((BAD, f"输入 {name} 在{since}以后被改动过，没有重新运行"))
    result.said.append((OK, f"输入 {same} 个文件没有变"))


def _read_by_any_job(folder: Path) -> set[tuple[str, str]]:
    """Files (name, hash) that a job of any month has read."""
    seen: set[tuple[str, str]] = set()
    for path in (*folder.glob(f"*/{NAME}"), *(kept for month in folder.glob("*") for kept in kept_manifests(month))):
        with suppress(OSError, ValueError, KeyError, TypeError):  # a manifest that cannot be read is told elsewhere
            seen |= {(e["file"], e["sha256"]) for e in json.loads(path.read_bytes())["files"]}
    return seen


def _inbox_hashes(workspace: Workspace) -> dict[str, str]:
    try:
        return {file.name: file.sha256 for file in find_files(workspace.inbox)}
    except NoInputError:
        return {}


def _ledger(workspace: Workspace, month: int, manifests: list[dict[str, Any]], result: Verified) -> None:
    """The ledger's file is sound, and each batch of the month holds the lines that its manifest describes."""
    if trouble := store.trouble(workspace.root):
        result.said.append((BAD, f"账本文件损坏：{trouble}"))
    lines = store.read(workspace.root, "lines")
    described = {m["batch"]: m["ledger_sha256"] for m in manifests if "ledger_sha256" in m}
    kinds = [store.APPROVAL, store.REISSUE, store.WITHDRAWAL]
    posted = (
        store.batches(workspace.root)
        .filter((pl.col("month") == month) & pl.col("kind").is_in(kinds))["batch"]
        .to_list()
    )
    for batch in posted:
        if batch not in described:
            result.said.append((BAD, f"批次 {batch} 在账本里，却没有清单"))
        elif digest(lines.filter(pl.col("batch") == batch).rows()) != described[batch]:
            result.said.append((BAD, f"批次 {batch} 在账本里的行被改动过"))
        else:
            result.said.append((OK, f"批次 {batch} 在账本里的行没有变"))
    result.said += [(BAD, f"清单里的批次 {batch} 不在账本里") for batch in described if batch not in posted]


def _again(workspace: Workspace, month: int, job: str, manifest: dict[str, Any], result: Verified) -> None:
    """Compute a job again from the same files, settings and state of the ledger: the same result?"""
    words = {"check": "核查", "payroll": "测算", "approve": "批准", "reconcile": "对账", "close": "关账"}.get(job)
    if words is None:
        return
    if manifest.get("measure", MEASURE) != MEASURE:
        words = f"{words}（{find_measure(manifest['measure']).title}）"
    now = _inbox_hashes(workspace)
    files = {e["file"]: e["sha256"] for e in manifest["files"] if e["sha256"]}
    if any(now.get(name) != known for name, known in files.items()):
        result.said.append((NOTE, f"{words}：当时的输入不全，没有重算"))
        return
    if manifest["tool"] != __version__:
        result.said.append((NOTE, f"{words}：是 fupin {manifest['tool']} 算的，现在是 {__version__}，结果可能因此不同"))
    try:
        settings = Settings.model_validate(manifest["settings"])
        policy = Policy(load_policy(settings.county.city), settings)
        desk = Desk(workspace, policy=policy, only=set(files), posted=manifest["ledger_batches"])
        same = _result(desk, month, job, manifest) == manifest["result_sha256"]
    except FupinError as error:
        result.said.append((BAD, f"{words}：重算不了，{error}"))
        return
    result.said.append(
        (OK, f"{words}：重算结果相同")
        if same
        else (BAD, f"{words}：用同样的输入重算，结果不同；清单、设置或账本被改动过")
    )


def _result(desk: Desk, month: int, job: str, manifest: dict[str, Any]) -> str:
    if job == "check":
        return digest(
            check_rows(checking.check(desk, month, codes=set(manifest.get("codes", all_rules()))), unmask=True)
        )
    if job in ("payroll", "approve"):
        return digest_of(with_its_corrections(desk, manifest.get("measure", MEASURE), month))
    run = reconciling.reconcile_months(desk, parse_month(manifest["first"]), month)
    return digest(line_rows(run, unmask=True))
