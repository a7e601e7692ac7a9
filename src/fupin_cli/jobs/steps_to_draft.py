"""The first four steps of a month: 收表, 核查, 测算, 公示."""

from __future__ import annotations

import polars as pl

from fupin_cli.jobs.steps_known import NAMED, Facts, changed_at, when
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import LEADING
from fupin_cli.policy.letters import first_of
from fupin_cli.results.status import DONE, OPEN, PARTLY, Step


def collected(facts: Facts) -> Step:
    """收表: files in the month's own folder, and what townships owe."""
    desk, text, files = facts.desk, facts.text, facts.files
    lacking = [
        f"{row['township']}的{desk.contracts[row['table']].title}"
        for row in facts.handed_in.filter("missing").iter_rows(named=True)
    ]
    named = first_of(lacking, NAMED, "项")
    at = max((changed_at(desk.folder / name) for name in files), default="")
    if not files:
        missing = f"该报未报：{named}" if lacking else "没有这个月自己的文件夹，或里面没有认得的表"
        return Step(1, "collect", "收表", OPEN, missing=missing, todo=f"把各乡镇的表放进 inbox/{text}/")
    done = f"{text} 的文件夹里 {len(files)} 个文件"
    if lacking:
        return Step(1, "collect", "收表", PARTLY, done, "", at, f"该报未报：{named}", f"催报，放进 inbox/{text}/")
    return Step(1, "collect", "收表", DONE, done, "", at)


def checked(facts: Facts) -> Step:
    """核查: errors and warnings of the last check."""
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
        when(manifest.get("finished")),
        missing,
        todo,
    )


def computed(facts: Facts) -> Step:
    """测算: the draft that stands."""
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
        when(entry[0]["drafted_at"]),
        missing,
        compute if missing else "",
    )


def noticed(facts: Facts) -> Step:
    """公示: the notice was written; whether it hangs on a wall nobody knows."""
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
    at = changed_at(path)
    if facts.approvals.height:
        return Step(4, "notice", "公示", DONE, f"{path.name} 已写出", "", at)
    computed = facts.last("payroll")
    by = str(computed.get("operator", "")) if computed else ""
    todo = f"打印张贴；公示期满没有异议再批准：fupin approve {facts.text} --by 审核人 --document 文号"
    return Step(4, "notice", "公示", PARTLY, f"{path.name} 已写出", by, at, "张贴和期满由人确认，程序不知道", todo)
