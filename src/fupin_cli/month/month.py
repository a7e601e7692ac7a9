"""What the checks look at: the month's tables (`month.tables`), and what several checks derive from them, computed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.month import listed, mentions, roster, used_months
from fupin_cli.month.households import heads_of, with_home_facts
from fupin_cli.month.mentions import PLAIN_LENGTH, UNKNOWN_ID
from fupin_cli.month.numbered import numbered
from fupin_cli.month.past_due import past_due
from fupin_cli.month.people import contradicted, judged
from fupin_cli.month.tables import Tables
from fupin_cli.plans import collected
from fupin_cli.policy import months
from fupin_cli.policy.idnumber import birth_expr, is_valid_expr

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.month.handed_in import Earlier

WEAK = "弱劳动力或半劳动力"
LINE_KEYS = {"id_number": pl.String, "post_id": pl.String}
NO_LINES = pl.DataFrame(schema=dict.fromkeys(roster.KEYS, pl.String))


@dataclass
class Month(Tables):
    """A month's tables, what it is compared with, and what is derived of them, each once."""

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
    def dead(self) -> pl.DataFrame:
        """Whom the lists of the dead name, one row each: id_number, `death_date` (the earliest; null: none can be read).

        `older`: only older lists name them (`Tables.lasting`); `_file`, `_sheet`, `_row`: where they stand first.
        """
        # Whom an old number means is held (`unread_numbers.perhaps_dead`).
        people = self.lasting("deaths").filter(~pl.col("_old_number")).group_by("id_number")
        return people.agg(pl.col("death_date").min(), pl.col("_file", "_sheet", "_row").first(), pl.col("older").all())

    @cached_property
    def policies(self) -> pl.DataFrame:
        """Policies by which people on posts are insured (`listed.policies`)."""
        return listed.policies(self, self.judged if self.has("assignments") else None)

    @cached_property
    def lost_rows(self) -> dict[str, pl.DataFrame]:
        """Rows of tables whose number is lost or wrong, as they are first asked for (`unread_numbers`)."""
        return {}

    @cached_property
    def paid_people(self) -> pl.Series:
        """A number for each person of the payment history, row by row (`used_months.coded`)."""
        return used_months.coded(self.intake.tables["payment_history"]["id_number"])

    @cached_property
    def payments(self) -> pl.DataFrame:
        """Payments of the history with what is counted of them (`used_months.payments`)."""
        return used_months.payments(self.intake.tables["payment_history"], self.paid_people)

    @cached_property
    def paid_besides(self) -> dict[str, pl.DataFrame]:
        """Payments of the history of other subsidies than posts, by subsidy (`used_months.besides_posts`)."""
        return used_months.besides_posts(self.intake.tables["payment_history"])

    @cached_property
    def uncounted(self) -> pl.DataFrame:
        """Rows of the payment history of which it cannot be read what they are (`used_months.uncounted`)."""
        listed = self.contracts["payment_history"].common.measures
        return used_months.uncounted(self.intake.tables["payment_history"], listed)

    @cached_property
    def _named(self) -> dict[str, pl.DataFrame]:
        """Number and name of the people of each table, row by row; of the history each number and name once."""
        found = {}
        for table, frame in mentions.naming_tables(self.intake.tables):
            rows = frame[[c for c in ("id_number", "name") if c in frame.columns]]
            if table == "payment_history":
                name = used_months.coded(frame["name"]).cast(pl.Int64).fill_null(-1)
                rows = rows.filter((self.paid_people.cast(pl.Int64) * 2**32 + name).is_first_distinct())
            found[table] = rows
        return found

    @cached_property
    def who(self) -> dict[str, pl.Series]:
        """A number for each ID number of the tables that name people (`numbered.numbered`), row by row but of the history."""
        return numbered({table: rows["id_number"] for table, rows in self._named.items()})

    @cached_property
    def numbers(self) -> pl.DataFrame:
        """Every distinct ID number of the tables that name people, with what it says (`mentions.facts_of`)."""
        none = pl.DataFrame(schema={"id_number": pl.String, "_who": pl.Int64})
        parts = [pl.DataFrame([rows["id_number"], self.who[t].alias("_who")]) for t, rows in self._named.items()]
        every = pl.concat([none, *parts])
        return mentions.facts_of(every.filter(every["_who"].is_first_distinct() & every["_who"].is_not_null()))

    @cached_property
    def names(self) -> tuple[pl.Series, pl.Series]:
        """The distinct names of all tables that name people, and the numbers (`who`) of people who stand under several."""
        none = pl.DataFrame(schema={"name": pl.String, "_who": pl.Int64})
        named = {table: rows for table, rows in self._named.items() if "name" in rows.columns}
        parts = [pl.DataFrame([rows["name"], self.who[table].alias("_who")]) for table, rows in named.items()]
        both = pl.concat([none, *parts]).drop_nulls()
        code = used_months.coded(both["name"])  # of numbers the least and the greatest are quickly found
        spread = both.select("_who", _code=code).group_by("_who").agg(_least=pl.min("_code"), _most=pl.max("_code"))
        several = spread.filter(pl.col("_least") != pl.col("_most"))["_who"]
        return both["name"].filter(code.is_first_distinct()), several

    def naming(self, wanted: pl.Series, column: str = "id_number") -> pl.DataFrame:
        """Rows of every table that name a person by one of these ID numbers, or names (`mentions.named_rows`).

        Few tables do: only these are gone through.
        """
        few = wanted.implode()
        tables = {
            table: self.intake.tables[table]
            for table, rows in self._named.items()
            if len(wanted) and column in rows.columns and rows[column].is_in(few).any()
        }
        return mentions.named_rows(tables, column, wanted)

    @cached_property
    def people(self) -> pl.DataFrame:
        """The registry, one row a person, with `birth`, `sex_by_id`, `age`, `in_school`, `beneficiary`, `can_work`, `class_unread`, `ability_unread`, `labour`, `home`.

        Phone and income of the household come from 户信息 where the registry has none (SPEC 9.12).
        """
        registry, first = self.intake.tables["registry"], self.who["registry"].is_first_distinct()
        if first.all():
            return self._judged_people(registry)
        several = registry.filter(registry["id_number"].is_duplicated())
        return contradicted(self._judged_people(registry.filter(first)), self._judged_people(several))

    @cached_property
    def approved_people(self) -> pl.Series:
        """Of a month computed again: ID numbers with lines that stand approved, if the export of now lies in the inbox itself.

        There it is written over with later months' exports: who is not in it any more may have been in that of the month.
        """
        sources = [s for s in self.intake.sources if s.role == "current" and s.spec.table == "registry"]
        people = self.approved["id_number"]
        return people.clear() if any(source.folder is not None for source in sources) else people

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
        return judged(frame, self.policy.file.people, self.contracts["registry"].columns, self.last)

    @cached_property
    def homes(self) -> pl.DataFrame:
        """Person → household: id_number, household_id. A person not in the export is a household of one."""
        return self.people.select("id_number", "household_id")

    @cached_property
    def work_homes(self) -> pl.DataFrame:
        """Rows of the employment export with the person's household as `home` (`checks.wrk_homes.spells_of_homes`).

        Those set aside for their ID number too. The household is the registry's; where the registry has no such person,
        the row's own 户编号.
        """
        known = self.people.select("home", _who=self._first_people)
        homes = (
            self.who["employment"].alias("_who").to_frame().join(known, on="_who", how="left", maintain_order="left")
        )
        rows = self.intake.tables["employment"].with_columns(homes["home"])
        aside = self.intake.set_aside.get("employment")
        if aside is not None and aside.height:
            rows = pl.concat([rows, aside.with_columns(id_number=pl.lit(None, dtype=pl.String))], how="diagonal")
        return rows.with_columns(home=pl.coalesce("home", "household_id"))

    @property
    def _first_people(self) -> pl.Series:
        """The numbers (`who`) of `people`, row by row."""
        who = self.who["registry"]
        return who.filter(who.is_first_distinct())

    @cached_property
    def heads(self) -> pl.DataFrame:
        """Household → its head: household_id, head_id, head_name (the first where there are several)."""
        return heads_of(self.people)

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
            # Over all rows of the line: who goes on under a new contract was there before. If attendance alone
            # says that somebody was there, it was by the month's end at the latest.
            first_on_post=pl.when(pl.col("on_mask") != 0)
            .then(pl.lit(self.first) + pl.duration(days=pl.col("on_mask").bitwise_trailing_zeros()))
            .otherwise(pl.lit(self.last)),
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
        paid = self.payments if self.has("payment_history") else None
        return used_months.with_months(self.lines, self.intake.tables["assignments"], paid, self.policy, self.month)

    @cached_property
    def months_used(self) -> pl.DataFrame:
        """The counted lines whose person can be judged."""
        return self.counted.filter(pl.col("id_ok"))

    @cached_property
    def past_payments(self) -> pl.DataFrame:
        """Payments of posts for other months (`payments`), with `standard_fen` and `due_fen` of their month (`past_due`)."""
        paid = self.payments.filter((pl.col("measure") == used_months.POSTS) & (pl.col("month") != self.month))
        return past_due(paid, self.maybe("attendance"), self.maybe("assignments"), self.maybe("posts"), self.policy)
