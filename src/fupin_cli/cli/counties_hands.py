"""What the commands of many counties share: which counties, by which workers, within which limits, and what is told."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fupin_cli.cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fupin_cli.counties.find import County
    from fupin_cli.counties.pool import Board, Engine, Limits
    from fupin_cli.counties.result import CountiesRun


def root_and_month(command: str, root: Path | None, argument: str | None, option: str | None) -> tuple[Path, int]:
    """The root (default: the current folder) and the month that a command is asked for.

    Raises:
        UsageError: no month, or none that can be read.
    """
    from fupin_cli.cli.options import one_month
    from fupin_cli.policy.months import parse_month

    example = f"fupin counties {command} --root D:\\朝阳市 --month 2024-05"
    wanted = parse_month(one_month(argument, option, example))
    return root or Path.cwd(), wanted


def counties_of(place: Path, month: int) -> list[County]:
    """The counties of a root; what might be taken for one and is none is said, and which were there before."""
    from fupin_cli.counties.find import find_counties, inside
    from fupin_cli.counties.state import FOLDER, gone
    from fupin_cli.policy.months import month_text

    counties = find_counties(place)
    for folder in inside(counties):
        typer.echo(f"注意: {folder} 里有 fupin.toml，但它在另一个县的文件夹里，没有当作县", err=True)
    text = month_text(month)
    for key, name in gone(place.resolve(), text, [county.key for county in counties]).items():
        typer.echo(
            f"注意: {name}（{key}）{text} 以前做过，这次不在了，没有计入：没有挂载的先挂上再运行；"
            f"确实没有了的，删掉 {place / FOLDER / text} 下它的 .json",
            err=True,
        )
    return counties


def limits_of(retries: int, timeout: float, memory: str) -> Limits:
    """What one county may take at most.

    Raises:
        UsageError: no number of seconds, no size.
    """
    from math import isfinite

    from fupin_cli.counties.pool import Limits
    from fupin_cli.errors import UsageError

    if not isfinite(timeout):
        raise UsageError(f"--timeout 的值不对：{timeout}", "写秒数，例如 --timeout 3600，0 为不限")
    return Limits(retries, timeout or None, size_of(memory))


def size_of(text: str) -> int | None:
    """Bytes of a size such as `2GiB`, `1500MiB` or `2G`; None for 0.

    Raises:
        UsageError: it is no size.
    """
    import re

    from fupin_cli.errors import UsageError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if match is None or (match[2] == "" and float(match[1])):
        raise UsageError(f"--memory 的值不对：{text}", "写成例如 --memory 2GiB，0 为不限")
    return int(float(match[1]) * 1024 ** " KMGT".index(match[2] or " ")) or None


def engine_of(
    workers: int | None, scheduler: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None
) -> Callable[[], Engine]:
    """How workers are got; nothing is started before it is known that there are counties."""
    import os

    from fupin_cli.errors import UsageError

    if scheduler is None:
        if tls_ca or tls_cert or tls_key:
            raise UsageError(
                "写了 --tls-ca、--tls-cert 或 --tls-key，没有写 --scheduler", "例如 --scheduler tls://主机:8786"
            )
        from fupin_cli.counties.pool import Local

        return lambda: Local(workers or os.cpu_count() or 1)
    from fupin_cli.counties.cluster import Cluster, security

    safe = security(scheduler, tls_ca, tls_cert, tls_key)
    return lambda: Cluster(scheduler, safe, workers)


@contextmanager
def hands_of(
    engine: Callable[[], Engine], root: Path, command: str, *, watch: bool
) -> Iterator[tuple[Engine, Callable[[Board], None]]]:
    """Workers, ended at the end, and what tells how far they are."""
    import sys

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.counties.state import only_run

    with (
        only_run(root, command),
        progress_bar(enabled=watch and sys.stderr.isatty()) as bar,
        closing(engine()) as hands,
    ):
        yield hands, board(bar)


NAMED = 3  # counties being worked on that a bar has room for


def board(bar: Callable[[str, int, int], None]) -> Callable[[Board], None]:
    """Say on a progress bar how many counties are done, failed, have not handed in, and which are being worked on."""
    from fupin_cli.policy.letters import first_of

    def tell(now: Board) -> None:
        names = first_of(now.running, NAMED, "个")
        words = (
            f"做完 {now.done}，没做成 {now.failed}，未报送 {now.missing}，在做 {names or '无'}，还没做 {now.waiting}"
        )
        bar(words, now.done + now.failed + now.missing, now.total)

    return tell


def tell_run(run: CountiesRun, output_format: Format, *, quiet: bool) -> int:
    """Tell what a run came to, and give its exit code."""
    import sys

    from fupin_cli.outputs.counties_view import counties_json, show_counties, total_line

    if output_format is Format.json:
        sys.stdout.write(counties_json(run) + "\n")
    elif not quiet:
        from fupin_cli.outputs.terminal import console

        show_counties(run, console())
    elif run.exit_code:
        sys.stdout.write(total_line(run) + "\n")
    return run.exit_code
