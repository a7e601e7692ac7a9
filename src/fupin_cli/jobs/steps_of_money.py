"""The steps of a month from its approval on: 批准, 代发, 回盘, 对账, 关账."""

from __future__ import annotations

import polars as pl

from fupin_cli.jobs.steps_known import NAMED, Facts, changed_at, when
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import LEADING, measure_words
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.results.status import DONE, OPEN, PARTLY, Step


def approved(facts: Facts) -> Step:
    """批准: of each subsidy, by whom, under which number."""
    rows = facts.approvals.to_dicts()
    if not rows:
        todo = f"fupin approve {facts.text} --by 审核人 --document 文号"
        return Step(5, "approve", "批准", OPEN, missing="还没有批准（要换一个人）", todo=todo)
    words = measure_words(facts.desk.policy)
    done = "；".join(f"{words.get(r['measure'], r['measure'])} {r['batch']} {r['document'] or '无文号'}" for r in rows)
    by = "、".join(dict.fromkeys(r["operator"] for r in rows))
    lacks = "" if any(r["measure"] == LEADING for r in rows) else "岗位补贴没有批准"
    todo = f"fupin approve {facts.text} --by 审核人 --document 文号" if lacks else ""
    return Step(5, "approve", "批准", PARTLY if lacks else DONE, done, by, when(rows[-1]["posted_at"]), lacks, todo)


def sent(facts: Facts) -> Step:
    """代发: the bank files; that they were sent is known from the bank's answer."""
    rows = facts.approvals.to_dicts()
    if not rows:
        return Step(6, "send", "代发", OPEN, missing="批准后才有代发文件")
    folder = facts.desk.workspace.out / facts.text
    files = sorted(path.name for row in rows for path in folder.glob(f"代发_{row['batch']}*") if path.is_file())
    write = f"fupin ledger bank {facts.text}"
    if not files:
        return Step(
            6, "send", "代发", OPEN, missing=f"{folder.name} 的输出文件夹里没有代发文件", todo=f"重新写出：{write}"
        )
    done = f"代发文件 {len(files)} 个：{'、'.join(files[:NAMED])}"
    lines = facts.lines
    answered = _answered(lines)
    if answered:
        return Step(6, "send", "代发", DONE, done, "", changed_at(folder / files[0]))
    return Step(
        6,
        "send",
        "代发",
        PARTLY,
        done,
        "",
        changed_at(folder / files[0]),
        "送银行由人办，程序不知道",
        "代发文件交银行，等回盘",
    )


def _answered(lines: pl.DataFrame) -> int:
    return lines.filter((pl.col("n_paid") + pl.col("n_failed") + pl.col("n_unknown")) > 0).height


def returned(facts: Facts) -> Step:
    """回盘: of how many lines the bank has said something."""
    lines = facts.lines
    if not facts.approvals.height or not lines.height:
        return Step(7, "return", "回盘", OPEN, missing="批准、代发以后才有")
    answered = _answered(lines)
    put = f"回盘放进 inbox/{facts.text}/，再运行 fupin reconcile {facts.text}"
    done = f"{lines.height} 笔中 {answered} 笔有回盘" if answered else ""
    left = lines.height - answered
    if not left:
        return Step(7, "return", "回盘", DONE, done)
    return Step(7, "return", "回盘", PARTLY if answered else OPEN, done, missing=f"{left} 笔没有回盘", todo=put)


def reconciled(facts: Facts) -> Step:
    """对账: what is not yet as approved."""
    again = f"fupin reconcile {facts.text}"
    manifest = facts.last("reconcile")
    lines = facts.lines
    if manifest is None or not facts.approvals.height:
        return Step(8, "reconcile", "对账", OPEN, missing="还没有对账", todo=again if facts.approvals.height else "")
    left = pl.col("approved_fen") - pl.col("paid_fen")
    open_lines = lines.filter(left != 0)
    failed = lines.filter("failed_only").height
    by, at = str(manifest.get("operator", "")), when(manifest.get("finished"))
    done = f"批准 {fen_to_yuan(int(lines['approved_fen'].sum()))}，实付 {fen_to_yuan(int(lines['paid_fen'].sum()))} 元"
    if not open_lines.height:
        return Step(8, "reconcile", "对账", DONE, done, by, at)
    missing = f"不一致 {open_lines.height} 笔" + (f"，其中代发失败 {failed} 笔" if failed else "")
    todo = (
        f"改正花名册后补发：{again} --reissue --by 审核人 --document 文号"
        if failed
        else f"看工作簿“差异”，查明后再对：{again}"
    )
    return Step(8, "reconcile", "对账", PARTLY, done, by, at, missing, todo)


def closed(facts: Facts) -> Step:
    """关账: by whom and when."""
    rows = facts.desk.batches.filter((pl.col("kind") == store.CLOSING) & (pl.col("month") == facts.month)).to_dicts()
    if rows:
        return Step(
            9, "close", "关账", DONE, f"批次 {rows[0]['batch']}", rows[0]["operator"], when(rows[0]["posted_at"])
        )
    todo = f"fupin close {facts.text} --by 负责人" if facts.approvals.height else ""
    return Step(9, "close", "关账", OPEN, missing="全部了结以后关账", todo=todo)
