"""A year of the made-up county: 12 × (run, approve, returns with failures, reconcile, send again, close).

    python -m tests.sample.year FOLDER

After each month its reports are proved (`tests.sample.proofs`). Its inbox is emptied at the end, and every month is computed
again from what the approvals keep. In it: an approval that is taken back, a township whose April attendance comes in May, a
death reported late and settled by hand, a move to another post, attendance mended months later, a standard published in July
with effect from January, an over-payment kept back from the next payments and another paid back by hand.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.cli.main import main
from fupin_cli.ledger import store
from fupin_cli.policy.months import last_day, month_text, parse_month
from tests.conftest import write_csv
from tests.sample.county import County, Row

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR = 2024
MONTHS = [f"{YEAR}-{n:02d}" for n in range(1, 13)]
EARLY, RIGHT = Decimal("665.50"), Decimal("732.05")  # a twelfth of 7986.00 and of 8784.60
PUBLISHED = f"{YEAR}-07"
LAST_DAYS = 3  # of March that the dead person is settled with by hand
LATE_TOWN, LATE = "南坪镇", f"{YEAR}-04"  # hands in its attendance of April in May
WITHDRAWN = 1  # the second month's approval is taken back and given again
SETTINGS = """[county]
name = "示例县"
code = "211390"
[accident_insurance]
premium = 100
[checks]
extra_area_codes = ["211390"]
[corrections]
recoveries = "net"
"""
OLD_STANDARD = '[post.standard.2024]\nannual = "7986.00"\nsource = "省里公布以前暂按上年标准"\n'
BANK = ["批次号", "序号", "姓名", "账号", "金额", "身份证号码", "处理结果", "失败原因"]


@dataclass
class Year:
    """The story: what the files say, month by month, and what has to come out of it."""

    root: Path
    call: Callable[..., int]
    months: list[str] = field(default_factory=lambda: MONTHS)
    county: County = field(default_factory=lambda: County().build())
    jobs: str = ""  # what the unattended run does until the standard is published, if not everything
    # Months that somebody reconciles before anything is sent again, and tries to close too early.
    refused: list[str] = field(default_factory=lambda: MONTHS)
    repaid: str = f"{YEAR}-08"  # when the dead person's family pays back
    worked: dict[tuple[str, str], int] = field(default_factory=dict)  # (ID, month) → days worked of 22
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the holders of the county; everybody works 22 days a month, some fewer."""
        self.people = [row["身份证号"] for row in self.county.roster]
        for n, person in enumerate(self.people):
            for m, month in enumerate(MONTHS):
                self.worked[person, month] = 22 if (n + m) % 5 else 7 + (n + m) % 11
        self.dead, self.mended, self.mover, self.payer, self.stubborn = self.people[:5]
        self.new_account: dict[str, str] = {}

    # --- what the county sends -----------------------------------------------------------------------------------

    def write(self, month: str) -> None:
        """Put a month's files into its folder."""
        folder = self.root / "inbox" / month
        registry = [person for household in self.county.people for person in household]
        write_csv(folder / "监测对象信息.csv", registry, "gb18030")
        self.write_roster(month)
        self.write_attendance(month, LATE_TOWN if month == LATE else "")
        if month == self.months[0]:
            (self.root / "fupin.toml").write_text(SETTINGS + OLD_STANDARD + self.jobs, encoding="utf-8")
            write_csv(self.root / "inbox" / "意外险名单.csv", self.county.insurance)
        if month == f"{YEAR}-05":  # died in March, on the list in May
            who = next(r for r in self.county.roster if r["身份证号"] == self.dead)
            row = {"姓名": who["姓名"], "身份证号码": self.dead, "死亡日期": f"{YEAR}-03-05"}
            write_csv(folder / "死亡人员.csv", [row])
            settled = {
                "姓名": who["姓名"],
                "身份证号码": self.dead,
                "岗位编号": who["岗位\n编号"],
                "月份": f"{YEAR}-03",
                "核定天数": LAST_DAYS,
                "核定金额": "",
                "理由": "3月5日去世",
                "批准文号": f"示例〔{YEAR}〕核1号",
                "批准人": "分管领导",
            }
            write_csv(folder / "核定清单.csv", [settled])
            self.write_attendance(LATE)
        if month == f"{YEAR}-06":  # the township mends the second month's attendance
            self.worked[self.mended, self.months[1]] = 11
            self.write_attendance(self.months[1])
        if month == PUBLISHED:
            (self.root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")

    def write_roster(self, month: str) -> None:
        """The roster of a month: contracts of half a year; one person changes to another post in September."""
        second = month > MONTHS[5]
        start, end = (f"{YEAR}-07-01", f"{YEAR}-12-31") if second else (f"{YEAR}-01-01", f"{YEAR}-06-30")
        rows: list[Row] = []
        for row in self.county.roster:
            line = row | {"协议开始日期": start, "协议结束日期": end, "上岗日期": start}
            line["一卡通账号"] = self.new_account.get(row["身份证号"], row["一卡通账号"])
            moved = row["身份证号"] == self.mover and month > f"{YEAR}-08"
            if moved:
                rows.append(line | {"离岗日期": f"{YEAR}-08-31"})
                line |= {
                    "岗位\n编号": "GW018",
                    "岗位名称": "",
                    "协议开始日期": f"{YEAR}-09-01",
                    "上岗日期": f"{YEAR}-09-01",
                }
            if row["身份证号"] == self.dead and second:
                continue
            rows.append(line)
        flat = [{key.replace("\n", ""): value for key, value in row.items()} for row in rows]
        write_csv(self.root / "inbox" / month / "花名册.csv", flat, "gb18030")
        write_csv(self.root / "inbox" / month / "公益性岗位台账.csv", self.county.posts)

    def write_attendance(self, month: str, without: str = "") -> None:
        """A month's attendance, `without` a township that is late."""
        rows = []
        for row in self.county.roster:
            person = row["身份证号"]
            if row["乡镇"] == without or (person == self.dead and month > f"{YEAR}-06"):
                continue
            moved = person == self.mover and month > f"{YEAR}-08"
            rows.append(
                {
                    "姓名": row["姓名"],
                    "身份证号码": person,
                    "岗位编号": "GW018" if moved else row["岗位\n编号"],
                    "月份": month,
                    "应出勤天数": 22,
                    "实际出勤天数": self.worked[person, month],
                    "考核结果": "合格",
                }
            )
        write_csv(self.root / "inbox" / month / "出勤汇总表.csv", rows, "gb18030")

    # --- what the bank sends back --------------------------------------------------------------------------------

    def bank(self, month: str, batch: str, fails: dict[str, str], extra: list[dict[str, Any]] | None = None) -> None:
        """Answer a bank file: everybody is paid but those of `fails` (ID → reason)."""
        kind = "代发" if batch.endswith(("-01", "-03")) else "更正发放"
        path = self.root / "out" / month / f"{kind}_{batch}.csv"
        lines = path.read_bytes().decode("gbk").splitlines()
        header = lines[0].split(",")
        rows = []
        for line in lines[1:-1]:
            cells = dict(zip(header, line.split(","), strict=True))
            why = fails.get(cells["身份证号码"], "")
            rows.append({h: cells.get(h, "") for h in BANK} | {"处理结果": "失败" if why else "成功", "失败原因": why})
        rows += extra or []
        count, total = len(rows), sum(Decimal(row["金额"]) for row in rows)
        rows.append({"批次号": f"合计{count}笔", "金额": str(total)})
        write_csv(self.root / "inbox" / month / f"回盘_{batch}.csv", rows, "gb18030")

    # --- the year --------------------------------------------------------------------------------------------------

    def live(self, index: int) -> None:
        """One month, from the files to its closing."""
        month = self.months[index]
        batch = self.batch_of(month)
        self.write(month)
        self.run("run", "--month", month, "--operator", "编制", expect=(0, 1))
        self.run("run", "--month", month, "--operator", "编制", expect=(0,))  # nothing has changed
        self.run("approve", month, "--by", "审核", "--yes", "--document", f"示例〔{YEAR}〕{index + 1}号")
        if index == WITHDRAWN:  # a wrong document; nobody was paid by it yet
            self.run("withdraw", month, "--by", "审核", "--yes", "--document", f"示例〔{YEAR}〕撤1号")
            self.run("payroll", "--month", month, "--operator", "编制", "-q", expect=(0, 1))
            self.run("approve", month, "--by", "审核", "--yes", "--document", f"示例〔{YEAR}〕{index + 1}号之二")
        unlucky = self.people[5 + index % 7]
        fails = {unlucky: "已销户"}
        if index == 2:
            fails[self.payer] = "账面可用余额不足"
        self.bank(month, batch, fails, self.paid_back(month))
        if month in self.refused:
            self.run("reconcile", month, expect=(1,))
            self.run("close", month, "--by", "负责", "-y", expect=(1,))  # not with failed lines
        self.new_account[unlucky] = self.county.account()
        self.write_roster(month)
        self.run("reconcile", month, "--reissue", "--by", "审核", "--yes", expect=(1,))
        self.bank(month, batch.replace("-03", "-04").replace("-01", "-02"), {})
        self.run("close", month, "--by", "负责", "-y")

    def batch_of(self, month: str) -> str:
        """The batch in which a month stands approved."""
        return f"{month.replace('-', '')}-{'03' if month == self.months[WITHDRAWN] else '01'}"

    def paid_back(self, month: str) -> list[dict[str, Any]]:
        """The dead person's family pays back what was paid for March and April."""
        if month != self.repaid:
            return []
        lines = self.ledger().filter(pl.col("person") == self.dead)
        moved = lines.filter(pl.col("kind").is_in([store.RECOVER, store.NETTED]))
        owed = moved.group_by("month", maintain_order=True).agg(
            pl.col("name", "account").first(), fen=-pl.col("amount_fen").sum()
        )
        return [
            {
                "批次号": self.batch_of(month_text(row["month"])),
                "姓名": row["name"],
                "账号": row["account"],
                "身份证号码": self.dead,
                "金额": str(Decimal(row["fen"]) / 100),
                "处理结果": "已追回",
            }
            for row in owed.iter_rows(named=True)
            if row["fen"] > 0
        ]

    def empty_inbox(self) -> None:
        """Put every month's files away: what was approved from them is kept with the approvals."""
        for folder in (self.root / "inbox").iterdir():
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()

    def run(self, command: str, *arguments: str, expect: tuple[int, ...] = (0,)) -> None:
        """Run fupin; anything but the expected exit code ends the story."""
        code = self.call(
            [command, *arguments, "-w", str(self.root), *(["-q"] if command in ("run", "reconcile") else [])]
        )
        self.log.append(f"fupin {command} {' '.join(arguments)} → {code}")
        if code not in expect:
            raise AssertionError(f"{self.log[-1]}，应为 {expect}")

    def ledger(self) -> pl.DataFrame:
        """All lines of the ledger."""
        return store.read(self.root, "lines")

    def should_be(self) -> dict[tuple[str, str], Decimal]:
        """What each person is due for each month, reckoned by hand: days ÷ 22 of the standard; nothing after the month of death."""
        cent = Decimal("0.01")
        due = {}
        for person in self.people:
            for month in self.months:
                dead = person == self.dead and month > f"{YEAR}-03"
                last = person == self.dead and month == f"{YEAR}-03"
                part = RIGHT * (LAST_DAYS if last else min(self.worked[person, month], 22)) / 22
                due[person, month] = Decimal(0) if dead else part.quantize(cent, ROUND_HALF_UP)
        return due


def tell(root: Path) -> None:
    """Live the year and print where the money went; then a calm one, in which the forecast comes true."""
    from tests.sample import calm, proofs  # they take what they need from here

    year = Year(root, main)
    for index in range(12):
        year.live(index)
        proofs.prove_reports(root, main, MONTHS[index])
        print(f"{MONTHS[index]} {last_day(parse_month(MONTHS[index]))}")  # noqa: T201
    main(["status", "-w", str(root)])
    main(["reconcile", "--from", MONTHS[0], "--to", MONTHS[-1], "-w", str(root)])
    year.empty_inbox()
    year.run("verify", "--all")
    stands = year.ledger().filter(pl.col("kind").is_in(store.APPROVED_KINDS))["amount_fen"].sum()
    by_hand = sum(year.should_be().values())
    print(f"账本 {Decimal(stands) / 100} 元，手工计算 {by_hand} 元")  # noqa: T201
    forecast, paid = calm.live(root / "calm", main, 12, flexible=True)
    said, came = (sum(map(Decimal, sums.values())) for sums in (forecast, paid))
    print(  # noqa: T201
        f"三月预测的四到十二月 {said} 元，实际批准 {came} 元，{len(paid)} 项（月×补贴×资金）{'' if forecast == paid else '不'}相同"
    )
    if Decimal(stands) / 100 != by_hand or forecast != paid:
        sys.exit(1)


if __name__ == "__main__":
    tell(Path(sys.argv[1]))
