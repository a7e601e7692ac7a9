"""Work of a household (WRK010, 013, 016, 019): measures that are registered against who works where.

A measure of a household stands on every row of it, so that the household is judged (SPEC 9.12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.places import no_meaning
from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import rule
from fupin_cli.month.households import first_rows
from fupin_cli.plans import collected
from fupin_cli.policy.places import at_home

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

TABLE = "employment"
WITH_REGISTRY = (TABLE, "registry")
TRANSPORT = r"交通|外出务工补贴"
SENT_AWAY = r"劳务输出|外出务工补贴"
POST_WORDS = r"公益性?岗位"


def working(ctx: Month) -> pl.LazyFrame:
    """Rows marked 是."""
    return ctx.table(TABLE).filter(pl.col("working"))


def spells_of_homes(ctx: Month) -> pl.LazyFrame:
    """Rows of the employment export, also those set aside for their ID number, with the person's household as `home`.

    The household is the registry's; where the registry has no such person, the row's own 户编号.
    """
    return ctx.work_homes.lazy()


def known_homes(ctx: Month) -> pl.LazyFrame:
    """Members of households; of a row without 户编号 nobody knows the household."""
    return ctx.members.lazy().filter(pl.col("household_id").is_not_null())


def busy(ctx: Month) -> pl.LazyFrame:
    """People marked 是, or on a post this month: id_number, some of them several times.

    Without the roster, whom the registry says to be on a post.
    """
    parts = [working(ctx).select("id_number")]
    if ctx.has("assignments"):
        parts.append(ctx.lines.lazy().select("id_number"))
    else:
        parts.append(ctx.people.lazy().filter(~no_meaning(pl.col("post"))).select("id_number"))
    return pl.concat(parts)


def busy_homes(ctx: Month, homes: pl.Series) -> pl.LazyFrame:
    """Those of some households of which somebody works or is on a post: home. Also members whose registry row was set aside, by name."""
    asked = pl.col("home").is_in(homes.implode())
    rows = ctx.members.lazy().filter(asked)
    by_id = rows.join(busy(ctx), on="id_number", how="semi").select("home")
    by_spell = spells_of_homes(ctx).filter(asked & pl.col("working")).select("home")
    parts = [by_id, by_spell]
    if ctx.has("assignments"):
        unkeyed = rows.filter("aside").select("home", "name", "village")
        parts.append(unkeyed.join(ctx.lines.lazy(), on=["name", "village"], how="semi").select("home"))
    else:  # Who is on a post is not known: a household with that measure is not judged.
        parts.append(rows.filter(~no_meaning(pl.col("post_help"))).select("home"))
    return pl.concat(parts)


@rule(
    "WRK010",
    "交通补助登记与金额不符",
    "warning",
    compares="户内就业帮扶中的交通措施与全户年度交通费补助、务工所在县",
    hint="核实是否应补或误补",
    tables=(TABLE, "registry"),
)
def transport(ctx: Month) -> pl.LazyFrame:
    """Registered and nobody of the household paid, on open spells outside the county; or paid for work inside it."""
    paid = pl.col("transport_subsidy_fen").fill_null(0)
    have = pl.col("_src").is_in(ctx.sources_with(TABLE, "transport_subsidy_fen"))
    registered = known_homes(ctx).filter(pl.col("employment_help").str.contains(TRANSPORT)).select("home").unique()
    unpaid = spells_of_homes(ctx).join(registered, on="home", how="semi").with_columns(_sum=paid.sum().over("home"))
    going_on = (
        pl.col("working") & (pl.col("start") <= ctx.last) & (pl.col("end").is_null() | (pl.col("end") > ctx.last))
    )
    unpaid = unpaid.filter(have & (pl.col("_sum") == 0) & going_on & ~at_home() & pl.col("id_number").is_not_null())
    subsidised = collected(ctx.table(TABLE).filter(have & (paid > 0) & pl.col("working")), ctx.size)
    inside = subsidised.filter(at_home())
    return pl.concat(
        [
            report(unpaid, TABLE, "登记了交通补助措施，全户年度交通费补助却是0或空", "transport_subsidy_fen"),
            report(
                inside,
                TABLE,
                "在本县务工，却有交通费补助",
                "transport_subsidy_fen",
                amount_fen=pl.col("transport_subsidy_fen"),
            ),
        ],
        how="diagonal",
    )


@rule(
    "WRK013",
    "登记了就业帮扶或公岗而全户无人就业",
    "warning",
    partly=("assignments",),
    compares="就业帮扶、公益岗位帮扶与全户务工、在岗情况（没有在岗人员花名册的，只看没有公岗的户）",
    hint="核实帮扶是否落实",
    tables=WITH_REGISTRY,
)
def no_effect(ctx: Month) -> pl.LazyFrame:
    """Nobody of the household is marked 是 or on a post; once a household."""
    rows = known_homes(ctx).with_columns(
        _help=~no_meaning(pl.col("employment_help")), _post=~no_meaning(pl.col("post_help"))
    )
    asked = collected(rows.filter((pl.col("_help") | pl.col("_post")) & ~pl.col("aside")), ctx.size)
    homes = asked["home"].unique()
    idle = asked.lazy().join(busy_homes(ctx, homes), on="home", how="anti", maintain_order="left")
    column = pl.when(pl.col("_help")).then(pl.lit("employment_help")).otherwise(pl.lit("post_help"))
    return report(first_rows(idle), "registry", "登记了就业帮扶措施，全户却没有人就业", column)


@rule(
    "WRK016",
    "一户人在不同县务工而电话相同",
    "warning",
    compares="同户各人的务工所在县与联系电话",
    hint="改填本人电话",
    tables=(TABLE,),
)
def shared_phone(ctx: Month) -> pl.LazyFrame:
    """Members marked 是, in different counties, with one phone."""
    rows = ctx.with_column(TABLE, "phone").filter(
        pl.col("working") & pl.col("phone").is_not_null() & pl.col("work_county").is_not_null()
    )
    bounds = rows.group_by("household_id").agg(_least=pl.col("work_county").min(), _most=pl.col("work_county").max())
    apart = bounds.filter(pl.col("_least") != pl.col("_most"))  # few households: only these are looked at
    rows = rows.join(apart, on="household_id", how="semi", maintain_order="left")
    keys = ["household_id", "phone"]
    apart = rows.group_by(keys).agg(_c=pl.col("work_county").n_unique(), _p=pl.col("id_number").n_unique())
    apart = apart.filter((pl.col("_c") > 1) & (pl.col("_p") > 1))
    rows = with_others(rows.join(apart, on=keys, how="semi"), keys)
    return report(rows, TABLE, pl.concat_str(pl.lit("与在外县务工的家人电话相同："), "_others"), "phone")


@rule(
    "WRK019",
    "登记了劳务输出或外出务工补贴而全户无人在县外务工",
    "warning",
    compares="就业帮扶与全户各人的务工所在县",
    hint="核实措施是否落实，或补录务工信息",
    tables=WITH_REGISTRY,
)
def nobody_away(ctx: Month) -> pl.LazyFrame:
    """Once a household; a place of work that is not written may be anywhere."""
    asked = known_homes(ctx).filter(pl.col("employment_help").str.contains(SENT_AWAY) & ~pl.col("aside"))
    homes = collected(asked, ctx.size)
    spells = spells_of_homes(ctx).filter(pl.col("home").is_in(homes["home"].unique().implode()))
    away = spells.filter(pl.col("working") & ~at_home().fill_null(value=False)).select("home")
    rows = first_rows(homes.lazy().join(away, on="home", how="anti", maintain_order="left"))
    return report(rows, "registry", "登记了“{}”，全户却没有人在县外务工", "employment_help")
