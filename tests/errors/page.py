"""docs/messages.md: every message that a command line provokes, as it was really printed.

python -m tests.errors.page docs/messages.md
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
PLACE = "D:/示例县"
HEAD = """# 程序说的每一句错误

由 `make docs` 从 tests/errors 的每个例子真正运行一遍得到；有测试逐条比对。工作区一律写作 D:/示例县。
括号里的数是退出码。错误写在标准错误，格式为“错误: …”，空一行，“提示: …”。
"""


@cache
def written_page() -> str:
    """The page as it stands in the repository."""
    return PAGE.read_text(encoding="utf-8")


def said(err: str, root: Path) -> str:
    """What was printed, in a workspace of any name, at any time; each on one line."""
    text = err.replace(str(root), PLACE).replace(root.name + "/", PLACE + "/")
    text = re.sub(r"\d{4}-\d{2}-\d{2}T[0-9:+.]+", "（时间）", text)
    text = re.sub(r"今天是 \d{4}-\d{2}-\d{2}", "今天是（日期）", text)
    text = text[text.find("错误: ") :] if "错误: " in text else text
    return " ".join(text.replace("\n\n", "\n").split("\n")).strip()


def entry(command: str, code: int, text: str) -> str:
    """One entry of the page."""
    what, _, todo = text.removeprefix("错误: ").partition(" 提示: ")
    lines = [f"- `fupin {command}` ({code})", f"  {what.strip()}"]
    return "\n".join([*lines, f"  提示: {todo.strip()}"] if todo else lines) + "\n"


def entries() -> Iterator[str]:
    """Run every example."""
    from fupin_cli.cli.main import main
    from tests.cases.test_cases import build
    from tests.errors.test_every_message import CASES

    for before, command, _, _ in CASES:
        with tempfile.TemporaryDirectory() as folder, _in(Path(folder)) as root:
            build({}, root)
            quietly(before, root)
            code, err = quietly(main, command.split())
            yield entry(command, code, said(err, root))


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[Path]:
    root, here = folder / "w", Path.cwd()
    root.mkdir()
    os.chdir(root)
    try:
        yield root
    finally:
        os.chdir(here)


def quietly(do: Callable[..., Any], *arguments: Any) -> tuple[Any, str]:
    """Do something and give what it gave and what it said on stderr."""
    err = io.StringIO()
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
        result = do(*arguments)
    return result, err.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(HEAD + "\n" + "\n".join(entries()), encoding="utf-8")
