"""What the policy leaves to a county for the measures besides posts. No number has a default: unset, nothing is paid."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator

from fupin_cli.policy.dated import dated, written
from fupin_cli.policy.rounding import yuan_to_fen


def _money(value: Any) -> str:
    """Keep an amount as text in yuan; TOML numbers are accepted by the digits that were typed."""
    if isinstance(value, (dict, list)):
        raise ValueError("要写一个金额，不是一节，也不是几项")  # noqa: TRY004 - pydantic reports ValueError with its place
    text = str(value)
    yuan_to_fen(text)
    return text


def _share(value: Any) -> str:
    """A share of something: 2/3 or 0.5, above 0 and at most 1, kept as it was written."""
    try:
        share = Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{value!r} 不是比例，写成 2/3 或 0.5") from error
    if not 0 < share <= 1:
        raise ValueError(f"{value!r} 不在 0 与 1 之间")
    return str(value)


def _count(value: Any) -> int:
    """A whole number of at least 1."""
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) < 1:
        raise ValueError(f"{value!r} 不是大于0的整数")
    return int(value)


Money = Annotated[str, BeforeValidator(_money)]
Share = Annotated[str, BeforeValidator(_share)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A table of the settings file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# A county number that changes over time. It is read as the plain type, or, where the file gives a list of
# {from, value, source}, as a `Timeline`; `Settings.at` puts the month's own value in its place before anything computes.
AsWritten = PlainSerializer(written, return_type=Any)
DatedMoney = Annotated[str, PlainValidator(dated(_money)), AsWritten]
DatedShare = Annotated[str, PlainValidator(dated(_share)), AsWritten]
DatedCount = Annotated[int, PlainValidator(dated(_count)), AsWritten]


class Transport(Section):
    """一次性交通补贴, 二(一): by ticket with a cap, or flat; by tier of destination."""

    method: Literal["ticket", "flat"] | None = None
    in_province: DatedMoney | None = None
    out_of_province: DatedMoney | None = None
    places: dict[str, DatedMoney] = {}  # a province or city of its own amount
    home_province: str = ""  # unset: the policy's own province
    once_per_years: Count | None = None  # unset: once only
    spell_days: Count = 31  # how far a spell of work may begin from the departure; this program's default


class LabourExport(Section):
    """劳务输出服务补助, 二(一)."""

    insured_within_months: Annotated[int, Field(ge=0)] = 3  # after the placement; this program's default


class OnTheJobTraining(Section):
    """以工代训补贴, 三(二)."""

    monthly: DatedMoney | None = None
    divisor_days: DatedCount | None = None  # where the form has no 应训练天数


class EmployerPost(Section):
    """企业/车间岗位补贴, 二4 and 三(二)."""

    monthly: DatedMoney | None = None


class Flexible(Section):
    """灵活就业社保补贴, 三(四): the county's share of what was paid, at most 2/3."""

    share: DatedShare | None = None


class Training(Section):
    """培训, 四(三)."""

    dibao_monthly: DatedMoney | None = None
    days_per_month: DatedCount = 30  # this program's default
    course: DatedMoney | None = None
    courses: dict[str, DatedMoney] = {}  # a rate of its own for a trade (工种)


class RainDew(Section):
    """雨露计划, 四(三)."""

    term: DatedMoney | None = None
    levels: dict[str, DatedMoney] = {}  # a rate of its own for a level (学历层次)


class Startup(Section):
    """创业, 三(三): interest, venue, incubator."""

    interest_share: DatedShare | None = None
    principal_max: DatedMoney | None = None
    years_max: DatedCount | None = None
    purposes: list[str] = []  # words for farming besides those of the text
    venue_share: DatedShare | None = None
    venue_monthly_max: DatedMoney | None = None
    venue_months_max: DatedCount | None = None
    incubator_share: DatedShare | None = None
    incubator_max: DatedMoney | None = None


class BaseReward(Section):
    """基地一次性奖补, 三(二): people employed → amount; the highest step that is reached."""

    steps: dict[Annotated[str, Field(pattern=r"^[1-9]\d*$")], DatedMoney] = {}


class UnemploymentAid(Section):
    """失业补助金, 二4."""

    monthly: DatedMoney | None = None


class WorkRelief(Section):
    """以工代赈, 三(一): the county's guiding share of labour pay; nothing is paid here."""

    pay_share: DatedShare | None = None
    helped_share: DatedShare | None = None  # of the people hired, how many are to be beneficiaries
    guide_pay: DatedMoney | None = None  # the guiding labour pay of a person, printed beside what was paid


class Payee(Section):
    """Where an organisation is paid to, by its unified social credit code."""

    account: Annotated[str, Field(min_length=6)]
    bank: str = ""
    name: str = ""
