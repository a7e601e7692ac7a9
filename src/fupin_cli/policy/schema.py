"""What a policy file holds: all of one city's law that this program compares or computes with, each with its source.

Numbers are written as text, so that none becomes a binary float, and are typed by `kind`.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fupin_cli.policy.rounding import yuan_to_fen

CITED = Annotated[str, Field(min_length=4)]
CLAUSE = Annotated[str, Field(min_length=1)]
Kind = Literal["money", "months", "years", "days", "count", "share", "times", "date"]
WHOLE = ("months", "years", "days", "count")


# The numbers that the program computes with or compares, and of which kind each is.
NUMBERS: dict[str, Kind] = {
    "post.annual_line": "money",
    "post.monthly_standard": "money",
    "post.cap_months": "months",
    "post.contract_months": "months",
    "post.extension_years": "years",
    "labour_export.amount": "money",
    "labour_export.contract_years": "years",
    "labour_export.follow_up_years": "years",
    "on_the_job_training.cap_months": "months",
    "on_the_job_training.term": "date",
    "social_insurance.cap_months": "months",
    "social_insurance.extension_years": "years",
    "flexible.share_max": "share",
    "training.dibao_times": "times",
    "startup.interest_days": "days",
    "platform.township_assistants": "count",
    "platform.village_staff": "count",
    "industry.most": "count",
}


def text_only(value: Any) -> str:
    """Refuse a bare YAML number: it would be a binary float before anybody could stop it.

    Raises:
        ValueError: the value is not text.
    """
    if not isinstance(value, str):
        raise ValueError("数值须加引号，写成文本")  # noqa: TRY004 - pydantic reports ValueError with its place
    return value


def _pattern(value: Any) -> str:
    try:
        groups = re.compile(str(value)).groups
    except re.error as error:
        raise ValueError(f"{value} 不是正则表达式") from error
    if groups < 1:
        raise ValueError(f"{value} 里没有括号，看不出编号")
    return str(value)


Text = Annotated[str, BeforeValidator(text_only)]
Pattern = Annotated[str, BeforeValidator(_pattern)]


class Strict(BaseModel):
    """A model that knows all its keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def checked(kind: Kind, text: str) -> None:
    """Whether a text is a value of its kind.

    Raises:
        ValueError: it is not.
    """
    if kind == "money":
        yuan_to_fen(text)
    elif kind == "date":
        date.fromisoformat(text)
    elif kind in WHOLE:
        if not (text.isascii() and text.isdecimal()):
            raise ValueError(f"{text!r} 不是整数")
    elif kind == "share":
        _fraction(text, most=1)
    else:
        _fraction(text)


def _fraction(text: str, most: int | None = None) -> None:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{text!r} 不是比例，写成 2/3 或 1.5") from error
    if value <= 0 or (most is not None and value > most):
        raise ValueError(f"{text!r} 不在 0 与 1 之间" if most else f"{text!r} 不大于 0")


class Period(Strict):
    """One value and the days on which it holds, both ends included; `by_county`: one for each county that publishes its own."""

    valid_from: date
    valid_to: date
    value: Text | None = None
    by_county: dict[str, Text] = {}
    source: CITED

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.valid_to < self.valid_from:
            raise ValueError(f"{self.valid_from} 晚于 {self.valid_to}")
        if (self.value is None) == (not self.by_county):
            raise ValueError("value 与 by_county 只写一个")
        return self

    def of(self, county: str) -> str | None:
        """The value, or that of the county; None where the table has no such county."""
        return self.value if self.value is not None else self.by_county.get(county)


class Parameter(Strict):
    """A number of the law with all its periods, in order and without overlap."""

    kind: Kind
    title: str
    unit: str
    clause: CLAUSE
    periods: Annotated[list[Period], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_overlap(self) -> Parameter:
        for earlier, later in pairwise(self.periods):
            if later.valid_from <= earlier.valid_to:
                raise ValueError(f"有效期重叠或次序颠倒：{earlier.valid_to} 与 {later.valid_from}")
        for period in self.periods:
            for text in (period.value, *period.by_county.values()):
                if text is not None:
                    checked(self.kind, text)
        return self


class Place(Strict):
    """A paragraph without a number: what it is called, and how it begins."""

    mark: CLAUSE
    begins: CLAUSE


class Marks(Strict):
    """How the text numbers its clauses; the first group of a pattern is the number, a part's stands behind its chapter's."""

    chapter: Pattern
    parts: list[Pattern] = []
    opening: Place | None = None
    closing: Place | None = None
    ends: str = ""


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

    @property
    def province_code(self) -> str:
        """The first two figures of the area code."""
        return self.code[:2]


class Age(Strict):
    """An age in years, with what says so."""

    years: Annotated[Text, Field(pattern=r"^\d{1,3}$")]
    source: CITED


class People(Strict):
    """Who is helped: the kinds of household, the categories that are watched (None: any), the age at which labour begins."""

    clause: CLAUSE
    law: CLAUSE
    household_types: list[str]
    monitored_types: list[str] | None = None
    labour_age: Age


class Means(Strict):
    """Means of transport: of a journey's words one must be among `by`, none among `never`; `words`: as the text names them."""

    clause: CLAUSE
    law: CLAUSE
    words: str
    by: Annotated[list[str], Field(min_length=1)]
    never: list[str] = []


class MeasureLaw(Strict):
    """What the law says of a subsidy. `fund`: empty where the county says which; `term`: the number with its last day."""

    title: str
    short: str = ""
    clause: CLAUSE
    also: list[str] = []
    law: CLAUSE
    fund: str = ""
    who: str
    term: str = ""


class Basis(Strict):
    """What a rule rests on. `besides` names what carries the part of it that the clause does not.

    What the text does not carry is never given a clause of it (SPEC 8.24): of a rule that is all our own the clause is `law.OURS`.
    """

    clause: CLAUSE
    law: str = ""
    besides: str = ""


class PolicyFile(Strict):
    """One city's law for a time: term, text, numbers, subsidies, what each rule rests on."""

    id: str
    title: str
    city: str
    text: str
    valid_from: date
    valid_to: date
    source: CITED
    clause: CLAUSE
    rounding: CITED
    marks: Marks
    grandfathered: Grandfathered | None = None
    area: Area
    people: People
    means: Means | None = None
    parameters: dict[str, Parameter]
    measures: dict[str, MeasureLaw]
    rules: dict[str, Basis]
    documents: dict[str, str] = {}
    reports: dict[str, list[str]] = {}
    not_decidable: dict[str, str] = {}

    @model_validator(mode="after")
    def _ordered(self) -> PolicyFile:
        if self.valid_to < self.valid_from:
            raise ValueError(f"{self.valid_from} 晚于 {self.valid_to}")
        return self
