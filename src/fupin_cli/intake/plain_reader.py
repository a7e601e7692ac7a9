"""What is read as plain lists: workbooks of the old format, and web pages named .xls. Nothing here loads tables (Polars)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fupin_cli.intake.html_reader import read_html
from fupin_cli.intake.other_kinds import by_streams
from fupin_cli.intake.plain_cells import LOCKED, read_old_workbook
from fupin_cli.intake.raw import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fupin_cli.intake.plain_cells import PlainSheet
    from fupin_cli.policy.settings import Intake

HEAD = 4096  # bytes of a file that tell its kind
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
HTML_START = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|table|style|body|div)\b", re.IGNORECASE | re.DOTALL
)
# The record that tells of a password, behind the one with which an old workbook begins [MS-XLS 2.1.7.20.3]; it may be protected too.
PROTECTED = re.compile(
    rb"\x09\x08(?:\x10\x00\x00\x06\x05\x00.{12}|\x08\x00\x00\x05\x05\x00.{4})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
XML_START = re.compile(rb"^\s*<\?xml", re.IGNORECASE)


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page."""
    return bool(HTML_START.match(head.removeprefix(b"\xef\xbb\xbf"))) or (
        XML_START.match(head) is not None and b"<html" in head.lower()
    )


def plain_sheets(path: Path, limits: Intake) -> Iterable[PlainSheet] | None:
    """The sheets of a file that is read as plain lists; None for other kinds, an encrypted workbook among them.

    Raises:
        UnreadableError: damaged, or more cells than the limit; that of a workbook as its sheets are gone through.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        if not (head.startswith(OLE) or is_page(head)):
            return None
        data = head + stream.read()
    if is_page(head):
        return read_html(data, limits)
    if ENCRYPTED in data:
        return None
    if PROTECTED.search(data):
        raise UnreadableError(
            LOCKED, "旧格式（.xls）的密码本程序解不开：请用 Excel 打开，取消密码，或另存为 .xlsx 再放进来"
        )
    if refusal := by_streams(data):
        raise refusal
    return read_old_workbook(data)
