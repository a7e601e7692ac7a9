"""What the bank has sent back: its return files of all folders, typed and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import NoInputError
from fupin_cli.intake.load import Intake, select
from fupin_cli.intake.stated import stated_totals
from fupin_cli.reconciliation.returns import TABLE, Returns, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.opened import Inbox


def return_intake(inbox: Callable[[], Inbox], month: int) -> Intake:
    """The return files that are known in a month. An inbox that was emptied after it holds none: the ledger alone tells."""
    try:
        return select(inbox(), month, tables=(TABLE,))
    except NoInputError:
        return Intake(month)


def checked_returns(intake: Intake, contracts: Mapping[str, TableSpec]) -> Returns:
    """The rows of return files, checked (`reconciliation.returns`), each with the month of its folder (`folder`)."""
    sources = [s for s in intake.sources if s.spec.table == TABLE and s.role == "current"]
    folders = pl.DataFrame(
        [(s.index, s.folder) for s in sources], schema={"_src": pl.UInt32, "folder": pl.Int32}, orient="row"
    )
    rows = intake.tables[TABLE] if sources else _none(contracts[TABLE])
    rows = rows.join(folders, on="_src", how="left", maintain_order="left")
    return checked(rows, {s.index: stated_totals(s) for s in sources}, contracts[TABLE].common.failures)


def _none(spec: TableSpec) -> pl.DataFrame:
    from fupin_cli.intake.values import dtype_of

    origin = pl.Schema({"_src": pl.UInt32(), "_file": pl.String(), "_sheet": pl.String(), "_row": pl.UInt32()})
    return pl.DataFrame(schema={**{c.name: dtype_of(c) for c in spec.columns.values()}, **origin})
