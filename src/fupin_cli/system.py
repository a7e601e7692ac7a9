"""Where Windows is another matter: processes, file names, long paths. `WINDOWS` is the one flag that decides."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

WINDOWS = sys.platform == "win32"
# Names of devices: no file can be called so, with or without a suffix, on any disk that a Windows PC reads.
DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:\.|$)", re.IGNORECASE)
FORBIDDEN = '<>:"/\\|?*'
MAX_PART, MAX_STEM, MAX_PATH = (
    40,
    120,
    240,
)  # what Windows allows is 255 and 260; temporary files beside them are a little longer
QUERY_LIMITED_INFORMATION, STILL_ACTIVE, ACCESS_DENIED = 0x1000, 259, 5


def safe_name(text: str, limit: int = MAX_PART) -> str:
    """A text (a township, a county) as a part of a file name that Windows takes too; never empty."""
    name = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in text)[:limit].strip(" .")
    return f"_{name}" if DEVICES.match(name) else name or "_"


def long_path(path: Path) -> Path:
    r"""A path as Windows takes it when it is longer than 260 characters: `\\?\` before the whole of it."""
    if not WINDOWS:
        return path
    whole = os.path.abspath(path)  # noqa: PTH100 - pathlib would ask the disk
    if len(whole) < MAX_PATH or whole.startswith("\\\\?\\"):
        return path
    return Path("\\\\?\\UNC\\" + whole[2:] if whole.startswith("\\\\") else "\\\\?\\" + whole)


def is_running(process: int) -> bool:
    """Whether a process still runs. In doubt it does."""
    if WINDOWS:
        import ctypes

        return runs_on_windows(process, getattr(ctypes, "windll").kernel32)  # noqa: B009 - it is not there elsewhere
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def runs_on_windows(process: int, kernel: Any) -> bool:
    """Ask Windows' kernel: `os.kill` would end the process there."""
    import ctypes

    handle = kernel.OpenProcess(QUERY_LIMITED_INFORMATION, False, process)
    if not handle:
        return bool(kernel.GetLastError() == ACCESS_DENIED)  # it is there, but somebody else's
    try:
        code = ctypes.c_ulong()
        return not kernel.GetExitCodeProcess(handle, ctypes.byref(code)) or code.value == STILL_ACTIVE
    finally:
        kernel.CloseHandle(handle)


def resident_bytes(process: int) -> int | None:
    """Bytes that a process holds in memory now; None where the system does not tell, or the process is no more."""
    if WINDOWS:
        import ctypes

        return resident_on_windows(process, getattr(ctypes, "windll").kernel32)  # noqa: B009 - it is not there elsewhere
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def resident_on_windows(process: int, kernel: Any) -> int | None:
    """Ask Windows' kernel for the working set of a process."""
    import ctypes

    handle = kernel.OpenProcess(QUERY_LIMITED_INFORMATION, False, process)
    if not handle:
        return None
    try:
        # PROCESS_MEMORY_COUNTERS: two DWORDs, then sizes; the working set is the second of them.
        counters = (ctypes.c_size_t * 10)()
        size = ctypes.sizeof(ctypes.c_size_t) * 9 if ctypes.sizeof(ctypes.c_size_t) == 8 else 40  # noqa: PLR2004 - 64 bits
        if not kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), size):
            return None
        first = 1 if ctypes.sizeof(ctypes.c_size_t) == 8 else 2  # noqa: PLR2004 - 64 bits: both DWORDs are one size
        return int(counters[first + 1])
    finally:
        kernel.CloseHandle(handle)
