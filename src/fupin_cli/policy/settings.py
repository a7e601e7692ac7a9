"""A county's settings: `fupin.toml`, over it `FUPIN_*` environment variables, both checked key by key."""

from __future__ import annotations

import codecs
import difflib
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from fupin_cli.errors import FupinError
from fupin_cli.policy import measure_settings as measure
from fupin_cli.policy.dated import at
from fupin_cli.policy.measure_settings import Count, DatedMoney, Money, Section
from fupin_cli.policy.months import MONTH_PATTERN, month_text, read_month
from fupin_cli.policy.problem_words import problem_words, shown
from fupin_cli.policy.settings_file import line_of, read_settings, settings_text

FILE_NAME = "fupin.toml"
# Who may approve is for the file alone: whoever starts the program sets its environment.
FILE_ONLY = "approval"
ENV_PREFIX = "FUPIN_"


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


BANK_FIELDS = (
    "batch",
    "no",
    "name",
    "person",
    "payee",
    "payee_id",
    "account",
    "bank",
    "amount",
    "head_name",
    "head_id",
    "county",
    "township",
    "village",
    "phone",
    "age",
    "date",
    "post_id",
    "month",
    "source",
    "blank",
)


def _field(value: str) -> str:
    if value not in BANK_FIELDS:
        raise ValueError(f"没有 {value} 这个字段，可用：{'、'.join(BANK_FIELDS)}")
    return value


class BankProfile(Section):
    """How a bank wants its batch file: columns in order (header → field), separator, unit, summary line, rows a file."""

    columns: Annotated[dict[str, Annotated[str, BeforeValidator(_field)]], Field(min_length=1)]
    separator: str = ","
    suffix: Literal[".csv", ".txt", ".xlsx"] = ".csv"
    unit: Literal["yuan", "fen"] = "yuan"
    header: bool = True
    summary: bool = False
    max_rows: Count | None = None

    @model_validator(mode="after")
    def _separates(self) -> BankProfile:
        """What the writer of the file would only find out when the money is due."""
        if self.suffix == ".csv" and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise ValueError(f"separator 写的是 {self.separator!r}：.csv 的分隔符是一个字符，不是引号或换行")
        if self.suffix == ".txt" and (not self.separator or set(self.separator) & set("\r\n")):
            raise ValueError(f"separator 写的是 {self.separator!r}：.txt 的分隔符不能是空的，也不能有换行")
        return self

    def linked(self) -> BankProfile:
        """The profile for a batch that is sent again: where it has the batch number, it has the source's too."""
        fields = set(self.columns.values())
        if "batch" not in fields or "source" in fields:
            return self
        return self.model_copy(update={"columns": self.columns | {"原批次号": "source"}})


# Python knows them as encodings of text; no bank reads a file in them.
NO_FILE_ENCODINGS = ("punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7")


def _encoding(value: str) -> str:
    try:
        same = "1,a\r\n".encode(value).decode(value) == "1,a\r\n"
    except LookupError as error:
        raise ValueError(f"没有 {value} 这种编码") from error
    except UnicodeError:
        same = False
    if not same or codecs.lookup(value).name in NO_FILE_ENCODINGS:
        raise ValueError(f"{value} 不是文件能用的编码")
    return value


GENERIC = {
    "批次号": "batch",
    "序号": "no",
    "姓名": "payee",
    "账号": "account",
    "金额": "amount",
    "身份证号码": "payee_id",
    "开户银行": "bank",
}
PIPE = {"序号": "no", "姓名": "payee", "帐号": "account", "金额": "amount", "身份证": "payee_id"}
ONE_CARD = {
    "序号": "no",
    "支付状态": "blank",
    "户主姓名": "head_name",
    "户主身份证号": "head_id",
    "收款人姓名": "payee",
    "收款人身份证号": "payee_id",
    "银行账号": "account",
    "开户银行": "bank",
    "村(居)委会": "village",
    "村(居)民小组": "blank",
    "享受人": "name",
    "享受人身份证号": "person",
    "联系电话": "phone",
    "现居住地": "blank",
    "年龄": "age",
    "补贴金额": "amount",
    "填报日期": "date",
}
SHIPPED_PROFILES = {
    "generic-csv": BankProfile(columns=GENERIC, summary=True),
    "pipe-txt": BankProfile(columns=PIPE, separator="|", suffix=".txt", header=False),
    "ykt-17": BankProfile(columns=ONE_CARD, suffix=".xlsx"),
}


class Bank(Section):
    """The bank's batch format: a shipped profile, or one of the county's own."""

    profile: str = "generic-csv"
    encoding: Annotated[str, BeforeValidator(_encoding)] = "GBK"
    profiles: dict[str, BankProfile] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Bank:
        names = [*SHIPPED_PROFILES, *self.profiles]
        if self.profile not in names:
            raise ValueError(f"profile 写的是 {self.profile}，可用：{'、'.join(names)}")
        if self.chosen.suffix != ".xlsx":
            for text in (*(self.chosen.columns if self.chosen.header else ()), self.chosen.separator):
                try:
                    text.encode(self.encoding)
                except UnicodeEncodeError as error:
                    raise ValueError(f"“{text}”在 {self.encoding} 编码里写不出") from error
        return self

    @property
    def chosen(self) -> BankProfile:
        """The profile in use; a county's own of the same name beats a shipped one."""
        return self.profiles.get(self.profile) or SHIPPED_PROFILES[self.profile]


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
    """公示表: how many days it hangs and whom to call. The text sets neither; what is not set is left to be written in."""

    days: Count | None = None
    phone: str = ""


class Intake(Section):
    """Limits on input files: a file above them is not opened (SPEC 8.19). 0: by what the machine has."""

    max_unpacked_mib: Annotated[int, Field(ge=0)] = 0
    max_ratio: Count = 200
    max_cells_million: Count = 60
    max_memory_mib: Annotated[int, Field(ge=0)] = 0
    max_seconds: Count = 20


# Measures whose fund the policy leaves to the county.
FUND_LEFT_TO_COUNTY = (
    "accident_insurance",
    "training_living",
    "training_course",
    "startup_interest",
    "startup_venue",
    "incubator",
)


class Environment(EnvSettingsSource):
    """The `FUPIN_*` variables, those of the section that only the file may set left out."""

    def __call__(self) -> dict[str, Any]:
        """Give what the environment sets."""
        return {name: value for name, value in super().__call__().items() if name != FILE_ONLY}


class Settings(BaseSettings):
    """All settings of a workspace. Precedence: environment over file over built-in."""

    written: ClassVar[dict[str, Any]] = {}  # what stands in the county's file

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=ENV_PREFIX, env_nested_delimiter="__", env_ignore_empty=True
    )

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
    funds: dict[str, str] = Field(default_factory=dict)
    budget: dict[str, Money] = Field(default_factory=dict)
    payees: dict[str, measure.Payee] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _measures(self) -> Settings:
        for code in self.funds:
            if code not in FUND_LEFT_TO_COUNTY:
                raise ValueError(f"funds：没有 {code} 这项补贴，可写：{'、'.join(FUND_LEFT_TO_COUNTY)}")
        return self

    def at(self, month: int) -> Settings:
        """The settings of a month: dated county numbers (`policy.dated`) as they hold in it."""
        changed = {
            key: at(section, month)
            for key in type(self).model_fields
            if isinstance(section := getattr(self, key), Section)
        }
        return self.model_copy(update={k: v for k, v in changed.items() if v is not getattr(self, k)})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, then the file: the first to name a key wins."""
        del env_settings, dotenv_settings, file_secret_settings
        return (init_settings, Environment(settings_cls), InitSettingsSource(settings_cls, init_kwargs=cls.written))


def load_settings(file: Path | None) -> Settings:
    """Read a county's settings; without a file the built-in values and the environment hold.

    Raises:
        FupinError: not TOML, unknown key (with the nearest known one), value of the wrong kind; each with its line.
    """
    if file is None:
        return validated(Settings, "环境变量")

    body = read_settings(file)

    class FileSettings(Settings):
        written = body

    made = validated(FileSettings, str(file), file)
    # As plain `Settings`: a class that lives in a function cannot be sent to another process.
    fields = {name: getattr(made, name) for name in Settings.model_fields}
    return Settings.model_construct(_fields_set=made.model_fields_set, **fields)


def validated(make: Callable[[], Settings], origin: str, file: Path | None = None) -> Settings:
    """Make settings; what is wrong with them is told key by key, with the line of the file where there is one.

    Raises:
        FupinError: unknown key (with the nearest known one), value of the wrong kind.
    """
    try:
        return make()
    except SettingsError as error:  # a whole section in one variable, which is no JSON
        section = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise FupinError(
            f"设置有误（环境变量 FUPIN_{section.upper()}）：要写成 JSON",
            f"逐项写更简单：FUPIN_{section.upper()}__项名=值；各项见 fupin config",
        ) from None
    except ValidationError as error:
        text = settings_text(file) if file else ""
        lines = [_explain(problem["loc"], problem, text) for problem in error.errors(include_url=False)]
        raise FupinError(
            f"设置有误（{origin}）：" + "；".join(lines), "改正后再运行；各项含义见 fupin init 生成的注释"
        ) from None


def _explain(place: tuple[int | str, ...], problem: Any, text: str) -> str:
    """One problem: where it stands (the line, or the variable), what is wrong, what could be written."""
    keys = tuple(str(part) for part in place if part != "[key]")
    name = ".".join(keys)
    where = f"{spot} " if (spot := _spot(keys, text)) else ""
    if problem["type"] == "extra_forbidden":
        # Of equally near ones the first as declared: `get_close_matches` would take the last of the alphabet.
        word = keys[-1]
        near = max(known_keys(keys[:-1]), key=lambda key: difflib.SequenceMatcher(a=key, b=word).ratio(), default="")
        return f"{where}没有 {name} 这一项" + (f"，是不是 {near}？" if near else "")
    if problem["type"] == "missing":
        return f"{where}{name}：这一项必须写"
    example = default_of(keys)
    if isinstance(problem["input"], dict):  # a whole section is not shown: the words name the key
        return where + (f"{name}：" if name else "") + problem_words(problem)
    return f"{where}{name}：{problem_words(problem)}（写的是 {shown(problem['input'])}）" + (
        f"；默认为 {keys[-1]} = {example}" if example else ""
    )


def _spot(keys: tuple[str, ...], text: str) -> str:
    variable = ENV_PREFIX + "__".join(keys).upper()
    if any(name.upper() == variable for name in os.environ):
        return f"环境变量 {variable}"
    line = line_of(text, keys)
    return f"第 {line} 行" if line else ""


def default_of(keys: tuple[str, ...]) -> str:
    """The built-in value of a key as it is written in the file; empty where there is none to show."""
    place: Any = Settings.model_construct()
    for key in keys:
        place = getattr(place, key, None)
    if place is None or isinstance(place, (BaseModel, dict)) or place == "":
        return ""
    return shown(place) if not isinstance(place, list) else "[]" * (not place)


def known_keys(place: tuple[str, ...]) -> list[str]:
    """Names of the keys that the table at a place of the settings may have."""
    model: Any = Settings
    for part in place:
        if part == "profiles":
            return list(BankProfile.model_fields) if len(place) > 2 else []  # noqa: PLR2004 - [bank.profiles.名称]
        if part == "payees":
            return list(measure.Payee.model_fields) if len(place) > 1 else []
        if part in ("funds", "budget"):
            return list(FUND_LEFT_TO_COUNTY) if part == "funds" else []
        if part == "standard":
            return ["annual", "monthly", "source"] if len(place) > 2 else []  # noqa: PLR2004 - [post.standard.2025]
        model = model.model_fields[str(part)].annotation
    return list(model.model_fields)
