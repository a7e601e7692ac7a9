"""What lies on the desk: a workspace's settings, files and ledger, read once for all months that a job looks at."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from fupin_cli.checks.engine import run_checks
from fupin_cli.intake.load import Intake, select
from fupin_cli.intake.opened import Inbox, read_inbox
from fupin_cli.jobs import kept_lines, kept_tables, month_folders
from fupin_cli.jobs.books import Books
from fupin_cli.jobs.history import add_ledger, known_to, newcomers, payments
from fupin_cli.jobs.kept_months import Cache
from fupin_cli.jobs.person_code import known_key, person_codes, workspace_key
from fupin_cli.jobs.replaced_lists import replaced_lists, with_replaced
from fupin_cli.jobs.returned import checked_returns, return_intake
from fupin_cli.jobs.sealed import logged
from fupin_cli.jobs.settings_then import policy_then
from fupin_cli.measures.catalogue import MEASURES, leading, sees
from fupin_cli.measures.claimed import Claimed
from fupin_cli.month.handed_in import Earlier
from fupin_cli.month.month import NO_LINES
from fupin_cli.reconciliation import returns
from fupin_cli.reconciliation.match import match, sent_lines
from fupin_cli.reconciliation.money import annotated, approved_and_paid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fupin_cli.checks.engine import CheckResult
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.jobs.memo import Memo
    from fupin_cli.jobs.replaced_lists import Replaced
    from fupin_cli.jobs.workspace import Workspace
    from fupin_cli.policy.parameters import Policy

T = TypeVar("T")
HISTORY = "payment_history"
FAR_AHEAD = 12 * 2100
# Of these a month that is computed again looks at what was handed in for it and earlier months.
PAST_ONLY = ("attendance", returns.TABLE)


def silent(*_: object) -> None:
    """Tell nobody. By name: a desk can be sent to another process."""


class Desk(Books):
    """A workspace as a job finds it. `posted`: only the ledger's first so many postings are known (`fupin verify`).

    `makes_key`: whether a workspace that has no key for person codes yet is given one; if not, its people have no code.
    """

    def __init__(  # noqa: PLR0913 - what a job may be told
        self,
        workspace: Workspace,
        inbox: Path | None = None,
        progress: Callable[[str, int, int], None] = silent,
        *,
        policy: Policy | None = None,
        only: set[str] | None = None,
        posted: int | None = None,
        makes_key: bool = True,
        ledger: Mapping[str, pl.DataFrame] | None = None,
        cache: Cache = Cache.OFF,
        memo: Memo | None = None,
        as_approved: bool = True,
    ) -> None:
        """Read the settings; files and ledger are read when they are first asked for, unless the `ledger`'s tables are given.

        `cache`: what is done with approved months computed again (`kept_months`), cells of workbooks (`kept_cells`), sheets of
        past months (`kept_tables`), the ledger's lines (`kept_lines`); nothing where a password reads files, or the desk is
        not the workspace as it is. `memo`: months computed already. `as_approved`: see `policy_of`.
        """
        super().__init__(workspace.root, posted=posted, ledger=ledger)
        self.workspace, self.progress = workspace, progress
        self.folder = inbox or workspace.inbox
        self.policy = policy or workspace.policy()
        self.contracts: dict[str, TableSpec] = workspace.contracts()
        self._only, self._makes_key = only, makes_key
        plain = policy is None and only is None and posted is None and ledger is None and workspace.password is None
        self.memo, self._as_approved, self._all_known, self.newly = memo, as_approved, False, pl.Series(dtype=pl.String)
        self.cache = cache if plain else Cache.OFF
        # Months computed for the first time, by month and by what a subsidy sees of it; what rules found there.
        self._months: dict[tuple[int, str], Claimed] = {}
        self._found: dict[tuple[int, str, frozenset[str]], CheckResult] = {}
        self._done: dict[tuple[str, int], Any] = {}
        self._references: dict[tuple[int, bool], Claimed] = {}

    @cached_property
    def inbox(self) -> Inbox:
        """The files.

        Raises:
            NoInputError: no file, or none recognised.
        """
        settings, place, how = self.policy.settings, self.workspace, self.cache
        kept = kept_tables.of_inbox(place, self.folder, self.contracts, settings, looks=how.looks, keeps=how.keeps)
        limits = settings.intake
        return read_inbox(self.folder, self.contracts, limits, self.progress, place.password, self._only, *kept)

    def codes(self, people: pl.Series) -> pl.Series:
        """The person codes (一人一码) of ID numbers; null where the workspace has no key and is to be given none.

        Raises:
            FupinError: the key cannot be read or made, or is gone while the ledger needs it.
        """
        root = self.workspace.root
        return person_codes(people, workspace_key(root) if self._makes_key else known_key(root))

    @property
    def has_read(self) -> bool:
        """Whether the files were read."""
        return "inbox" in self.__dict__

    def share_inbox(self, other: Desk) -> None:
        """Use the files as another desk has read them."""
        self.inbox = other.inbox

    @cached_property
    def folders(self) -> tuple[int, ...]:
        """Month folders in which a table was recognised, in order."""
        return month_folders.months_of(self.inbox)

    @cached_property
    def return_intake(self) -> Intake:
        """The bank return files of all folders, typed."""
        return return_intake(lambda: self.inbox, FAR_AHEAD)

    @cached_property
    def returned(self) -> returns.Returns:
        """Bank return rows of all folders, checked (`reconciliation.returns`)."""
        return checked_returns(self.return_intake, self.contracts)

    @cached_property
    def _matched(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        answered = self.returned.rows.height > 0
        sent = sent_lines(self.lines if answered else self.lines.clear(), self.batches)
        rows, doubtful = match(self.returned.rows, sent, self.batches)
        return annotated(rows, sent, self.batches), doubtful

    @property
    def rows(self) -> pl.DataFrame:
        """Return rows with the lines they belong to (`reconciliation.money.annotated`)."""
        return self._matched[0]

    @cached_property
    def money(self) -> pl.DataFrame:
        """What stands approved and what was paid for every line of the ledger."""
        settlements = self.of_standing("settlements")
        return approved_and_paid(self.lines, self.batches, self.rows, self._matched[1], settlements)

    @cached_property
    def payments(self) -> pl.DataFrame:
        """What the ledger says was paid (`history.payments`)."""
        return payments(self.lines, self.money)

    @cached_property
    def replaced_lists(self) -> list[Replaced]:
        """Lists of people, attendance and histories in the inbox itself that were written over since an approval."""
        return replaced_lists(self, self.inbox, (self.workspace, self.contracts, self.policy.settings.intake))

    def read_ledger(self, table: str) -> pl.DataFrame:
        """A table of the ledger, whole; its lines as they were kept, where they were."""
        if table != kept_lines.TABLE or self.cache is Cache.OFF:
            return super().read_ledger(table)
        how = self.cache
        damaged = logged(self.root, self.policy.settings.run, "kept lines damaged", writes=how.keeps)
        return kept_lines.lines(self.root, self.postings, looks=how.looks, keeps=how.keeps, damaged=damaged)

    def forget(self) -> None:
        """Let go of what was read of the ledger and computed with it: something was posted, of which this desk knows nothing."""
        for found in (self._months, self._found, self._done, self._references):
            found.clear()
        for name in ("postings", "batches", "lines", "inputs", "_matched", "money", "payments"):
            self.__dict__.pop(name, None)

    def gone(self, month: int, measure: str) -> str:
        """Which input of an approved month is not in the inbox any more (`month_folders.gone`); empty if none."""
        return month_folders.gone(self.inbox, self.approved_inputs(month, measure))

    def context(self, month: int, measure: str = "post") -> Claimed:
        """Read a month as a measure of it is computed: for the first time, or, once approved, again.

        Computed again, it knows the ledger as it was then, and the lists of the dead, … as they are now; for the first time
        it is read once, with all that is derived from it, for every job at this desk.
        """
        if month in self.approved_months(measure):
            return self._read(month, measure)
        key = (month, sees(measure))
        if key not in self._months:
            self._months[key] = self._read(month, measure)
        return self._months[key]

    def checked(self, ctx: Claimed, codes: set[str]) -> CheckResult:
        """What rules find in a month (`run_checks`); in one that the desk keeps (`context`) the same rules run once."""
        key = (ctx.month, sees(ctx.asked))
        if self._months.get(key) is not ctx:
            return run_checks(ctx, codes, self.progress)
        asked = (*key, frozenset(codes))
        if asked not in self._found:
            self._found[asked] = run_checks(ctx, codes, self.progress)
        return self._found[asked]

    def once(self, job: str, month: int, work: Callable[[], T]) -> T:
        """What a job of a month comes to, computed once for all at this desk that ask for it by name and post nothing between."""
        if (job, month) not in self._done:
            self._done[job, month] = work()
        found: T = self._done[job, month]
        return found

    def done(self, job: str, month: int) -> Any:
        """What `once` has kept of a job of a month; None if nobody asked for it yet."""
        return self._done.get((job, month))

    def _read(self, month: int, measure: str) -> Claimed:
        again, leads = month in self.approved_months(measure), MEASURES[measure].leads
        intake = self._again(month) if again else select(self.inbox, month, progress=self.progress)
        if self.lines.height:
            until, approval = (FAR_AHEAD, self.approval(month, measure)) if again else (month, "")
            intake = with_replaced(intake, self.replaced_lists, until, self.payments, approval)
            before = month if again and not self._all_known else None
            fresh = self.newcomers(month, measure, intake.tables.get(HISTORY)) if before else None
            intake = add_ledger(
                intake, known_to(self.payments, month, measure), self.contracts[HISTORY], before, measure, fresh
            )
        return Claimed(
            intake,
            self.policy_of(month, measure),
            self.contracts,
            asked=measure,
            folders=self.folders,
            open_month=self.reference,
            folder_rows=self.folder_rows,
            earlier=None if again or not leads else self.earlier(month),
            approved=self.standing(month, measure).select(id_number="person", post_id="post_id") if again else NO_LINES,
        )

    def policy_of(self, month: int, measure: str) -> Policy:
        """The policy of a month; that of an approved one of posts has the `[post]` of its approval (`settings_then`)."""
        policy = self.policy.of(month)
        return policy_then(self, policy, month) if self._as_approved and MEASURES[measure].leads else policy

    def _again(self, month: int) -> Intake:
        """What serves a month that is computed again: late lists too, of attendance and returns nothing of later months."""
        return select(self.inbox, month, FAR_AHEAD, self.progress, past_only=PAST_ONLY)

    def reference(self, month: int) -> Claimed:
        """A month folder that another month is compared with: its files alone, without the ledger and without its own past."""
        return self._compared(month, past=False)

    def with_past(self, month: int) -> Claimed:
        """A month folder that risks are compared with: likewise, but with the folders before it, and so on (SPEC 11: since when)."""
        return self._compared(month, past=True)

    def _compared(self, month: int, *, past: bool) -> Claimed:
        if (month, past) not in self._references:
            known = FAR_AHEAD if month in self.approved_months() else None
            self._references[month, past] = Claimed(
                select(self.inbox, month, known, self.progress, past_only=PAST_ONLY),
                self.policy.of(month),
                self.contracts,
                folders=self.folders if past else (),
                open_month=self.with_past if past else None,
                folder_rows=self.folder_rows,
            )
        return self._references[month, past]

    def folder_rows(self, table: str, since: int, before: int) -> pl.DataFrame:
        """Rows of a table in the month folders from `since` to before `before`; none where there are none."""
        return month_folders.rows_between(self.inbox, table, since, before)

    def newcomers(self, month: int, measure: str, known: pl.DataFrame | None) -> pl.Series:
        """Whose later payments count for an approved month that is computed again (`history.newcomers`)."""
        cap = self.policy.of(month).cap_months(month) if MEASURES[measure].leads else None
        return newcomers(self.payments, known, self.money, (month, measure), cap).append(self.newly).unique().sort()

    def supposing(self, paid: pl.DataFrame, newly: pl.Series, *, all_known: bool = False) -> Desk:
        """The same desk, as if these were the ledger's payments (`history.payments`); later ones count for `newly`, or all."""
        other = copy(self)
        told = {"payments": paid, "newly": newly, "_all_known": all_known}
        other.__dict__ |= told | {name: dict[Any, Any]() for name in ("_months", "_found", "_done")}
        return other

    def standing(self, month: int, measure: str) -> pl.DataFrame:
        """Lines of a month and measure that stand approved with money (columns of `money`)."""
        return self.money.filter(month=month, measure=measure).filter(pl.col("posted_fen") > 0)

    def earlier(self, month: int) -> Earlier:
        """What earlier month folders and the latest approval make one expect of a month (SPEC 9.2)."""
        known, approved = month_folders.latest_before(self.inbox, month), self.approved_months()
        before = max((m for m in approved if m < month), default=None)
        if before is None:
            return Earlier(known, self.lines.clear().select("county", "township"), None)
        return Earlier(known, self.standing(before, leading().code).select("county", "township"), before)
