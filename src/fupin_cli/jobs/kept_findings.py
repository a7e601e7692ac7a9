"""What checks keep of their findings in `.fupin/findings/`: one file a month, by which the next check knows what is new.

Keyed hashes (`reports.since.keys_of`), codes, areas and money: no ID number and no name. A record that cannot be read, or
that another key or version made, is as if it were not there, and that is said.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.ledger.key import FOLDER, KeyTroubleError, known_key, workspace_key
from fupin_cli.outputs.files import atomic
from fupin_cli.policy.months import MONTH_PATTERN, month_text, parse_month
from fupin_cli.reports.since import KEY_VERSION, compared, keep
from fupin_cli.results.since import KEPT, Kept, Since

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.check import CheckRun

PLACE = "findings"
SUFFIX = ".json.gz"
NOTHING = "没有以前月份的核查记录，没有比较"
UNREADABLE = "以前的核查记录读不懂，或是另一个密钥、另一个版本留下的，没有比较"


def beside_earlier(desk: Desk, run: CheckRun) -> None:
    """Compare a check with the records: adds `since` and `standing` to its findings. Writes nothing, makes no key."""
    root = desk.workspace.root
    folder = root / FOLDER / PLACE
    months = sorted(
        parse_month(name) for p in folder.glob(f"*{SUFFIX}") if MONTH_PATTERN.match(name := p.name.removesuffix(SUFFIX))
    )
    none = {"since": pl.lit(None, dtype=pl.Int64), "standing": pl.lit(None, dtype=pl.String)}
    run.result.found = run.result.found.with_columns(**none)
    run.since = Since(why=NOTHING)
    try:
        key = known_key(root)
    except KeyTroubleError as error:
        run.since = Since(why=f"{error}；没有比较")
        return
    if key is None:
        run.since = Since(why=UNREADABLE if months else NOTHING)
        return
    now = keep(run, key)
    earlier = [month for month in months if month < run.month]
    before = _read(folder, earlier[-1], key) if earlier else None
    last = _read(folder, run.month, key) if run.month in months else None
    kept, states, run.since = compared(now, before, last)
    if before is None:
        run.since.why = UNREADABLE if earlier else NOTHING
    else:
        between = [month for month in desk.folders if before.month < month < run.month]
        run.since.unchecked = between
        since = pl.when(states.is_not_null()).then(kept.rows["since"])
        run.result.found = run.result.found.with_columns(since=since, standing=states.alias("standing"))
    run.kept = _with_unchosen(kept, last, [o.code for o in run.result.outcomes if o.status == "ignored"])


def record(run: CheckRun) -> dict[str, str]:
    """Keep a check's findings; gives file and SHA-256 for its manifest. The caller holds the workspace's lock."""
    key = workspace_key(run.root)
    kept = run.kept or keep(run, key)
    folder = run.root / FOLDER / PLACE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {
        "format": "fupin.findings/1",
        "month": month_text(run.month),
        "key": _mark(key),
        "ran": kept.ran,
        "tables": kept.tables,
        "rows": kept.rows.to_dict(as_series=False),
    }
    content = gzip.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), 4, mtime=0)
    path = folder / f"{month_text(run.month)}{SUFFIX}"
    with atomic(path) as temporary:
        temporary.write_bytes(content)
    return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}


def _mark(key: bytes) -> str:
    """By which a record knows whether its hashes were made with the key, and in the same way."""
    return hashlib.blake2b(b"findings", key=key, digest_size=8).hexdigest() + f"-{KEY_VERSION}"


def _read(folder: Path, month: int, key: bytes) -> Kept | None:
    try:
        body: dict[str, Any] = json.loads(gzip.decompress((folder / f"{month_text(month)}{SUFFIX}").read_bytes()))
        if body["key"] != _mark(key):
            return None
        rows = pl.DataFrame(body["rows"], schema=KEPT)
        return Kept(month, rows, dict(body["ran"]), list(body["tables"]))
    except (OSError, EOFError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def _with_unchosen(kept: Kept, last: Kept | None, ignored: list[str]) -> Kept:
    """A check of some rules only leaves what an earlier check of the same month has kept of the others."""
    others = {code: look for code, look in last.ran.items() if code in ignored} if last is not None else {}
    if last is None or not others:
        return kept
    rows = last.rows.filter(pl.col("code").is_in(list(others)))
    return Kept(kept.month, pl.concat([kept.rows, rows]), others | kept.ran, sorted({*kept.tables, *last.tables}))
