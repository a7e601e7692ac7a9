"""How a bank wants its batch files: the shipped profiles, and those of a county's own (`fupin.toml`, [bank])."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from fupin_cli.policy.measure_settings import Count, Section

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
