"""What a trial computation shows: JSON `fupin.whatif/1`, the workbook 试算_2024-05, the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.measures.catalogue import measure_words
from fupin_cli.outputs.heading import heading
from fupin_cli.outputs.masking import mask_name_expr, mask_number_expr
from fupin_cli.outputs.monitor_terminal import end_notes, figures_table
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.outputs.terminal import console
from fupin_cli.policy.months import month_text, month_words, text_expr
from fupin_cli.policy.rounding import fen_to_yuan, fen_to_yuan_expr
from fupin_cli.reports.what_if import CHANGE_WORDS, SAME, sums

if TYPE_CHECKING:
    from fupin_cli.reports.runs import Scenario, WhatIfRun

NEVER = "试算，不能批准"
FIGURES = ("old", "new", "difference")
STATUS_WORDS = {"pay": "发放", "hold": "暂缓", "refuse": "不予"}


def _money(row: dict[str, Any]) -> dict[str, Any]:
    return {key: fen_to_yuan(row[f"{key}_fen"] or 0) for key in FIGURES} | {"changed": row["changed"] or 0}


def _groups(scenario: Scenario, column: str) -> list[dict[str, Any]]:
    return [{column: row[column]} | _money(row) for row in sums(scenario.lines, [column]).iter_rows(named=True)]


def _totals(scenario: Scenario) -> dict[str, Any]:
    by_change = dict(scenario.lines.group_by("change").len().sort("change").iter_rows())
    return _money(sums(scenario.lines).row(0, named=True)) | {"lines": scenario.lines.height, "by_change": by_change}


def _scenario(scenario: Scenario, *, unmask: bool) -> dict[str, Any]:
    number, name = pl.col("id_number"), pl.col("name")
    lines = scenario.lines.select(
        "measure",
        "person_code",
        (number if unmask else mask_number_expr(number)).alias("person"),
        (name if unmask else mask_name_expr(name)).alias("name"),
        pl.col("post_id").alias("post"),
        text_expr(pl.col("month")).alias("month"),
        "township",
        "fund",
        "change",
        "old_status",
        "new_status",
        "codes_gained",
        "codes_lost",
        *(
            fen_to_yuan_expr(pl.col(f)).alias(f.removesuffix("_fen"))
            for f in ("old_amount_fen", "new_amount_fen", "difference_fen")
        ),
    )
    return {
        "name": scenario.name,
        "set": scenario.changes,
        "lines": lines.to_dicts(),
        "totals": _totals(scenario),
        "by_township": _groups(scenario, "township"),
        "by_fund": _groups(scenario, "fund"),
    }


def what_if_document(run: WhatIfRun, *, unmask: bool) -> dict[str, Any]:
    """The document: the first scenario's lines and sums at the top, all of them under `scenarios`."""
    told = [_scenario(scenario, unmask=unmask) for scenario in run.scenarios]
    return {
        "format": "fupin.whatif/1",
        "month": month_text(run.month),
        "from": month_text(run.first),
        "policy": run.policy.file.id,
        "state": NEVER,
        **{key: told[0][key] for key in ("set", "lines", "totals", "by_township", "by_fund")},
        "scenarios": told,
        "outputs": [str(path) for path in run.outputs],
    }


def _table(run: WhatIfRun) -> pl.DataFrame:
    """Scenarios beside each other: name, changes, old, new, difference, lines changed."""
    rows = []
    for scenario in run.scenarios:
        figures = sums(scenario.lines).row(0, named=True)
        rows.append(
            (
                scenario.name,
                "，".join(scenario.changes),
                figures["old_fen"],
                figures["new_fen"],
                figures["difference_fen"],
                figures["changed"],
            )
        )
    schema = {
        "name": pl.String,
        "set": pl.String,
        "old_fen": pl.Int64,
        "new_fen": pl.Int64,
        "difference_fen": pl.Int64,
        "changed": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


SUMS = {"old_fen": "原来(元)", "new_fen": "试算(元)", "difference_fen": "差额(元)", "changed": "变的行数"}


def what_if_sheets(run: WhatIfRun) -> list[SheetPlan]:
    """Plan the sheets: the scenarios, then for each its townships and lines."""
    head = heading(run, NEVER)
    counted = "数的是：同样的输入按现在的设置和试算的设置各算一遍，发放行的金额之和。看的表：本月测算用到的全部表。"
    headers = {"name": "方案", "set": "改动", **SUMS}
    whole = SheetPlan("方案", headers, _table(run), head, wrapped=("set",), filtered=False, below=(counted,))
    each = (
        (_towns_sheet(scenario, head), _lines_sheet(scenario, head, measure_words(run.policy)))
        for scenario in run.scenarios
    )
    return [whole, *chain.from_iterable(each)]


def _towns_sheet(scenario: Scenario, head: str) -> SheetPlan:
    towns = sums(scenario.lines, ["fund", "township"]).with_columns(pl.col("fund", "township").fill_null("（不明）"))
    headers = {"fund": "资金", "township": "乡镇", **SUMS}
    return SheetPlan(f"{scenario.name}-乡镇", headers, towns, f"{head}：{scenario.name}", summed=tuple(SUMS))


def _lines_sheet(scenario: Scenario, head: str, measures: dict[str, str]) -> SheetPlan:
    headers = {
        "township": "乡镇",
        "name": "姓名",
        "id_number": "身份证号码",
        "measure": "补贴",
        "month": "月份",
        "old_text": "原来",
        "new_text": "试算",
        "old_amount_fen": "原来(元)",
        "new_amount_fen": "试算(元)",
        "difference_fen": "差额(元)",
        "word": "变化",
        "gained": "多出的代码",  # so far it is printed
        "lost": "少了的代码",
        "village": "村",
        "post_id": "岗位编号",
    }
    rows = scenario.lines.with_columns(
        month=text_expr(pl.col("month")),
        measure=pl.col("measure").replace(measures),
        old_text=pl.col("old_status").replace(STATUS_WORDS),
        new_text=pl.col("new_status").replace(STATUS_WORDS),
        word=pl.col("change").replace(CHANGE_WORDS),
        gained=pl.col("codes_gained").list.join(" "),
        lost=pl.col("codes_lost").list.join(" "),
    )
    return SheetPlan(
        f"{scenario.name}-逐行",
        headers,
        rows.select(list(headers)),
        f"{head}：{scenario.name}",
        marked={"word": rows["change"] != SAME},
        summed=("old_amount_fen", "new_amount_fen", "difference_fen"),
        printed=list(headers).index("gained") + 1,
    )


def show_what_if(run: WhatIfRun) -> None:
    """Print the scenarios."""
    out = console()
    table = figures_table(
        f"{month_words(run.month)} {NEVER}",
        {"方案": False, "改动": False, "原来(元)": True, "试算(元)": True, "差额(元)": True, "变的行": True},
    )
    for name, changes, old, new, difference, changed in _table(run).iter_rows():
        table.add(name, changes, fen_to_yuan(old), fen_to_yuan(new), fen_to_yuan(difference), str(changed))
    out.print(table)
    end_notes(out, list(run.outputs), ["不记为测算，不进账本，不出代发文件"])
