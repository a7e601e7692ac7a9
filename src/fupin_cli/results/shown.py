"""How a result shows itself, in a notebook or a log: one line of counts, never a person."""

from __future__ import annotations

from fupin_cli.policy.months import month_text


class Shown:
    """A result that is shown by its kind, its month and its counts. Its frames hold people: they are shown when asked for."""

    month: int

    @property
    def crashed(self) -> bool:
        """Whether a rule ended with a bug of the program: then nothing of the result is to be used."""
        return False

    def counts(self) -> dict[str, int]:
        """How much of what it came to; money in fen (`…_fen`)."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """`<CheckRun 2024-05 errors=3 warnings=1>`: no name, no number of a person."""
        counts = "".join(f" {name}={count}" for name, count in self.counts().items())
        bug = " CRASHED" if self.crashed else ""
        return f"<{type(self).__name__} {month_text(self.month)}{counts}{bug}>"
