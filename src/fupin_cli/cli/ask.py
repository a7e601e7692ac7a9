"""Questions on a terminal, in Chinese. They go to stderr: stdout is for data."""

from __future__ import annotations

import sys

YES, NO = ("y", "yes", "是", "好", "确认"), ("", "n", "no", "否", "不")
TRIES = 3


def confirm(question: str) -> bool:
    """Ask yes or no; Enter is no. After three answers that are neither, or at the end of input, it is no."""
    for _ in range(TRIES):
        answer = _read(f"{question}（是 输入 y，否 直接回车）: ")
        if answer is None or answer.lower() in NO:
            return False
        if answer.lower() in YES:
            return True
        print("请输入 y 或 n", file=sys.stderr)  # noqa: T201
    return False


def ask(question: str) -> str:
    """Ask for a text; Enter, or the end of input, gives the empty one."""
    return _read(f"{question}: ") or ""


def _read(prompt: str) -> str | None:
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201
    line = sys.stdin.readline()
    return line.strip() if line else None
