"""Bank batch files of an approved month, in the bank's own format; who cannot be written is listed, never altered."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.id_names import unencodable
from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.files import atomic, put_aside, same_content
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from fupin_cli.policy.bank_settings import BankProfile

ACCOUNT = re.compile("[0-9]{8,32}")
BREAKS = ("Cc", "Zl", "Zp")  # control characters, line and paragraph separators
FORMULA_MARKS = ("=", "+", "-", "@", "\t")
ODD = r"^[=+\-@\t]|[\p{Cc}\p{Zl}\p{Zp}]"  # what `_wrong_cell` says of marks and breaks


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

    `lines`: one row a line with the fields of `bank_settings.BANK_FIELDS` as strings, and `amount_fen`.

    A batch has one set of payable files: what an earlier writing left that is not the same goes to `作废/`.

    Raises:
        FupinError: the folder cannot be written to.
    """
    cells = lines.select(_cell(lines, name, profile).alias(header) for header, name in profile.columns.items())
    left_out = _left_out(lines, cells, profile, encoding)
    result = BankFiles(left_out=list(left_out.values()))
    kept = pl.Series(range(lines.height), dtype=pl.UInt32).is_in(list(left_out)).not_()
    taken, fen = cells.filter(kept), lines["amount_fen"].filter(kept).cast(pl.Int64)
    result.rows, result.fen = taken.height, int(fen.sum())
    size = profile.max_rows or max(taken.height, 1)
    parts = [(taken.slice(start, size), int(fen.slice(start, size).sum())) for start in range(0, taken.height, size)]
    names = [f"{stem}_{number}" if len(parts) > 1 else stem for number in range(1, len(parts) + 1)]
    result.paths = [folder / f"{name}{profile.suffix}" for name in names]
    result.set_aside = _set_aside(stale_files(folder, stem, keep=result.paths))
    for path, (part, total) in zip(result.paths, parts, strict=True):
        with atomic(path) as temporary:
            _write(temporary, pl.concat([part, _summary(part, total, profile)]), profile, encoding, day, password)
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


def _cell(lines: pl.DataFrame, name: str, profile: BankProfile) -> pl.Expr:
    """A column of the file as text; what is not known is empty."""
    if name == "amount":
        fen = pl.col("amount_fen").cast(pl.Int64)
        return fen_to_yuan_expr(fen) if profile.unit == "yuan" else fen.cast(pl.String)
    known = name in lines.columns and name != "blank"
    return pl.col(name).cast(pl.String).fill_null("") if known else pl.lit("")


def _left_out(
    lines: pl.DataFrame, cells: pl.DataFrame, profile: BankProfile, encoding: str
) -> dict[int, tuple[str, str, int]]:
    """Lines that cannot go into the file, by their place: payee, why, fen.

    Whole columns tell which lines are in doubt; only these are gone through one by one.
    """
    text = pl.all()
    odd = text.str.contains(ODD)
    if profile.suffix == ".txt":
        odd |= text.str.contains(profile.separator, literal=True)
    letters = "".join(sorted(set("".join("".join(cells[name].unique()) for name in cells.columns))))
    if rare := "".join(sorted(unencodable(letters, encoding))):
        odd |= text.str.contains("[" + re.escape(rare) + "]")
    sound = lines.select(
        pl.col("account").cast(pl.String).str.contains("^[0-9]{8,32}$").fill_null(value=False)
        & (pl.col("amount_fen").cast(pl.Int64) > 0).fill_null(value=False)
    ).to_series()
    doubtful = ~sound | cells.select(pl.any_horizontal(odd)).to_series()
    found = {}
    rows = lines.select("account", "payee", "amount_fen")
    for place in doubtful.arg_true():
        row, fen = rows.row(place, named=True), int(rows["amount_fen"][place])
        if reason := _obstacle(cells.row(place, named=True), row, fen, profile, encoding):
            found[place] = (row["payee"] or "", reason, fen)
    return found


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
    rows: pl.DataFrame,
    profile: BankProfile,
    encoding: str,
    day: date,
    password: str | None,
) -> None:
    headers = list(profile.columns)
    if profile.suffix == ".xlsx":
        write_workbook(path, [SheetPlan("代发", {h: h for h in headers}, rows, filtered=False)], day, password)
        return
    lines = [*([headers] if profile.header else []), *rows.iter_rows()]
    stream = io.StringIO()
    if profile.suffix == ".csv":
        csv.writer(stream, delimiter=profile.separator, lineterminator="\r\n").writerows(lines)
    else:  # a text file has no quotes
        stream.write("".join(profile.separator.join(line) + "\r\n" for line in lines))
    path.write_bytes(stream.getvalue().encode(encoding))


def _summary(rows: pl.DataFrame, fen: int, profile: BankProfile) -> pl.DataFrame:
    """The summary line of a file, where the bank wants one: count and total."""
    amount = next((h for h, name in profile.columns.items() if name == "amount"), None)
    if not profile.summary or amount is None:
        return rows.clear()
    total = fen_to_yuan(fen) if profile.unit == "yuan" else str(fen)
    line = dict.fromkeys(rows.columns, "")
    line[rows.columns[0]] = f"合计{rows.height}笔"
    line[amount] = total
    return pl.DataFrame([line], schema=rows.schema)
