"""A month and what is claimed in it: the claims of every measure whose table was supplied, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.catalogue import other_measures
from fupin_cli.measures.conditions import with_fate
from fupin_cli.month import used_months
from fupin_cli.month.month import Month
from fupin_cli.plans import collected
from fupin_cli.policy.idnumber import birth_expr, is_valid_expr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    def claims(self) -> Mapping[str, Claims]:
        """The month's claims of every measure besides posts whose table was supplied, with the conditions that fail on them.

        Those of a measure are made when they are first asked for: many a table serves something else besides.
        """
        supplied = {code: one for code, one in other_measures(self.policy).items() if self.has(one.table)}
        return OnDemand(supplied, lambda measure: known_people(measure.claims(self), self))

    def claims_of(self, measure: Measure) -> Claims:
        """The month's claims of one measure, posts among them; its table must be there."""
        return measure.claims(self) if measure.leads else self.claims[measure.code]

    @cached_property
    def measure_faults(self) -> dict[str, pl.DataFrame]:
        """Findings on the claims of each measure, as they are first asked for (`checks.claim_faults.faults_of`)."""
        return {}

    @cached_property
    def measure_codes(self) -> dict[str, pl.DataFrame]:
        """Findings on the claims of all measures by code, as they are first asked for (`checks.claim_faults.measure_findings`)."""
        return {}


class OnDemand(Mapping[str, "Claims"]):
    """Claims by measure, each made once, when it is asked for."""

    def __init__(self, measures: Mapping[str, Measure], made: Callable[[Measure], Claims]) -> None:
        """Make nothing yet."""
        self._measures, self._made = measures, made
        self._known: dict[str, Claims] = {}

    def __getitem__(self, code: str) -> Claims:
        """The claims of a measure."""
        if code not in self._known:
            self._known[code] = self._made(self._measures[code])
        return self._known[code]

    def __contains__(self, code: object) -> bool:
        """Whether the measure's table was supplied; nothing is made for that."""
        return code in self._measures

    def __iter__(self) -> Iterator[str]:
        """Measures whose table was supplied."""
        return iter(self._measures)

    def __len__(self) -> int:
        """How many they are."""
        return len(self._measures)


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
    root = [s.index for s in ctx.intake.sources if s.folder is None]
    old = pl.col("_last").is_not_null() & pl.col("_src").is_in(root) if "_last" in rows.columns else pl.lit(value=False)
    paid_elsewhere = rows.filter(old & pl.col("ref").is_not_null())
    settled = paid_elsewhere.select("_src", "_row").clear()
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
