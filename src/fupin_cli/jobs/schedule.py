"""`fupin schedule`: what cron or systemd needs to run this workspace unattended."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path


def program() -> Path:
    """The `fupin` that is running, as an absolute path: cron's PATH is short."""
    started = Path(sys.argv[0])
    found = started if started.name.startswith("fupin") and started.exists() else Path(shutil.which("fupin") or "fupin")
    return found.absolute()


def command(root: Path) -> list[str]:
    """The command line of an unattended run."""
    return [str(program()), "run", "--workspace", str(root.absolute()), "--wait", "600", "--quiet"]


def crontab_line(root: Path, hour: int, minute: int) -> str:
    """A line for `crontab -e`: every day; a day on which nothing has changed does nothing. cron wants % escaped."""
    words = shlex.join(command(root)).replace("%", r"\%")
    return f"{minute} {hour} * * * {words}"


def schtasks_line(root: Path, hour: int, minute: int, name: str = "fupin") -> str:
    """A line for a Windows command prompt: every day. A quote inside the command is written with a backslash."""
    words = " ".join(f'\\"{word}\\"' if re.search(r"[\s&()^;,=]", word) else word for word in command(root))
    return f'schtasks /Create /F /SC DAILY /ST {hour:02d}:{minute:02d} /TN {name} /TR "{words}"'


def systemd_units(root: Path, hour: int, minute: int) -> dict[str, str]:
    """A service and its timer. systemd wants % doubled, and quotes of its own."""
    words = " ".join(
        '"' + w.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") + '"'
        for w in command(root)
    )
    service = (
        f"[Unit]\nDescription=fupin {str(root.absolute()).replace('%', '%%')}\n\n[Service]\nType=oneshot\nExecStart={words}\nEnvironment=LC_ALL=C.UTF-8\n"
        "UMask=0077\n# 1：有问题要看；3：有文件读不了。两者都算运行成功，内容在输出里\nSuccessExitStatus=1 3\n"
    )
    timer = f"[Unit]\nDescription=fupin\n\n[Timer]\nOnCalendar=*-*-* {hour:02d}:{minute:02d}:00\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
    return {"fupin.service": service, "fupin.timer": timer}
