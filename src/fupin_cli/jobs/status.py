"""`fupin status`: where every month stands, by the ledger and the bank returns alone, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.unreported import by_township
from fupin_cli.jobs.answered import moved_answers
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import LEADING
from fupin_cli.policy.months import month_text
from fupin_cli.results.status import APPROVED, CLOSED, DRAFT, RETURNED, WITHDRAWN, MonthState

if TYPE_CHECKING:
    from fupin_cli.jobs.desk import Desk


def month_states(desk: Desk) -> list[MonthState]:
    """Every month that was computed, approved or withdrawn, in order; drafts that were taken back say nothing."""
    entries = store.read(desk.workspace.root, "drafts").unique(["month", "measure"], keep="last")
    standing = entries.filter(pl.col("kind") != store.DISCARDED)
    drafts = set(standing["month"].to_list())
    leads = set(standing.filter(pl.col("measure") == LEADING)["month"].to_list())
    withdrawn = set(desk.postings.filter(pl.col("kind") == store.WITHDRAWAL)["month"].to_list())
    approved = set(desk.approved_months(None))
    closed = set(desk.batches.filter(pl.col("kind") == store.CLOSING)["month"].to_list())
    bare = [
        MonthState(month, WITHDRAWN, todo=f"批准已撤回，重新测算：fupin payroll --month {month_text(month)}")
        for month in withdrawn - drafts - approved
    ]
    states = [_state(desk, month, approved, closed, leads=month in leads) for month in drafts | approved]
    return sorted([*bare, *states], key=lambda state: state.month)


def handed_in(desk: Desk, month: int) -> pl.DataFrame:
    """Township × table of a month: rows handed in, rows last time, what is missing (`month.handed_in`, SPEC 9.2).

    Raises:
        NoInputError: there is no file at all (exit 10).
    """
    return by_township(replace(desk.context(month), earlier=desk.earlier(month)))  # of an approved month too


def _state(desk: Desk, month: int, approved: set[int], closed: set[int], *, leads: bool) -> MonthState:
    text = month_text(month)
    if month not in approved:
        which = "" if leads else " --measure 代号"  # where there are no posts, one of the other subsidies
        return MonthState(month, DRAFT, todo=f"看过结果后批准：fupin approve {text}{which} --by 姓名")
    lines = desk.money.filter((pl.col("month") == month) & (pl.col("approved_fen") != 0))
    answered = lines.filter((pl.col("n_paid") + pl.col("n_failed") + pl.col("n_unknown")) > 0).height
    left = pl.col("approved_fen") - pl.col("paid_fen")
    failed = lines.filter("failed_only").height
    no_return = lines.filter((pl.col("paid_fen") == 0) & ~pl.col("failed_only")).height
    flagged = pl.col("wrong_retry") | pl.col("other_payee") | ((pl.col("paid_fen") != 0) & (left != 0))
    other = lines.filter(flagged).height
    state = CLOSED if month in closed else (RETURNED if answered else APPROVED)
    if month in closed:
        todo = ""
    elif not answered:
        own = desk.batches.filter((pl.col("month") == month) & (pl.col("kind") == store.APPROVAL))["batch"]
        moved = next(filter(None, (moved_answers(desk, batch, month) for batch in own)), "")
        todo = f"{moved}，放回去再对账" if moved else f"等银行回盘，放进收件夹后：fupin reconcile {text}"
    elif failed:
        todo = f"改正花名册后补发：fupin reconcile {text} --reissue --by 姓名"
    elif no_return or other:
        todo = f"查明差异：fupin reconcile {text}"
    else:
        todo = f"关账：fupin close {text} --by 姓名"
    return MonthState(
        month,
        state,
        int(lines["approved_fen"].sum()),
        int(lines["paid_fen"].sum()),
        int(lines.select(left.clip(lower_bound=0)).sum().item()),
        failed,
        no_return,
        other,
        int(lines["outstanding_fen"].sum()),
        todo,
    )
