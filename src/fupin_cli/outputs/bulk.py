"""Workbooks of any size: openpyxl makes the shape and the styles, Polars writes the rows' XML into the zip.

Row by row openpyxl needs a minute for 200,000 rows of 20 columns; this needs seconds. Every cell is inline text or a
number, so that nothing that came from a file can be a formula.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.encryption import sealed
from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.files import atomic, free_path
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

EXCEL_ROWS = 1_048_576
BATCH = 20_000
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
PROTOTYPE = re.compile(rb'<row r="(?P<row>\d+)"[^>]*>(?P<cells>.*?)</row>', re.DOTALL)
CELL_STYLE = re.compile(rb'<c r="[A-Z]+\d+"(?: s="(\d+)")?')
DIMENSION = re.compile(rb"<dimension [^>]*/>")
MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")
FONT, GREY, RED, PALE = "宋体", "FFD9E1F2", "FFFFC7CE", "FFF2F2F2"
MIN_WIDTH, MAX_WIDTH, WRAP_WIDTH = 6, 40, 44
FITTING_WIDTH = 230  # characters that one landscape page can carry and still be read
LINE_HEIGHT, MAX_HEIGHT = 15, 405  # points
A4 = 9
TITLE_LENGTH = 31
CELL_LIMIT = 32_767  # characters that Excel holds in one cell
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORBIDDEN_TITLE = re.compile(r"[\[\]:*?/\\']")


@dataclass
class SheetPlan:
    """One sheet: a heading, column headers, rows.

    `widths`: widths that are not to follow from the texts. `printed`: how many columns from the left are printed, where not all are.

    `rows`: String columns become text, Int64 columns named `…_fen` money in yuan, other integers numbers. `headers` gives
    each column's words. `summed`: columns with a total below, a formula with its value. `below`: lines under the table.
    `marked`: column → Boolean series, cells to be coloured. `wrapped`: columns of long text.
    """

    title: str
    headers: dict[str, str]
    rows: pl.DataFrame
    heading: str = ""
    marked: dict[str, pl.Series] = field(default_factory=dict)
    wrapped: tuple[str, ...] = ()
    filtered: bool = True
    printed: int | None = None
    widths: dict[str, int] = field(default_factory=dict)
    mark_colour: str = RED
    summed: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


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
    pieces = [piece for plan in plans for piece in _pieces(plan)]
    for plan in pieces:
        _shape(book, plan)
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
    """Write each (stem, sheets) as a workbook of its own into a folder; without `force` nothing is overwritten.

    With a password the workbooks are encrypted.

    Raises:
        FupinError: the disk is full, or a workbook is open elsewhere.
    """
    paths = []
    for stem, plans in books:
        path = free_path(folder, stem, ".xlsx", force=force)
        with atomic(path) as temporary:
            write_workbook(temporary, plans, created, password)
        paths.append(path)
    return paths


def _pieces(plan: SheetPlan) -> Iterator[SheetPlan]:
    """Continue on a further sheet where one cannot hold all rows."""
    room = EXCEL_ROWS - _first_row(plan) + 1
    for number, start in enumerate(range(0, max(plan.rows.height, 1), room), 1):
        yield SheetPlan(
            title=plan.title if number == 1 else f"{plan.title[: TITLE_LENGTH - 4]}({number})",
            headers=plan.headers,
            rows=plan.rows.slice(start, room),
            heading=plan.heading,
            marked={name: flags.slice(start, room) for name, flags in plan.marked.items()},
            wrapped=plan.wrapped,
            filtered=plan.filtered,
            printed=plan.printed,
            widths=plan.widths,
            mark_colour=plan.mark_colour,
            summed=plan.summed,
            below=plan.below,
        )


def _first_row(plan: SheetPlan) -> int:
    """The first row of data: below the heading, if any, and the headers."""
    return 3 if plan.heading else 2


def sheet_title(book: Workbook, wanted: str) -> str:
    """A title that Excel takes and the workbook does not have yet."""
    base = "".join(c for c in FORBIDDEN_TITLE.sub("", wanted) if c.isprintable())[:TITLE_LENGTH] or "表"
    title, number = base, 2
    taken = {name.casefold() for name in book.sheetnames}  # Excel tells no case
    while title.casefold() in taken:
        title = f"{base[: TITLE_LENGTH - 4]}({number})"
        number += 1
    return title


def _shape(book: Workbook, plan: SheetPlan) -> None:
    """Make the sheet with everything but its rows: two prototype rows carry the styles, plain and marked."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    sheet: Worksheet = book.create_sheet(sheet_title(book, plan.title))
    line = Side(style="thin", color="FFBFBFBF")
    border = Border(left=line, right=line, top=line, bottom=line)
    first = _first_row(plan)
    if plan.heading:
        cell = _write_text(sheet, 1, 1, plan.heading)
        cell.font = Font(name=FONT, size=14, bold=True)
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(len(plan.headers), 1))
    for column, (name, header) in enumerate(plan.headers.items(), 1):
        cell = _write_text(sheet, first - 1, column, header)
        cell.font = Font(name=FONT, bold=True)
        cell.fill = PatternFill("solid", fgColor=GREY)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = border
        for offset, fill in ((0, None), (1, plan.mark_colour)):
            body = sheet.cell(first + offset, column, 0)
            body.font = Font(name=FONT)
            body.border = border
            body.alignment = Alignment(vertical="top", wrap_text=name in plan.wrapped)
            body.number_format = _number_format(plan.rows[name])
            if fill:
                body.fill = PatternFill("solid", fgColor=fill)
        sheet.column_dimensions[column_letter(column - 1)].width = _width(plan, name, header)
    last = column_letter(max(len(plan.headers), 1) - 1)
    sheet.freeze_panes = f"A{first}"
    sheet.print_title_rows = f"{first - 1}:{first - 1}"
    if plan.filtered and plan.rows.height:
        sheet.auto_filter.ref = f"A{first - 1}:{last}{first - 1 + plan.rows.height}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    shown = plan.printed or len(plan.headers)
    if plan.printed and plan.rows.height:
        sheet.print_area = f"A1:{column_letter(shown - 1)}{first - 1 + plan.rows.height}"
    fits = sum(sheet.column_dimensions[column_letter(n)].width for n in range(shown)) <= FITTING_WIDTH
    set_page(sheet, fits=fits)
    if not fits:  # too wide to be read on one page: several pages, each with the first two columns
        sheet.page_setup.scale = 70
        sheet.print_title_cols = "A:B"


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Write a cell as text, whatever it begins with: words of a heading come from files too."""
    cell = sheet.cell(row, column, NOT_XML.sub("", text)[:CELL_LIMIT])
    cell.data_type = "s"
    return cell


def set_page(sheet: Worksheet, *, fits: bool) -> None:
    """A4 landscape with page numbers; `fits`: the columns are made to fit one page's width."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    if fits:
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    footer: Any = sheet.oddFooter
    footer.center.text = "第 &P 页 共 &N 页"
    footer.right.text = "&A"


def _number_format(series: pl.Series) -> str:
    if series.name.endswith("_fen"):
        return "#,##0.00"
    return "0" if series.dtype.is_integer() else "@"


def _width(plan: SheetPlan, name: str, header: str) -> float:
    """Width for nearly all of the column's texts; a Han character takes two places."""
    if name in plan.widths:
        return plan.widths[name]
    texts = plan.rows[name].head(5000).cast(pl.String).fill_null("")
    widths = texts.str.len_chars() + texts.str.count_matches(r"[^\x00-\x7f]")
    usual = float(widths.quantile(0.97, "higher") or 0) if widths.len() else 0.0
    head = max((len(word) + sum(ord(c) > 127 for c in word) for word in header.split()), default=0)  # noqa: PLR2004 - beyond ASCII
    limit = WRAP_WIDTH if name in plan.wrapped else MAX_WIDTH
    return min(max(usual, head + 2, MIN_WIDTH) + 2, limit)


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
                if number:
                    for block in _sheet_blocks(content, pieces[int(number[1]) - 1]):
                        stream.write(block)
                elif part == "docProps/core.xml":
                    stamp = f"{created.isoformat()}T00:00:00Z".encode()
                    stream.write(MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", content))
                else:
                    stream.write(content)


def _sheet_blocks(xml: bytes, plan: SheetPlan) -> Iterator[bytes]:
    first = _first_row(plan)
    prototypes = {int(m["row"]): m for m in PROTOTYPE.finditer(xml)}
    plain, marked = (
        [style.decode() or "0" for style in CELL_STYLE.findall(prototypes[first + offset]["cells"])]
        for offset in (0, 1)
    )
    head = DIMENSION.sub(b"", xml[: prototypes[first].start()])
    yield head
    for start in range(0, plan.rows.height, BATCH):
        yield _rows_xml(plan, start, first + start, plain, marked)
    yield _closing_xml(plan, first + plan.rows.height, plain)
    yield xml[prototypes[first + 1].end() :]


def _closing_xml(plan: SheetPlan, row: int, styles: list[str]) -> bytes:
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
                formula = f"<f>SUM({letter}{_first_row(plan)}:{letter}{row - 1})</f>" if plan.rows.height else ""
                cells.append(f"{tag}>{formula}<v>{value}</v></c>")
            elif position == 0:
                cells.append(f'{tag} t="inlineStr"><is><t>合计</t></is></c>')
            else:
                cells.append(f"{tag}/>")
        parts.append(f'<row r="{row}">{"".join(cells)}</row>')
        row += 1
    texts = pl.DataFrame({"t": list(plan.below)}, schema={"t": pl.String}).select(escaped(pl.col("t"))).to_series()
    for number, text in enumerate(texts, row + 1):
        parts.append(f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>')
    return "".join(parts).encode()


def _rows_xml(plan: SheetPlan, start: int, row: int, plain: list[str], marked: list[str]) -> bytes:
    rows = plan.rows.slice(start, BATCH).select(list(plan.headers))
    flags = {f"__{name}": series.slice(start, BATCH) for name, series in plan.marked.items() if name in plan.headers}
    frame = rows.with_columns(__row=pl.int_range(row, row + rows.height).cast(pl.String), **flags)
    cells = []
    for position, name in enumerate(plan.headers):
        style: pl.Expr = pl.lit(plain[position])
        if f"__{name}" in flags:
            style = pl.when(pl.col(f"__{name}")).then(pl.lit(marked[position])).otherwise(style)
        start_tag = pl.concat_str(pl.lit(f'<c r="{column_letter(position)}'), "__row", pl.lit('" s="'), style)
        cells.append(_cell(start_tag, name, rows[name]))
    line = pl.concat_str(pl.lit('<row r="'), "__row", pl.lit('"'), _height(plan), pl.lit(">"), *cells, pl.lit("</row>"))
    text: str = frame.select(line.str.join("")).item()
    return text.encode()


def _height(plan: SheetPlan) -> pl.Expr:
    """Row height for wrapped text: readers differ in whether they work it out themselves."""
    if not plan.wrapped:
        return pl.lit("")
    lines = []
    for name in plan.wrapped:
        text = pl.col(name).fill_null("")
        places = text.str.len_chars() + text.str.count_matches(r"[^\x00-\x7f]")
        room = int(_width(plan, name, plan.headers[name])) - 1
        lines.append((places + room - 1) // room + text.str.count_matches("\n"))
    points = pl.min_horizontal(pl.max_horizontal(*lines, pl.lit(1)) * LINE_HEIGHT, pl.lit(MAX_HEIGHT))
    return pl.concat_str(pl.lit(' ht="'), points.cast(pl.String), pl.lit('" customHeight="1"'))


def _cell(start_tag: pl.Expr, name: str, series: pl.Series) -> pl.Expr:
    column = pl.col(name)
    empty = pl.concat_str(start_tag, pl.lit('"/>'))
    if series.dtype.is_integer():
        number = column.cast(pl.String)
        if name.endswith("_fen"):
            number = fen_to_yuan_expr(column)
        filled = pl.concat_str(start_tag, pl.lit('"><v>'), number, pl.lit("</v></c>"))
    else:
        text = escaped(column.cast(pl.String))
        filled = pl.concat_str(
            start_tag, pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), text, pl.lit("</t></is></c>")
        )
    return pl.when(column.is_null()).then(empty).otherwise(filled)


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
