"""The entry point: parses the command line, runs a command, turns every outcome into an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from fupin_cli.cli.interruption import asked_to_end
from fupin_cli.cli.streams import final_code, guard

if TYPE_CHECKING:
    from fupin_cli.cli.streams import Told

EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 2, 70, 130
# Objects made before Python looks for circles among them. What a command loads stays: to look through it again and again, as
# the usual 700 have it, is a tenth of its start; what it makes afterwards are tables, few objects.
NEW_OBJECTS = 200_000
INTERRUPTED = ("中断了", "没有写完的文件已经删去；可以重新运行", EXIT_INTERRUPTED)


def run() -> None:
    """Run `fupin` and exit. Asked to end (SIGINT, SIGTERM), it ends as interrupted: nothing half-written stays."""
    gc.set_threshold(NEW_OBJECTS)
    # No plugin is to see a county's settings; to look for one goes through the lists of all installed packages.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    guards: list[Told] = []
    try:
        _listen(_interrupt)
        guards = guard()
        set_up_streams(sys.argv[1:])
        code = main(sys.argv[1:])
        _listen(signal.SIG_DFL)  # all is done but for telling it
    except KeyboardInterrupt:  # before a command was even found, or when it had just ended
        _listen(signal.SIG_DFL)
        code = interrupted(0)
    gc.freeze()  # all of it ends with the process: to search it for circles once more takes a tenth of a small check
    code = final_code(code, guards)
    # Python would end itself by the signal, if that came while a text was compiled, as every dataclass is.
    if code == EXIT_INTERRUPTED:
        os._exit(code)
    sys.exit(code)


def _listen(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup, or in the background of a script
            signal.signal(number, handler)


def set_up_streams(arguments: list[str]) -> None:
    """Data never loses a character: JSON, and whatever is redirected, is UTF-8.

    A text goes by PYTHONIOENCODING where that is set. A GBK console lacks some characters and shows `?` for them.
    """
    joined = " ".join(arguments)
    data = "--format json" in joined or "--format=json" in joined
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        asked = os.environ.get("PYTHONIOENCODING")
        if stream is sys.stdout and (data or not (stream.isatty() or asked)):
            reconfigure(encoding="utf-8", errors="replace")
        else:
            reconfigure(errors="replace")


def _interrupt(number: int, _: object) -> None:
    asked_to_end.append(number)
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:  # noqa: PLR0911 - one for each way a run can end
    """Run a command line and give its exit code. No traceback for a user's mistake, no locals in one ever."""
    from typer.exceptions import Abort, Exit

    from fupin_cli.cli.app import command
    from fupin_cli.cli.messages import usage_message
    from fupin_cli.errors import FupinError
    from fupin_cli.plans import in_memory

    before = len(_posted())
    asked_to_end.clear()
    in_memory()
    try:
        result = command(arguments[0] if arguments else "").main(arguments, prog_name="fupin", standalone_mode=False)
    except FupinError as error:
        if asked_to_end:  # a library made of the interruption an error of its own, and that was told as one
            return interrupted(before)
        return fail(str(error), error.hint, error.exit_code)
    except Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        return interrupted(before)
    except Exception as error:  # noqa: BLE001 - the last resort
        if asked_to_end:  # a library may have turned the interruption into an error of its own
            return interrupted(before)
        told = usage_message(error, arguments)
        told = told or refused(error)
        return fail(*told, EXIT_USAGE) if told else crash(error)
    if result == EXIT_INTERRUPTED:  # Typer makes of an interruption an exit code of its own, and says nothing
        return interrupted(before)
    return result if isinstance(result, int) else 0


def _posted() -> list[str]:
    """Batches that this process has posted: none where the ledger was not even loaded."""
    store = sys.modules.get("fupin_cli.ledger.store")
    return list(store.posted_here) if store else []


def interrupted(before: int) -> int:
    """Say that a run was interrupted; what it had posted by then is posted, and not to be done again."""
    if done := _posted()[before:]:
        words = f"中断了；但批次 {'、'.join(done)} 已经记账"
        return fail(words, "不要重做。文件没有放好的，下一次运行会接着放好；看到哪一步：fupin status", EXIT_INTERRUPTED)
    return fail(*INTERRUPTED)


def fail(message: str, hint: str, code: int) -> int:
    """Print a mistake and what to do about it, and give the exit code."""
    print(f"错误: {message}\n", file=sys.stderr)  # noqa: T201 - the last word of the program
    if hint:
        print(f"提示: {hint}", file=sys.stderr)  # noqa: T201
    return code


def refused(error: Exception) -> tuple[str, str] | None:
    """What to say where the system lets nobody at a file, wherever the program came upon it: no bug, and no data's fault."""
    from fupin_cli.errors import REFUSED, os_words

    # Asked where it stands, the system knows no folder.
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return (
            "当前文件夹已经不在了（删了、改了名，或网络盘断开了）",
            "先进入工作区（cd 文件夹）再运行，或用 -w 文件夹 指明",
        )
    if (
        not isinstance(error, OSError)
        or error.errno not in REFUSED
        or not isinstance(error.filename, (str, os.PathLike))
    ):
        return None
    return (
        f"{os.fspath(error.filename)} 读写不了：{os_words(error)}",
        "检查磁盘，和当前用户对整个工作区（连同 .fupin 文件夹）的权限；换了用户或电脑的，用原来的用户运行，或请管理员改归属",
    )


def crash(error: Exception) -> int:
    """Print a bug of the program: where, without any value that might be somebody's data."""
    import traceback
    from pathlib import Path

    from fupin_cli.version import __version__

    frames = [f"  {Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-6:]]
    where = "\n".join(frames)
    return fail(
        f"程序出错（fupin {__version__}，{type(error).__name__}）\n{where}",
        "这不是您的数据有误。请把以上几行报给维护人员",
        EXIT_BUG,
    )
