"""What a user can do wrong: each error owns its exit code and tells in Chinese what to do next."""

from __future__ import annotations

import errno

# What the system says in English, for a clerk. 32 and 33: Windows, the file is open in another program.
OS_WORDS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限，或文件正被别的程序打开",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "超过了磁盘配额",
    errno.EROFS: "磁盘是只读的",
    errno.EISDIR: "同名的是文件夹",
    errno.ENOTDIR: "路径当中有一个不是文件夹",
    errno.EEXIST: "同名的已经有了",
    errno.ENAMETOOLONG: "路径太长",
    errno.EBUSY: "正被占用",
    errno.EMFILE: "打开的文件太多",
    errno.EINVAL: "名字或参数系统不接受",
    errno.EIO: "磁盘读写出错",
    errno.ELOOP: "链接绕成了圈",
}
# What is the computer's, whoever runs the program: rights, a full or broken disk.
REFUSED = {errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
WINDOWS_WORDS = {
    32: "正被别的程序打开",
    33: "正被别的程序打开",
    112: "磁盘满了",
    206: "路径太长",
    123: "文件名里有系统不许用的字",
}


def os_words(error: OSError) -> str:
    """What the system refuses, in Chinese; an error that is not listed gives its number."""
    told = WINDOWS_WORDS.get(getattr(error, "winerror", None) or 0) or OS_WORDS.get(error.errno or 0)
    return told or f"系统错误 {getattr(error, 'winerror', None) or error.errno}"


def yaml_words(error: Exception) -> str:
    """Where a YAML file cannot be read on."""
    mark = getattr(error, "problem_mark", None)
    return f"第 {mark.line + 1} 行前后" if mark else "文字编码不是 UTF-8"


SQLITE_WORDS = {
    "locked": "正被别的程序占用",
    "full": "磁盘满了",
    "not a database": "不是账本文件，或已损坏",
    "malformed": "文件已损坏",
    "readonly": "没有写的权限",
    "read-only": "没有写的权限",
    "unable to open": "打不开，检查是否有同名的文件夹",
    "I/O": "磁盘读写出错",
}


def sqlite_words(error: Exception) -> str:
    """What SQLite says, in Chinese."""
    return next((words for part, words in SQLITE_WORDS.items() if part in str(error)), type(error).__name__)


class FupinError(Exception):
    """A user's mistake. Printed as `错误: …`, an empty line, `提示: …`; never with a traceback."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and what to do about it."""
        super().__init__(message)
        self.hint = hint


class UsageError(FupinError):
    """Wrong usage or settings (exit 2)."""


class NothingFoundError(FupinError):
    """What was asked for is not there (exit 1)."""

    exit_code = 1


class NoInputError(FupinError):
    """No input file, or none recognised (exit 10)."""

    exit_code = 10


class MonthClosedError(FupinError):
    """The month is approved or closed, or results differ from what was drafted (exit 12)."""

    exit_code = 12
