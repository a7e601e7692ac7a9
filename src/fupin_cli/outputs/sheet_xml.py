"""A sheet's XML: what openpyxl wrote of the first of those that look alike, and of each its heading, rows, totals, lines below.

A county has a sheet for each of 300 villages: openpyxl shapes one of them, and no more is asked of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.rows_xml import SPACING, Part, escaped, rows_xml
from fupin_cli.outputs.sheet_shape import first_row, heading_height
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fupin_cli.outputs.sheet import SheetPlan

BATCH = 20_000  # rows that are text in memory at once
ROW = re.compile(rb'<row r="(?P<row>\d+)"[^>]*>(?P<cells>.*?)</row>', re.DOTALL)
CELL_STYLE = re.compile(rb'<c r="[A-Z]+\d+"(?: s="(\d+)")?')
DIMENSION = re.compile(rb"<dimension [^>]*/>")
AFTER_ROWS = re.compile(rb"</sheetData>(?:<autoFilter [^>]*/>)?")


@dataclass(frozen=True)
class Shell:
    """What sheets that look alike have in common, cut from the XML of one: bytes as they stand, and numbers of styles."""

    head: bytes
    heading: str
    headers: bytes
    plain: list[str]
    marked: list[str]
    below: str
    after_rows: bytes
    tail: bytes

    @classmethod
    def of(cls, xml: bytes, plan: SheetPlan) -> Shell:
        """Cut the XML of a sheet as `sheet_shape.add_sheet` made it: its rows are prototypes."""
        rows, first = {int(m["row"]): m for m in ROW.finditer(xml)}, first_row(plan)
        styles = {row: [style.decode() or "0" for style in CELL_STYLE.findall(m["cells"])] for row, m in rows.items()}
        end = AFTER_ROWS.search(xml, rows[first + 2].end())
        assert end, "a sheet of openpyxl has rows"  # noqa: S101 - its own output
        return cls(
            DIMENSION.sub(b"", xml[: rows[1].start()]),
            styles[1][0],
            rows[first - 1][0],
            styles[first],
            styles[first + 1],
            styles[first + 2][0],
            end[0],
            xml[end.end() :],
        )


def alike(plan: SheetPlan) -> tuple[object, ...]:
    """What makes sheets look alike but for their texts: one shell serves all with the same."""
    types = plan.rows.schema
    return (
        tuple(plan.headers.items()),
        tuple(types[name] for name in plan.headers),
        tuple(map(plan.width, plan.headers)),
        (plan.figures, plan.folded, tuple(plan.marked), plan.mark_colour),
        (plan.upright, plan.printed_columns, plan.size, plan.row_height),
        plan.heading_size if plan.heading else 0,
        plan.rows.height if plan.filtered else None,
    )


def sheets_xml(xml: bytes, plans: list[SheetPlan]) -> Iterator[Iterator[bytes]]:
    """The XML of each of these sheets that look alike, in blocks; `xml`: of the first, as openpyxl wrote it.

    The rows of several are made in one pass, those of one by `BATCH`.
    """
    shell, first = Shell.of(xml, plans[0]), first_row(plans[0])
    words = _escaped([text for plan in plans for text in (plan.heading, *plan.below)])
    if len(plans) > 1:
        texts = rows_xml(plans[0], [Part(plan.rows, plan.marked) for plan in plans], first, shell.plain, shell.marked)
        for plan, text in zip(plans, texts, strict=True):
            yield _sheet(shell, plan, iter([text]), words)
        return
    yield _sheet(shell, plans[0], _blocks(shell, plans[0]), words)


def _blocks(shell: Shell, plan: SheetPlan) -> Iterator[bytes]:
    """The rows of one sheet, so many at once."""
    for start in range(0, plan.rows.height, BATCH):
        marked = {name: flags.slice(start, BATCH) for name, flags in plan.marked.items()}
        part = Part(plan.rows.slice(start, BATCH), marked)
        yield from rows_xml(plan, [part], first_row(plan) + start, shell.plain, shell.marked)


def _sheet(shell: Shell, plan: SheetPlan, rows: Iterator[bytes], words: dict[str, str]) -> Iterator[bytes]:
    yield shell.head
    if plan.heading:
        yield _heading(plan, shell.heading, words).encode()
    yield shell.headers
    yield from rows
    yield _closing(plan, first_row(plan) + plan.rows.height, shell.plain, shell.below, words).encode()
    yield shell.after_rows
    merged = _merged(plan)
    if merged:
        cells = "".join(f'<mergeCell ref="{cells}"/>' for cells in merged)
        yield f'<mergeCells count="{len(merged)}">{cells}</mergeCells>'.encode()
    yield shell.tail


def _escaped(texts: list[str]) -> dict[str, str]:
    column = pl.DataFrame({"t": texts}, schema={"t": pl.String}).unique()
    return dict(column.select("t", to=escaped(pl.col("t"))).iter_rows())


def _heading(plan: SheetPlan, style: str, words: dict[str, str]) -> str:
    height = heading_height(plan, len(plan.pages[0]))
    cell = f'<c r="A1" s="{style}" t="inlineStr"><is><t xml:space="preserve">{words[plan.heading]}</t></is></c>'
    return f'<row r="1" ht="{height:g}" customHeight="1">{cell}</row>'


def _closing(plan: SheetPlan, row: int, styles: list[str], below: str, words: dict[str, str]) -> str:
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
    for number, (text, lines) in enumerate(zip(plan.below, plan.below_lines(), strict=True), row + 1):
        height = f' ht="{lines * plan.size * SPACING:.0f}" customHeight="1"' if lines > 1 else ""
        cell = f'<c r="A{number}" s="{below}" t="inlineStr"><is><t>{words[text]}</t></is></c>'
        parts.append(f'<row r="{number}"{height}>{cell}</row>')
    return "".join(parts)


def _merged(plan: SheetPlan) -> list[str]:
    """The heading over the first page, and each line below the table over the columns of its page: a long one is folded there."""
    across = len(plan.pages[0])
    last = column_letter(max(across, 1) - 1)
    start = plan.last_row - len(plan.below) + 1
    below = [f"A{row}:{last}{row}" for row in range(start, start + len(plan.below)) if across > 1]
    return [*([f"A1:{last}1"] if plan.heading else []), *below]
