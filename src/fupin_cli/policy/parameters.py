"""The numbers of the law, by month: dated and cited policy files, the county's own settings laid over them.

A number that the policy leaves to the county has no entry here and no default anywhere.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError
from fupin_cli.policy import months
from fupin_cli.policy.library import CityLaw, law_of, load_laws, parse_policy
from fupin_cli.policy.rounding import fen_to_yuan, monthly_standard_fen, yuan_to_fen
from fupin_cli.policy.schema import Basis, PolicyFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.policy.schema import MeasureLaw, Parameter, Period
    from fupin_cli.policy.settings import Settings

__all__ = ["CAP", "LINE", "InForce", "Policy", "PolicyFile", "load_laws", "load_policy", "parse_policy"]

LINE = "post.annual_line"
MONTHLY = "post.monthly_standard"
CAP = "post.cap_months"
UNFOUNDED = Basis(clause="政策文件没有写这条规则的依据")


@dataclass(frozen=True)
class InForce:
    """A number in force in a month, and on whose authority."""

    name: str
    title: str
    value: str
    unit: str
    valid_from: str
    valid_to: str
    source: str
    clause: str


def load_policy(city: str) -> CityLaw:
    """The latest policy of a city that ships with the program.

    Raises:
        FupinError: no policy file is for that city.
    """
    return load_laws(city)[-1]


class Policy:
    """A city's policies with one county's settings over them. Amounts are integers of fen.

    `file` is the policy of the month that this is for (`of`), else the latest; the methods that are asked for a month
    answer by the policy of that month.
    """

    def __init__(self, laws: CityLaw | tuple[CityLaw, ...], settings: Settings) -> None:
        """Lay the settings over the files."""
        self.laws = (laws,) if isinstance(laws, CityLaw) else laws
        self.settings = settings
        self.file, self.law = self.laws[-1].file, self.laws[-1].law

    def of(self, month: int) -> Policy:
        """The same, for a month: `file` and `law` are those that hold in it."""
        chosen, mine = law_of(self.laws, month), copy(self)
        mine.file, mine.law = chosen.file, chosen.law
        return mine

    def with_settings(self, settings: Settings) -> Policy:
        """The same files under other settings."""
        mine = copy(self)
        mine.settings = settings
        return mine

    @property
    def first_day(self) -> date:
        """The day on which the first of the policies begins."""
        return self.laws[0].file.valid_from

    @property
    def last_month(self) -> int:
        """Month index of the last month that can be paid (the last term, or the county's own extension)."""
        own = max(months.month_index(law.file.valid_to) for law in self.laws)
        extended = self.settings.policy.extend_to
        return max(own, months.parse_month(extended)) if extended else own

    def in_term(self, month: int) -> bool:
        """Whether any day of the month lies in a policy's term (附则)."""
        own = max(months.month_index(law.file.valid_to) for law in self.laws)
        return any(law.touches(month) for law in self.laws) or own < month <= self.last_month

    def basis(self, code: str) -> Basis:
        """What a rule rests on in this policy; where the file does not say, that it does not."""
        return self.file.rules.get(code, UNFOUNDED)

    def measure(self, code: str) -> MeasureLaw | None:
        """What this policy says of a subsidy; None where it has none of that code."""
        return self.file.measures.get(code)

    def standard_fen(self, month: int) -> int | None:
        """Monthly post standard in fen for a month; None where neither law nor county sets one (三(五))."""
        own = self.settings.post.standard.get(str(month // 12))
        if own and own.monthly is not None:
            return yuan_to_fen(own.monthly)
        if own and own.annual is not None:
            return monthly_standard_fen(yuan_to_fen(own.annual))
        if (monthly := self._in_month(MONTHLY, month)) is not None:
            return yuan_to_fen(monthly)
        line = self._in_month(LINE, month)
        return None if line is None else monthly_standard_fen(yuan_to_fen(line))

    def line_fen(self, month: int) -> int | None:
        """The year's monitoring line in fen (三(五)); the county's own line where it sets one."""
        own = self.settings.post.standard.get(str(month // 12))
        if own and own.annual is not None:
            return yuan_to_fen(own.annual)
        line = self._in_month(LINE, month)
        return None if line is None else yuan_to_fen(line)

    def standards_fen(self, wanted: Iterable[int]) -> dict[int, int]:
        """Month index → monthly standard in fen, for the months that have one."""
        found = {month: self.standard_fen(month) for month in wanted}
        return {month: fen for month, fen in found.items() if fen is not None}

    def has(self, name: str, month: int) -> bool:
        """Whether the policy of a month has a number, and this county a value of it."""
        parameter = law_of(self.laws, month).file.parameters.get(name)
        return parameter is not None and self._here(self._known(parameter, month)) is not None

    def number(self, name: str, month: int) -> int:
        """Give a whole-number parameter in force in the month, or the last one known.

        Caps outlive the term they were written for: a grandfathered benefit keeps them.
        """
        return int(self._value(name, month))

    def share(self, name: str, month: int) -> Fraction:
        """Give a share, or how many times, exactly: in force in the month or the last one known."""
        return Fraction(self._value(name, month))

    def day(self, name: str, month: int) -> date:
        """Give a date of the law, in force in the month or the last one known."""
        return date.fromisoformat(self._value(name, month))

    def fen(self, name: str, month: int) -> int:
        """Give an amount of the law in fen, in force in the month or the last one known."""
        return yuan_to_fen(self._value(name, month))

    def cap_months(self, month: int) -> int:
        """At most so many months of the post subsidy (三(五)): the county's number where it sets one, else the law's."""
        return self.settings.post.cap_months or self.number(CAP, month)

    def cap_source(self, month: int) -> str:
        """On whose authority `cap_months` holds; of a county's own number also what it stands in place of."""
        law = self._known(self._parameter(CAP, month), month)
        post = self.settings.post
        if post.cap_months is None:
            return law.source
        return f"fupin.toml [post] cap_months，{post.cap_source or '没有写依据（cap_source）'}；代替政策的 {self._here(law)}"

    def is_grandfathered(self, basis: str) -> bool:
        """Whether 享受依据 names one of the documents that run to their own end (附则)."""
        older = self.file.grandfathered
        return older is not None and normalise_document(basis) in {normalise_document(d) for d in older.documents}

    def in_force(self, month: int) -> list[InForce]:
        """All numbers in force in a month with their sources, the county's own in place of the city's."""
        rows = []
        parameters = law_of(self.laws, month).file.parameters
        for name, parameter in parameters.items():
            period = self._period(parameter, month)
            text = self._here(period) if period else None
            if period and text is not None:
                value, source = text, period.source
                if name == CAP:
                    value, source = str(self.cap_months(month)), self.cap_source(month)
                rows.append(self._row(name, parameter, value, source, period))
        line = parameters.get(LINE)
        if line is not None and (standard := self.standard_fen(month)) is not None and MONTHLY not in parameters:
            own = self.settings.post.standard.get(str(month // 12))
            source = f"fupin.toml [post.standard.{month // 12}]：{own.source}" if own else self.file.rounding
            row = self._row(MONTHLY, line, fen_to_yuan(standard), source, self._period(line, month), "元/人·月")
            rows.append(replace(row, title="岗位补贴月标准"))
        return rows

    def cited(self, name: str, month: int) -> InForce:
        """Give a parameter as it is used in a month, with its source: the one in force, or the last one known (`number`)."""
        parameter = self._parameter(name, month)
        period = self._known(parameter, month)
        return self._row(name, parameter, self._here(period) or "", period.source, period)

    def _parameter(self, name: str, month: int) -> Parameter:
        return law_of(self.laws, month).file.parameters[name]

    def _value(self, name: str, month: int) -> str:
        text = self._here(self._known(self._parameter(name, month), month))
        if text is None:
            raise FupinError(
                f"政策的 {name} 没有{self.settings.county.name or '本县'}的数", "[county] name 写成政策文件里的县名"
            )
        return text

    def _here(self, period: Period) -> str | None:
        """A period's value in this county."""
        county = self.settings.county
        return period.of(county.name) or period.of(county.code)

    def _in_month(self, name: str, month: int) -> str | None:
        parameter = law_of(self.laws, month).file.parameters.get(name)
        period = self._period(parameter, month) if parameter else None
        return self._here(period) if period else None

    def _known(self, parameter: Parameter, month: int) -> Period:
        return self._period(parameter, month) or parameter.periods[-1]

    @staticmethod
    def _period(parameter: Parameter, month: int) -> Period | None:
        first, last = months.first_day(month), months.last_day(month)
        return next((p for p in parameter.periods if p.valid_from <= last and p.valid_to >= first), None)

    @staticmethod
    def _row(  # noqa: PLR0913, PLR0917 - one printed row
        name: str, parameter: Parameter, value: str, source: str, period: Period | None, unit: str = ""
    ) -> InForce:
        since, until = (str(period.valid_from), str(period.valid_to)) if period else ("", "")
        return InForce(name, parameter.title, value, unit or parameter.unit, since, until, source, parameter.clause)


def normalise_document(text: str) -> str:
    """Make document numbers comparable: every kind of bracket becomes 〔〕, spaces are dropped (SPEC 8.14)."""
    return "".join(text.split()).translate(str.maketrans("([（［【)]）］】", "〔〔〔〔〔〕〕〕〕〕"))
