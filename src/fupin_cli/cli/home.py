"""`fupin` alone: where the month stands and what comes next; outside a workspace, which folders near here are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fupin_cli.jobs.workspace import Workspace


def home() -> list[str]:
    """Lines about the workspace; empty outside one."""
    from fupin_cli.cli.next_step import APPROVED, CLAIMS, CLOSED, DRAFT, NEW, month_step, stage_of
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.months import month_text

    place = find_workspace(None)
    if place.file is None:
        return []
    county = place.settings().county.name
    lines = [f"工作区：{place.root}" + (f"（{county}）" if county else "")]
    month = latest_month(place)
    if month is None:
        return [
            *lines,
            "还没有一个月的表。",
            "下一步：在 inbox/ 里建当月的文件夹，如 inbox/2024-05/，把表放进去，再运行 fupin check 2024-05",
        ]
    drafted = "已测算，还没有批准"
    words = {
        NEW: "收了表，还没有测算",
        DRAFT: drafted,
        CLAIMS: drafted,
        APPROVED: "已批准，还没有关账",
        CLOSED: "已关账",
    }
    stage = stage_of(place.root, month)
    said, step = words[stage], month_step(stage, month)
    if stage == APPROVED and was_reconciled(place, month):  # by the outputs' manifests: no file is read for this
        said, step = "已批准，对过账，还没有关账", f"看还缺什么：fupin status {month_text(month)}"
    return [
        *lines,
        f"{month_text(month)}：{said}",
        f"下一步：{step}",
        "各月：fupin status；全部命令：fupin --help",
    ]


def was_reconciled(place: Workspace, month: int) -> bool:
    """Whether the month was reconciled since it was last approved."""
    from fupin_cli.outputs.manifest import month_manifests
    from fupin_cli.policy.months import month_text

    jobs = [manifest.get("job") for manifest in month_manifests(place.out / month_text(month))]
    since = len(jobs) - jobs[::-1].index("approve") if "approve" in jobs else 0
    return "reconcile" in jobs[since:]


def latest_month(place: Workspace) -> int | None:
    """The latest month with a folder in the inbox, else the latest in the ledger."""
    from fupin_cli.cli.options import as_month
    from fupin_cli.ledger import store

    folders = sorted(p.name for p in place.inbox.iterdir() if p.is_dir()) if place.inbox.is_dir() else []
    months = [month for name in folders if (month := as_month(name)) is not None]
    return max(months, default=None) or max(store.batches(place.root)["month"].to_list(), default=None)
