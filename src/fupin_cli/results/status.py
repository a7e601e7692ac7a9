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


DONE, PARTLY, OPEN = "done", "partly", "open"


@dataclass(frozen=True)
class Step:
    """One of a month's nine steps: how far it is, what was done, by whom, when, what is missing, what to do next.

    `state`: `DONE`, `PARTLY` (done, but something is missing or has changed since) or `OPEN`. `key` names it in JSON.
    """

    number: int
    key: str
    name: str
    state: str
    done: str = ""
    by: str = ""
    at: str = ""
    missing: str = ""
    todo: str = ""
