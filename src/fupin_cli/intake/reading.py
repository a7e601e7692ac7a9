"""Reads the files of an inbox side by side: what becomes of one never stops the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import TYPE_CHECKING

from fupin_cli.intake.apart import Apart
from fupin_cli.intake.raw import HINT_DAMAGED, RawSheet, UnreadableError
from fupin_cli.intake.readers import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fupin_cli.intake.inbox import InboxFile
    from fupin_cli.policy.settings import Intake


def read_all(
    files: list[InboxFile], limits: Intake, password: str | None
) -> Iterator[tuple[InboxFile, list[RawSheet] | UnreadableError]]:
    """Read files in their order: the sheets of each, or why there are none. Interrupted, what waits is not begun."""
    with ThreadPoolExecutor(cpu_count() or 1) as pool, Apart(limits, password) as apart:
        try:
            yield from zip(files, pool.map(lambda f: _try_read(f, limits, password, apart), files), strict=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _try_read(file: InboxFile, limits: Intake, password: str | None, apart: Apart) -> list[RawSheet] | UnreadableError:
    try:
        sheets = read_file(file.path, limits, password, lambda: apart.read(file.path))
    except UnreadableError as error:
        return error
    except (OSError, MemoryError, RecursionError) as error:
        return UnreadableError(f"文件打不开（{type(error).__name__}）", HINT_DAMAGED)
    if not file.unchanged():
        return UnreadableError("读的时候文件还在变（可能正在复制或保存）", "等文件放好以后再运行一次")
    return sheets
