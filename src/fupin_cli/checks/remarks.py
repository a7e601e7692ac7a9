"""What a village writes into 备注 of the roster and nowhere else: that the person died (POST011). A person decides, nobody is paid until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.report import at_stake, place_expr, report

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

ROSTER = "assignments"
# The whole remark: of 其父病故 nobody knows more than that he has a bereavement.
DATE = r"[\d年月日号./\-]*"
DIED = rf"^{DATE}(本人)?(已|已经)?(于)?{DATE}(因病|因故|意外|突发疾病)?(病故|病逝|去世|逝世|死亡|身故|亡故|过世|离世|已故)(了)?{DATE}$"
HINT = "已去世的填离岗日期，并写进死亡人员名单（写明死亡日期）；没有去世的改正备注，再重新计算"


def said_dead(ctx: Month) -> pl.DataFrame:
    """Hold each line of whom a roster row without 离岗日期 says in 备注 that he died; whose day the list of the dead has, that decides."""
    if not ctx.has(ROSTER):
        return findings.empty()
    remark = pl.col("remark").str.replace_all(r"[\s\u3000（）()，,。；;：:！!]", "")
    rows = ctx.intake.tables[ROSTER].filter(pl.col("remark").is_not_null() & pl.col("off_post").is_null())
    said = rows.filter(remark.str.contains(DIED)) if rows.height else rows
    if not said.height:
        return findings.empty()
    if ctx.has("deaths"):
        said = said.join(ctx.dead.filter(pl.col("death_date").is_not_null()), on="id_number", how="anti")
    told = said.select("id_number", _said="remark", _what=place_expr()).unique("id_number", keep="first")
    lines = ctx.judged.join(told, on="id_number", maintain_order="left")
    message = pl.format(
        "花名册的备注写着“{}”（{}），没有离岗日期，死亡人员名单里没有死亡日期，须核实", "_said", "_what"
    )
    fields = {"code": "POST011", "effect": "hold", "severity": "error", "hint": HINT, "waivable": False}
    return findings.conform(report(lines, ROSTER, message, "remark", **fields, **at_stake()).collect())
