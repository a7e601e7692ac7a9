"""A progress bar on stderr for long work; nothing at all where nobody watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from fupin_cli.cli.interruption import take_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function (what, done, total) that moves the bar; asked to end, the run ends at its next step at the latest."""
    if not enabled:
        yield lambda *_: take_up()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    from fupin_cli.outputs.terminal import clean, console

    columns = (SpinnerColumn(), BarColumn(bar_width=30), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, done: int, total: int) -> None:
            take_up()
            bar.update(task, description=clean(what), completed=done, total=total)

        yield step
