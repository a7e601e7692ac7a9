"""A month and what is claimed in it: the claims of every measure whose table was supplied, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.catalogue import other_measures
from fupin_cli.measures.fate import with_fate
from fupin_cli.month import used_months
from fupin_cli.month.month import Month
from fupin_cli.plans import collected
from fupin_cli.policy.idnumber import birth_expr, is_valid_expr

if TYPE_CHECKING:
    from fupin_cli.measures.measure import Claims, Measure


@dataclass
class Claimed(Month):
    """A month with its claims."""

    asked: str = "post"  # the subsidy that is computed

    def with_empty(self, table: str) -> Claimed:
        """The month, with a table of which no row could be keyed as a table without rows; itself where that is not so."""
        aside = self.intake.set_aside.get(table)
        if self.has(table) or aside is None:
            return self
        tables = self.intake.tables | {table: aside.drop("_reason").clear()}
        return replace(self, intake=replace(self.intake, tables=tables))

    @cached_property
    def supplied(self) -> dict[str, Measure]:
        """Measures besides posts whose table was supplied, by code."""
        return {code: one for code, one in other_measures(self.policy).items() if self.has(one.table)}

    def claims_of(self, measure: Measure) -> Claims:
        """The month's claims of one measure, posts among them, with the conditions that fail on them; its table must be there.

        They are made when they are first asked for: many a table serves something else besides.
        """
        if measure.leads:
            return measure.claims(self)
        if measure.code not in self._claims:
            self._claims[measure.code] = known_people(self.supplied[measure.code].claims(self), self)
        return self._claims[measure.code]

    @cached_property
    def _claims(self) -> dict[str, Claims]:
        return {}

    @cached_property
    def measure_faults(self) -> dict[str, pl.DataFrame]:
        """Findings on the claims of each measure, as they are first asked for (`checks.claim_faults.faults_of`)."""
        return {}

    @cached_property
    def measure_codes(self) -> dict[str, pl.DataFrame]:
        """Findings on the claims of all measures by code, as they are first asked for (`checks.claim_faults.measure_findings`)."""
        return {}


def known_people(claims: Claims, ctx: Month) -> Claims:
    """Leave out claims in the inbox itself that were paid in another month; say whose person is dead or in prison.

    Adds `id_ok` to the rows: claims whose person can be judged (organisations always can): of a wrong number nothing is.
    """
    rows = claims.rows
    number = pl.col("id_number")
    sound = is_valid_expr(number) & number.str.contains("^[1-8]") & birth_expr(number).is_not_null()
    organisation = pl.col("id_number").is_null() | (pl.col("id_number") == pl.col("payee_key"))
    if "payee_key" not in rows.columns:
        organisation = pl.lit(value=False)
    asked = rows.lazy().with_columns(id_ok=sound.fill_null(value=False) | organisation.fill_null(value=False))
    rows = collected(asked, rows.height)
    old = pl.col("_last").is_not_null() & ctx.folder.is_null() if "_last" in rows.columns else pl.lit(value=False)
    paid_elsewhere = rows.filter(old & pl.col("ref").is_not_null())
    settled = paid_elsewhere[["_src", "_row"]].clear()
    if paid_elsewhere.height:
        settled = paid_elsewhere.join(_paid_refs(ctx), on=["id_number", "ref"], how="semi").select("_src", "_row")
        rows = rows.join(settled, on=["_src", "_row"], how="anti", maintain_order="left")
    rows, fates = with_fate(ctx, rows)
    return replace(claims, rows=rows, faults=[*claims.faults, *fates], left=claims.left + settled.height)


def _paid_refs(ctx: Month) -> pl.DataFrame:
    """Claims that the history or the ledger knows as paid in another month: id_number, ref."""
    if not ctx.has("payment_history"):
        return pl.DataFrame(schema={"id_number": pl.String, "ref": pl.String})
    paid = used_months.paid_rows(ctx.intake.tables["payment_history"]).filter(pl.col("month") != ctx.month)
    return paid.select("id_number", ref="post_id").unique()
