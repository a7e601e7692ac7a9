"""A fund's budget and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from fupin_cli.policy.rounding import fen_to_yuan


@dataclass(frozen=True)
class Fund:
    """A fund in a year, in fen. `budget_fen`, `left_fen`: None where the county has set no budget."""

    name: str
    budget_fen: int | None
    committed_fen: int
    paid_fen: int

    @property
    def left_fen(self) -> int | None:
        """What the budget leaves after what was approved."""
        return None if self.budget_fen is None else self.budget_fen - self.committed_fen

    def to_dict(self) -> dict[str, str | None]:
        """As JSON, money in yuan."""
        money = {
            "budget": self.budget_fen,
            "committed": self.committed_fen,
            "paid": self.paid_fen,
            "left": self.left_fen,
        }
        return {"fund": self.name, **{key: None if fen is None else fen_to_yuan(fen) for key, fen in money.items()}}
