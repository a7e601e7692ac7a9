"""The numbers of the law, by month: dated and cited policy files, the county's own settings laid over them.

A number that the policy leaves to the county has no entry here and no default anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from fupin_cli.errors import FupinError, yaml_words
from fupin_cli.policy import months
from fupin_cli.policy.problem_words import problem_words, shown
from fupin_cli.policy.rounding import HALF_UP, fen_to_yuan, monthly_standard_fen, yuan_to_fen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.policy.settings import Settings

CITED = Annotated[str, Field(min_length=4)]
LINE = "post.annual_line"
CAP = "post.cap_months"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times as fast


def text_only(value: Any) -> str:
    """Refuse a bare YAML number: it would be a binary float before anybody could stop it.

    Raises:
        ValueError: the value is not text.
    """
    if not isinstance(value, str):
        raise ValueError("数值须加引号，写成文本")  # noqa: TRY004 - pydantic reports ValueError with its place
    return value


class Strict(BaseModel):
    """A model that knows all its keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(Strict):
    """One value of a parameter and the days on which it holds, both ends included."""

    valid_from: date
    valid_to: date
    value: Annotated[Decimal, BeforeValidator(text_only)]
    source: CITED

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.valid_to < self.valid_from:
            raise ValueError(f"{self.valid_from} 晚于 {self.valid_to}")
        return self


class Parameter(Strict):
    """A number of the law with all its periods, in order and without overlap."""

    title: str
    unit: str
    clause: CITED | Annotated[str, Field(pattern="^[一二三四五附]")]
    periods: list[Period]

    @model_validator(mode="after")
    def _no_overlap(self) -> Parameter:
        for earlier, later in pairwise(self.periods):
            if later.valid_from <= earlier.valid_to:
                raise ValueError(f"有效期重叠或次序颠倒：{earlier.valid_to} 与 {later.valid_from}")
        return self


class Grandfathered(Strict):
    """Older documents whose benefits run to their own end."""

    documents: list[str]
    source: CITED


class Area(Strict):
    """Where the policy holds: its city, the city's area code, and its counties as people write them."""

    province: str
    city: str
    code: Annotated[str, Field(pattern=r"^\d{4}$")]
    counties: list[str]


class PolicyFile(Strict):
    """One city's policy: its term, its text and its numbers."""

    id: str
    title: str
    city: str
    text: str
    valid_from: date
    valid_to: date
    source: CITED
    clause: str
    grandfathered: Grandfathered
    area: Area
    parameters: dict[str, Parameter]


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


def parse_policy(text: str, name: str) -> PolicyFile:
    """Read a policy file strictly.

    Raises:
        FupinError: unknown key, overlapping periods, missing citation, number not written as text.
    """
    try:
        return PolicyFile.model_validate(yaml.load(text, Loader=LOADER))  # noqa: S506 - a safe loader
    except (ValidationError, yaml.YAMLError) as error:
        raise FupinError(f"政策文件 {name} 有误：{_told(error)}", "对照 docs/ 中的说明改正后再运行") from error


def _told(error: ValidationError | yaml.YAMLError) -> str:
    """Every problem with its place, in Chinese."""
    if not isinstance(error, ValidationError):
        return yaml_words(error)
    return "；".join(
        f"{'.'.join(map(str, p['loc']))}："
        + ("没有这一项" if p["type"] == "extra_forbidden" else f"{problem_words(p)}（写的是 {shown(p['input'])}）")
        for p in error.errors(include_url=False)
    )


def load_policy(city: str) -> PolicyFile:
    """Load the policy of a city from the files that ship with the program.

    Raises:
        FupinError: no policy file is for that city.
    """
    shipped = sorted((f for f in files("fupin_cli.policy").iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    policies = [parse_policy(file.read_text(encoding="utf-8"), file.name) for file in shipped]
    for policy in policies:
        if policy.city == city:
            return policy
    known = "、".join(p.city for p in policies)
    raise FupinError(f"没有 {city} 的政策文件", f"fupin.toml 的 [county] city 目前可写：{known}")


class Policy:
    """A city's policy with one county's settings over it. Amounts are integers of fen."""

    def __init__(self, file: PolicyFile, settings: Settings) -> None:
        """Lay the settings over the file."""
        self.file = file
        self.settings = settings

    @property
    def last_month(self) -> int:
        """Month index of the last month that can be paid (the term, or the county's own extension)."""
        extended = self.settings.policy.extend_to
        own = months.month_index(self.file.valid_to)
        return max(own, months.parse_month(extended)) if extended else own

    def in_term(self, month: int) -> bool:
        """Whether any day of the month lies in the policy's term (附则)."""
        return months.month_index(self.file.valid_from) <= month <= self.last_month

    def standard_fen(self, month: int) -> int | None:
        """Monthly post standard in fen for a month; None where neither law nor county sets one (三(五))."""
        year = month // 12
        own = self.settings.post.standard.get(str(year))
        if own and own.monthly is not None:
            return yuan_to_fen(own.monthly)
        if own and own.annual is not None:
            return monthly_standard_fen(yuan_to_fen(own.annual))
        period = self._period(LINE, month)
        return monthly_standard_fen(yuan_to_fen(str(period.value))) if period else None

    def line_fen(self, month: int) -> int | None:
        """The year's monitoring line in fen (三(五)); the county's own line where it sets one."""
        own = self.settings.post.standard.get(str(month // 12))
        if own and own.annual is not None:
            return yuan_to_fen(own.annual)
        period = self._period(LINE, month)
        return yuan_to_fen(str(period.value)) if period else None

    def standards_fen(self, wanted: Iterable[int]) -> dict[int, int]:
        """Month index → monthly standard in fen, for the months that have one."""
        found = {month: self.standard_fen(month) for month in wanted}
        return {month: fen for month, fen in found.items() if fen is not None}

    def number(self, name: str, month: int) -> int:
        """Give a whole-number parameter in force in the month, or the last one known.

        Caps outlive the term they were written for: a grandfathered benefit keeps them.
        """
        period = self._period(name, month) or self.file.parameters[name].periods[-1]
        return int(period.value)

    def cap_months(self, month: int) -> int:
        """At most so many months of the post subsidy (三(五)): the county's number where it sets one, else the law's."""
        return self.settings.post.cap_months or self.number(CAP, month)

    def cap_source(self, month: int) -> str:
        """On whose authority `cap_months` holds; of a county's own number also what it stands in place of."""
        law = self._period(CAP, month) or self.file.parameters[CAP].periods[-1]
        post = self.settings.post
        if post.cap_months is None:
            return law.source
        return f"fupin.toml [post] cap_months，{post.cap_source or '没有写依据（cap_source）'}；代替政策的 {law.value}"

    def fen(self, name: str, month: int) -> int:
        """Give an amount of the law in fen, in force in the month or the last one known."""
        period = self._period(name, month) or self.file.parameters[name].periods[-1]
        return yuan_to_fen(str(period.value))

    def is_grandfathered(self, basis: str) -> bool:
        """Whether 享受依据 names one of the documents that run to their own end (附则)."""
        return normalise_document(basis) in {normalise_document(d) for d in self.file.grandfathered.documents}

    def in_force(self, month: int) -> list[InForce]:
        """All numbers in force in a month with their sources, the county's own in place of the city's."""
        rows = []
        for name, parameter in self.file.parameters.items():
            if period := self._period(name, month):
                value, source = str(period.value), period.source
                if name == CAP:
                    value, source = str(self.cap_months(month)), self.cap_source(month)
                rows.append(self._row(name, parameter, value, source, period))
        standard = self.standard_fen(month)
        if standard is not None:
            own = self.settings.post.standard.get(str(month // 12))
            source = f"fupin.toml [post.standard.{month // 12}]：{own.source}" if own else HALF_UP.source
            line = self.file.parameters[LINE]
            period = self._period(LINE, month)
            rows.append(self._row("post.monthly_standard", line, fen_to_yuan(standard), source, period, "元/人·月"))
        return rows

    def cited(self, name: str, month: int) -> InForce:
        """Give a parameter as it is used in a month, with its source: the one in force, or the last one known (`number`)."""
        parameter = self.file.parameters[name]
        period = self._period(name, month) or parameter.periods[-1]
        return self._row(name, parameter, str(period.value), period.source, period)

    def _period(self, name: str, month: int) -> Period | None:
        first, last = months.first_day(month), months.last_day(month)
        for period in self.file.parameters[name].periods:
            if period.valid_from <= last and period.valid_to >= first:
                return period
        return None

    @staticmethod
    def _row(  # noqa: PLR0913, PLR0917 - one printed row
        name: str, parameter: Parameter, value: str, source: str, period: Period | None, unit: str = ""
    ) -> InForce:
        title = "岗位补贴月标准" if name == "post.monthly_standard" else parameter.title
        since, until = (str(period.valid_from), str(period.valid_to)) if period else ("", "")
        return InForce(name, title, value, unit or parameter.unit, since, until, source, parameter.clause)


def normalise_document(text: str) -> str:
    """Make document numbers comparable: every kind of bracket becomes 〔〕, spaces are dropped (SPEC 8.14)."""
    return "".join(text.split()).translate(str.maketrans("([（［【)]）］】", "〔〔〔〔〔〕〕〕〕〕"))
