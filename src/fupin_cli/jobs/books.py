"""The ledger of a workspace as a job finds it: what was posted, what of it stands."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.ledger import store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Books:
    """The ledger's tables, each read when it is first asked for.

    `posted`: only the first so many postings are known (`fupin verify`). `ledger`: tables that were read already.
    """

    def __init__(
        self, root: Path, *, posted: int | None = None, ledger: Mapping[str, pl.DataFrame] | None = None
    ) -> None:
        """Read nothing yet."""
        self.root = root
        self._posted = posted
        self._ledger = ledger or {}

    @cached_property
    def postings(self) -> pl.DataFrame:
        """All postings in their order, withdrawn approvals and their withdrawals among them."""
        found = self.read_ledger("batches")
        return found if self._posted is None else found.head(self._posted)

    @cached_property
    def batches(self) -> pl.DataFrame:
        """Postings that stand, in their order: a withdrawn approval counts as if it had not been (SPEC 9.8)."""
        return store.standing(self.postings)

    @cached_property
    def lines(self) -> pl.DataFrame:
        """Lines of the postings that stand."""
        return self.of_standing("lines")

    @cached_property
    def inputs(self) -> pl.DataFrame:
        """What the approvals that stand rest on."""
        return self.of_standing("inputs")

    def read_ledger(self, table: str) -> pl.DataFrame:
        """A table of the ledger, whole."""
        known = self._ledger.get(table)
        return store.read(self.root, table) if known is None else known

    def of_standing(self, table: str) -> pl.DataFrame:
        """The rows of a table that belong to postings that stand."""
        return self.read_ledger(table).filter(pl.col("batch").is_in(self.batches["batch"].implode()))

    def approved_months(self, measure: str | None = "post") -> list[int]:
        """Month indexes in which a measure (None: any) was approved."""
        approvals = self.batches.filter(pl.col("kind") == store.APPROVAL)
        if measure is not None:
            approvals = approvals.filter(pl.col("measure") == measure)
        months: list[int] = approvals["month"].unique().sort().to_list()
        return months

    def measures_in(self, month: int) -> list[str]:
        """Measures that lines of the ledger are for in a month, the opening balance left out."""
        opening = self.batches.filter(pl.col("kind") == store.OPENING)["batch"].to_list()
        lines = self.lines.filter((pl.col("month") == month) & ~pl.col("batch").is_in(opening))
        found: list[str] = lines["measure"].unique().sort().to_list()
        return found

    def approval(self, month: int, measure: str) -> str:
        """The batch by which a month of a measure was approved; empty where it was not."""
        found = self.batches.filter(kind=store.APPROVAL, month=month, measure=measure)["batch"]
        return str(found[-1]) if len(found) else ""

    def approved_inputs(self, month: int, measure: str) -> pl.DataFrame:
        """The inputs (file, table_name, …) that an approval of a month rests on."""
        return self.inputs.filter(batch=self.approval(month, measure))
