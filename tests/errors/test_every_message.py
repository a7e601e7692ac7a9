"""A catalogue: what a user did, what the program said, how it ended. The last test looks that none is missing."""

from __future__ import annotations

import ast
import re
import shutil
import sqlite3
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import openpyxl
import pytest

from fupin_cli.encryption import sealed
from fupin_cli.errors import FupinError
from fupin_cli.policy.parameters import parse_policy
from tests.cases.test_cases import BASE, build
from tests.conftest import Ran, write_csv
from tests.errors.latin import foreign_words
from tests.errors.page import entry, said, written_page

if TYPE_CHECKING:
    from collections.abc import Callable

M = BASE["month"]
GOOD = "姓名,身份证号码,死亡日期\n李四,211302198202020022,2024-01-01\n"


def text(name: str, body: str) -> Callable[[Path], Any]:
    """Write a file of the workspace."""

    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(body, encoding="utf-8")

    return write


def raw(name: str, body: bytes) -> Callable[[Path], Any]:
    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(body)

    return write


def both(*steps: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def do(root: Path) -> None:
        for step in steps:
            step(root)

    return do


def run(*arguments: str) -> Callable[[Path], Any]:
    """Run fupin before, whatever it says."""

    def do(root: Path) -> None:
        from fupin_cli.cli.main import main

        main([*arguments, "-w", str(root)])

    return do


class Stage:
    """Where several cases begin: reached once and copied; in a workspace that is changed already it is reached anew."""

    clean: ClassVar[dict[str, bytes]] = {}
    kept_in: ClassVar[Path | None] = None  # `make docs` keeps none

    def __init__(self, *arguments: str, after: Stage | None = None) -> None:
        """Say by which command it is reached, and from where."""
        self.after, self.command = after, run(*arguments)
        self.kept: Path | None = None

    def __call__(self, root: Path) -> None:
        """Reach it in a workspace."""
        clean = files_of(root) == self.clean
        if clean and self.kept:
            shutil.copytree(self.kept, root, dirs_exist_ok=True)
            return
        if self.after:
            self.after(root)
        self.command(root)
        if clean and self.kept_in:
            self.kept = shutil.copytree(root, Path(tempfile.mkdtemp(dir=self.kept_in)) / "w")


def files_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module", autouse=True)
def _stages(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("stages")
    build({}, folder / "clean")
    Stage.clean, Stage.kept_in = files_of(folder / "clean"), folder


DRAFTED = Stage("payroll", "--month", M, "--operator", "甲", "-q")
APPROVED = Stage("approve", M, "--by", "乙", "-y", after=DRAFTED)
CLOSED = Stage("close", M, "--by", "丙", "-y", "--document", "文1", after=APPROVED)
LEDGER = ".fupin/ledger.sqlite"


def nothing(_: Path) -> None: ...


def no_inbox(root: Path) -> None:
    shutil.rmtree(root / "inbox")


def newer_ledger(root: Path) -> None:
    with sqlite3.connect(root / LEDGER) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def change_attendance(root: Path) -> None:
    path = root / "inbox" / M / "出勤汇总表.csv"
    path.write_bytes(path.read_bytes().replace(b",22,22,", b",22,11,"))


def absent(root: Path) -> None:
    path = root / "inbox" / M / "出勤汇总表.csv"
    path.write_bytes(path.read_bytes().replace(b",22,22,", b",22,0,"))


def remove_roster(root: Path) -> None:
    (root / "inbox" / M / "在岗人员花名册.csv").unlink()


def no_insurance(root: Path) -> None:
    (root / "inbox" / M / "意外险名单.csv").unlink()


def folder_in_the_way(name: str) -> Callable[[Path], Any]:
    def make(root: Path) -> None:
        if (root / name).is_file():
            (root / name).unlink()
        (root / name).mkdir(parents=True)

    return make


# what was done before, the command, words of the message, exit code
CASES: list[tuple[Callable[[Path], Any], str, str, int]] = [
    (nothing, "check --month 2024-13", "月份写法不对：", 2),
    (nothing, f"check --month {M} --annotate --no-workbook", "--annotate 和 --no-workbook 不能一起用", 2),
    (nothing, f"check --month {M} --select POST99", "没有 POST99 这条规则", 2),
    (nothing, f"check /nowhere --month {M}", "找不到 /nowhere", 10),
    (nothing, f"check --month {M} -w /nowhere", "工作区 /nowhere 不存在", 2),
    (both(no_inbox, folder_in_the_way("inbox")), f"check --month {M}", "inbox 里没有文件", 10),
    (both(no_inbox, text("inbox/a.csv", "甲,乙\n1,2\n")), f"check --month {M}", "没有认出任何一张表", 10),
    (text("out", ""), f"check --month {M}", "输出文件夹 ", 2),
    (folder_in_the_way(f"out/{M}/核查_{M}.xlsx"), f"check --month {M} --force", " 写不进去：", 2),
    (text("fupin.toml", "[county\n"), f"check --month {M}", "设置文件不是合格的 TOML（", 2),
    (
        text("fupin.toml", "[post]\ncap_month = 1\n"),
        f"check --month {M}",
        "没有 post.cap_month 这一项，是不是 cap_months？",
        2,
    ),
    (text("fupin.toml", "[post]\ncap_months = 0\n"), f"check --month {M}", "设置有误（", 2),
    (text("fupin.toml", '[county]\ncity = "某市"\n'), f"check --month {M}", "没有 某市 的政策文件", 2),
    (
        text("fupin.toml", '[checks]\nrequired_tables = ["death"]\n'),
        f"check --month {M}",
        "设置 checks.required_tables：没有 ",
        2,
    ),
    (text("schemas/deaths.yaml", "a: [\n"), f"check --month {M}", " 不是合格的 YAML：", 2),
    (text("schemas/deaths.yaml", ""), f"check --month {M}", "表格式文件 deaths.yaml 是空的", 2),
    (text("schemas/deaths.yaml", "titel: x\n"), f"check --month {M}", " 这一项，是不是 title", 2),
    (text("schemas/own.yaml", "table: own\n"), f"check --month {M}", "表格式 own：缺 ", 2),
    (text("schemas/deaths.yaml", "columns: {x: {header: y, type: z}}\n"), f"check --month {M}", "没有 z 这种类型", 2),
    (text("空.txt", "\n"), f"check --month {M} --password-file 空.txt", "密码文件 空.txt 是空的", 2),
    (nothing, f"check --month {M} --password-file 没有.txt", "密码文件 没有.txt 读不出", 2),
    (nothing, f"payroll --month {M} --split-by village", "--split-by 的值不对：", 2),
    (remove_roster, f"payroll --month {M}", "没有“在岗人员花名册”，乡村公益性岗位补贴算不了", 10),
    (text(".fupin/person.key", "not hex\n"), f"payroll --month {M}", " 读不出或写不进去：", 2),
    (text(".fupin", ""), f"payroll --month {M}", "写不进去：", 2),
    (APPROVED, f"payroll --month {M}", "；重算的结果与批准的一致", 12),
    (both(APPROVED, change_attendance), f"payroll --month {M}", "；以前月份差额 1 笔：追回 366.02 元", 12),
    (nothing, "approve", "要写明一个月份", 2),
    (nothing, f"approve {M} --by 乙 -y", " 还没有测算过", 12),
    (nothing, f"approve {M} -y", "要写明经办人的姓名：--by 姓名", 2),
    (nothing, f"approve {M} --by 乙", "没有终端可以确认", 2),
    (nothing, "approve 2099-12 --by 乙 -y", "2099-12 还没有开始，不能批准（今天是 ", 12),
    (both(absent, DRAFTED), f"approve {M} --by 乙 -y", " 没有一行发放，也没有以前月份的差额，没有可批准的", 12),
    (run("run", "--month", M, "-q"), f"approve {M} --by 乙 -y", "这份测算是定时运行算的，还没有编制人", 12),
    (DRAFTED, f"approve {M} --by 乙 --drafter 丙 -y", "这份测算是 甲 做的，不是 丙", 2),
    (nothing, f"withdraw {M} --by 乙 -y", "要写明同意撤回的文号：--document 文号", 2),
    (nothing, f"withdraw {M} --by 乙 -y --document 无", "要写明同意撤回的文号：--document 文号", 2),
    (nothing, f"withdraw {M} --by 乙 -y --document 文", f"{M} 没有批准，没有可撤回的", 12),
    (CLOSED, f"withdraw {M} --by 乙 -y --document 文", f"{M} 已经关账，不能撤回批准", 12),
    (APPROVED, f"withdraw {M} --by 甲 -y --document 文", "测算和撤回是同一个人（", 12),
    (
        both(APPROVED, raw(f"inbox/{M}/回盘.xlsx", b"PK\x03\x04 cut off")),
        f"withdraw {M} --by 乙 -y --document 文",
        "202405-01 不能撤回：",
        12,
    ),
    (nothing, f"discard {M}", f"{M} 没有测算可撤", 12),
    (DRAFTED, f"approve {M} --by 甲 -y", "测算和批准是同一个人（", 12),
    (both(DRAFTED, change_attendance), f"approve {M} --by 乙 -y", "）以后有变化：", 12),
    (APPROVED, f"approve {M} --by 丙 -y", f"{M} 已由 乙 批准（批次 202405-01），结果不能再变", 12),
    (both(APPROVED, newer_ledger), f"approve {M} --by 丙 -y", "账本是更新版本的程序写的（格式 99", 2),
    (raw(LEDGER, b"no ledger" * 99), f"approve {M} --by 丙 -y", "ledger.sqlite 读写不了：", 2),
    (folder_in_the_way(LEDGER), f"approve {M} --by 丙 -y", "ledger.sqlite 读写不了：", 2),
    (nothing, f"explain 没有这人 --month {M}", " 的花名册和各项申请里没有这个人的行", 2),
    (APPROVED, "ledger show --person 没有这人", "账本里没有 没有这人 的行", 1),
    (APPROVED, "ledger show 2024-06", "账本里没有 2024-06 的行", 1),
    (nothing, f"ledger bank {M}", " 还没有批准，不能写代发文件", 2),
    (nothing, f"ledger import inbox/{M}/出勤汇总表.csv", " 不是“补贴发放台账”", 10),
    (nothing, "ledger import 没有.xlsx", "找不到 ", 10),
    (
        text("h.csv", "身份证号码,补贴类型,补贴月份,金额\n211302198001010012,岗位补贴,2024-13,1\n"),
        "ledger import h.csv",
        " 处读不出，没有导入：第 2 行",
        2,
    ),
    (
        text("h.csv", "身份证号码,补贴类型,补贴月份,金额,发放状态\n211302198001010012,岗位补贴,2024-01,1,退回\n"),
        "ledger import h.csv",
        " 里没有一笔已发的补贴",
        10,
    ),
    (
        both(
            text("h.csv", "身份证号码,补贴类型,补贴月份,金额\n211302198001010012,岗位补贴,2024-01,1\n"),
            lambda r: run("ledger", "import", str(r / "h.csv"))(r),
        ),
        "ledger import h.csv",
        "期初余额已经导入过，不能再导",
        12,
    ),
    (nothing, "rules --parameters", "--parameters 要写明月份", 2),
    (nothing, "template 没有的表", "没有 没有的表 这张表", 2),
    (text("t.xlsx", ""), "template deaths -o t.xlsx", "t.xlsx 已经存在", 2),
    (nothing, "init .", "fupin.toml 已经存在", 2),
    (nothing, f"reconcile --from {M} --to {M} {M}", "几个月一起做要同时写 --from 和 --to，不再写月份", 2),
    (nothing, f"reconcile --from {M}", "几个月一起做要同时写 --from 和 --to，不再写月份", 2),
    (nothing, f"reconcile --from {M} --to 2024-04", f"--from {M} 晚于 --to 2024-04", 2),
    (nothing, f"reconcile --from {M} --to 2024-06 --reissue", "补发一次只能写一个月份", 2),
    (nothing, f"reconcile {M} --reissue --by 乙 -y", " 还没有批准，没有可补发的", 12),
    (APPROVED, f"reconcile {M} --reissue --by 甲 -y", "测算和补发是同一个人（", 12),
    (CLOSED, f"reconcile {M} --reissue --by 乙 -y", " 已经关账，不能再补发", 12),
    (nothing, f"close {M} --by 丙 -y", " 还没有批准，不能关账", 12),
    (APPROVED, f"close {M} --by 丙 -y", " 还有没有了结的：未回盘 1 笔", 1),
    (CLOSED, f"close {M} --by 丙 -y", f"{M} 已由 丙 关账（", 12),
    (nothing, "run --today x", "--today 的值不对：", 2),
    (folder_in_the_way(".fupin/run.jsonl"), f"run --month {M}", "run.jsonl 写不进去：", 2),
    (nothing, "schedule --at 8", "--at 的值不对：", 2),
    (nothing, "verify", " 里还没有任何月份的清单", 10),
    (nothing, f"subsidy {M}", "没有写明哪一项补贴", 2),
    (nothing, f"report {M} --town 东山镇", "没有 东山镇 这个乡镇", 2),
    (nothing, "subsidy 没有的", "没有 没有的 这项补贴", 2),
    (nothing, f"subsidy transport --all --month {M}", "--all 与补贴名称只写一个", 2),
    (nothing, f"subsidy transport --month {M}", "没有“交通补贴申请表”，一次性交通补贴算不了", 10),
    (both(remove_roster, no_insurance), f"subsidy --all --month {M}", "收件夹里没有这些补贴的表", 10),
    (
        both(
            text(f"inbox/{M}/灵活.csv", f"姓名,身份证号码,年月,养老缴费,医疗缴费\n张三,211302198001010012,{M},1,1\n"),
            text("fupin.toml", '[flexible_social_insurance]\nshare = "3/4"\n'),
        ),
        f"subsidy flexible_social_insurance --month {M}",
        "设置 flexible_social_insurance.share：3/4 超过上限 2/3",
        2,
    ),
    (text("fupin.toml", '[funds]\npost = "x"\n'), f"check --month {M}", "）：funds：没有 post 这项补贴，可写：", 2),
    (text("fupin.toml", '[startup]\ninterest_share = "7/3"\n'), f"check --month {M}", "不在 0 与 1 之间", 2),
    (
        both(text("fupin.toml", BASE["settings"] + '[budget]\n"就业补助资金" = 100\n'), DRAFTED),
        f"approve {M} --by 乙 -y",
        "超过本年预算：就业补助资金 超出 632.05 元",
        12,
    ),
    (nothing, "fly", "没有 fly 这个命令", 2),
    (nothing, "check", "缺少 --month", 2),
    (nothing, f"check {M} 甲 乙", "多写了 乙", 2),
    (nothing, f"check {M} 2024-06", "要写明一个月份，写了 ", 2),
    (nothing, f"approve {M} --month 2024-06", "要写明一个月份，写了 ", 2),
    (nothing, "chek", "没有 chek 这个命令", 2),
    (nothing, "核查", "没有 核查 这个命令", 2),
    (nothing, "ledger", "没有写命令", 2),
    (nothing, "ledger shwo", "没有 shwo 这个命令", 2),
    (nothing, f"check {M} --mont", "没有 --mont 这个选项", 2),
    (nothing, f"--month {M} check", "没有 --month 这个选项", 2),
    (nothing, f"run {M} --wait -1", "--wait 的值不对：不能小于 0", 2),
    (nothing, f"run {M} --wait x", "--wait 的值不对：要写数", 2),
    (nothing, f"check {M} --output", "--output 后面要写值", 2),
    (nothing, f"check {M} --quiet=1", "--quiet 后面不写值", 2),
    (nothing, "help 退出", "没有 退出 这个主题", 2),
    (nothing, "completion fish", "不在可选的值", 2),
    (nothing, "explain", "缺少 证号或姓名", 2),
    (nothing, "rules POST005 a b", "多写了 b", 2),
    (nothing, f"rules POST005 {M}", f"多写了 {M}", 2),
    (raw("fupin.toml", b"\xff\xff\x80"), f"check {M}", "的文字编码既不是 UTF-8 也不是 GB18030", 2),
    (text("fupin.toml", "[county]\nname = 示例县\n"), f"check {M}", " 第 2 行）：值的写法不对", 2),
    (text("fupin.toml", "[county]\nname = “示例县”\n"), f"check {M}", "用了中文的 “ ”", 2),
    (text("fupin.toml", '[county]\nname = "示例县\n'), f"check {M}", "引号没有配对", 2),
    (text("fupin.toml", "[post]\ncap_months 36\n"), f"check {M}", "这一行缺少等号", 2),
    (text("fupin.toml", "[post]\ncap_months = 36\ncap_months = 24\n"), f"check {M}", "这一项或这一节写了两遍", 2),
    (text("fupin.toml", '[post]\ncap_months = "三十六"\n'), f"check {M}", "第 2 行 post.cap_months：要写整数", 2),
    (text("fupin.toml", '[post]\nproration = "days"\n'), f"check {M}", "第 2 行 post.proration：只能写 ", 2),
    (nothing, f"what-if {M} --set post.fixed_day=21", "没有 post.fixed_day 这一项，是不是 post.fixed_days？", 2),
    (text("fupin.toml", '[approval]\none_person_office = "也许"\n'), f"check {M}", "要写 true（是）或 false（否）", 2),
    (text("fupin.toml", '[bank.profiles."某银行"]\n'), f"check {M}", "columns：这一项必须写", 2),
    (nothing, f"check --month {M} --colour", "没有 --colour 这个选项", 2),
    (nothing, f"check --month {M} --format xml", "不在可选的值", 2),
]


def written(root: Path) -> str:
    """What the case has written into settings and table formats: a message may repeat it, as it may the command."""
    files = [p for p in (*root.rglob("fupin.toml"), *root.rglob("*.yaml")) if p.is_file()]
    return " ".join(["", *(f"{p.name} {p.read_bytes().decode(errors='replace')}" for p in files)])


@pytest.mark.parametrize(("before", "command", "words", "code"), CASES, ids=[f"{c[1]}: {c[2]}" for c in CASES])
def test_message(
    fupin: Callable[..., Ran],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[Path], Any],
    command: str,
    words: str,
    code: int,
) -> None:
    root = tmp_path / "w"
    build({}, root)
    monkeypatch.chdir(root)
    before(root)
    ran = fupin(*command.split())
    assert words in ran.err, ran.err
    assert ran.code == code
    text = said(ran.err, root)
    assert foreign_words(text, command + written(root)) == []
    assert entry(command, code, text) in written_page(), "run `make docs`"
    if code and "用法见" not in ran.err:
        assert "提示: " in ran.err
    assert "Traceback" not in ran.err


def zipped(name: str, parts: dict[str, bytes]) -> Callable[[Path], Any]:
    def make(root: Path) -> None:
        with zipfile.ZipFile(root / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, body in parts.items():
                archive.writestr(part, body)

    return make


def workbook(name: str, change: Callable[[openpyxl.Workbook], Any] = lambda _: None) -> Callable[[Path], Any]:
    def make(root: Path) -> None:
        book = openpyxl.Workbook()
        book.worksheets[0].append(["姓名"])
        change(book)
        book.save(root / name)

    return make


OLD_BOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_BEGIN = b"\x09\x08\x10\0\0\6\5\0" + bytes(12)


def encrypted(root: Path) -> None:
    workbook("密.xlsx")(root)
    (root / "密.xlsx").write_bytes(sealed(BytesIO((root / "密.xlsx").read_bytes()), "1"))


def broken_directory(root: Path) -> None:
    workbook("坏.xlsx")(root)
    with zipfile.ZipFile(root / "坏.xlsx") as old, zipfile.ZipFile(root / "坏2.xlsx", "w") as new:
        for part in old.namelist():
            new.writestr(part, b"<workbook" if part == "xl/workbook.xml" else old.read(part))
    (root / "坏.xlsx").unlink()


def swollen(root: Path) -> None:
    """A sheet that unpacks to more than its zip says."""
    workbook("胀.xlsx")(root)
    sheet = b"<worksheet><sheetData>" + b" " * (3 << 20) + b"</sheetData></worksheet>"
    with zipfile.ZipFile(root / "胀.xlsx") as old, zipfile.ZipFile(root / "胀2.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, sheet if "sheet1" in part else old.read(part))
    (root / "胀.xlsx").unlink()


LIMITS = "[intake]\nmax_unpacked_mib = 1\nmax_cells_million = 1\n"
# a file in the inbox beside a good one, and words of IN001
UNREADABLE: list[tuple[Callable[[Path], Any], str]] = [
    (raw("a.csv", b""), "文件是空的"),
    (workbook("a.xlsx", lambda book: book.worksheets[0].delete_rows(1)), "文件里没有内容"),
    (raw("a.png", b"\x89PNG\x00\x00"), "这不是表格文件"),
    (raw("a.csv", b"\xff\xff\xff\x80 a,b\n"), "文字编码既不是 UTF-8 也不是 GB18030，读不出来"),
    (raw("a.csv", "姓名,身份证号码\n".encode() * 9000 + b"\xff\xff\xff\n"), "文字编码前后不一致，读不出来"),
    (
        raw("a.csv", b",".join([b"1"] * 600) + b"\n1" * 2000),
        "文件有 2001 行、600 列，共约 1.2 百万格，超过上限 1 百万格",
    ),
    (raw("a.csv", b"1,2\n" * 400_000), "文件超过上限 1 MiB（[intake] max_unpacked_mib），没有打开"),
    (raw("a.xls", b"<html><body>x</body></html>"), "这是网页，里面没有表"),
    (
        raw("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
        "这是 XML 电子表格 2003，不是真正的 .xls",
    ),
    (raw("a.xlsx", b"PK\x03\x04 cut off"), "文件不完整或已损坏，打不开"),
    (zipped("a.ods", {"content.xml": b"<x/>"}), "这不是 Excel 工作簿（.xlsx）"),
    (zipped("a.docx", {"word/document.xml": b"<x/>"}), "这不是 Excel 工作簿（.xlsx），是文档"),
    (zipped("a.zip", {"西河乡/": b"", "西河乡/花名册.xlsx": b"x"}), "这不是 Excel 工作簿（.xlsx），是压缩包"),
    (raw("a.rar", b"Rar!\x1a\x07\x01\x00"), "这不是表格文件，是压缩包"),
    (raw("a.pdf", "%PDF-1.4\n姓名,身份证号码\n".encode()), "这不是表格文件，是 PDF"),
    (raw("a.jpg", b"\xff\xd8\xff\xe0abc"), "这不是表格文件，是图片"),
    (raw("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")), "是 Word 文档"),
    (broken_directory, "工作簿内部的目录已损坏，打不开"),
    (swollen, " MiB，超过上限 1 MiB（[intake] max_unpacked_mib），没有打开"),
    (zipped("a.xlsx", {"xl/workbook.xml": b" " * (30 << 20)}), "MiB，超过上限 "),
    (workbook("a.xlsx", lambda book: book.worksheets[0].cell(900_000, 300, "x")), " 列，范围过大；共约 "),
    (encrypted, "文件加了密码，打不开"),
    (raw("密.xls", OLD_BOOK.ljust(512, b"\0") + OLD_BEGIN + b"\x2f\0\x36\0\1\0" + bytes(4096)), "文件加了密码，打不开"),
    (
        raw("坏.xls", OLD_BOOK.ljust(512, b"\0") + OLD_BEGIN + b"\xe1\0\x02\0\xb0\4" + bytes(4096)),
        "文件不完整或已损坏，打不开",
    ),
    (lambda root: (root / "a.csv").symlink_to("/proc/self/mem"), ""),
]


@pytest.mark.parametrize(
    ("make", "words"), UNREADABLE, ids=[words or "a link that leads outside" for _, words in UNREADABLE]
)
def test_unreadable(fupin: Callable[..., Ran], tmp_path: Path, make: Callable[[Path], Any], words: str) -> None:
    inbox = tmp_path / "inbox"
    text("死亡人员.csv", GOOD)(inbox)
    text("fupin.toml", LIMITS)(tmp_path)
    make(inbox)
    ran = fupin("check", "-w", tmp_path, "--month", M, "--format", "json", "--no-workbook")
    said = [f["message"] for f in ran.findings if f["code"] == "IN001"]
    if not words:
        assert (ran.code, said) == (0, [])
        return
    assert len(said) == 1
    assert words in said[0]
    assert ran.code == 3


@pytest.mark.parametrize(
    ("make", "password", "words"),
    [(encrypted, "2", "文件加了密码，给出的密码打不开")],
)
def test_encrypted(
    fupin: Callable[..., Ran], tmp_path: Path, make: Callable[[Path], Any], password: str, words: str
) -> None:
    text("死亡人员.csv", GOOD)(tmp_path)
    make(tmp_path)
    text("../密码", password)(tmp_path)
    ran = fupin(
        "check",
        tmp_path,
        "--month",
        M,
        "--format",
        "json",
        "--no-workbook",
        "--password-file",
        tmp_path / ".." / "密码",
    )
    assert any(words in f["message"] for f in ran.findings)
    assert ran.code == 3


def test_a_wrong_policy_file_is_told_to_whoever_wrote_it() -> None:
    with pytest.raises(FupinError, match=r"政策文件 x\.yaml 有误："):
        parse_policy("id: 1\n", "x.yaml")


HOSTILE = "tests/unit/test_hostile_files.py"
COUNTIES, ACROSS = "tests/counties/test_counties.py", "tests/counties/test_across.py"
# Provoked where more than a command line is needed: file of tests → the words stand there.
MONITOR = "tests/cli/test_monitor_messages.py"
POLICIES = "tests/cli/test_policies.py"
ELSEWHERE = {
    " 处问题，见上": POLICIES,
    " 的政策（": POLICIES,
    " 的原文 ": POLICIES,
    " 不是 UTF-8 编码的文字": POLICIES,
    "政策的 ": "a number of a county that its policy's table lacks, asked for outside a line; lines are held (MEA001)",
    "内容写不成 UTF-8": "a name that is no text, in the log of a run",
    "这个工作区有另一个 fupin 在运行": "tests/cli/test_run.py::test_one_job_at_a_time",
    " 的行，不能撤回 ": "tests/cli/test_approve.py::test_a_batch_that_others_rest_on_is_not_withdrawn",
    " 移不进 ": "a file that the system refuses to move; the superuser may move any",
    "读的时候文件还在变（可能正在复制或保存）": "tests/cli/test_run.py::test_a_file_that_grows_while_it_is_read_is_not_used",
    " 读写不了：": "tests/cli/test_payroll.py::test_a_full_disk_posts_nothing_and_the_ledger_stays_readable",
    "当前文件夹已经不在了": "tests/cli/test_commands.py::test_a_folder_that_is_gone_is_no_bug",
    " 打不开：": "an input folder whose listing the system refuses; a ledger in a folder that cannot be made",
    "文件打不开：": "a file that the system refuses to open; the superuser may open any",
    "加密的文件里不是 .xlsx": "an encrypted file of another kind of Office program",
    "文件解压后超过上限（[intake] max_unpacked_mib），没有打开": "a zip whose directory lies about sizes (tests/unit/test_readers.py::test_bombs_are_not_opened)",
    " 倍，[intake] max_ratio），疑似压缩炸弹，没有打开": "tests/unit/test_readers.py::test_bombs_are_not_opened",
    " MiB（[intake] max_memory_mib），没有读": HOSTILE,
    " 秒（[intake] max_seconds），没有读完": HOSTILE,
    "文件已损坏，读到一半读取程序就中断了": HOSTILE,
    " 个字，超过 Excel 一格的上限 ": HOSTILE,
    " MiB（[intake] max_memory_mib 的四分之一），没有用": HOSTILE,
    " 行的引号或换行太乱，分不成格": "a field of 64 MiB between two quotes",
    " 多格公式没有算出值，整个文件没有用": "tests/unit/test_readers.py::test_more_formulas_than_can_be_told_one_by_one",
    " 有另一个 fupin counties 在运行，这次的 ": "tests/counties/test_attacks.py",
    "--timeout 的值不对：": "tests/counties/test_attacks.py",
    "网页里的表": HOSTILE,
    "网页里的表超过 Excel 的 ": HOSTILE,
    " 列，超过 Excel 的 ": HOSTILE,
    "文件不完整或已损坏，打不开（": HOSTILE,
    "读取程序启动不了：": "a system that refuses a further process",
    "文件打不开（": "a file that goes away while it is read",
    "网页格式的表打不开": "a web page that the parser gives up on; none is known",
    "没有写要改什么": MONITOR,
    "--scenario ": MONITOR,
    "--set ": MONITOR,
    " 与前面的 --set 矛盾": MONITOR,
    " 已推送名单不见了，或被改动过": "tests/cli/test_risk_sent.py",
    " 是政策定死的数，不能试算": "tests/cases/monitor/whatif.yaml",
    " 不影响发放，不能试算": MONITOR,
    " 没有可以试算的补贴": MONITOR,
    " 没有可以推算的补贴": MONITOR,
    "--where 里的“": MONITOR,
    "”这种就业状态": MONITOR,
    "employment_plan": MONITOR,
    "两个人的一人一码相同：": "two people whose keyed hashes agree in 50 bits; none is known",
    " 还没有批准，没有留存的输入": "tests/cli/test_sealed_ledger.py",
    "仍然有效的": "a month of which every approval was withdrawn",
    " 批准时还没有留存输入的功能，没有可取回的": "a month that an earlier version approved",
    " 已经有了，没有覆盖；什么也没有写": "tests/cli/test_sealed_ledger.py",
    " 没有报送任何东西：没有这个月的文件夹，按月的表里也没有这个月的行": "tests/cli/test_handed_in.py",
    " 已经记账，但文件还没有全部放好：": "tests/cli/test_kills.py",
    " 已经记账，但上次中断，文件还没有全部放好：": "tests/cli/test_kills.py",
    "）改了，没有写从哪个月起，已批准的月份会跟着变：": "tests/cli/test_subsidy_money.py",
    "本机的 SQLite 太旧（": "a machine with an SQLite before STRICT tables",
    "--root 不是文件夹：": COUNTIES,
    "跨县比对的密钥文件不存在：": ACROSS,
    "密钥文件 ": ACROSS,
    " 别人也能读（权限 ": ACROSS,
    " 里不是密钥（应为 ": ACROSS,
    "密钥文件已经有了，没有动：": ACROSS,
    "在集群上比对，要写明 --key-file": ACROSS,
    "各县编码用的密钥不是同一把，比对不了": "workers of a cluster with different key files",
    " 没有做成：": "a comparison whose worker is lost every time",
    " 下面没有任何县的工作区（": COUNTIES,
    "--memory 的值不对：": COUNTIES,
    "写了 --tls-ca、--tls-cert 或 --tls-key，没有写 --scheduler": COUNTIES,
    "--scheduler 的地址不对：": COUNTIES,
    "写了 --scheduler，缺少 ": COUNTIES,
    " 的文件不存在：": COUNTIES,
    "没有安装 dask（distributed），不能用 --scheduler": COUNTIES,
    "连不上集群 ": "tests/counties/test_cluster.py",
    " 里没有工作进程": "a cluster whose workers have all gone",
    "账本的格式号被人改过：里面有新格式才有的列": "tests/cli/test_sealed_ledger.py",
    " 里有两份一样的政策，不知道以哪一份为准：": "tests/cli/test_policies.py",
}
KINDS = {
    "FupinError",
    "UsageError",
    "NoInputError",
    "MonthClosedError",
    "OpenDifferencesError",
    "LockedError",
    "NothingFoundError",
    "UnreadableError",
}


def test_no_message_is_missing_from_the_catalogue() -> None:
    said = [words for _, _, words, _ in CASES] + [words for _, words in UNREADABLE]
    said += ["文件加了密码，给出的密码打不开", "政策文件 x.yaml 有误：", *ELSEWHERE]
    missing = []
    for path in sorted((Path(__file__).parents[2] / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                parts = [
                    c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant) and isinstance(c.value, str)
                ]
                longest = max(parts, key=len, default="")
                if longest and not any(
                    longest.strip() in words or words.strip() in longest for words in said if words.strip()
                ):
                    missing.append(f"{path.name}:{node.lineno} {longest}")
    assert missing == []


SLIPS = "own titel death"  # what users of the cases have written: a table, and two misspelt words


def test_the_page_of_messages_is_chinese_throughout() -> None:
    """14 Shows: no Latin word in any message of docs/messages.md but names of commands, options, files and codes."""
    found = re.findall(r"(?m)^- `fupin (.*)` \(\d+\)\n((?:  .*\n?)+)", written_page())
    assert len(found) == len(CASES)
    foreign = {command: words for command, text in found if (words := foreign_words(text, f"{command} {SLIPS}"))}
    assert foreign == {}


def test_the_good_file_beside_a_wrong_one_is_good(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [dict(zip(*(line.split(",") for line in GOOD.splitlines()), strict=True))])
    assert fupin("check", tmp_path, "--month", M, "--no-workbook").code == 0
