"""The ledger's lines as they were read, kept in `.fupin/cache/` by the seal of the last posting that they reach to: never a source of truth.

A posting never changes, and its seal rests on those of all postings before it: of lines that were kept up to a seal that the
ledger has, only those of later postings are read. What is damaged, of another workspace or of another ledger is as if it were not
there. An approval reads the ledger itself.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.packed import arrow
from fupin_cli.jobs.sealed import Sealed, size_of, unheard
from fupin_cli.ledger import store
from fupin_cli.ledger.model import schema_of
from fupin_cli.outputs.manifest import digest

if TYPE_CHECKING:
    from pathlib import Path

    from fupin_cli.jobs.sealed import Damaged

NAME, HEAD, TABLE = "ledger.lines", b"fupin.lines/3", "lines"


def lines(root: Path, postings: pl.DataFrame, *, looks: bool, keeps: bool, damaged: Damaged = unheard) -> pl.DataFrame:
    """The lines of the ledger's postings, in the order in which they were posted.

    `postings`: all that the ledger has; `looks`: lines that were kept are taken for the ledger's; `keeps`: what was read is kept.
    `damaged` is told of a file that is not as it was written.
    """
    seals = postings["seal"].to_list()
    kept, known = _read(root, seals, damaged) if looks else (None, 0)
    fresh = postings["batch"].to_list()[known:]
    if kept is not None and not fresh:
        return kept
    read = store.read(root, TABLE, batches=fresh)  # no others: somebody may be posting
    found = read if kept is None else pl.concat([kept, read])
    if keeps and seals and seals[-1]:
        _write(root, seals[-1], found)
    return found


def size(root: Path) -> tuple[int, int]:
    """Whether lines are kept (0 or 1), and their bytes."""
    return size_of(root, NAME)


def _place(root: Path) -> Sealed:
    columns = digest([[name, str(dtype)] for name, dtype in schema_of(TABLE).items()])
    return Sealed(root, NAME, HEAD, TABLE, columns)


def _read(root: Path, seals: list[str], damaged: Damaged) -> tuple[pl.DataFrame | None, int]:
    """The lines that were kept, and of how many of these postings they are; None where the ledger has other postings."""
    body = _place(root).read(damaged)
    if body is None:
        return None, 0
    seal, _, table = body.partition(b"\n")
    if (last := seal.decode()) not in seals:
        return None, 0
    try:
        return pl.read_ipc_stream(BytesIO(table)), seals.index(last) + 1
    except pl.exceptions.PolarsError as error:
        damaged(NAME, type(error).__name__)
        return None, 0


def _write(root: Path, seal: str, found: pl.DataFrame) -> None:
    """Keep lines up to a posting in the place of those that were kept."""
    _place(root).keep(b"\n".join((seal.encode(), arrow(found))))
