"""Bank batch files of an approved month, in the bank's own format; who cannot be written is listed, never altered."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.files import atomic, put_aside, same_content
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from fupin_cli.policy.bank_settings import BankProfile

ACCOUNT = re.compile("[0-9]{8,32}")
BREAKS = ("Cc", "Zl", "Zp")  # control characters, line and paragraph separators
FORMULA_MARKS = ("=", "+", "-", "@", "\t")


@dataclass
class BankFiles:
    """What was written: files with rows and fen; lines left out with the reason. With what was kept back: the batch."""

    paths: list[Path] = field(default_factory=list)
    rows: int = 0
    fen: int = 0
    kept_fen: int = 0  # kept back for earlier over-payments
    left_out: list[tuple[str, str, int]] = field(default_factory=list)  # name, why, fen
    set_aside: list[Path] = field(default_factory=list)  # earlier files of the batch that were not the same

    @property
    def left_out_fen(self) -> int:
        """Sum of the lines that were not written."""
        return sum(fen for _, _, fen in self.left_out)


def write_bank_files(  # noqa: PLR0913, PLR0917 - what a file is made of
    lines: pl.DataFrame,
    profile: BankProfile,
    encoding: str,
    folder: Path,
    stem: str,
    day: date,
    password: str | None = None,
) -> BankFiles:
    """Write the approved lines that a bank can take. With a password workbooks are encrypted; text files cannot be.

    `lines`: one row a line with the fields of `settings.BANK_FIELDS` as strings, and `amount_fen`.

    A batch has one set of payable files: what an earlier writing left that is not the same goes to `作废/`.

    Raises:
        FupinError: the folder cannot be written to.
    """
    result = BankFiles()
    taken: list[dict[str, str]] = []
    wanted = {"account", "payee", "amount_fen", *profile.columns.values()}
    for row in lines.select(name for name in lines.columns if name in wanted).iter_rows(named=True):
        fen = int(row["amount_fen"])
        cells = {header: _cell(row, name, profile) for header, name in profile.columns.items()}
        reason = _obstacle(cells, row, fen, profile, encoding)
        if reason:
            result.left_out.append((row["payee"] or "", reason, fen))
        else:
            taken.append(cells)
            result.rows += 1
            result.fen += fen
    size = profile.max_rows or max(len(taken), 1)
    parts = [taken[start : start + size] for start in range(0, len(taken), size)]
    names = [f"{stem}_{number}" if len(parts) > 1 else stem for number in range(1, len(parts) + 1)]
    result.paths = [folder / f"{name}{profile.suffix}" for name in names]
    result.set_aside = _set_aside(stale_files(folder, stem, keep=result.paths))
    for path, part in zip(result.paths, parts, strict=True):
        with atomic(path) as temporary:
            _write(temporary, part, profile, encoding, day, password)
            if path.exists() and not same_content(path, temporary, password):
                result.set_aside += _set_aside([path])
    return result


def stale_files(folder: Path, stem: str, keep: list[Path]) -> list[Path]:
    """Payable files of a batch from earlier writings: other parts, numbered copies, another suffix."""
    own = re.compile(rf"{re.escape(stem)}(_\d+)?\.(csv|txt|xlsx)")
    return sorted(path for path in folder.glob(f"{stem}*") if own.fullmatch(path.name) and path not in keep)


def _set_aside(paths: list[Path]) -> list[Path]:
    """Move files where nobody takes them to the bank: a batch has one set of payable files, ever."""
    return [path.parent / moved for path in paths for moved in put_aside(path.parent, [path.name]).values()]


def _cell(row: dict[str, object], name: str, profile: BankProfile) -> str:
    if name == "amount":
        fen = int(str(row["amount_fen"]))
        return fen_to_yuan(fen) if profile.unit == "yuan" else str(fen)
    return "" if name == "blank" or row.get(name) is None else str(row[name])


def _obstacle(cells: dict[str, str], row: dict[str, object], fen: int, profile: BankProfile, encoding: str) -> str:
    """Why a line cannot go into the file; empty where it can."""
    if not row["account"]:
        return "没有账号"
    if not ACCOUNT.fullmatch(str(row["account"])):
        return "账号不是8至32位数字"
    if fen <= 0:
        return "金额为0"
    found = (_wrong_cell(header, text, profile, encoding) for header, text in cells.items())
    return next(filter(None, found), "")


def _wrong_cell(header: str, text: str, profile: BankProfile, encoding: str) -> str:
    """Why a cell cannot go into the file as it is; empty where it can."""
    if text.startswith(FORMULA_MARKS):
        return f"“{header}”以 = + - @ 或制表符开头"
    # Banks read lines, whatever stands in quotes. What breaks one is never printable; nearly all texts are.
    if not text.isprintable() and any(unicodedata.category(c) in BREAKS for c in text):
        return f"“{header}”里有换行或控制字符"
    if profile.suffix == ".txt" and profile.separator in text:
        return f"“{header}”里有分隔符"
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return f"“{header}”里的“{text[error.start]}”在 {encoding} 编码里没有"
    return ""


def _write(  # noqa: PLR0913, PLR0917 - what a file is made of
    path: Path,
    rows: list[dict[str, str]],
    profile: BankProfile,
    encoding: str,
    day: date,
    password: str | None,
) -> None:
    headers = list(profile.columns)
    summary = _summary(rows, profile, headers)
    if profile.suffix == ".xlsx":
        frame = pl.DataFrame([*rows, *summary], schema=dict.fromkeys(headers, pl.String))
        write_workbook(path, [SheetPlan("代发", {h: h for h in headers}, frame, filtered=False)], day, password)
        return
    stream = io.StringIO()
    if profile.suffix == ".csv":
        writer = csv.DictWriter(stream, headers, delimiter=profile.separator, lineterminator="\r\n")
        if profile.header:
            writer.writeheader()
        writer.writerows([*rows, *summary])
    else:  # a text file has no quotes
        lines = [headers] if profile.header else []
        lines += [[row.get(h, "") for h in headers] for row in [*rows, *summary]]
        stream.write("".join(profile.separator.join(line) + "\r\n" for line in lines))
    path.write_bytes(stream.getvalue().encode(encoding))


def _summary(rows: list[dict[str, str]], profile: BankProfile, headers: list[str]) -> list[dict[str, str]]:
    """The summary line, where the bank wants one: count and total."""
    amount = next((h for h, name in profile.columns.items() if name == "amount"), None)
    if not profile.summary or amount is None:
        return []
    fen = sum(int(row[amount].replace(".", "")) for row in rows)
    total = fen_to_yuan(fen) if profile.unit == "yuan" else str(fen)
    line = dict.fromkeys(headers, "")
    line[headers[0]] = f"合计{len(rows)}笔"
    line[amount] = total
    return [line]
