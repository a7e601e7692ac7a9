"""A quarter by README.zh-CN.md alone: what a new clerk types from April to June, and what the program answers.

Four people in two townships. April: two slips in the tables, an account that the bank does not know, sent again. May: a
township hands in late. June: a day of May was counted wrongly. Everything is printed into one file, as on a terminal.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl

from fupin_cli.cli.main import main
from fupin_cli.policy.idnumber import check_digit
from tests.cases.test_cases import BASE
from tests.conftest import write_csv
from tests.sample.county import luhn

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTY = "示例县"
MONTHS = ("2024-04", "2024-05", "2024-06")
MADE, CHECKED, HEAD = "王编制", "刘审核", "陈负责"


def number(birth: str, serial: int) -> str:
    """An ID number of an area that was never assigned."""
    body = f"211390{birth}{serial:03d}"
    return body + check_digit(body)


@dataclass(frozen=True)
class Person:
    """Somebody on a post."""

    name: str
    id: str
    town: str
    village: str
    post: str
    account: str


PEOPLE = (
    Person("赵一平", number("19800101", 11), "东川镇", "东一村", "GW1", luhn("621799000000000001")),
    Person("钱二梅", number("19850202", 22), "东川镇", "东一村", "GW1", luhn("621799000000000002")),
    Person("孙三强", number("19780303", 33), "西岭乡", "西一村", "GW2", luhn("621799000000000003")),
    Person("李四英", number("19900404", 44), "西岭乡", "西一村", "GW2", luhn("621799000000000004")),
)
TABLES, ROWS = BASE["tables"], BASE["rows"]


@dataclass
class Clerk:
    """The clerk at the desk: `root` is where she stands, `paper` everything that was typed and printed."""

    root: Path
    paper: list[str] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=lambda: {p.id: p.account for p in PEOPLE})

    @property
    def county(self) -> Path:
        return self.root / COUNTY

    def says(self, text: str) -> None:
        """Note what is done by hand."""
        self.paper.append(f"\n# {text}")

    def fupin(self, line: str, expect: int = 0, where: Path | None = None) -> None:
        """Type a command in the workspace's folder (or elsewhere) and keep what is printed, both streams in their order."""
        printed = self.root / "屏幕.txt"
        with contextlib.ExitStack() as stack:
            screen = stack.enter_context(printed.open("w+", encoding="utf-8"))
            stack.enter_context(_in(where or self.county))
            stack.enter_context(contextlib.redirect_stdout(screen))
            stack.enter_context(contextlib.redirect_stderr(screen))
            code = main(line.split())
        said = printed.read_text(encoding="utf-8").rstrip()
        assert code == expect, f"fupin {line}: {code}\n{said}"
        self.paper += [
            f"\n$ fupin {line}".rstrip(),
            *([said] if said else []),
            *([f"（退出码 {code}）"] if code else []),
        ]

    def settings(self, **lines: str) -> None:
        """Fill in a setting of fupin.toml, as the comments there say: take away the # and write the value."""
        path = self.county / "fupin.toml"
        text = path.read_text(encoding="utf-8")
        for key, value in lines.items():
            text, times = re.subn(rf"(?m)^(?:# )?{key} *=.*?(?=  +#|$)", f"{key} = {value}", text, count=1)
            assert times == 1, key
        path.write_text(text, encoding="utf-8")

    # --- what the townships send ---------------------------------------------------------------------------------------

    def put(self, table: str, month: str, rows: list[dict[str, Any]], name: str = "") -> None:
        """Put a table into the inbox, as an export in GB18030; without a month into the inbox itself."""
        folder = self.county / "inbox" / month
        write_csv(
            folder / f"{name or BASE['files'][table]}.csv",
            [TABLES.get(table, ROWS.get(table, {})) | row for row in rows],
            "gb18030",
        )

    def standing(self, month: str) -> None:
        """The tables that every month has: the national export, the posts, the roster."""
        registry = [
            {
                "县": COUNTY,
                "乡": p.town,
                "村": p.village,
                "户编号": f"H{n}",
                "姓名": p.name,
                "证件号码": p.id,
                "性别": "男" if int(p.id[16]) % 2 else "女",
                "出生日期": p.id[6:14],
                "成员联系电话": f"1390000000{n}",
                "户联系电话": f"1390000000{n}",
            }
            for n, p in enumerate(PEOPLE)
        ]
        self.put("registry", month, registry, "（自定义）监测对象信息 (3)")
        posts = {
            p.post: {"岗位编号": p.post, "乡": p.town, "村": p.village, "主管部门": f"{p.town}政府"} for p in PEOPLE
        }
        self.put("posts", month, list(posts.values()))
        self.roster(month)

    def roster(self, month: str) -> None:
        """The roster with the accounts as they are known now."""
        rows = [
            {
                "姓名": p.name,
                "身份证号码": p.id,
                "乡": p.town,
                "村": p.village,
                "岗位编号": p.post,
                "首次核定日期": "2024-03-01",
                "银行账号": self.accounts[p.id],
                "联系电话": f"1390000000{n}",
            }
            for n, p in enumerate(PEOPLE)
        ]
        self.put("assignments", month, rows)

    def attendance(self, month: str, town: str, days: dict[str, int]) -> None:
        """A township fills in the form that `fupin template` gives."""
        book = openpyxl.load_workbook(self.county / "出勤汇总表.xlsx")
        sheet = book.worksheets[0]
        headers = [str(cell.value) for cell in sheet[3]]
        own = [p for p in PEOPLE if p.town == town]
        for row, p in enumerate(own, 4):
            cells: dict[str, Any] = {
                "姓名": p.name,
                "身份证号码": p.id,
                "岗位编号": p.post,
                "年月": month,
                "规定出勤天数": 22,
                "本月累计出勤天数": days.get(p.name, 22),
                "考核结果": "合格",
            }
            for column, header in enumerate(headers, 1):
                if header in cells:
                    sheet.cell(row, column, cells[header])
        folder = self.county / "inbox" / month
        folder.mkdir(parents=True, exist_ok=True)
        book.save(folder / f"{town}出勤.xlsx")

    def bank(self, month: str, batch: str, fails: dict[str, str]) -> None:
        """The bank answers a file: paid, but for those named with a reason."""
        (path,) = (self.county / "out" / month).glob(f"*{batch}.csv")
        with path.open(encoding="gb18030", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["姓名"]]  # without the line of totals
        said = [
            row
            | {
                "批次号": batch,
                "处理结果": "失败" if row["姓名"] in fails else "成功",
                "失败原因": fails.get(row["姓名"], ""),
            }
            for row in rows
        ]
        write_csv(self.county / "inbox" / month / f"回盘_{batch}.csv", said, "gb18030")


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def begin(clerk: Clerk) -> None:
    """The first day: 第一次使用."""
    clerk.fupin(f"init {COUNTY} --county {COUNTY}", where=clerk.root)
    clerk.says("忘了进入工作区的文件夹")
    clerk.fupin("check 2024-04", 10, where=clerk.root)
    clerk.says(f"cd {COUNTY}；用记事本填 fupin.toml：保费、监督电话、公示天数、县里新设的区划代码")
    clerk.settings(premium="100", phone='"0421-1234567"', days="7", start_day="5", extra_area_codes='["211390"]')
    clerk.fupin("")
    clerk.fupin("template 出勤汇总表")


def april(clerk: Clerk) -> None:
    """Slips mended, one person paid at the second attempt."""
    month, _, _ = MONTHS
    clerk.says("收表：各乡镇的表放进 inbox/2024-04/，意外险名单放在 inbox/ 下")
    clerk.standing(month)
    insured = [{"姓名": p.name, "身份证号码": p.id, "保单号": f"B{n}"} for n, p in enumerate(PEOPLE)]
    clerk.put("accident_insurance", "", insured)
    right = clerk.accounts[PEOPLE[1].id]
    clerk.accounts[PEOPLE[1].id] = ""
    clerk.roster(month)
    clerk.attendance(month, "东川镇", {"赵一平": 32})
    clerk.attendance(month, "西岭乡", {"李四英": 11})
    clerk.fupin(f"check {month}", 1)
    clerk.says("改表：补账号；32 天是 22 天之误")
    clerk.accounts[PEOPLE[1].id] = right
    clerk.roster(month)
    clerk.attendance(month, "东川镇", {})
    clerk.fupin(f"check --month {month}")
    clerk.fupin(f"payroll --month {month} --operator {MADE}")
    clerk.fupin(f"explain 李四英 --month {month}")
    clerk.fupin(f"status {month}")
    clerk.says("公示期满，换一个人批准")
    clerk.fupin(f"approve {month} --by {CHECKED} --document 示例县人社〔2024〕4号 -y")
    clerk.says("代发文件交银行；回盘里一人失败")
    clerk.bank(month, "202404-01", {"孙三强": "账户不存在"})
    clerk.fupin(f"reconcile {month}", 1)
    clerk.says("改正花名册里的账号，补发")
    clerk.accounts[PEOPLE[2].id] = luhn("621799000000000033")
    clerk.roster(month)
    clerk.fupin(f"reconcile {month} --reissue --by {CHECKED} -y", 1)
    clerk.says("又运行了一次；银行还没有回话")
    clerk.fupin(f"reconcile {month} --reissue --by {CHECKED} -y", 1)
    clerk.bank(month, "202404-02", {})
    clerk.fupin(f"reconcile {month}")
    clerk.fupin(f"close {month} --by {HEAD} -y")
    clerk.fupin("")


def may(clerk: Clerk) -> None:
    """A township is late; lists for others."""
    _, month, _ = MONTHS
    clerk.says("五月：西岭乡的出勤还没有到")
    clerk.standing(month)
    clerk.attendance(month, "东川镇", {})
    clerk.fupin(f"check {month}", 1)
    clerk.fupin("")
    clerk.says("西岭乡的出勤到了")
    clerk.attendance(month, "西岭乡", {})
    clerk.fupin(f"payroll {month} --by {MADE}")
    clerk.fupin(f"approve {month} --by {CHECKED} --document 示例县人社〔2024〕7号 -y")
    clerk.bank(month, "202405-01", {})
    clerk.fupin(f"reconcile {month}")
    clerk.fupin(f"close {month} --by {HEAD} -y")
    clerk.fupin(f"roster {month}")
    clerk.fupin(f"risk {month}")


def june(clerk: Clerk) -> None:
    """A day of May was counted wrongly; the quarter's page."""
    _, before, month = MONTHS
    clerk.says("六月；钱二梅五月多记了两天，东川镇重报五月的出勤")
    clerk.standing(month)
    clerk.attendance(before, "东川镇", {"钱二梅": 20})
    clerk.attendance(month, "东川镇", {})
    clerk.attendance(month, "西岭乡", {})
    clerk.fupin(f"payroll {month} --by {MADE}")
    clerk.fupin(f"approve {month} --by {CHECKED} --document 示例县人社〔2024〕9号 -y")
    clerk.bank(month, "202406-01", {})
    clerk.fupin(f"reconcile {month}")
    clerk.fupin(f"close {month} --by {HEAD} -y")
    clerk.fupin(f"report --from {MONTHS[0]} --to {month}")
    clerk.fupin("ledger export --format xlsx")
    clerk.fupin("status")


def quarter(root: Path) -> Clerk:
    """Live the quarter in a folder."""
    desk = root / "桌面"  # alone: what else stands beside it is near, and would be named
    desk.mkdir()
    clerk = Clerk(desk)
    begin(clerk)
    april(clerk)
    may(clerk)
    june(clerk)
    return clerk
