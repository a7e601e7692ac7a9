"""Workbooks of any size: openpyxl makes the shape and the styles, Polars writes the rows' XML into the zip.

Row by row openpyxl needs a minute for 200,000 rows of 20 columns; this needs seconds. Every cell is inline text or a
number, so that nothing that came from a file can be a formula.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.encryption import sealed
from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.chart_sheet import add_chart_sheet
from fupin_cli.outputs.files import renewed
from fupin_cli.outputs.sheet import filled, lines_of
from fupin_cli.outputs.sheet_shape import CELL_LIMIT, SPACING, TITLE_LENGTH, add_sheet, first_row
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.system import MAX_STEM, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from fupin_cli.outputs.sheet import SheetPlan
    from fupin_cli.outputs.sheet_shape import Styles

EXCEL_ROWS = 1_048_576
BATCH = 20_000
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
PROTOTYPE = re.compile(rb'<row r="(?P<row>\d+)"[^>]*>(?P<cells>.*?)</row>', re.DOTALL)
CELL_STYLE = re.compile(rb'<c r="[A-Z]+\d+"(?: s="(\d+)")?')
DIMENSION = re.compile(rb"<dimension [^>]*/>")
MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")
# What `escaped` changes, besides length: most columns hold nothing of it, and one look costs less than six passes.
UNSAFE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}&<>]|_x"
MAX_HEIGHT = 405  # points that Excel gives a row
NUMBER = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$"  # a text that is a number, written as Excel would


def write_workbook(path: Path, plans: list[SheetPlan], created: date, password: str | None = None) -> None:
    """Write a workbook whose bytes depend on nothing but its contents (SPEC 8.22); encrypted, with a password.

    What is to be encrypted is never on the disk in plain, not for a moment: a program can be killed at any.

    Raises:
        OSError: the disk is full.
    """
    from openpyxl import Workbook

    from fupin_cli.outputs.in_memory import saved

    book = Workbook()
    book.remove(book["Sheet"] if "Sheet" in book.sheetnames else book.worksheets[0])
    book.properties.creator = book.properties.lastModifiedBy = "fupin"
    pieces = [piece for plan in filled(plans) for piece in _pieces(plan)]
    styles: Styles = {}
    for plan in pieces:
        if plan.charts:
            add_chart_sheet(book, plan)
        else:
            add_sheet(book, plan, styles)
    shell = saved(book)
    if password is None:
        _fill(shell, path, pieces, created)
        return
    plain = BytesIO()
    _fill(shell, plain, pieces, created)
    path.write_bytes(sealed(plain, password))


def save_workbooks(
    folder: Path,
    books: Iterable[tuple[str, list[SheetPlan]]],
    created: date,
    *,
    force: bool,
    password: str | None,
) -> list[Path]:
    """Write each (stem, sheets) as a workbook of its own into a folder (`files.renewed`: the newest has the plain name).

    With a password the workbooks are encrypted.

    Raises:
        FupinError: the disk is full, or a workbook is open elsewhere.
    """
    paths = []
    for stem, plans in books:
        path = folder / f"{safe_name(stem, MAX_STEM)}.xlsx"
        with renewed(path, force=force, password=password) as temporary:
            write_workbook(temporary, plans, created, password)
        paths.append(path)
    return paths


def _pieces(plan: SheetPlan) -> Iterator[SheetPlan]:
    """Continue on a further sheet where one cannot hold all rows; a sheet of charts is one."""
    if plan.charts:
        yield plan
        return
    room = EXCEL_ROWS - first_row(plan) + 1
    for number, start in enumerate(range(0, max(plan.rows.height, 1), room), 1):
        yield replace(
            plan,
            title=plan.title if number == 1 else f"{plan.title[: TITLE_LENGTH - 4]}({number})",
            rows=plan.rows.slice(start, room),
            marked={name: flags.slice(start, room) for name, flags in plan.marked.items()},
        )


def _fill(shell: BytesIO, path: Path | BytesIO, pieces: list[SheetPlan], created: date) -> None:
    """Copy the shell's zip, putting the rows in place of the prototypes."""
    with zipfile.ZipFile(shell) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as target:
        for part in source.namelist():
            entry = zipfile.ZipInfo(part, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            content = source.read(part)
            number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
            with target.open(entry, "w", force_zip64=True) as stream:
                if number and not pieces[int(number[1]) - 1].charts:
                    for block in _sheet_blocks(content, pieces[int(number[1]) - 1]):
                        stream.write(block)
                elif part == "docProps/core.xml":
                    stamp = f"{created.isoformat()}T00:00:00Z".encode()
                    stream.write(MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", content))
                else:
                    stream.write(content)


def _sheet_blocks(xml: bytes, plan: SheetPlan) -> Iterator[bytes]:
    first = first_row(plan)
    prototypes = {int(m["row"]): m for m in PROTOTYPE.finditer(xml)}
    plain, marked = (
        [style.decode() or "0" for style in CELL_STYLE.findall(prototypes[first + offset]["cells"])]
        for offset in (0, 1)
    )
    head = DIMENSION.sub(b"", xml[: prototypes[first].start()])
    yield head
    for start in range(0, plan.rows.height, BATCH):
        yield _rows_xml(plan, start, first + start, plain, marked)
    below = (CELL_STYLE.findall(prototypes[first + 2]["cells"])[0] or b"0").decode()
    yield _closing_xml(plan, first + plan.rows.height, plain, below)
    yield xml[prototypes[first + 2].end() :]


def _closing_xml(plan: SheetPlan, row: int, styles: list[str], below: str) -> bytes:
    """The row of totals, as formulas with the values that they come to, and the lines under the table."""
    parts = []
    if plan.summed:
        cells = []
        for position, name in enumerate(plan.headers):
            letter = column_letter(position)
            tag = f'<c r="{letter}{row}" s="{styles[position]}"'
            if name in plan.summed:
                total = int(plan.rows[name].sum() or 0)
                value = fen_to_yuan(total) if name.endswith("_fen") else str(total)
                formula = f"<f>SUM({letter}{first_row(plan)}:{letter}{row - 1})</f>" if plan.rows.height else ""
                cells.append(f"{tag}>{formula}<v>{value}</v></c>")
            elif position == 0:
                cells.append(f'{tag} t="inlineStr"><is><t>合计</t></is></c>')
            else:
                cells.append(f"{tag}/>")
        height = f' ht="{plan.row_height}" customHeight="1"' if plan.row_height else ""
        parts.append(f'<row r="{row}"{height}>{"".join(cells)}</row>')
        row += 1
    texts = pl.DataFrame({"t": list(plan.below)}, schema={"t": pl.String}).select(escaped(pl.col("t"))).to_series()
    for number, (text, lines) in enumerate(zip(texts, plan.below_lines(), strict=True), row + 1):
        height = f' ht="{lines * plan.size * SPACING:.0f}" customHeight="1"' if lines > 1 else ""
        cell = f'<c r="A{number}" s="{below}" t="inlineStr"><is><t>{text}</t></is></c>'
        parts.append(f'<row r="{number}"{height}>{cell}</row>')
    return "".join(parts).encode()


def _rows_xml(plan: SheetPlan, start: int, row: int, plain: list[str], marked: list[str]) -> bytes:
    rows = plan.rows.slice(start, BATCH).select(list(plan.headers))
    flags = {f"__{name}": series.slice(start, BATCH) for name, series in plan.marked.items() if name in plan.headers}
    frame = rows.with_columns(__row=pl.int_range(row, row + rows.height).cast(pl.String), **flags)
    cells = []
    unsafe = _unsafe(rows)
    for position, name in enumerate(plan.headers):
        style: pl.Expr = pl.lit(plain[position])
        if f"__{name}" in flags:
            style = pl.when(pl.col(f"__{name}")).then(pl.lit(marked[position])).otherwise(style)
        start_tag = pl.concat_str(pl.lit(f'<c r="{column_letter(position)}'), "__row", pl.lit('" s="'), style)
        whole, escape = rows.schema[name].is_integer(), name in unsafe
        cells.append(_cell(start_tag, name, whole=whole, escape=escape, numbers=name in plan.figures))
    line = pl.concat_str(pl.lit('<row r="'), "__row", pl.lit('"'), _height(plan), pl.lit(">"), *cells, pl.lit("</row>"))
    text: str = frame.select(line.str.join("")).item()
    return text.encode()


def _height(plan: SheetPlan) -> pl.Expr:
    """Row height for wrapped text: readers differ in whether they work it out themselves."""
    if plan.row_height:
        return pl.lit(f' ht="{plan.row_height}" customHeight="1"')
    if not plan.higher:
        return pl.lit("")
    points = pl.min_horizontal((lines_of(plan) * plan.size * SPACING).ceil().cast(pl.Int64), pl.lit(MAX_HEIGHT))
    return pl.concat_str(pl.lit(' ht="'), points.cast(pl.String), pl.lit('" customHeight="1"'))


def _unsafe(rows: pl.DataFrame) -> set[str]:
    """Columns of text with a cell that cannot be written as it stands (`escaped`): all are asked at once."""
    texts = {name: pl.col(name).cast(pl.String).str for name, dtype in rows.schema.items() if not dtype.is_integer()}
    if not texts:
        return set()
    asked = (
        (text.contains(UNSAFE) | (text.len_bytes() > CELL_LIMIT)).any().alias(name) for name, text in texts.items()
    )
    return {name for name, told in rows.select(asked).row(0, named=True).items() if told}


def _cell(start_tag: pl.Expr, name: str, *, whole: bool, escape: bool, numbers: bool) -> pl.Expr:
    column = pl.col(name)
    empty = pl.concat_str(start_tag, pl.lit('"/>'))
    if whole:
        number = column.cast(pl.String)
        if name.endswith(("_fen", "_x100")):
            number = fen_to_yuan_expr(column)
        written = pl.concat_str(start_tag, pl.lit('"><v>'), number, pl.lit("</v></c>"))
    else:
        text = escaped(column.cast(pl.String)) if escape else column.cast(pl.String)
        written = pl.concat_str(
            start_tag, pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), text, pl.lit("</t></is></c>")
        )
        if numbers:
            number = pl.concat_str(start_tag, pl.lit('"><v>'), text, pl.lit("</v></c>"))
            written = pl.when(column.cast(pl.String).str.contains(NUMBER)).then(number).otherwise(written)
    return pl.when(column.is_null()).then(empty).otherwise(written)


def escaped(text: pl.Expr) -> pl.Expr:
    """Text for XML: signs escaped, control characters dropped, and `_x000D_` kept as the letters it is."""
    return (
        text.str.head(CELL_LIMIT)
        .str.replace_all(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]", "")
        .str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1")
        .str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
    )
