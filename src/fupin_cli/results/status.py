"""Where a month stands."""

from __future__ import annotations

from dataclasses import dataclass

DRAFT, APPROVED, RETURNED, CLOSED, WITHDRAWN = "draft", "approved", "returned", "closed", "withdrawn"


@dataclass(frozen=True)
class MonthState:
    """A month: its state, sums in fen (approved with corrections, paid, not paid yet), lines by what became of them."""

    month: int
    state: str
    approved_fen: int = 0
    paid_fen: int = 0
    open_fen: int = 0
    failed: int = 0
    no_return: int = 0
    other: int = 0
    to_recover_fen: int = 0
    todo: str = ""
