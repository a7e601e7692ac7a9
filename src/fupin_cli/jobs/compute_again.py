"""A month computed again by `fupin verify`: from the files that were kept with it, or those that are still there."""

from __future__ import annotations

import gc
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.errors import FupinError
from fupin_cli.jobs import check as checking
from fupin_cli.jobs import monitor
from fupin_cli.jobs import reconcile as reconciling
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.due import due_month
from fupin_cli.jobs.forecast import forecast_month
from fupin_cli.jobs.memo import Memo
from fupin_cli.jobs.result_hash import check_hash, payroll_hash, reconcile_hash, report_hash
from fupin_cli.jobs.sent import SENT, sent_then
from fupin_cli.jobs.subsidy import subsidy
from fupin_cli.ledger import kept
from fupin_cli.ledger.key import FOLDER
from fupin_cli.measures.catalogue import MEASURES, known_measures
from fupin_cli.measures.claims import MEASURE
from fupin_cli.outputs.hashes import COLUMNS, HASH_VERSION, WHOLE_ROWS
from fupin_cli.policy.months import month_text, parse_month
from fupin_cli.policy.parameters import Policy, load_laws
from fupin_cli.policy.settings import Settings
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from fupin_cli.jobs.sent import SentList
    from fupin_cli.jobs.workspace import Workspace
    from fupin_cli.ledger.store import Batch
    from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun

REPORTS = ("roster", "risk", "match", "forecast", "due")
OK, NOTE, BAD = "ok", "note", "bad"
JOBS = {
    "check": "核查",
    "payroll": "测算",
    "approve": "批准",
    "reconcile": "对账",
    "close": "关账",
    "roster": "台账",
    "risk": "风险预警",
    "match": "对接",
    "forecast": "预测",
    "due": "到期",
}
# What is not computed again, and why: said, never passed over.
NOT_AGAIN = {
    "report": "月报：只核对了文件；页上的数取自当时各项命令和账本的状态，没有重算",
    "risk": "风险预警：旧版本写的清单没有记下与哪份已推送的名单比较，没有重算",
}
SENT_LIST = "sent_list"  # in the manifest of a list of risks: the hash of the list it was compared with
Said = list[tuple[str, str]]


@dataclass
class Again:
    """What `fupin verify` computes jobs again from. `inbox`: SHA-256 of its files by name; `ledger`: its tables, read once.

    The desk of the job before is kept: the jobs of a month mostly had the same files, settings and ledger, and what one
    has read and judged serves the next, as it does in `fupin run`.
    """

    workspace: Workspace
    inbox: dict[str, str]
    ledger: Mapping[str, pl.DataFrame] = field(repr=False)
    memo: Memo = field(default_factory=Memo, repr=False)
    _last: tuple[Found, Desk] | None = field(default=None, repr=False)

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 that each batch's archive must have."""
        return dict(self.ledger["batches"].select("batch", "kept_sha256").iter_rows())

    def desk(self, found: Found, inbox: Path | None = None, schemas: Path | None = None) -> Desk:
        """The workspace as a job found it. The bureau's own table formats and policies are those of `schemas`, if they were kept."""
        last, self._last = self._last, None
        if last and last[0] == found:
            self._last = last
            return last[1]
        known = Settings.model_validate(found.settings)
        desk = Desk(
            self.workspace,
            inbox,
            policy=Policy(load_laws(known.county.city, schemas or self.workspace.root), known),
            only=set(found.files) if inbox is None else None,
            posted=found.posted,
            ledger=self.ledger,
            memo=self.memo,
        )
        if schemas is not None:
            desk.contracts = replace(self.workspace, root=schemas).contracts()
        if last and last[0].reads_as(found) and last[1].has_read:
            desk.share_inbox(last[1])
        del last
        gc.collect()  # a desk and its months hold each other: what they have read goes now, not when Python looks for circles
        self._last = found, desk
        return desk

    def has_read(self, found: Found) -> bool:
        """Whether the desk of the job before has read the same files in the same way."""
        return self._last is not None and self._last[0].reads_as(found) and self._last[1].has_read


@dataclass(frozen=True)
class Found:
    """What a job found: SHA-256 of its files by name, settings, the ledger's first `posted` postings, whose table formats."""

    files: dict[str, str] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)
    posted: int
    formats: str

    def reads_as(self, other: Found) -> bool:
        """Whether another job's files are these, and are read in the same way."""
        same = self.files == other.files and self.formats == other.formats
        return same and self.settings.get("intake") == other.settings.get("intake")


def compute_again(again: Again, month: int, job: str, manifest: dict[str, Any]) -> Said:
    """Compute a job again from the same files, settings and state of the ledger, if the files are still in the inbox."""
    words = JOBS.get(job)
    if words is None or (job in NOT_AGAIN and SENT_LIST not in manifest):
        return [(NOTE, NOT_AGAIN[job])] if job in NOT_AGAIN else []
    measure = manifest.get("measure", MEASURE)
    words = _of_measure(words, measure, again.workspace)
    files = {e["file"]: e["sha256"] for e in manifest["files"] if e["sha256"]}
    if any(again.inbox.get(name) != known for name, known in files.items()):
        return [(NOTE, f"{words}：当时的输入不全，没有重算")]
    try:
        desk = again.desk(Found(files, manifest["settings"], manifest["ledger_batches"], "workspace"))
        version = manifest.get("hash_version", WHOLE_ROWS)
        if version not in (WHOLE_ROWS, *COLUMNS):
            return [(NOTE, f"{words}：是另一版本（fupin {manifest['tool']}）算的，本版本不认得它的校验办法")]
        now = _result(desk, month, job, manifest, version)
    except ValidationError:
        return [(NOTE, f"{words}：是另一版本（fupin {manifest['tool']}）算的，当时的设置本版本不认得")]
    except FupinError as error:
        return [(BAD, f"{words}：重算不了，{error}")]
    return [_verdict(words, now == manifest["result_sha256"], manifest["tool"], version)]


def described_approval(again: Again, batch: Batch, manifest: dict[str, Any] | None) -> Said:
    """Compute an approved month again from the files that it keeps; what it came to stands in the ledger."""
    root = again.workspace.root
    words = _of_measure(JOBS["approve"], batch.measure, again.workspace)
    if not batch.kept_sha256:  # approved before inputs were kept
        return compute_again(again, batch.month, "approve", manifest) if manifest else []
    position = again.ledger["batches"]["batch"].to_list().index(batch.batch)
    try:
        held = kept.contents(root, batch.batch, batch.kept_sha256)
        own = held.schemas or held.policies
        files = {file.name: file.sha256 for file in held.files}
        found = Found(files, held.settings, position, batch.batch if own else "kept")
        with tempfile.TemporaryDirectory(prefix="fupin-") as name:
            folder = Path(name)
            if again.has_read(found):
                kept.unchanged(root, held, again.hashes)
            else:
                kept.give_back(root, held, folder / "inbox", again.hashes)
            kept.give_back_schemas(root, held, folder)
            desk = again.desk(found, folder / "inbox", folder)
            version = (manifest or {}).get("hash_version", HASH_VERSION)
            if version not in (WHOLE_ROWS, *COLUMNS):
                return [(NOTE, f"{words}：是另一版本（fupin {batch.tool}）算的，本版本不认得它的校验办法")]
            now = payroll_hash(subsidy(desk, MEASURES[batch.measure], batch.month, coded=False), version)
    except ValidationError:
        return [(NOTE, f"{words}：是另一版本（fupin {batch.tool}）算的，当时的设置本版本不认得")]
    except FupinError as error:
        return [(BAD, f"{words}：重算不了，{error}")]
    return [_verdict(words, now == batch.result_hash, batch.tool, version)]


def _of_measure(words: str, measure: str, workspace: Workspace) -> str:
    if MEASURES[measure].leads:
        return words
    known = known_measures(workspace.policy())
    return f"{words}（{known[measure].title if measure in known else measure}）"


def _verdict(words: str, same: bool, tool: str, version: int) -> tuple[str, str]:
    """The same; or another version's result, which is no change by hand; or changed."""
    if same:
        return (OK, f"{words}：重算结果相同")
    if tool != __version__ or version == WHOLE_ROWS:
        return (NOTE, f"{words}：是另一版本（fupin {tool}）算的，本版本（{__version__}）算出来不同，不能据此说被改动过")
    return (BAD, f"{words}：用同样的输入重算，结果不同；清单、设置或账本被改动过")


def _result(desk: Desk, month: int, job: str, manifest: dict[str, Any], version: int) -> str:
    if job == "check":
        codes = set(manifest.get("codes", all_rules()))
        return check_hash(checking.check(desk, month, codes=codes), version)
    if job in REPORTS:
        return report_hash(_report(desk, month, job, manifest), version)
    if job in ("payroll", "approve"):
        return payroll_hash(subsidy(desk, MEASURES[manifest.get("measure", MEASURE)], month, coded=False), version)
    return reconcile_hash(reconciling.reconcile_months(desk, parse_month(manifest["first"]), month), version)


def _report(
    desk: Desk, month: int, job: str, manifest: dict[str, Any]
) -> RosterRun | RiskRun | MatchRun | ForecastRun | DueRun:
    if job == "roster":
        return monitor.roster(desk, month)
    if job == "risk":
        return monitor.risk(desk, month, sent=lambda before: _sent_then(desk, before, str(manifest[SENT_LIST])))
    if job == "match":
        return monitor.match_month(desk, month)
    if job == "forecast":
        return forecast_month(desk, month, renew=bool(manifest.get("renew", True)))
    return due_month(desk, month)


def _sent_then(desk: Desk, month: int, sha256: str) -> SentList | None:
    """The list of the month before that risks were compared with; None where it was computed from its tables.

    Raises:
        FupinError: it is not there any more: sent lists are kept, somebody took it away or changed it.
    """
    if not sha256:
        return None
    found = sent_then(desk.workspace.root, month, sha256)
    if found is None:
        raise FupinError(
            f"当时与它比较的 {month_text(month)} 已推送名单不见了，或被改动过", f"从备份里找回 {FOLDER}/{SENT}"
        )
    return found
