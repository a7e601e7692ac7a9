"""`manifest.json`: what went in, what came out, with hashes and versions. The only place for operator, time and paths."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from fupin_cli import __version__
from fupin_cli.outputs.files import atomic
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.intake.load import Intake
    from fupin_cli.jobs.check import CheckRun


def input_list(intake: Intake) -> list[dict[str, Any]]:
    """Inputs with their counts and hashes, as in the JSON contract."""
    return [
        {
            "file": s.file, "sheet": s.sheet, "table": s.spec.table, "role": s.role, "rows_read": s.rows_read,
            "rows_accepted": s.rows_accepted, "rows_set_aside": s.rows_set_aside, "sha256": s.sha256,
        }
        for s in intake.sources
    ]  # fmt: skip


def summary(run: CheckRun) -> dict[str, Any]:
    """Counts of findings by severity and by code."""
    found = run.result.found
    by_severity = dict(found.group_by("severity").len().iter_rows())
    by_code = dict(sorted(found.group_by("code").len().iter_rows()))
    return {
        "errors": by_severity.get("error", 0), "warnings": by_severity.get("warning", 0), "infos": by_severity.get("info", 0),
        "waived": int(found["waived"].sum()), "by_code": by_code,
    }  # fmt: skip


def write_manifest(run: CheckRun, folder: Path, operator: str, now: datetime) -> Path:
    """Write the manifest of the latest check of the month into the folder."""
    settings = run.policy.settings.model_dump(mode="json")
    body = {
        "format": "fupin.manifest/1",
        "job": "check",
        "month": month_text(run.month),
        "tool": __version__,
        "policy": run.policy.file.id,
        "settings": settings,
        "settings_sha256": hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest(),
        "operator": operator,
        "finished": now.isoformat(timespec="seconds"),
        "inputs": input_list(run.intake),
        "files": [{"file": f.name, "sha256": f.sha256, "status": f.status} for f in run.intake.files],
        "summary": summary(run),
        "outputs": [{"file": p.name, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in run.outputs],
        "exit_code": run.exit_code,
    }
    path = folder / "manifest.json"
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
