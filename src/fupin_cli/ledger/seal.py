"""The ledger's seals: what each posting and each draft was, in a form that nobody without the key can make again.

`sealed` is a short JSON text: the version of the hashing, the seal before (a chain), of a posting the seal of the last
draft, and for each column of each table a keyed hash ("mark") of the values in their order. `seal` is the keyed hash of
that text. So `verify` can say which column was changed, and that something was taken away between two rows.

The columns of a version never change. A column added later needs a new version; old rows are checked by their own.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
# The columns that are sealed, by version of the hashing.
COLUMNS: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "drafts": ("month", "drafted_at", "operator", "result_hash", "inputs_hash", "settings_hash", "measure", "kind"),
        "batches": (
            "batch",
            "kind",
            "month",
            "posted_at",
            "operator",
            "drafter",
            "document",
            "result_hash",
            "source_hash",
            "policy",
            "tool",
            "measure",
            "refers",
            "kept_sha256",
        ),
        "lines": (
            "batch",
            "line_no",
            "measure",
            "person",
            "name",
            "post_id",
            "month",
            "status",
            "codes",
            "amount_fen",
            "due_fen",
            "standard_fen",
            "proration",
            "numerator_x100",
            "divisor_x100",
            "fund",
            "county",
            "township",
            "village",
            "bank",
            "account",
            "payee",
            "payee_id",
            "phone",
            "head_name",
            "head_id",
            "source_batch",
            "kind",
            "source_line",
            "old_fen",
            "reason",
        ),
        "settlements": (
            "batch",
            "month",
            "measure",
            "person",
            "post_id",
            "due_fen",
            "approved_fen",
            "paid_fen",
            "verdict",
            "reason",
            "bank_fen",
        ),
        "inputs": ("batch", "month", "file", "table_name"),
    }
}
# In words, for whoever reads what `verify` says.
WORDS = {
    "batch": "批次号",
    "kind": "类别",
    "month": "月份",
    "posted_at": "记账时间",
    "operator": "经办人",
    "drafter": "测算人",
    "document": "文号",
    "result_hash": "结果的校验码",
    "source_hash": "输入的校验码",
    "policy": "政策",
    "tool": "程序版本",
    "measure": "补贴",
    "refers": "所撤回的批次",
    "kept_sha256": "留存文件的校验码",
    "drafted_at": "测算时间",
    "inputs_hash": "输入的校验码",
    "settings_hash": "设置的校验码",
    "line_no": "序号",
    "person": "证号",
    "name": "姓名",
    "post_id": "岗位编号",
    "status": "状态",
    "codes": "代码",
    "amount_fen": "金额",
    "due_fen": "应发",
    "standard_fen": "标准",
    "proration": "折算办法",
    "numerator_x100": "折算分子",
    "divisor_x100": "折算分母",
    "fund": "资金",
    "county": "县",
    "township": "乡镇",
    "village": "村",
    "bank": "开户银行",
    "account": "账号",
    "payee": "收款人",
    "payee_id": "收款人证号",
    "phone": "电话",
    "head_name": "户主",
    "head_id": "户主证号",
    "source_batch": "原批次号",
    "source_line": "原序号",
    "old_fen": "原金额",
    "reason": "原因",
    "approved_fen": "批准额",
    "paid_fen": "实付额",
    "verdict": "结论",
    "bank_fen": "银行付出额",
    "file": "文件",
    "table_name": "表",
}


def marks(table: str, rows: pl.DataFrame, key: bytes, version: int = VERSION) -> dict[str, str]:
    """A keyed hash for each column of rows, by the columns of a version; values are told apart by type and length."""
    found = {}
    for name in COLUMNS[version][table]:
        values = rows[name]
        column = pl.col(name)
        if values.dtype == pl.String:
            text = pl.format("{}:{}", column.str.len_bytes(), column)
        else:
            text = column.cast(pl.String)
        joined = rows.select(text.fill_null("-").alias(name))[name].str.join(",").item() if rows.height else ""
        found[name] = hashlib.blake2b(joined.encode(), key=key, digest_size=12, person=b"fupin.mark").hexdigest()
    return found


def rows_sha256(table: str, rows: pl.DataFrame, version: int = VERSION) -> str:
    """SHA-256 of rows without a key, over the columns of a version: what a manifest says of a batch's lines."""
    return hashlib.sha256(json.dumps(marks(table, rows, b"", version), sort_keys=True).encode()).hexdigest()


def sealed_text(parts: Mapping[str, pl.DataFrame], previous: str, key: bytes, **more: Any) -> str:
    """The text that is sealed: marks of the tables that have rows, after the seal before."""
    tables = {table: {"rows": rows.height, **marks(table, rows, key)} for table, rows in parts.items() if rows.height}
    return json.dumps({"v": VERSION, "previous": previous, **more, "marks": tables}, sort_keys=True)


def seal_of(sealed: str, key: bytes) -> str:
    """The seal of such a text."""
    return hashlib.blake2b(sealed.encode(), key=key, digest_size=32, person=b"fupin.seal").hexdigest()


def differences(sealed: dict[str, Any], parts: Mapping[str, pl.DataFrame], key: bytes) -> list[tuple[str, list[str]]]:
    """Tables whose rows are not those that were sealed, each with the columns (in words) that differ.

    Rows taken away or added give no column, but their counts.
    """
    found = []
    for table, rows in parts.items():
        known = sealed["marks"].get(table, {"rows": 0})
        if known["rows"] != rows.height:
            found.append((table, [f"行数 {known['rows']} → {rows.height}"]))
        elif rows.height:
            now = marks(table, rows, key, sealed["v"])
            if changed := [WORDS.get(name, name) for name, mark in now.items() if known.get(name) != mark]:
                found.append((table, changed))
    return found
