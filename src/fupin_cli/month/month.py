"""What the checks look at: the month's tables, and what several checks derive from them, computed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month import roster, used_months
from fupin_cli.month.households import heads_of, home_key, one_row_each, with_home_facts
from fupin_cli.month.past_due import past_due
from fupin_cli.plans import collected
from fupin_cli.policy import months
from fupin_cli.policy.idnumber import age_expr, birth_expr, is_valid_expr, sex_expr

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from fupin_cli.intake.contracts import TableSpec
    from fupin_cli.intake.load import Intake
    from fupin_cli.month.handed_in import Earlier
    from fupin_cli.policy.parameters import Policy
    from fupin_cli.policy.settings import Settings

NO_LABOUR = ("丧失劳动力", "无劳动力")
WEAK = "弱劳动力或半劳动力"
UNKNOWN_ID = "999999"
ORIGIN = ("_src", "_file", "_sheet", "_row")
LINE_KEYS = {"id_number": pl.String, "post_id": pl.String}
PLAIN_LENGTH, OLD_LENGTH = 18, 15


NO_LINES = pl.DataFrame(schema=dict.fromkeys(roster.KEYS, pl.String))


@dataclass
class Month:
    """The tables of a run and the month they are judged for. Nothing here reads a file or looks at the clock."""

    intake: Intake = field(repr=False)
    policy: Policy
    contracts: dict[str, TableSpec]
    # What earlier months make one expect of this one; None: not asked (a month computed again).
    earlier: Earlier | None = None
    # Lines (id_number, post_id) of the month that stand approved, when it is computed again.
    approved: pl.DataFrame = field(default_factory=lambda: NO_LINES, repr=False)
    # Month folders of the inbox, and how one of them is opened: what a month is compared with.
    folders: tuple[int, ...] = field(default=(), kw_only=True)
    open_month: Callable[[int], Month] | None = field(default=None, kw_only=True, repr=False)
    # Roster lines of the month that are refused: they exclude no other subsidy (id_number, post_id); the checks find them.
    refused_posts: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=LINE_KEYS), kw_only=True, repr=False
    )

    @property
    def month(self) -> int:
        """The run's month."""
        return self.intake.month

    @cached_property
    def settings(self) -> Settings:
        """The county's settings, with dated numbers as they hold in the month."""
        return self.policy.settings.at(self.month)

    @property
    def labour_age(self) -> int:
        """The age in years from which people count as labour, by the law."""
        return int(self.policy.file.people.labour_age.years)

    @cached_property
    def first(self) -> date:
        """First day of the month."""
        return months.first_day(self.month)

    @cached_property
    def last(self) -> date:
        """Last day of the month: ages are taken on it unless a check says otherwise."""
        return months.last_day(self.month)

    @cached_property
    def before(self) -> Month | None:
        """The month folder before this month; None where there is none."""
        earlier = [folder for folder in self.folders if folder < self.month]
        return self.open_month(max(earlier)) if earlier and self.open_month else None

    @cached_property
    def year_ago(self) -> Month | None:
        """The folder of the same month last year; None where there is none."""
        folder = self.month - months.MONTHS_PER_YEAR
        return self.open_month(folder) if folder in self.folders and self.open_month else None

    @cached_property
    def size(self) -> int:
        """Rows of all tables."""
        return sum(frame.height for frame in self.intake.tables.values())

    def has(self, table: str) -> bool:
        """Whether a table was supplied."""
        return table in self.intake.tables

    def table(self, name: str) -> pl.LazyFrame:
        """Rows of a table that was supplied."""
        return self.intake.tables[name].lazy()

    def maybe(self, name: str) -> pl.DataFrame | None:
        """Rows of a table, or None where it was not supplied."""
        return self.intake.tables.get(name)

    def with_column(self, table: str, *columns: str) -> pl.LazyFrame:
        """Rows of those files of a table that have all the columns: a column that is not there says nothing."""
        return self.table(table).filter(pl.col("_src").is_in(self.sources_with(table, *columns)))

    def sources_with(self, table: str, *columns: str) -> list[int]:
        """Indexes of the files of a table that have all the columns."""
        return [
            source.index
            for source in self.intake.sources
            if source.role == "current" and source.spec.table == table and all(c in source.positions for c in columns)
        ]

    def previous(self, name: str) -> pl.LazyFrame:
        """Rows of a table in the month folder before."""
        return self.intake.previous[name].lazy()

    @cached_property
    def mentions(self) -> pl.DataFrame:
        """Every row of every table that names a person: table, origin, id_number, _card, name, and what the ID says.

        Adds `kind` (what is wrong with the number: ID001, ID017, ID005, or null), `valid` check digit, `birth`, `sex`.
        """
        parts = [
            frame.select(
                pl.lit(name).alias("table"),
                "_src",
                "_file",
                "_sheet",
                "_row",
                "id_number",
                "_card",
                pl.col("name") if "name" in frame.columns else pl.lit(None, dtype=pl.String).alias("name"),
                pl.col("post_id") if "post_id" in frame.columns else pl.lit(None, dtype=pl.String).alias("post_id"),
            )
            for name, frame in self.intake.tables.items()
            if "id_number" in frame.columns and name != "waivers"
        ]
        nobody = pl.DataFrame(
            schema={
                "table": pl.String,
                **dict.fromkeys(ORIGIN, pl.String),
                "_src": pl.UInt32,
                "_row": pl.UInt32,
                **dict.fromkeys(("id_number", "_card", "name", "post_id"), pl.String),
            }
        )
        rows = pl.concat([nobody, *parts]).lazy().filter(pl.col("id_number").is_not_null())
        number = pl.col("id_number")
        facts = rows.select(number.unique()).with_columns(
            kind=pl.when(number.str.len_chars() == OLD_LENGTH)
            .then(pl.lit("ID017"))
            .when(number.str.len_chars() != PLAIN_LENGTH)
            .then(pl.lit("ID001"))
            .when(number.str.starts_with(UNKNOWN_ID))
            .then(pl.lit("ID005")),
            valid=is_valid_expr(number),
            birth=birth_expr(number),
            sex=sex_expr(number),
        )
        return collected(rows.join(facts, on="id_number", how="left", maintain_order="left"), self.size)

    @cached_property
    def people(self) -> pl.DataFrame:
        """The registry, one row a person, with `birth`, `sex_by_id`, `age`, `in_school`, `beneficiary`, `can_work`, `labour`, `home`.

        Phone and income of the household come from 户信息 where the registry has none (SPEC 9.12).
        """
        return self._judged_people(one_row_each(self.intake.tables["registry"]))

    @cached_property
    def members(self) -> pl.DataFrame:
        """`people`, and the rows set aside for their ID number (`aside`): they stay members of their household (SPEC 9.12)."""
        aside = self.intake.set_aside.get("registry")
        here = self.people.with_columns(aside=pl.lit(value=False))
        if aside is None or not aside.height:
            return here
        unkeyed = self._judged_people(aside.with_columns(id_number=pl.lit(None, dtype=pl.String)))
        return pl.concat([here, unkeyed.with_columns(aside=pl.lit(value=True))], how="diagonal")

    def _judged_people(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.has("households"):
            frame = with_home_facts(frame, self.intake.tables["households"])
        birth, helped = birth_expr(pl.col("id_number")), self.policy.file.people
        kinds, watched = helped.monitored_types, pl.col("monitored_type").is_not_null()
        if kinds is not None:
            watched = pl.col("monitored_type").is_in(kinds)
        return frame.with_columns(
            birth=birth,
            sex_by_id=sex_expr(pl.col("id_number")),
            age=age_expr(birth, self.last),
            in_school=pl.col("school").is_not_null(),
            # By the export and its categories only; labour is a question of its own (SPEC 8.9).
            beneficiary=(pl.col("household_type").is_in(helped.household_types) | watched).fill_null(value=False),
            can_work=pl.col("labour_ability").is_not_null()
            & ~pl.col("labour_ability").is_in(NO_LABOUR).fill_null(value=True),
            home=home_key(),
        ).with_columns(
            # Null: nothing is recorded, so that nobody knows.
            labour=~pl.col("labour_ability").is_in(NO_LABOUR)
            & ~pl.col("in_school")
            & ~(pl.col("age") < self.labour_age).fill_null(value=False)
        )

    @cached_property
    def homes(self) -> pl.DataFrame:
        """Person → household: id_number, household_id. A person not in the export is a household of one."""
        return self.people.select("id_number", "household_id")

    @cached_property
    def heads(self) -> pl.DataFrame:
        """Household → its head: household_id, head_id, head_name (the first where there are several)."""
        return heads_of(self.people)

    @cached_property
    def spells(self) -> pl.LazyFrame:
        """Spells of work: employment rows with a start, `until` the end or the month's last day."""
        return (
            self.table("employment")
            .filter(pl.col("start").is_not_null())
            .with_columns(
                until=pl.coalesce("end", pl.lit(self.last)),
                _until_month=pl.col("_end_month") & pl.col("end").is_not_null(),
            )
        )

    @cached_property
    def attended(self) -> pl.DataFrame | None:
        """The month's attendance with posts found by name; None where the table was not supplied."""
        if not self.has("attendance"):
            return None
        assignments = self.intake.tables.get("assignments")
        if assignments is None:
            return None
        return roster.month_attendance(self.intake.tables["attendance"], assignments, self.maybe("posts"), self.month)

    @cached_property
    def roster(self) -> pl.DataFrame:
        """Roster rows with what the month makes of each (`roster.roster_rows`)."""
        return roster.roster_rows(self.intake.tables["assignments"], self.attended, self.month)

    @cached_property
    def lines(self) -> pl.DataFrame:
        """The month's lines, one a person and post (`roster.month_lines`), with what the ID number says.

        Adds `birth`, `id_ok` (an ID number by which the person can be judged), `first_on_post` (in the month).
        """
        lines = roster.month_lines(self.roster, self.maybe("posts"), self.attended, self.policy, self.month)
        number = pl.col("id_number")
        birth = birth_expr(number)
        known = lines.lazy().with_columns(
            birth=birth,
            id_ok=(number.str.len_chars() == PLAIN_LENGTH)
            & ~number.str.starts_with(UNKNOWN_ID)
            & is_valid_expr(number)
            & birth.is_not_null(),
            first_on_post=pl.max_horizontal(
                pl.coalesce("on_post", "contract_start", pl.lit(self.first)), pl.lit(self.first)
            ),
        )
        return collected(known, lines.height)

    @cached_property
    def roster_accounts_lost(self) -> pl.LazyFrame:
        """Roster rows whose account Excel stored as a number: the intake has said so."""
        found = self.intake.found.filter((pl.col("code") == "ID014") & (pl.col("table") == "assignments"))
        return found.select("_src", "_row").lazy()

    @cached_property
    def judged(self) -> pl.DataFrame:
        """Lines whose person can be judged: with a wrong ID number nothing about the person is known (SPEC 8.23)."""
        return self.lines.filter(pl.col("id_ok"))

    @cached_property
    def counted(self) -> pl.DataFrame:
        """Lines with the months used before, first approval and pension facts.

        Without a payment history nothing is known to be used; the checks of the cap are not run then.
        """
        assignments, history = self.intake.tables["assignments"], self.maybe("payment_history")
        return used_months.with_months(self.lines, assignments, history, self.policy, self.month)

    @cached_property
    def months_used(self) -> pl.DataFrame:
        """The counted lines whose person can be judged."""
        return self.counted.filter(pl.col("id_ok"))

    @cached_property
    def past_payments(self) -> pl.DataFrame:
        """Payments of other months in the history, with `standard_fen` and `due_fen` of their month (`past_due`)."""
        history = used_months.post_payments(self.intake.tables["payment_history"])
        paid = history.filter(pl.col("month") != self.month)
        return past_due(paid, self.maybe("attendance"), self.maybe("assignments"), self.maybe("posts"), self.policy)
