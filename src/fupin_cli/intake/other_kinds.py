"""Files that are no tables, told by their first bytes or parts: what lies beside them in a township's folder, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.intake.raw import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

UNPACK = "解压以后把里面的表放进来，压缩包移出收件夹"
HAND_IN = "请报送单位报 Excel 文件；里面没有要核查的表，就移出收件夹"
COPY_OUT = "里面的表复制到 Excel，另存为 .xlsx 再放进来；没有要核查的表，就移出收件夹"
BY_START = (
    (b"%PDF", " PDF", HAND_IN),
    (b"\xff\xd8\xff", "图片", HAND_IN),
    (b"\x89PNG", "图片", HAND_IN),
    (b"GIF8", "图片", HAND_IN),
    (b"II*\x00", "图片", HAND_IN),
    (b"MM\x00*", "图片", HAND_IN),
    (b"{\\rtf", "文档", COPY_OUT),
    (b"Rar!\x1a\x07", "压缩包", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "压缩包", UNPACK),
    (b"\x1f\x8b\x08", "压缩包", UNPACK),
)
WORD, BOOKS = "WordDocument".encode("utf-16-le"), [name.encode("utf-16-le") for name in ("Workbook", "Book")]
TABLES = (".xlsx", ".xls", ".xlsm", ".et", ".csv", ".txt")


def by_start(head: bytes) -> UnreadableError | None:
    """The refusal of a file that begins as none of the kinds that hold tables; None of all others."""
    found = next(((kind, hint) for start, kind, hint in BY_START if head.startswith(start)), None)
    return UnreadableError(f"这不是表格文件，是{found[0]}", found[1]) if found else None


def by_parts(names: Iterable[str]) -> UnreadableError:
    """The refusal of a zip that holds no workbook of Excel, by the names of its parts."""
    parts = [name.lower() for name in names]
    if "content.xml" in parts:  # of LibreOffice, or saved as .ods
        return UnreadableError("这不是 Excel 工作簿（.xlsx）", "用 Excel 或 WPS 打开后另存为 .xlsx 再放进来")
    if any(name.startswith(("word/", "ppt/")) or name == "ofd.xml" for name in parts):
        return UnreadableError("这不是 Excel 工作簿（.xlsx），是文档", COPY_OUT)
    if any(name.endswith((*TABLES, "/")) for name in parts):
        return UnreadableError("这不是 Excel 工作簿（.xlsx），是压缩包", UNPACK)
    return UnreadableError("这不是 Excel 工作簿（.xlsx）", "用 Excel 或 WPS 打开后另存为 .xlsx 再放进来")


def by_streams(data: bytes) -> UnreadableError | None:
    """The refusal of an old document of Word; None of workbooks, in which one may lie."""
    if WORD in data and not any(name in data for name in BOOKS):
        return UnreadableError("这不是表格文件，是 Word 文档", COPY_OUT)
    return None
