"""`manifest.json`: what went in, what came out, with hashes and versions. The only place for operator, time and paths."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from fupin_cli.ledger import store
from fupin_cli.ledger.key import workspace_key
from fupin_cli.ledger.seal import rows_sha256
from fupin_cli.outputs.files import atomic
from fupin_cli.outputs.hashes import HASH_VERSION
from fupin_cli.policy.months import month_text
from fupin_cli.results.report import Report
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.load import Intake
    from fupin_cli.ledger.store import Posting
    from fupin_cli.reports.report_run import ReportRun
    from fupin_cli.reports.runs import DueRun, ForecastRun, MatchRun, RiskRun, RosterRun
    from fupin_cli.results.check import CheckRun
    from fupin_cli.results.reconcile import ReconcileRun
    from fupin_cli.results.subsidy import PayrollRun
    from fupin_cli.results.withdraw import TakenBack

NAME, KEPT = "manifest.json", "manifests"


def text_digests(paths: Iterable[Path]) -> list[list[str]]:
    """Names of text files, each with the hash of what it says (not of its line ends)."""
    return [[path.name, digest(path.read_text(encoding="utf-8", errors="replace"))] for path in paths]


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def input_list(intake: Intake) -> list[dict[str, Any]]:
    """Inputs with their counts and hashes, as in the JSON contract."""
    return [
        {
            "file": s.file,
            "sheet": s.sheet,
            "table": s.spec.table,
            "role": s.role,
            "rows_read": s.rows_read,
            "rows_accepted": s.rows_accepted,
            "rows_set_aside": s.rows_set_aside,
            "sha256": s.sha256,
        }
        for s in intake.sources
    ]


def summary(result: CheckResult) -> dict[str, Any]:
    """Counts of findings by severity and by code."""
    return {**result.counts(), "by_code": result.by_code()}


def write_manifest(  # noqa: PLR0913 - what a manifest says
    run: CheckRun
    | PayrollRun
    | ReconcileRun
    | TakenBack
    | RosterRun
    | RiskRun
    | MatchRun
    | ForecastRun
    | DueRun
    | ReportRun,
    folder: Path,
    job: str,
    operator: str,
    now: datetime,
    *,
    result: str,
    stage: Path | None = None,
    posting: Posting | None = None,
    **more: Any,
) -> Path:
    """Write a job's manifest into `folder/2024-05/`; the one before is kept in `manifests/` and named by its hash.

    `result`: the hash of what was computed (`outputs.hashes`), by which `fupin verify` knows it again; `more`: what only
    this job has. `stage`: the folder in which a posting's files wait to be put in place; the manifest waits there too.
    `posting`: the batch that is about to be posted.
    """
    target = folder / month_text(run.month)
    settings = run.policy.settings.model_dump(mode="json")
    body = {
        "format": "fupin.manifest/1",
        **(_follows(target) if stage else _previous(target)),
        "job": job,
        "month": month_text(run.month),
        "tool": __version__,
        "policy": run.policy.file.id,
        "settings": settings,
        "settings_sha256": digest(settings),
        "operator": operator,
        "finished": now.isoformat(timespec="seconds"),
        "inputs": input_list(run.intake),
        "files": [{"file": f.name, "sha256": f.sha256, "status": f.status} for f in run.intake.files],
        "summary": {} if isinstance(run, Report) else summary(run.result),
        "ledger_batches": run.posted,
        "hash_version": HASH_VERSION,
        "result_sha256": result,
        **_seals(run.root, posting),
        **more,
        "outputs": [{"file": p.name, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in run.outputs],
        "exit_code": run.exit_code,
    }
    body["seal"] = manifest_seal(body, workspace_key(run.root))
    path = (stage or target) / NAME
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _seals(root: Path, posting: Posting | None) -> dict[str, str]:
    """By what the ledger's state is known again; with the batch that is about to be posted, as it will be."""
    head = store.head(root)
    seals = {"ledger_seal": head.seal, "draft_seal": head.draft}
    if posting is not None:
        batch, rows = posting.batch, posting.lines
        seals |= {"ledger_seal": batch.seal, "batch": batch.batch, "document": batch.document, "drafter": batch.drafter}
        seals["ledger_sha256"] = rows_sha256("lines", rows)
    return seals


def manifest_seal(body: dict[str, Any], key: bytes) -> str:
    """The seal of a manifest, made with the workspace's key over all but the seal itself."""
    text = json.dumps({k: v for k, v in body.items() if k != "seal"}, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), key=key, digest_size=32, person=b"fupin.manifest").hexdigest()


def _follows(folder: Path) -> dict[str, Any]:
    """Say which manifest the next one follows, and leave that where it is."""
    latest = folder / NAME
    past = [*kept_manifests(folder), *([latest] if latest.is_file() else [])]
    if not past:
        return {"number": 1, "previous": None}
    return {"number": len(past) + 1, "previous": hashlib.sha256(past[-1].read_bytes()).hexdigest()}


def _previous(folder: Path) -> dict[str, Any]:
    """Put the latest manifest into `manifests/` and say which it was: each names the one before by its hash.

    Killed between this and the new manifest, a folder has no `manifest.json`; the latest kept one is then the previous.
    """
    latest = folder / NAME
    follows = _follows(folder)
    if latest.is_file():
        (folder / KEPT).mkdir(exist_ok=True)
        latest.rename(folder / KEPT / f"{follows['number'] - 1:04d}.json")
    return follows


def kept_manifests(folder: Path) -> list[Path]:
    """Manifests of earlier jobs of a month, the oldest first."""
    return sorted((folder / KEPT).glob("[0-9]*.json"))


def month_manifests(folder: Path) -> list[dict[str, Any]]:
    """A month's manifests that can be read, the oldest first; `fupin verify` tells of those that cannot."""
    found = []
    for path in (*kept_manifests(folder), folder / NAME):
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(body, dict):
            found.append(body)
    return found
