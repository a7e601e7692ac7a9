"""What is wrong with the cells of a sheet (IN004–IN007, IN010, IN011, ID001): each with its row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.intake.contract_check import EMPTY, failures
from fupin_cli.intake.values import (
    FAILED_FORMULA,
    FORMULA_START,
    GUARDED,
    PLACEHOLDERS,
    Converted,
    convert,
    suggestion,
)
from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.doubtful import Doubtful
    from fupin_cli.intake.raw import Source

KEY = "id_number"
HISTORY = "payment_history"
# Days without which nobody knows whether a line's person is still there: written and not read, they hold it.
HOLDING = {"assignments": ("on_post", "off_post")}
SUMMED = ("money", "count", "days")
SHIFTED = "shifted"
REASONS = {
    "number": "Excel 把身份证号存成了数字，末几位已经丢失，不能用",
    "empty": "身份证号没有填",
    "length": "身份证号不是18位（残疾证20或22位）",
    SHIFTED: "这一行比表头多出几格，多半是某一格里的逗号没有加引号，身份证号和后面各格都可能错位",
}
SHIFTED_HINT = "给有逗号的那一格加上英文双引号，或把逗号改成顿号；确是多出的一列的，给它加上表头"
LOST_HINT = "找原件重新录入；录入前把该列单元格格式设为“文本”"


def unkeyed(frame: pl.DataFrame, fault: pl.Series, spec: TableSpec) -> pl.DataFrame:
    """ID001: rows set aside, and wrong numbers where none is needed; on the roster it holds the payment."""
    if fault.null_count() == fault.len():
        return findings.empty()
    rows = frame.with_columns(fault).filter(fault.is_not_null())
    return rows.select(
        "_src",
        "_row",
        code=pl.lit("ID001"),
        column=pl.lit(KEY),
        message=pl.col("_reason").replace_strict(REASONS, return_dtype=pl.String)
        + ("，此行另放，不参加其他检查" if spec.has_person_key else ""),
        hint=pl.when(pl.col("_reason") == "number")
        .then(pl.lit(LOST_HINT))
        .when(pl.col("_reason") == SHIFTED)
        .then(pl.lit(SHIFTED_HINT)),
        effect=pl.lit("hold" if spec.table == "assignments" else "none"),
        name=pl.col("name") if "name" in frame.columns else pl.lit(None, dtype=pl.String),
    )


def lost_cells(frame: pl.DataFrame, lost: dict[str, pl.Series], spec: TableSpec) -> pl.DataFrame:
    """Numbers in other ID columns (ID001) and long numbers in account columns (ID014): the row stays, the cell is null."""
    parts = []
    for name, flags in lost.items():
        if (name == KEY and spec.has_person_key) or not flags.any():
            continue
        is_account = spec.columns[name].type == "account"
        what = "账号" if is_account else "身份证号"
        holds = spec.table == "assignments"
        parts.append(
            frame.filter(flags).select(
                "_src",
                "_row",
                code=pl.lit("ID014" if is_account else "ID001"),
                column=pl.lit(name),
                message=pl.lit(f"Excel 把{what}存成了数字，末几位已经丢失，不能用"),
                hint=pl.lit(LOST_HINT),
                effect=pl.lit("hold" if holds and is_account else "none"),
                severity=pl.lit("error"),
                waivable=pl.lit(value=False),
                person=pl.col(KEY) if KEY in frame.columns else pl.lit(None, dtype=pl.String),
            )
        )
    return pl.concat(parts) if parts else findings.empty()


def bad_cells(
    frame: pl.DataFrame, converted: dict[str, Converted], spec: TableSpec, doubtful: dict[str, Doubtful]
) -> pl.DataFrame:
    """IN005, IN006, IN007: cells that could not be typed, or are `doubtful`."""
    said = {
        "date": "“{}”不是日期，或没有这一天",
        "month": "“{}”不是月份",
        "yes_no": "“{}”看不出是“是”还是“否”",
        "benefit": "“{}”看不出是“是”还是“否”",
        "measure": "“{}”不是已知的补贴类型；带“公岗”“公益”字样的按公益性岗位补贴计入已发月数",
        "pay_status": "“{}”不是已知的处理结果，不算已发",
    }
    if spec.table == HISTORY:  # only what is known to have come back is not paid (SPEC 8.7)
        said["pay_status"] = "“{}”不是已知的发放状态，按已发计算"
    parts = []
    for name, result in converted.items():
        if result.bad is None:
            continue
        column = spec.columns[name]
        message = said.get(
            column.type, "“{}”不是可用的数（须为非负数，" + ("整数）" if column.type == "count" else "最多两位小数）")
        )
        holds = "hold" if name in HOLDING.get(spec.table, ()) else None
        doubt = doubtful.get(name)
        in_doubt = pl.lit(doubt.cells.filter(result.bad) if doubt else False)
        cells = frame.filter(result.bad).select(
            *_who(frame),
            "_src",
            "_row",
            code=pl.lit(result.code),
            column=pl.lit(name),
            message=pl.when(in_doubt).then(pl.lit(doubt and doubt.message)).otherwise(pl.lit(message)),
            hint=pl.when(in_doubt).then(pl.lit(doubt and doubt.hint, dtype=pl.String)),
            effect=pl.lit(holds, dtype=pl.String),
        )
        parts.append(cells)
    return pl.concat(parts) if parts else findings.empty()


def contract_cells(
    frame: pl.DataFrame, text: pl.DataFrame, sources: list[Source], converted: dict[str, Converted]
) -> pl.DataFrame:
    """IN004 and IN007 by the table's Pandera schema, except where the cell already has a finding of its own."""
    spec = sources[0].spec
    failed = failures(frame, spec)
    if not failed.height:
        return findings.empty()
    failed = failed.filter(~((pl.col("code") == EMPTY) & (pl.col("column") == KEY)))  # ID001 says it
    parts = []
    for (code, name), cells in failed.group_by("code", "column", maintain_order=True):
        column = spec.columns[str(name)]
        rows = frame[cells["index"]]
        if code == EMPTY:
            filled = (
                text[str(name)][cells["index"]].is_not_null()
                if name in converted
                else pl.repeat(value=False, n=rows.height, eager=True)
            )
            rows = rows.filter(~filled)
            said = {source.index: f"“{source.header_of(column.name)}”没有填" for source in sources}
            message = pl.col("_src").replace_strict(said, return_dtype=pl.String)
        else:
            words = rows[str(name)].unique()
            known = list(column.values)
            tips = {word: suggestion(word, known) for word in words}
            message = (
                "“"
                + pl.col(str(name))
                + "”不在可填的范围内"
                + pl.col(str(name)).replace_strict(tips, return_dtype=pl.String)
            )
        parts.append(rows.select(*_who(frame), "_src", "_row", code=pl.lit(code), column=pl.lit(name), message=message))
    return pl.concat(parts) if parts else findings.empty()


def formulas(frame: pl.DataFrame, raw: pl.DataFrame, places: pl.Series, doubtful: set[str]) -> pl.DataFrame:
    """IN010: text that a spreadsheet would take for a formula, or a formula's error, in the columns that may hold one.

    `places`: where in `raw` each row of the frame stands.
    """
    parts = []
    for name in (name for name in frame.columns if name in doubtful):
        cells = raw[name]
        failed = cells.str.contains(FAILED_FORMULA)
        starts = cells.str.contains(FORMULA_START)
        flagged = starts & ~cells.str.contains(GUARDED) & ~cells.str.contains(PLACEHOLDERS)
        said = {
            "文字以 = + - @ 或制表符开头，Excel 会当成公式；已按文字处理": flagged,
            "公式没有算出来（#N/A 之类），不是内容；已按文字处理": failed,
        }
        parts += [
            frame.filter(cell.gather(places).fill_null(value=False)).select(
                *_who(frame), "_src", "_row", code=pl.lit("IN010"), column=pl.lit(name), message=pl.lit(words)
            )
            for words, cell in said.items()
        ]
    return pl.concat(parts) if parts else findings.empty()


def footer_totals(
    frame: pl.DataFrame, footers: pl.DataFrame, converted: dict[str, Converted], sources: list[Source]
) -> pl.DataFrame:
    """IN011: a form's own total differs from its rows. A form with several lines of totals is not judged."""
    spec = sources[0].spec
    if not footers.height:
        return findings.empty()
    begins = "^(?:" + "|".join(spec.common.totals) + ")"
    totals = footers.filter(pl.col("_first").str.contains(begins)).filter(pl.len().over("_src") == 1)
    summed = [name for name in converted if spec.columns[name].type in SUMMED]
    if not totals.height or not summed:
        return findings.empty()
    sums = frame.group_by("_src").agg(pl.col(summed).sum())
    actual = totals.select("_src", "_row").join(sums, on="_src", how="left", maintain_order="left")
    here = {source.index: source for source in sources}
    said_there = convert(totals, [spec.columns[name] for name in summed], spec.common)
    parts = []
    for name in summed:
        column = spec.columns[name]
        stated = said_there[name].series
        differs = stated != actual[name].fill_null(0)
        for src, row, said, real in (
            actual.select("_src", "_row", stated.alias("said"), pl.col(name).fill_null(0))
            .filter(differs.fill_null(value=False))
            .iter_rows()
        ):
            words = (str(said), str(real)) if column.type == "count" else (fen_to_yuan(said), fen_to_yuan(real))
            told = f"表尾合计“{here[src].header_of(name)}”为 {words[0]}，各行相加为 {words[1]}"
            parts.append((src, row, "IN011", name, told))
    schema = {"_src": pl.UInt32, "_row": pl.UInt32, "code": pl.String, "column": pl.String, "message": pl.String}
    return pl.DataFrame(parts, schema=schema, orient="row")


def _who(frame: pl.DataFrame) -> list[pl.Expr]:
    person = pl.col(KEY) if KEY in frame.columns else pl.lit(None, dtype=pl.String)
    name = pl.col("name") if "name" in frame.columns else pl.lit(None, dtype=pl.String)
    return [person.alias("person"), name.alias("name")]
