"""What one file may cost: memory by what the machine has, time, cells. Each refusal says the number and the setting."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fupin_cli.policy.settings import Intake

MIB = 1 << 20
SHEET_COLUMNS = 16_384  # of an Excel sheet
MOST_MEMORY, LEAST_MEMORY = 2048, 256  # MiB
UNKNOWN_MACHINE = 4096  # MiB, where the system does not say
# Reading an .xlsx was measured to need 2.5 times its unpacked size.
UNPACKED_SHARE = 0.4
RESULT_SHARE = 4  # what was read stays in the program, beside all that is computed from it
SIZE_HINT = "确认文件来源；若确实这么大，请分成几个文件，或在 fupin.toml 的 [intake] 中放宽限制"
CGROUP = Path("/sys/fs/cgroup/memory.max")


@cache
def machine_mib() -> int:
    """Memory of this machine, or of the share of it that this program was given."""
    try:
        have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB
    except (AttributeError, ValueError, OSError):  # Windows has no such call
        return UNKNOWN_MACHINE
    try:
        given = CGROUP.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return have
    return min(have, int(given) // MIB) if given.isdecimal() else have


def memory_limit(limits: Intake) -> int:
    """MiB that reading one file may take: the setting, or half of the machine's memory, at most 2 GiB."""
    return limits.max_memory_mib or max(LEAST_MEMORY, min(MOST_MEMORY, machine_mib() // 2))


def unpacked_limit(limits: Intake) -> int:
    """MiB that a file may unpack to: the setting, or what can be read within the memory."""
    return limits.max_unpacked_mib or int(memory_limit(limits) * UNPACKED_SHARE)


def result_limit(limits: Intake) -> int:
    """Bytes that the texts of one file may come to."""
    return memory_limit(limits) // RESULT_SHARE * MIB


def result_refused(size: int, limits: Intake) -> str:
    """The sentence of a file whose texts come to more."""
    return (
        f"表里的文字展开后有 {size // MIB} MiB，超过上限 {result_limit(limits) // MIB} MiB"
        "（[intake] max_memory_mib 的四分之一），没有用"
    )


def seconds_limit(limits: Intake, size: int) -> int:
    """Seconds of one processor that reading a file may take: the setting, and one more for every 2 MiB above 10."""
    return limits.max_seconds + max(0, size // MIB - 10) // 2


def cells_refused(cells: int, limits: Intake) -> str:
    """The sentence of a file with too many cells."""
    return (
        f"共约 {cells / 1_000_000:.1f} 百万格，超过上限 {limits.max_cells_million} 百万格"
        "（[intake] max_cells_million），没有打开"
    )
