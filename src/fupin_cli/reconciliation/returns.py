"""Rows of bank return files: which files count, what became of each payment, and why it failed (SPEC 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.intake.stated import Stated

TABLE = "bank_return"
PAID, FAILED, RECOVERED, UNKNOWN = "paid", "failed", "recovered", "unknown"
# What a bank says of a payment, by which two files are known to say the same.
TELLING = (
    "batch",
    "line_no",
    "source_batch",
    "id_number",
    "name",
    "account",
    "amount_fen",
    "result",
    "failure",
    "paid_on",
)
OTHER, UNCLEAR = "other", "unclear"
# Reasons of TABLES.md in words, and what the clerk does about each.
REASONS = {
    "name_mismatch": ("户名不符", "核对户名与身份证，改正花名册的收款人姓名后补发"),
    "no_account": ("账号不存在", "核对账号，改正花名册后补发"),
    "closed": ("已销户", "请本人提供新账号，改正花名册后补发"),
    "lost": ("已挂失", "请本人补卡或提供新账号后补发"),
    "frozen": ("账户冻结", "请本人到银行解冻或提供新账号后补发"),
    "stopped": ("账户止付", "请本人到银行恢复账户或提供新账号后补发"),
    "not_settlement": ("非结算户", "请本人提供可以入账的账号后补发"),
    "over_limit": ("超限额", "与银行核实限额后补发"),
    "payer_short": ("付款账户余额不足", "补足付款账户后补发"),
    "repeated": ("记录重复", "与银行核实是否已经发放，没有发的再补发"),
    OTHER: ("其他", "看银行写的原因，问明后处理"),
    UNCLEAR: ("结果不明", "向银行问明结果，没有问明以前不补发"),
}
REASON_WORDS = {code: words for code, (words, _) in REASONS.items()}
REASON_ADVICE = {code: advice for code, (_, advice) in REASONS.items()}
# Nothing on the payee's side has to be mended before these are sent again.
SEND_AGAIN_AS_IS = ("payer_short", "over_limit")


@dataclass
class Returns:
    """The rows that count (`rows`), those of files refused whole (`refused`), and what is wrong with the files."""

    rows: pl.DataFrame = field(repr=False)
    refused: pl.DataFrame = field(repr=False)
    found: pl.DataFrame = field(repr=False)


def reason_expr(text: pl.Expr, failures: dict[str, list[str]]) -> pl.Expr:
    """Normalise a bank's wording to one of `REASONS`; the longest wording that is contained wins, else `other`."""
    pairs = sorted(((word, reason) for reason, words in failures.items() for word in words), key=lambda p: -len(p[0]))
    plain = text.str.replace_all(r"[\s\u3000]", "")
    found = pl.lit(OTHER)
    for word, reason in reversed(pairs):
        found = pl.when(plain.str.contains(word, literal=True)).then(pl.lit(reason)).otherwise(found)
    return found.fill_null(OTHER)


def checked(rows: pl.DataFrame, stated: dict[int, list[Stated]], failures: dict[str, list[str]]) -> Returns:
    """Refuse the files whose own count or total differs from their lines (RET001), whole; read the others.

    `rows`: accepted rows of `bank_return` with `folder` (month index or null); `stated` by source. Adds `reason`.
    """
    found, bad = [], []
    for source, lines in stated.items():
        own = rows.filter(pl.col("_src") == source)
        count, total = own.height, int(own["amount_fen"].sum() or 0)
        for line in lines:
            said = []
            if line.count is not None and line.count != count:
                said.append(f"文件自报 {line.count} 笔，明细 {count} 笔，差 {line.count - count} 笔")
            if line.total_fen is not None and line.total_fen != total:
                difference = fen_to_yuan(line.total_fen - total)
                said.append(
                    f"文件自报 {fen_to_yuan(line.total_fen)} 元，明细 {fen_to_yuan(total)} 元，差 {difference} 元"
                )
            if said:
                bad.append(source)
                found.append((source, line.row, "；".join(said) + "；整个文件没有采用"))
    texts = pl.DataFrame(found, schema={"_src": pl.UInt32, "_row": pl.UInt32, "message": pl.String}, orient="row")
    wrong = findings.conform(
        texts.with_columns(code=pl.lit("RET001"), table=pl.lit(TABLE), column=pl.lit("amount_fen"))
    )
    result = pl.col("result").fill_null(UNKNOWN)
    unread = pl.col("amount_fen").is_null()
    rows = rows.with_columns(
        unread=unread,
        result=pl.when(unread).then(pl.lit(UNKNOWN)).otherwise(result),
        amount_fen=pl.col("amount_fen").fill_null(0),
        reason=reason_expr(pl.col("failure"), failures),
    )
    is_bad = pl.col("_src").is_in(bad)
    good, copies = without_copies(rows.filter(~is_bad))
    return Returns(good, rows.filter(is_bad), findings.gather([wrong, copies]))


def without_copies(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out files that say line by line what another says, in whatever order or spelling (IN008).

    Of files in which every row names its batch and line: those are the bank's answers to the same lines once more. Of others
    only those of one folder: two months in which all were paid alike are no copies. A line that really was paid twice
    differs in something (date, amount, account), or stands twice in one file.
    """
    said = [name for name in TELLING if name in rows.columns]
    whole = (pl.col("batch").is_not_null() & pl.col("line_no").is_not_null()).all()
    folder = pl.col("folder").first() if "folder" in rows.columns else pl.lit(None, dtype=pl.Int32)
    files = (
        rows.sort("_src", *said, nulls_last=True)
        .group_by("_src", maintain_order=True)
        .agg(
            *(pl.col(name) for name in said),
            place=pl.when(~whole).then(folder),
            comparable=whole | folder.is_not_null(),
            file=pl.col("_file").first(),
            sheet=pl.col("_sheet").first(),
        )
    )
    files = files.filter("comparable").with_columns(
        first=pl.col("_src").first().over(*said, "place"), of=pl.col("file").first().over(*said, "place")
    )
    copies = files.filter(pl.col("_src") != pl.col("first"))
    told = [
        findings.about_file(
            "IN008", row["file"], f"与 {row['of']} 逐行相同（只是顺序或写法不同），只算一次", row["sheet"]
        )
        for row in copies.select("file", "of", "sheet").iter_rows(named=True)
    ]
    return rows.filter(~pl.col("_src").is_in(copies["_src"].implode())), findings.gather(told)
