"""Empty forms: headers, what each column wants, text format where Excel would ruin numbers, drop-down lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.grid import Grid, text, whole
from fupin_cli.outputs.sheet import GREY
from fupin_cli.outputs.sheet_shape import FONT, PALE, set_page

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from fupin_cli.intake.contracts import ColumnSpec, TableSpec

FORM_ROWS = 2000
FIRST = 4  # heading, explanation, headers, then data
LIST_LIMIT = 255  # characters that Excel allows in a drop-down list written in place
TEXT_TYPES = ("id", "account", "phone", "code", "credit_code", "month", "name", "text", "choice", "choices", "yes_no")
GROUP_TITLES = {
    "national": "国家系统导出",
    "post": "公益性岗位",
    "bank": "银行代发",
    "side": "比对名单",
    "measure": "其他补贴",
}
WANTED = {
    "id": "18位身份证号，文本格式",
    "account": "账号，文本格式",
    "date": "日期，如 2024-05-01",
    "month": "年月，如 2024-05",
    "money": "元，最多两位小数",
    "count": "整数",
    "days": "天数，最多两位小数",
    "yes_no": "是 / 否",
    "benefit": "享受的写“是”",
    "phone": "手机号",
    "rate": "百分数，如 4.35",
    "choices": "可多选，用逗号分开",
}


def explanation(column: ColumnSpec) -> str:
    """What a column wants, in a few words."""
    filled = "必填" if column.required and not column.may_be_empty and not column.required_when else ""
    return "；".join(part for part in (filled, WANTED.get(column.type, "")) if part)


def write_form(spec: TableSpec, path: Path) -> None:
    """Write the empty .xlsx form of a table. The intake reads it back as that table."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = spec.title[:31]
    columns = list(spec.columns.values())
    last = column_letter(len(columns) - 1)
    sheet["A1"] = spec.title
    sheet["A1"].font = Font(name=FONT, size=14, bold=True)
    sheet.merge_cells(f"A1:{last}1")
    lists = book.create_sheet("选项")
    lists.sheet_state = "hidden"
    for number, column in enumerate(columns, 1):
        _column(sheet, lists, number, column)
    if lists.max_row == 1 and lists["A1"].value is None and lists.max_column == 1:
        book.remove(lists)
    sheet.row_dimensions[2].height = 28
    sheet.freeze_panes = f"A{FIRST}"
    sheet.print_title_rows = f"{FIRST - 1}:{FIRST - 1}"
    set_page(sheet, fits=True)
    book.save(path)


def _column(sheet: Worksheet, lists: Worksheet, number: int, column: ColumnSpec) -> None:
    """One column: what it means, its header, how its cells look, what may be chosen."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    line = Side(style="thin", color="FFBFBFBF")
    letter = column_letter(number - 1)
    note, head = sheet.cell(2, number, explanation(column)), sheet.cell(FIRST - 1, number, column.header)
    note.font, note.fill = (
        Font(name=FONT, size=9, italic=True, color="FF808080"),
        PatternFill("solid", fgColor=PALE),
    )
    head.font, head.fill = Font(name=FONT, bold=column.required), PatternFill("solid", fgColor=GREY)
    head.border = Border(left=line, right=line, top=line, bottom=line)
    note.alignment = head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.column_dimensions[letter].width = {"id": 22, "account": 24, "text": 16}.get(
        column.type, max(12, len(column.header) * 2 + 3)
    )
    if column.type in TEXT_TYPES:
        sheet.column_dimensions[letter].number_format = "@"
        for row in range(FIRST, FIRST + 200):
            sheet.cell(row, number).number_format = "@"
    elif column.type == "date":
        for row in range(FIRST, FIRST + 200):
            sheet.cell(row, number).number_format = "yyyy-mm-dd"
    _choices(sheet, lists, number, column)


def _choices(sheet: Worksheet, lists: Worksheet, number: int, column: ColumnSpec) -> None:
    """A list to choose from, in the rule itself, or on the hidden sheet where it is too long for that."""
    from openpyxl.worksheet.datavalidation import DataValidation

    choices = list(column.values) if column.type == "choice" else (["是", "否"] if column.type == "yes_no" else [])
    if choices:
        letter = column_letter(number - 1)
        formula = '"' + ",".join(choices) + '"'
        if len(formula) > LIST_LIMIT:
            for row, word in enumerate(choices, 1):
                lists.cell(row, number, word)
            formula = f"选项!${letter}$1:${letter}${len(choices)}"
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=not column.open)
        rule.error, rule.errorTitle = "请从下拉列表里选", column.header
        rule.add(f"{letter}{FIRST}:{letter}{FIRST + FORM_ROWS}")
        sheet.add_data_validation(rule)


def listing(contracts: dict[str, TableSpec]) -> Grid:
    """All tables with what identifies them."""
    columns = [*whole("代号"), *text("表名", "类别", "每行是什么", "必需的列")]
    table = Grid(f"全部表（{len(contracts)} 张）", columns, caption="写出模板：fupin template 在岗人员花名册")
    for spec in sorted(
        contracts.values(), key=lambda s: list(GROUP_TITLES).index(s.group) if s.group in GROUP_TITLES else 99
    ):
        table.add(
            spec.table,
            spec.title,
            GROUP_TITLES.get(spec.group, spec.group),
            spec.grain,
            "、".join(c.header for c in spec.bold),
        )
    return table
