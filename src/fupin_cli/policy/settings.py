"""A county's settings: what may stand in `fupin.toml` and in `FUPIN_*` environment variables, checked key by key."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from fupin_cli.policy import measure_settings as measure
from fupin_cli.policy.bank_settings import Bank
from fupin_cli.policy.dated import at
from fupin_cli.policy.measure_settings import Count, DatedMoney, Money, Section
from fupin_cli.policy.months import MONTH_PATTERN, month_text, read_month


def _month(value: object) -> object:
    month = read_month(value) if isinstance(value, str) else None
    return value if month is None else month_text(month)


Month = Annotated[str, BeforeValidator(_month), Field(pattern=MONTH_PATTERN.pattern.replace(r"\Z", "$"))]


class County(Section):
    """Whose settings these are."""

    name: str = ""
    code: str = ""
    city: str = "朝阳市"


class Standard(Section):
    """A county's own standard for one year, with the text it rests on."""

    annual: Money | None = None
    monthly: Money | None = None
    source: Annotated[str, Field(min_length=2)]

    @model_validator(mode="after")
    def _one(self) -> Standard:
        if (self.annual is None) == (self.monthly is None):
            raise ValueError("annual 与 monthly 只写一个")
        return self


class Post(Section):
    """Rural public-welfare posts (三(五)): what the text leaves to the county."""

    proration: Literal["attendance", "calendar", "fixed"] = "attendance"
    fixed_days: Annotated[Decimal, Field(gt=0, le=31, decimal_places=2)] | None = None
    month_count: Literal["paid_months", "prorated", "calendar_span"] = "paid_months"
    cap_months: Count | None = None  # in place of the policy's own number, where the county sets one
    cap_source: str = ""
    after_pension: Literal["refuse", "hold", "within_36"] = "refuse"
    scheme: Literal["resident", "employee"] = "resident"
    age_max: Count = 70
    standard: dict[Annotated[str, Field(pattern=r"^20\d\d$")], Standard] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fixed(self) -> Post:
        if self.proration == "fixed" and self.fixed_days is None:
            raise ValueError('proration = "fixed" 时须写 fixed_days（例如 21.75）')
        return self


class AccidentInsurance(Section):
    """Accident insurance (三(五)): the standard is the county's; there is no default."""

    premium: DatedMoney | None = None
    premium_period: Literal["year", "month"] = "year"


class Checks(Section):
    """Bounds of checks."""

    income_min: Money = "400"
    income_max: Money = "30000"
    rotation_holders: Count = 3
    rotation_months: Count = 12
    full_attendance_months: Count = 6
    appraisal_months: Count = 6
    required_days_gap: Count = 5
    contract_warning_days: Count = 30
    cap_warning_months: Count = 3
    post_kinds_max: Count = 3
    phone_households: Count = 3
    spell_open_since: Month = "2021-01"
    insurance_gap: Literal["warn", "hold"] = "warn"
    scale_drop: measure.Share = "0.02"
    village_kind_quota: Count | None = None
    required_tables: list[str] = Field(default_factory=list)
    extra_area_codes: list[Annotated[str, Field(pattern=r"^\d{6}$")]] = Field(default_factory=list)


class PolicyTerm(Section):
    """A county's extension of the policy's term, with its own source."""

    extend_to: Month | None = None
    source: str = ""

    @model_validator(mode="after")
    def _cited(self) -> PolicyTerm:
        if self.extend_to and not self.source:
            raise ValueError("写了 extend_to 就须写 source（延期文件的名称与文号）")
        return self


class Approval(Section):
    """Who may approve."""

    one_person_office: bool = False


class Corrections(Section):
    """What becomes of differences found after a month was approved."""

    recoveries: Literal["list", "net"] = "list"
    months_back: Count = 12


class Risk(Section):
    """Bounds of the risk warnings (四(一)); the text has none of them."""

    pension_months: Count = 3
    training_months: Count = 3
    income_drop: measure.Share | None = None


class Forecast(Section):
    """How the months to come are reckoned (`fupin forecast`)."""

    share_months: Count = 3


RunJob = Literal["check", "payroll", "subsidy", "reconcile", "roster", "risk", "match", "forecast", "due", "report"]


class Run(Section):
    """The unattended month (`fupin run`)."""

    log_kib: Count = 1024
    log_files: Count = 12
    # What it does; nothing named: all that can be done.
    jobs: list[RunJob] = Field(default_factory=list)


class Notice(Section):
    """公示表: from which day of the next month it hangs, for how many days, and whom to call.

    The text sets none of them; what is not set is left to be written in.
    """

    start_day: Annotated[int, Field(ge=1, le=28)] | None = None
    days: Count | None = None
    phone: str = ""


class Intake(Section):
    """Limits on input files: a file above them is not opened (SPEC 8.19). 0: by what the machine has."""

    max_unpacked_mib: Annotated[int, Field(ge=0)] = 0
    max_ratio: Count = 200
    max_cells_million: Count = 60
    max_memory_mib: Annotated[int, Field(ge=0)] = 0
    max_seconds: Count = 20
    cache: bool = True  # cells of workbooks as read, months' sheets as typed are kept in .fupin/cache


class Settings(Section):
    """All settings of a workspace. Precedence: environment over file over built-in (`policy.settings_words` reads them)."""

    county: County = County()
    post: Post = Post()
    accident_insurance: AccidentInsurance = AccidentInsurance()
    checks: Checks = Checks()
    bank: Bank = Bank()
    policy: PolicyTerm = PolicyTerm()
    approval: Approval = Approval()
    corrections: Corrections = Corrections()
    risk: Risk = Risk()
    forecast: Forecast = Forecast()
    run: Run = Run()
    notice: Notice = Notice()
    intake: Intake = Intake()
    transport: measure.Transport = measure.Transport()
    labour_export: measure.LabourExport = measure.LabourExport()
    on_the_job_training: measure.OnTheJobTraining = measure.OnTheJobTraining()
    employer_post: measure.EmployerPost = measure.EmployerPost()
    flexible_social_insurance: measure.Flexible = measure.Flexible()
    training: measure.Training = measure.Training()
    rain_dew: measure.RainDew = measure.RainDew()
    startup: measure.Startup = measure.Startup()
    base_reward: measure.BaseReward = measure.BaseReward()
    unemployment_aid: measure.UnemploymentAid = measure.UnemploymentAid()
    work_relief: measure.WorkRelief = measure.WorkRelief()
    funds: dict[str, str] = Field(default_factory=dict)  # by code of subsidy; which may stand here says the policy
    budget: dict[str, Money] = Field(default_factory=dict)
    payees: dict[str, measure.Payee] = Field(default_factory=dict)

    def at(self, month: int) -> Settings:
        """The settings of a month: dated county numbers (`policy.dated`) as they hold in it."""
        changed = {
            key: at(section, month)
            for key in type(self).model_fields
            if isinstance(section := getattr(self, key), Section)
        }
        return self.model_copy(update={k: v for k, v in changed.items() if v is not getattr(self, k)})
