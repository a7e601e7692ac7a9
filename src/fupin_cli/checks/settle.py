"""Lines settled by hand (核定清单, SPEC 9.5): an approved decision stands in for what the tables cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli import findings
from fupin_cli.checks.report import report
from fupin_cli.checks.rule import declared
from fupin_cli.measures.settlements import SETTLED, placed
from fupin_cli.month.roster import DAY, KEYS
from fupin_cli.policy.rounding import fen_to_yuan
from fupin_cli.policy.said import says_nothing

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE, ROSTER, ATTENDANCE = "settlements", "assignments", "attendance"
DECIDED = ("POST011", "ATT001", "ATT002", "ATT006")
DECIDED_OF_ATTENDANCE = "ID007"
# Of a line that was approved and is now only held any reason but these, which a decision cannot mend.
NEVER = r"^(ID|IN|CON|MEA|SET)\d"
SET001 = declared(
    "SET001",
    "按核定清单发放",
    "info",
    compares="核定清单与本月暂缓的行",
    hint="核对批准文号；核定的依据随账保存",
    tables=(TABLE,),
    partly=(ROSTER,),
    stage="waivers",
)
SET002 = declared(
    "SET002",
    "核定不成立",
    "error",
    "hold",
    compares="核定清单的文号、理由、批准人、天数、金额与本月的行",
    hint="每人每岗每月一行，天数和金额只写一个，写明理由、批准文号、批准人",
    tables=(TABLE,),
    partly=(ROSTER,),
    stage="waivers",
)


def apply(ctx: Month, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Settle the month's lines.

    `found`: completed findings with `waived`. Gives it with what was decided no longer holding a line, the SET findings, and
    `SETTLED`: one row a settled line.
    """
    nothing = SETTLED.to_frame()
    if not (ctx.has(TABLE) and ctx.has(ROSTER)):
        return found, findings.empty(), nothing
    rows = ctx.intake.tables[TABLE].filter(pl.col("month") == ctx.month)
    if not rows.height:
        return found, findings.empty(), nothing
    stops = line_stops(ctx, found)
    rows = _judged(ctx, placed(ctx, rows), stops)
    settled = rows.filter(pl.col("_fault").is_null() & (pl.col("_nth") == 0)).select(
        *KEYS, settled_days_x100="days_x100", settled_fen="amount_fen", settled_by="document"
    )
    freed = stops.filter("decided").join(settled, on=KEYS, how="semi").select("code", "table", "_src", "_row")
    freed = freed.unique().with_columns(_freed=pl.lit(value=True))
    found = found.join(freed, on=["code", "table", "_src", "_row"], how="left", maintain_order="left", nulls_equal=True)
    found = found.with_columns(effect=pl.when(pl.col("_freed")).then(pl.lit("none")).otherwise("effect")).drop("_freed")
    return found, _findings(rows), settled


def line_stops(ctx: Month, found: pl.DataFrame) -> pl.DataFrame:
    """Findings that hold or refuse a line of the month: `KEYS`, code, effect, table, origin, `decided` (a settlement can)."""
    roster = ctx.roster.filter(pl.col("in_month")).select(pl.lit(ROSTER).alias("table"), "_src", "_row", *KEYS)
    places = [roster]
    if ctx.attended is not None:
        places.append(ctx.attended.select(pl.lit(ATTENDANCE).alias("table"), "_src", "_row", *KEYS))
    stops = found.filter((pl.col("effect") != "none") & ~pl.col("waived")).select(
        "code", "effect", "table", "_src", "_row"
    )
    stops = stops.join(pl.concat(places), on=["table", "_src", "_row"])
    approved = ctx.approved.with_columns(_stands=pl.lit(value=True))
    stops = stops.join(approved, on=KEYS, how="left", maintain_order="left")
    listed = pl.col("code").is_in(DECIDED) | (
        (pl.col("code") == DECIDED_OF_ATTENDANCE) & (pl.col("table") == ATTENDANCE)
    )
    later = pl.col("_stands").fill_null(value=False) & ~pl.col("code").str.contains(NEVER)
    return stops.with_columns(decided=(pl.col("effect") == "hold") & (listed | later))


def _judged(ctx: Month, rows: pl.DataFrame, stops: pl.DataFrame) -> pl.DataFrame:
    """Why a row decides nothing: `_fault` in words, `_idle` where the line is none that a settlement decides."""
    facts = stops.group_by(KEYS).agg(
        _refused=(pl.col("effect") == "refuse").any(),
        _decided=pl.col("decided").any(),
        _others=pl.col("code").filter(~pl.col("decided")).unique().sort().str.join("、"),
    )
    rows = rows.join(facts, on=KEYS, how="left", maintain_order="left").with_columns(
        pl.col("_refused", "_decided").fill_null(value=False)
    )
    figures = pl.struct("days_x100", "amount_fen")
    line = pl.col("_found")
    rows = rows.with_columns(_nth=pl.int_range(pl.len()).over(KEYS), _differ=line & (figures.n_unique().over(KEYS) > 1))
    days, amount, standard = pl.col("days_x100"), pl.col("amount_fen"), pl.col("standard_fen")
    several = pl.col("post_id").is_null() & (pl.col("_posts") > 1)
    faults = (
        (_bare(), "没有批准文号、理由或批准人"),
        (days.is_not_null() & amount.is_not_null(), "天数和金额都写了，只能写一个"),
        (days.is_null() & amount.is_null(), "天数和金额都没有写，或读不出"),
        (several, "此人本月有几个岗位，没有写明岗位编号"),
        (~line, "本月没有这个人在这个岗位的行"),
        (pl.col("_differ"), "同一行核定了几次，天数或金额不同"),
        (days > ctx.last.day * DAY, f"核定天数超过本月的{ctx.last.day}天"),
        (amount > standard, f"核定金额超过本月标准 {fen_to_yuan(ctx.policy.standard_fen(ctx.month) or 0)} 元"),
        (standard.is_null(), "本月没有补贴标准"),
        (
            days.is_not_null() & pl.col("divisor_x100").is_null(),
            "出勤表和岗位台账都没有规定出勤天数，按天数算不出，请核定金额",
        ),
    )
    fault = pl.lit(None, dtype=pl.String)
    for fits, words in reversed(faults):
        fault = pl.when(fits.fill_null(value=False)).then(pl.lit(words)).otherwise(fault)
    idle = (
        pl.when(pl.col("_refused"))
        .then(pl.lit("这一行是不予的，不能核定"))
        .when(~pl.col("_decided") & (pl.col("_others") != ""))
        .then(pl.format("这一行因 {} 暂缓，不能用核定解决", "_others"))
        .when(~pl.col("_decided"))
        .then(pl.lit("这一行没有需要核定的事项"))
        .when(pl.col("_nth") > 0)
        .then(pl.lit("与另一行相同，只算一次"))
    )
    rows = rows.with_columns(_fault=fault)
    rows = rows.with_columns(_idle=pl.col("_fault").is_null() & idle.is_not_null())
    return rows.with_columns(_fault=pl.coalesce("_fault", idle))


def _bare() -> pl.Expr:
    """A settlement that rests on no document, has no reason, or that nobody has approved."""
    return pl.any_horizontal(says_nothing(name) for name in ("document", "reason", "approver"))


def _findings(rows: pl.DataFrame) -> pl.DataFrame:
    figure = pl.coalesce(pl.when(pl.col("days_x100").is_not_null()).then(pl.lit("days_x100")), pl.lit("amount_fen"))
    wrong = report(
        rows.filter(pl.col("_fault").is_not_null()),
        TABLE,
        pl.format("{}，核定没有用上", "_fault"),
        pl.when(_bare()).then(pl.lit("document")).otherwise(figure),
        code="SET002",
        severity=pl.when("_idle").then(pl.lit("warning")).otherwise(pl.lit("error")),
        effect=pl.when("_idle").then(pl.lit("none")).otherwise(pl.lit("hold")),
    )
    nought = (pl.col("days_x100") == 0) | (pl.col("amount_fen") == 0)
    right = report(
        rows.filter(pl.col("_fault").is_null()),
        TABLE,
        pl.format("按 {} 核定（{}，批准人 {}）", "document", "reason", "approver"),
        figure,
        code="SET001",
        effect=pl.when(nought.fill_null(value=False)).then(pl.lit("refuse")).otherwise(pl.lit("none")),
    )
    return findings.conform(pl.concat([wrong, right], how="diagonal").collect())
