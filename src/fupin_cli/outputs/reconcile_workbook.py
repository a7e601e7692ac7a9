"""The workbook of a reconciliation: 汇总, 差异, 退回待补发, 追回, 明细, 对不上的回盘, 签字; all of them tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.payroll_corrections import to_pay_words
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.months import text_expr
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reconciliation.match import AMBIGUOUS
from fupin_cli.reconciliation.verdict import MONEY, VERDICTS
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.results.reconcile import ReconcileRun

YUAN = {"due_fen": "应发(元)", "approved_fen": "批准(元)", "paid_fen": "实付(元)", "difference_fen": "差额(元)"}
WHO = {"no": "序号", "month_text": "月份", "name": "姓名", "person": "身份证号", "township": "乡镇"}
WHERE = {"village": "村", "post_id": "岗位编号"}
PRINTED = 12  # what stands to the right of it is for the screen
TO_RECOVER = ("duplicate", "not_approved", "wrong_payee", "overpaid", "recover")
RESULTS = {"paid": "成功", "failed": "失败", "recovered": "已追回", "unknown": "看不懂"}


def reconcile_sheets(run: ReconcileRun) -> list[SheetPlan]:
    """Plan the sheets."""
    words = {name: text for name, (text, _) in VERDICTS.items()}
    rows = run.lines.with_columns(
        pl.col("township").replace("", None).fill_null(NO_TOWN),
        month_text=text_expr(pl.col("month")),
        said=pl.col("verdict").replace_strict(words, return_dtype=pl.String),
    )
    title = f"{run.policy.settings.county.name} {run.heading} ".lstrip()
    lists = [_differences(run, rows, title), _send_again(run, title), _recover(rows, title)]
    return [
        _summary(run, rows, title, [plan.title for plan in lists if not (plan.rows.height or plan.kept)]),
        *lists,
        _all(rows, title),
        *_unmatched(run, title),
        _signatures(run, title),
    ]


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(no=pl.int_range(1, rows.height + 1, dtype=pl.Int64))


def _summary(run: ReconcileRun, rows: pl.DataFrame, title: str, empty: list[str]) -> SheetPlan:
    """Lines and money by verdict and township. `empty`: lists that have no line, and so no sheet."""
    order = pl.DataFrame({"verdict": list(VERDICTS)}).with_row_index("_n")
    table = rows.group_by("verdict", "said", "township").agg(
        pl.len().cast(pl.Int64).alias("lines"), *[pl.col(name).sum() for name in MONEY]
    )
    table = table.join(order, on="verdict").sort("_n", "township")
    totals = {name: fen_to_yuan(fen) for name, fen in run.reconciled.totals().items()}
    below = (
        f"核对：{run.lines.height} 行；应发 {totals['due_fen']}，批准 {totals['approved_fen']}，实付 {totals['paid_fen']}，差额（实付−应发）{totals['difference_fen']} 元",
        "各结论相加与逐行相加一致，程序已核对到分。",
        *([f"{'、'.join(empty)}：0 行，没有这张表"] if empty else []),
        *to_pay_words(run.sums),
        *_not_counted(run),
        f"程序 fupin {__version__}，政策 {run.policy.file.id}",
        "",
        "编制：                    审核：                    负责人：                    （盖章）",
    )
    headers = {"said": "结论", "township": "乡镇", "lines": "行数", **YUAN}
    return SheetPlan(
        "汇总",
        headers,
        table.select(list(headers)),
        f"{title}应发、批准、实付对账汇总",
        filtered=False,
        below=below,
        summed=("lines", *MONEY),
    )


def _not_counted(run: ReconcileRun) -> list[str]:
    """What is in the bank's files and stands in no sum above."""
    said = list(run.notes)
    doubtful = run.reconciled.unmatched.filter(pl.col("matched") == AMBIGUOUS)
    if doubtful.height:
        said.append(
            f"另有回盘 {doubtful.height} 行 {fen_to_yuan(int(doubtful['amount_fen'].sum()))} 元分不清属于谁，没有计入，见“对不上的回盘”"
        )
    if run.refused.height:
        said.append(
            f"另有回盘文件自报数与明细不符，{run.refused.height} 行 {fen_to_yuan(int(run.refused['amount_fen'].sum()))} 元没有采用"
        )
    return said


def _differences(run: ReconcileRun, rows: pl.DataFrame, title: str) -> SheetPlan:
    """Lines of which something is left to do."""
    open_ = _numbered(
        rows.join(
            run.open_lines.select("measure", "person", "post_id", "month"),
            on=["measure", "person", "post_id", "month"],
            how="semi",
            maintain_order="left",
        )
    )
    headers = {**WHO, "said": "结论", **YUAN, "why": "原因", "advice": "怎么办", **WHERE}
    return SheetPlan(
        "差异",
        headers,
        open_.select(list(headers)),
        f"{title}差异",
        wrapped=("why", "advice"),
        summed=MONEY,
        printed=PRINTED,
    )


def _send_again(run: ReconcileRun, title: str) -> SheetPlan:
    """Failed lines: why, what to mend, and whether it was mended already."""
    headers = {
        **WHO,
        "amount_fen": "待补发(元)",
        "why": "失败原因",
        "advice": "怎么办",
        "state": "状态",
        "bank": "现开户银行",
        "account": "现账号",
        "payee": "现收款人",
        **WHERE,
        "root_batch": "原批次",
        "root_line": "原批次序号",
    }
    rows = _numbered(run.send_again).with_columns(
        month_text=text_expr(pl.col("month")),
        state=pl.when("ready").then(pl.lit("本次补发" if run.sending else "可以补发")).otherwise(pl.lit("待改正")),
    )
    below = ("花名册改正以后，用 fupin reconcile 月份 --reissue --by 姓名 写出更正发放文件。",)
    return SheetPlan(
        "退回待补发",
        headers,
        rows.select(list(headers)),
        f"{title}代发失败待补发",
        wrapped=("why", "advice"),
        summed=("amount_fen",),
        below=below,
        printed=PRINTED,
        kept=True,
    )


def _recover(rows: pl.DataFrame, title: str) -> SheetPlan:
    """Money that should not be where it is."""
    headers = {
        **WHO,
        "said": "结论",
        "due_fen": YUAN["due_fen"],
        "paid_fen": YUAN["paid_fen"],
        "difference_fen": YUAN["difference_fen"],
        "outstanding_fen": "已列追回未收回(元)",
        "why": "原因",
        "advice": "怎么办",
        **WHERE,
        "approved_fen": YUAN["approved_fen"],
    }
    listed = pl.col("verdict").is_in(TO_RECOVER) | (pl.col("outstanding_fen") > 0)
    table = _numbered(rows.filter(listed))
    return SheetPlan(
        "追回",
        headers,
        table.select(list(headers)),
        f"{title}应追回",
        wrapped=("why", "advice"),
        summed=("difference_fen", "outstanding_fen"),
        printed=PRINTED,
    )


def _all(rows: pl.DataFrame, title: str) -> SheetPlan:
    headers = {
        **WHO,
        **WHERE,
        "said": "结论",
        **YUAN,
        "first_batch": "批次",
        "first_line": "批次序号",
        "n_paid": "成功笔数",
        "n_failed": "失败笔数",
        "n_unknown": "不明笔数",
        "why": "原因",
    }
    return SheetPlan(
        "明细", headers, _numbered(rows).select(list(headers)), f"{title}对账明细", summed=MONEY, printed=PRINTED
    )


def _unmatched(run: ReconcileRun, title: str) -> list[SheetPlan]:
    """Return rows that belong to no approved line; none, no sheet."""
    rows = run.reconciled.unmatched
    if not rows.height:
        return []
    headers = {
        "no": "序号",
        "name": "户名",
        "account": "账号",
        "id_number": "身份证号",
        "amount_fen": "金额(元)",
        "said": "处理结果",
        "what": "说明",
        "_file": "文件",
        "_row": "行",
    }
    table = _numbered(rows).with_columns(
        said=pl.col("result").replace_strict(RESULTS, default=None),
        what=pl.when("stranger")
        .then(
            pl.format(
                "批次号“{}”不是账本里的批次，没有计入；是银行自己的编号就清空这一列，或改成代发文件里的批次号",
                pl.coalesce("batch", "source_batch"),
            )
        )
        .when(pl.col("matched") == AMBIGUOUS)
        .then(pl.lit("符合的不止一行，或看不出是哪个月；没有计入，请人工核对"))
        .otherwise(pl.lit("没有对应的批准")),
    )
    frame = table.select(list(headers)).with_columns(pl.col("_row").cast(pl.Int64))
    return [
        SheetPlan(
            "对不上的回盘", headers, frame, f"{title}对不上的回盘", wrapped=("what", "_file"), summed=("amount_fen",)
        )
    ]


def _signatures(run: ReconcileRun, title: str) -> SheetPlan:
    """Who confirms the reconciliation."""
    sums = run.reconciled.totals()
    county = run.policy.settings.county.name or "县（市、区）"
    parties = [f"{county}人力资源和社会保障局", f"{county}财政局", "代发银行（金融机构）"]
    headers = {
        "party": "单位",
        **YUAN,
        "agree": "核对意见",
        "maker": "经办人",
        "head": "负责人",
        "seal": "盖章",
        "day": "日期",
    }
    blank = ["agree", "maker", "head", "seal", "day"]
    table = pl.DataFrame({"party": parties}).with_columns(
        *(pl.lit(sums[name], dtype=pl.Int64).alias(name) for name in MONEY), *(pl.lit("").alias(name) for name in blank)
    )
    return SheetPlan(
        "签字",
        headers,
        table.select(list(headers)),
        f"{title}对账签字",
        filtered=False,
        widths=dict.fromkeys(blank, 14) | {"seal": 26},  # a seal is 42 mm across
        row_height=125,
        below=to_pay_words(run.sums),
    )
