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
