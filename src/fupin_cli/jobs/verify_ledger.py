"""The ledger's seals checked: what was changed, added or taken away since each row was posted (SPEC 9, B12)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.errors import FupinError
from fupin_cli.ledger import seal, store
from fupin_cli.ledger.key import workspace_key
from fupin_cli.ledger.model import frame
from fupin_cli.outputs.manifest import digest

if TYPE_CHECKING:
    from pathlib import Path

# Of manifests written before the hashing had versions: all columns of the ledger as it then was, one JSON text.
COLUMNS_BEFORE = seal.COLUMNS[1]["lines"]
TABLE_WORDS = {"batches": "记账本身", "lines": "在账本里的行", "settlements": "关账结果", "inputs": "输入清单"}
PARTS = ("lines", "settlements", "inputs")


@dataclass
class LedgerCheck:
    """What the ledger's seals say. `wrong`: by batch, what is not as it was; `general`: what concerns no single batch."""

    batches: pl.DataFrame = field(repr=False)
    lines: dict[str, pl.DataFrame] = field(repr=False)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    seals: set[str] = field(default_factory=set)
    draft_seals: set[str] = field(default_factory=set)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)  # all of it, read once

    def against_manifest(self, batch: str, manifest: dict[str, Any]) -> list[str]:
        """What a batch's manifest says otherwise than the ledger."""
        wrong: list[str] = []
        rows = self.lines.get(batch)
        if isinstance(manifest.get("ledger_sha256"), str):
            version = manifest.get("hash_version", 0)
            lines = frame("lines") if rows is None else rows
            if version == 0:
                now = digest(lines.select(COLUMNS_BEFORE).rows())
            elif version in seal.COLUMNS:
                now = seal.rows_sha256("lines", lines, version)
            else:
                return wrong  # written by a newer program: told where the month is computed again
            if now != manifest["ledger_sha256"]:
                wrong.append("在账本里的行被改动过")
        row = self.batches.filter(pl.col("batch") == batch).row(0, named=True)
        wrong += [
            f"的{seal.WORDS[name]}与清单不同：账本“{row[name]}”，清单“{manifest[name]}”"
            for name in ("operator", "document", "drafter")
            if isinstance(manifest.get(name), str) and manifest[name] != row[name]
        ]
        if '"migrated"' not in row["sealed"] and "seal" not in manifest:
            wrong.append("的清单没有封条：不是当时写的那一份")
        known = manifest.get("ledger_seal")
        if isinstance(known, str) and known != row["seal"]:
            wrong.append("的封条与清单里的不同：不是当时记的那一笔")
        return wrong

    def needs_manifest(self, batch: str) -> bool:
        """Whether a batch must have a manifest: closings have named their batch since they were sealed."""
        row = self.batches.filter(pl.col("batch") == batch).row(0, named=True)
        if row["kind"] in (store.APPROVAL, store.REISSUE):
            return True
        return row["kind"] == store.CLOSING and '"migrated"' not in row["sealed"]


def check_ledger(root: Path) -> LedgerCheck:
    """Check the file, its protections, and the chains of postings and of drafts, in one pass."""
    try:
        if trouble := store.trouble(root):
            return LedgerCheck(frame("batches"), {}, general=[f"账本文件损坏：{trouble}"])
        tables = {table: store.read(root, table) for table in store.TABLES}
    except FupinError as error:
        return LedgerCheck(frame("batches"), {}, general=[str(error)])
    by_batch = {
        table: {str(name): part for (name,), part in tables[table].group_by("batch", maintain_order=True)}
        for table in PARTS
    }
    check = LedgerCheck(tables["batches"], by_batch["lines"], tables=tables)
    check.seals = set(tables["batches"]["seal"])
    check.draft_seals = set(tables["drafts"]["seal"])
    if gone := store.unprotected(root):
        check.general.append(f"账本的保护被去掉或改过：{'、'.join(gone)}")
    try:
        key = workspace_key(root)
    except FupinError as error:
        check.general.append(str(error))
        return check
    _chain_of_drafts(tables["drafts"], key, check)
    _chain_of_batches(tables["batches"], by_batch, key, check)
    known = set(tables["batches"]["batch"])
    for table, parts in by_batch.items():
        if strangers := sorted(set(parts) - known):
            check.general.append(f"账本里有不属于任何批次的{TABLE_WORDS[table]}：{'、'.join(strangers)}")
    return check


def _chain_of_drafts(drafts: pl.DataFrame, key: bytes, check: LedgerCheck) -> None:
    previous = ""
    for part in drafts.iter_slices(1):
        row = part.row(0, named=True)
        name = f"{row['drafted_at']} 由 {row['operator']} 做的测算"
        sealed = _opened(row, key)
        if sealed is None:
            check.general.append(f"{name}：没有封条或封条不符，不是 fupin 记的，或被改动过")
        else:
            if sealed["previous"] != previous:
                check.general.append(f"{name}：与前一次接不上，中间有测算记录被删去或插入")
            for _, columns in seal.differences(sealed, {"drafts": part}, key):
                check.general.append(f"{name}：被改动过（{'、'.join(columns)}）")
        previous = row["seal"]


def _chain_of_batches(
    batches: pl.DataFrame, by_batch: dict[str, dict[str, pl.DataFrame]], key: bytes, check: LedgerCheck
) -> None:
    previous = ""
    opened = 0
    for part in batches.iter_slices(1):
        row = part.row(0, named=True)
        wrong = check.wrong.setdefault(row["batch"], [])
        sealed = _opened(row, key)
        if sealed is None:
            wrong.append("没有封条或封条不符：不是 fupin 记的，或被改动过")
        else:
            opened += 1
            if sealed["previous"] != previous:
                wrong.append("与前一批接不上：它前面有记账被删去、改动或插入")
            if sealed.get("draft") and sealed["draft"] not in check.draft_seals:
                wrong.append("记账时的测算记录不见了：测算记录被删去或改动过")
            parts = {"batches": part}
            parts |= {t: by_batch[t].get(row["batch"], frame(t)) for t in PARTS}
            for table, columns in seal.differences(sealed, parts, key):
                wrong.append(f"{TABLE_WORDS[table]}被改动过（{'、'.join(columns)}）")
        previous = row["seal"]
    if batches.height and not opened:
        check.general.append("没有一笔记账的封条合得上：密钥 .fupin/person.key 不是原来的，从备份恢复它")


def _opened(row: dict[str, Any], key: bytes) -> dict[str, Any] | None:
    """What a row's seal says; None where the seal does not fit the text."""
    if not row["seal"] or seal.seal_of(row["sealed"] or "", key) != row["seal"]:
        return None
    try:
        sealed: dict[str, Any] = json.loads(row["sealed"])
    except ValueError:
        return None
    return sealed if sealed.get("v") in seal.COLUMNS else None
