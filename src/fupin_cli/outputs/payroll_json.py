"""The JSON document of a payroll: one line a person and post, money as strings with two decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.measures.claims import fraction_text
from fupin_cli.outputs.check_json import finding_rows
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.json_text import document_json
from fupin_cli.outputs.manifest import input_list
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.policy.months import month_text, text_expr
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.results.subsidy import SUMMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fupin_cli.results.subsidy import PayrollRun

MONEY = ("amount", "due_hold", "due_refuse")
NO_FUND = "（资金来源不明）"


def days_text(hundredths: pl.Expr) -> pl.Expr:
    """Hundredths of a day as a decimal without trailing zeros."""
    rest = (hundredths % 100).cast(pl.String).str.zfill(2).str.strip_chars_end("0")
    return (
        pl.when(rest == "")
        .then((hundredths // 100).cast(pl.String))
        .otherwise(pl.concat_str(hundredths // 100, pl.lit("."), rest))
    )


def months_series(lines: pl.DataFrame, which: str) -> pl.Series:
    """Months used `before` or `after` as decimal strings; null where nothing is known of the person."""
    pair = [f"{which}_num", f"{which}_den"]
    distinct = lines.select(pair).unique().drop_nulls()  # few: whole months, or parts of one
    words = pl.Series([fraction_text(int(n), int(d)) for n, d in distinct.iter_rows()], dtype=pl.String)
    return lines.select(pair).join(distinct.with_columns(words=words), on=pair, how="left", maintain_order="left")[
        "words"
    ]


def line_rows(run: PayrollRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Claim lines as the contract has them."""
    return line_table(run, unmask=unmask).to_dicts()


def line_table(run: PayrollRun, *, unmask: bool) -> pl.DataFrame:
    """Claim lines as `line_rows`, in columns."""
    lines = run.lines.with_columns(_before=months_series(run.lines, "before"), _after=months_series(run.lines, "after"))
    person, name = pl.col("id_number"), pl.col("name")
    return lines.select(
        measure=pl.lit(run.measure),
        person=person if unmask else mask_number_expr(person),
        name=name if unmask else mask_name_expr(name),
        post="post_id",
        month=pl.lit(month_text(run.month)),
        status="status",
        codes="codes",
        waived="waived_codes",
        standard=fen_to_yuan_expr(pl.col("standard_fen")),
        proration=pl.lit(run.proration),
        numerator=days_text(pl.col("numerator_x100")),
        divisor=days_text(pl.col("divisor_x100")),
        amount=fen_to_yuan_expr(pl.col("amount_fen")),
        due=fen_to_yuan_expr(pl.col("due_fen")),
        fund="fund",
        person_code="person_code",
        months_before="_before",
        months_after="_after",
        cap_end=text_expr(pl.col("cap_end")),
        county="county",
        township="township",
        village="village",
        post_kind="post_kind",
        table=pl.lit(run.table),
        clause=pl.lit(run.clause),
        settled="settled_by" if "settled_by" in lines.columns else pl.lit(None, dtype=pl.String),
        file="_file",
        sheet="_sheet",
        row="_row",
    )


def correction_rows(run: PayrollRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Differences of months approved before: signed amounts with the month they come from."""
    if not run.corrections.height:
        return []
    person, name = pl.col("person"), pl.col("name")
    return run.corrections.select(
        measure="measure",
        person=person if unmask else mask_number_expr(person),
        name=name if unmask else mask_name_expr(name),
        post="post_id",
        month=text_expr(pl.col("month")),
        kind="kind",
        old_status="old_status",
        status="status",
        codes=pl.col("codes").fill_null("").str.split(",").list.filter(pl.element() != ""),
        old=fen_to_yuan_expr(pl.col("old_fen")),
        new=fen_to_yuan_expr(pl.col("new_fen")),
        amount=fen_to_yuan_expr(pl.col("amount_fen")),
        reason="reason",
        source_batch="source_batch",
        source_line="source_line",
    ).to_dicts()


def undecided_rows(run: PayrollRun, *, unmask: bool) -> list[dict[str, Any]]:
    """Lines of months approved before that are now only held: why, and that nothing is posted for them (SPEC 9.4)."""
    if not run.undecided.height:
        return []
    person, name = pl.col("person"), pl.col("name")
    return run.undecided.select(
        measure="measure",
        person=person if unmask else mask_number_expr(person),
        name=name if unmask else mask_name_expr(name),
        post="post_id",
        month=text_expr(pl.col("month")),
        approved=fen_to_yuan_expr(pl.col("old_fen")),
        codes=pl.col("codes").fill_null("").str.split(",").list.filter(pl.element() != ""),
        reason="reason",
    ).to_dicts()


def totals_of(run: PayrollRun, lines: pl.DataFrame) -> dict[str, Any]:
    """Totals over lines with money in yuan."""
    return {key: fen_to_yuan(value) if key in MONEY else value for key, value in run.totals(lines).items()}


def grouped(run: PayrollRun, column: str, nothing: str) -> dict[str, Any]:
    """Totals by the values of a column; they add up to those of the month."""
    place = pl.concat_str(
        "township", "village", separator="/", ignore_nulls=True
    )  # villages of two townships share names
    filled = run.lines.with_columns(place=place).select(*SUMMED, pl.col(column).fill_null(nothing))
    return {name: totals_of(run, part) for (name,), part in sorted(filled.group_by(column))}


def sums_of(run: PayrollRun) -> dict[str, str]:
    """What the bank is to pay by the batch, and its parts, in yuan."""
    sums = run.sums()
    parts = {
        "month": sums.month_fen,
        "back_pay": sums.back_pay_fen,
        "kept_back": sums.kept_fen,
        "total": sums.total_fen,
    }
    return {name: fen_to_yuan(fen) for name, fen in parts.items()}


def unplaced_rows(run: PayrollRun) -> list[dict[str, str]]:
    """What the computation could not take in."""
    told = ("file", "sheet", "code", "why", "hint")
    return [{name: getattr(entry, name) for name in told} for entry in run.unplaced]


def payroll_document(run: PayrollRun, *, unmask: bool) -> dict[str, Any]:
    """The document `fupin.payroll/1` of a run."""
    return _document(run, unmask=unmask) | {"lines": line_rows(run, unmask=unmask)}


def _document(run: PayrollRun, *, unmask: bool) -> dict[str, Any]:
    """The same with the lines as a table."""
    return {
        "format": "fupin.payroll/1",
        "month": month_text(run.month),
        "measure": run.measure,
        "policy": run.policy.file.id,
        "cap": {"months": run.policy.cap_months(run.month), "source": run.policy.cap_source(run.month)},
        "inputs": input_list(run.intake),
        "lines": line_table(run, unmask=unmask),
        "rows_out_of_month": run.rows_out_of_month,
        "totals": {**totals_of(run, run.lines), "people": run.people},
        "corrections": correction_rows(run, unmask=unmask),
        # What is wrong with files or the month as a whole (a township that handed in nothing, …): it stands on no line.
        "findings": finding_rows(run.result.found.filter(pl.col("_row").is_null()), unmask=unmask),
        "undecided": undecided_rows(run, unmask=unmask),
        "not_recomputed": [*run.not_again, *run.as_approved],
        "correction_totals": {kind: fen_to_yuan(fen) for kind, fen in run.correction_sums().items()},
        "to_pay": sums_of(run),
        "unplaced": unplaced_rows(run),
        "funds": [fund.to_dict() for fund in run.funds],
        "by_fund": grouped(run, "fund", NO_FUND),
        "by_county": grouped(run, "county", NO_TOWN),
        "by_town": grouped(run, "township", NO_TOWN),
        "by_village": grouped(run, "place", NO_TOWN),
        "by_post_kind": grouped(run, "post_kind", "（岗位类型不明）"),
        "crashed": [{"code": o.code, "error": o.error} for o in run.result.outcomes if o.status == "crashed"],
        "outputs": [str(path) for path in run.outputs],
    }


def payroll_pieces(run: PayrollRun, *, unmask: bool) -> Iterator[str]:
    """The document as text, piece by piece: of a province it is hundreds of megabytes."""
    return document_json(_document(run, unmask=unmask))


def payroll_json(run: PayrollRun, *, unmask: bool) -> str:
    """The document as one text."""
    return "".join(payroll_pieces(run, unmask=unmask))
