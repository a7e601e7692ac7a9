"""Encrypted workbooks: the real OOXML encryption (agile, AES-256) that Excel, WPS and LibreOffice open with a password."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError

if TYPE_CHECKING:
    from pathlib import Path


def read_password(file: Path | None) -> str | None:
    """Read the password from the first line of a file; None where no file is named.

    Raises:
        FupinError: the file cannot be read, or is empty.
    """
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FupinError(f"密码文件 {file} 读不出", "检查路径和权限；密码写在第一行，存为 UTF-8") from error
    if not lines or not lines[0].strip():
        raise FupinError(f"密码文件 {file} 是空的", "把密码写在第一行")
    return lines[0].strip()


def sealed(plain: BytesIO, password: str) -> bytes:
    """Give the encrypted bytes of a workbook."""
    from msoffcrypto.format.ooxml import OOXMLFile

    plain.seek(0)
    found = BytesIO()
    OOXMLFile(plain).encrypt(password, found)
    return found.getvalue()


def decrypt(path: Path, password: str) -> bytes:
    """Give the plain bytes of an encrypted workbook; they are never written to disk.

    Raises:
        ValueError: the password is wrong, or the file is not encrypted in a known way.
    """
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    plain = BytesIO()
    try:
        with path.open("rb") as stream:
            file = msoffcrypto.OfficeFile(stream)
            file.load_key(password=password)
            file.decrypt(plain)
    except (DecryptionError, FileFormatError, InvalidKeyError, ParseError, OSError) as error:
        raise ValueError(str(error)) from error
    return plain.getvalue()
