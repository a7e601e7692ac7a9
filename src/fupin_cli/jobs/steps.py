"""A month's nine steps: what is done, by whom, when, what is missing, and the next command (issue 14.5).

Rests on the ledger and on the manifests in `out/2024-05/`; what nobody wrote down (whether a notice hangs on a wall,
whether a file was taken to the bank) is not claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.unreported import by_township
from fupin_cli.errors import NoInputError
from fupin_cli.jobs.withdraw import month_manifests
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import LEADING, measure_words
from fupin_cli.policy.months import month_text
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.reconciliation.returns import TABLE as RETURNS
from fupin_cli.results.status import DONE, OPEN, PARTLY, Step

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.results.status import MonthState

NAMED = 4
CHANGED = "此后收件夹有变动"


@dataclass
class MonthSteps:
    """The steps of a month, and what each township has handed in (`month.handed_in`)."""

    month: int
    steps: list[Step]
    handed_in: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"missing": pl.Boolean}), repr=False)

    @property
    def next(self) -> Step | None:
        """The first step that is not done; what is only partly done before a later one is past, but for what has changed."""
        computed = next((step for step in self.steps if step.key == "compute" and step.missing == CHANGED), None)
        if computed:
            return computed
        last = max((n for n, step in enumerate(self.steps) if step.state != OPEN), default=-1)
        begun = [step for step in self.steps[max(last, 0) :] if step.state != DONE and step.todo]
        return begun[0] if begun else None


def month_steps(desk: Desk, month: int, state: MonthState | None) -> MonthSteps:
    """The nine steps. `state`: what `jobs.status` says of the month, None where it was never computed.

    Raises:
        NoInputError: there is no file at all, and the ledger knows nothing of the month (exit 10).
    """
    manifests = month_manifests(desk.workspace.out / month_text(month))
    try:
        now = replace(desk.context(month), earlier=desk.earlier(month))
    except NoInputError:
        if state is None:
            raise
        rows, files, inputs = pl.DataFrame(schema={"missing": pl.Boolean}), [], None
    else:
        rows = by_township(now)
        own = {source.file for source in now.intake.sources if source.folder == month and source.role == "current"}
        files = sorted(own)
        inputs = {(s.file, s.sha256) for s in now.intake.sources if s.role == "current" and s.spec.table != RETURNS}
    facts = _Facts(desk, month, manifests, inputs)
    collected = _collected(desk, month, rows, files)
    steps = [
        collected,
        _checked(facts),
        _computed(facts),
        _noticed(facts),
        _approved(facts),
        _sent(facts),
        _returned(facts),
        _reconciled(facts),
        _closed(facts),
    ]
    if steps[-1].state == DONE:  # what was settled at the closing stays so, whatever became of the bank's files
        steps = [step if step.state == DONE else replace(step, state=DONE, missing="", todo="") for step in steps]
    return MonthSteps(month, [replace(step, number=n) for n, step in enumerate(steps, 1)], rows)


@dataclass
class _Facts:
    """What is known of a month. `inputs`: the files it is computed from now, None where there are none."""

    desk: Desk
    month: int
    manifests: list[dict[str, Any]]
    inputs: set[tuple[str, str]] | None

    @property
    def text(self) -> str:
        return month_text(self.month)

    def last(self, job: str) -> dict[str, Any] | None:
        """The latest manifest of a job (of the post subsidy, where jobs are of a measure)."""
        own = [m for m in self.manifests if m.get("job") == job and m.get("measure", LEADING) == LEADING]
        return own[-1] if own else None

    def changed(self, manifest: dict[str, Any]) -> str:
        """That the inbox is not what a job has read; empty if it is. Once approved, it does not matter any more."""
        if self.inputs is None or self.approvals.height:
            return ""
        read = {
            (entry.get("file"), entry.get("sha256"))
            for entry in manifest.get("inputs", [])
            if entry.get("role") == "current" and entry.get("table") != RETURNS
        }
        return "" if read == self.inputs else CHANGED

    @property
    def approvals(self) -> pl.DataFrame:
        kinds = (pl.col("kind") == store.APPROVAL) & (pl.col("month") == self.month)
        return self.desk.batches.filter(kinds)

    @property
    def lines(self) -> pl.DataFrame:
        """The month's approved lines with what was paid (`reconcile.money`)."""
        return self.desk.money.filter((pl.col("month") == self.month) & (pl.col("approved_fen") != 0))


def _when(stamp: object) -> str:
    """A time as people read it: to the minute, without the zone."""
    try:
        return datetime.fromisoformat(str(stamp)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return ""


def _collected(desk: Desk, month: int, rows: pl.DataFrame, files: list[str]) -> Step:
    text = month_text(month)
    lacking = [
        f"{row['township']}的{desk.contracts[row['table']].title}"
        for row in rows.filter("missing").iter_rows(named=True)
    ]
    named = "、".join(lacking[:NAMED]) + (f" 等 {len(lacking)} 项" if len(lacking) > NAMED else "")
    at = max((when for name in files if (when := _changed_at(desk.folder / name))), default="")
    if not files:
        missing = f"该报未报：{named}" if lacking else "没有这个月自己的文件夹，或里面没有认得的表"
        return Step(1, "collect", "收表", OPEN, missing=missing, todo=f"把各乡镇的表放进 inbox/{text}/")
    done = f"{text} 的文件夹里 {len(files)} 个文件"
    if lacking:
        return Step(1, "collect", "收表", PARTLY, done, "", at, f"该报未报：{named}", f"催报，放进 inbox/{text}/")
    return Step(1, "collect", "收表", DONE, done, "", at)


def _changed_at(path: Path) -> str:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M")
    except OSError:  # its name is not in UTF-8
        return ""


def _checked(facts: _Facts) -> Step:
    again = f"fupin check {facts.text}"
    manifest = facts.last("check")
    if manifest is None:
        return Step(2, "check", "核查", OPEN, missing="还没有核查", todo=again)
    summary = manifest.get("summary", {})
    done = f"错误 {summary.get('errors', 0)}，警告 {summary.get('warnings', 0)}"
    missing = facts.changed(manifest)
    errors = int(summary.get("errors", 0))
    todo = again if missing else ""
    if errors and not missing:
        missing, todo = (
            f"还有错误 {errors} 条",
            f"改表后再核查：{again}；与发放无关的可以先测算：fupin payroll {facts.text} --by 编制人",
        )
    return Step(
        2,
        "check",
        "核查",
        PARTLY if missing else DONE,
        done,
        str(manifest.get("operator", "")),
        _when(manifest.get("finished")),
        missing,
        todo,
    )


def _computed(facts: _Facts) -> Step:
    compute = f"fupin payroll {facts.text} --by 编制人"
    entries = store.read(facts.desk.workspace.root, "drafts")
    entries = entries.filter((pl.col("month") == facts.month) & (pl.col("measure") == LEADING))
    entry = entries.tail(1).to_dicts()
    if not entry or entry[0]["kind"] == store.DISCARDED:
        if facts.approvals.height:  # another measure alone was approved
            return Step(3, "compute", "测算", OPEN, missing="岗位补贴没有测算", todo=compute)
        return Step(3, "compute", "测算", OPEN, missing="测算已作废" if entry else "还没有测算", todo=compute)
    by = entry[0]["operator"] or "定时任务"
    manifest = facts.last("payroll")
    missing = facts.changed(manifest) if manifest else ""
    done = "定时任务测算" if entry[0]["kind"] == store.BY_RUN else "已测算"
    return Step(
        3,
        "compute",
        "测算",
        PARTLY if missing else DONE,
        done,
        by,
        _when(entry[0]["drafted_at"]),
        missing,
        compute if missing else "",
    )


def _noticed(facts: _Facts) -> Step:
    path = facts.desk.workspace.out / facts.text / f"公示_{facts.text}.xlsx"
    if not path.is_file():
        return Step(
            4,
            "notice",
            "公示",
            OPEN,
            missing="还没有公示表",
            todo=f"测算时写出：fupin payroll {facts.text} --by 编制人",
        )
    at = _changed_at(path)
    if facts.approvals.height:
        return Step(4, "notice", "公示", DONE, f"{path.name} 已写出", "", at)
    computed = facts.last("payroll")
    by = str(computed.get("operator", "")) if computed else ""
    todo = f"打印张贴；公示期满没有异议再批准：fupin approve {facts.text} --by 审核人 --document 文号"
    return Step(4, "notice", "公示", PARTLY, f"{path.name} 已写出", by, at, "张贴和期满由人确认，程序不知道", todo)


def _approved(facts: _Facts) -> Step:
    rows = facts.approvals.to_dicts()
    if not rows:
        todo = f"fupin approve {facts.text} --by 审核人 --document 文号"
        return Step(5, "approve", "批准", OPEN, missing="还没有批准（要换一个人）", todo=todo)
    words = measure_words(facts.desk.policy)
    done = "；".join(f"{words.get(r['measure'], r['measure'])} {r['batch']} {r['document'] or '无文号'}" for r in rows)
    by = "、".join(dict.fromkeys(r["operator"] for r in rows))
    lacks = "" if any(r["measure"] == LEADING for r in rows) else "岗位补贴没有批准"
    todo = f"fupin approve {facts.text} --by 审核人 --document 文号" if lacks else ""
    return Step(5, "approve", "批准", PARTLY if lacks else DONE, done, by, _when(rows[-1]["posted_at"]), lacks, todo)


def _sent(facts: _Facts) -> Step:
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
        return Step(6, "send", "代发", DONE, done, "", _changed_at(folder / files[0]))
    return Step(
        6,
        "send",
        "代发",
        PARTLY,
        done,
        "",
        _changed_at(folder / files[0]),
        "送银行由人办，程序不知道",
        "代发文件交银行，等回盘",
    )


def _answered(lines: pl.DataFrame) -> int:
    return lines.filter((pl.col("n_paid") + pl.col("n_failed") + pl.col("n_unknown")) > 0).height


def _returned(facts: _Facts) -> Step:
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


def _reconciled(facts: _Facts) -> Step:
    again = f"fupin reconcile {facts.text}"
    manifest = facts.last("reconcile")
    lines = facts.lines
    if manifest is None or not facts.approvals.height:
        return Step(8, "reconcile", "对账", OPEN, missing="还没有对账", todo=again if facts.approvals.height else "")
    left = pl.col("approved_fen") - pl.col("paid_fen")
    open_lines = lines.filter(left != 0)
    failed = lines.filter("failed_only").height
    by, at = str(manifest.get("operator", "")), _when(manifest.get("finished"))
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


def _closed(facts: _Facts) -> Step:
    rows = facts.desk.batches.filter((pl.col("kind") == store.CLOSING) & (pl.col("month") == facts.month)).to_dicts()
    if rows:
        return Step(
            9, "close", "关账", DONE, f"批次 {rows[0]['batch']}", rows[0]["operator"], _when(rows[0]["posted_at"])
        )
    todo = f"fupin close {facts.text} --by 负责人" if facts.approvals.height else ""
    return Step(9, "close", "关账", OPEN, missing="全部了结以后关账", todo=todo)
