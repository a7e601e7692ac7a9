"""Approved months never change: what is found later is posted with the current month's approval."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from fupin_cli.cli.main import main
from tests.cases.test_cases import BASE, BASE_ID, build
from tests.cases.test_reconcile_cases import FIRST, SECOND, second_id, two_people, write_returns
from tests.conftest import Ran, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("books_planned")

MAY, JUNE = "2024-05", "2024-06"


def attendance(root: Path, month: str, days: int) -> None:
    row = BASE["tables"]["attendance"] | {"年月": month, "本月累计出勤天数": days}
    write_csv(root / "inbox" / month / "出勤汇总表.csv", [row], "gb18030")


@pytest.fixture(scope="session")
def approved_may(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """May of one person, approved with 22 of 22 days; June's attendance is there."""
    root = tmp_path_factory.mktemp("may") / "w"
    build({}, root)
    for name in ("公益性岗位台账", "在岗人员花名册", "意外险名单", "监测对象信息"):
        (root / "inbox" / MAY / f"{name}.csv").rename(root / "inbox" / f"{name}.csv")
    attendance(root, JUNE, 22)
    assert main(["payroll", "-w", str(root), "--month", MAY, "--operator", "甲", "-q"]) == 0
    assert main(["approve", MAY, "-w", str(root), "--by", "乙", "-y"]) == 0
    return root


@pytest.fixture
def may(approved_may: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(approved_may, tmp_path / "w")
    return tmp_path / "w"


def go(fupin: Callable[..., Ran], root: Path, month: str) -> dict[str, Any]:
    """Draft a month and approve it."""
    return both(fupin, root, month)[1]


def both(fupin: Callable[..., Ran], root: Path, month: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the draft of a month says, and its approval."""
    drafted = fupin("payroll", "-w", root, "--month", month, "--operator", "甲", "--format", "json").document
    ran = fupin("approve", month, "-w", root, "--by", "乙", "-y", "--format", "json")
    assert ran.code == 0, ran.err
    return drafted, ran.document


def drafted(fupin: Callable[..., Ran], root: Path, month: str = JUNE) -> dict[str, Any]:
    document: dict[str, Any] = fupin(
        "payroll", "-w", root, "--month", month, "--format", "json", "--no-workbook"
    ).document
    return document


def set_settings(root: Path, text: str) -> None:
    (root / "fupin.toml").write_text(BASE["settings"] + text, encoding="utf-8")


def test_unchanged_inputs_give_no_correction(fupin: Callable[..., Ran], may: Path) -> None:
    assert drafted(fupin, may)["corrections"] == []
    ran = fupin("payroll", "-w", may, "--month", MAY)
    assert ran.code == 12
    assert "重算的结果与批准的一致" in ran.err


@pytest.mark.books
def test_an_over_payment_is_posted_with_its_month_old_and_new_and_reason(fupin: Callable[..., Ran], may: Path) -> None:
    attendance(may, MAY, 11)
    before = fupin("ledger", "show", "--month", MAY, "-w", may, "--format", "json").document["lines"]
    draft, approved = both(fupin, may, JUNE)
    (row,) = draft["corrections"]
    assert (row["kind"], row["month"], row["old"], row["new"], row["amount"]) == (
        "recover",
        MAY,
        "732.05",
        "366.03",
        "-366.02",
    )
    assert row["reason"] == "天数由 22/22 改为 11/22"
    assert approved["corrections"][0]["amount"] == "-366.02"
    after = fupin("ledger", "show", "--month", MAY, "-w", may, "--format", "json").document["lines"]
    assert after[0] == before[0]
    assert [line["amount"] for line in after] == ["732.05", "-366.02"]
    attendance(may, "2024-07", 22)
    assert drafted(fupin, may, "2024-07")["corrections"] == []
    book = openpyxl.load_workbook(may / "out" / JUNE / f"批准_{JUNE}.xlsx")["补发追回"]
    assert [cell.value for cell in book[3]][6:9] == [MAY, "202405-01", 1]


def test_an_under_payment_is_paid_with_the_next_bank_file(fupin: Callable[..., Ran], may: Path) -> None:
    set_settings(may, '[post.standard.2024]\nmonthly = "800.00"\nsource = "某文件〔2024〕1号"\n')
    draft, approved = both(fupin, may, JUNE)
    (row,) = draft["corrections"]
    assert (row["kind"], row["amount"], row["reason"]) == ("back_pay", "67.95", "标准由 732.05 改为 800.00")
    assert (approved["totals"]["amount"], approved["bank"]["amount"]) == ("800.00", "867.95")


def test_a_line_held_then_mended_is_paid_afterwards(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build(two_people(change={"attendance": {"考核结果": "不合格"}}), root)
    for name in ("公益性岗位台账", "在岗人员花名册", "意外险名单", "监测对象信息"):
        (root / "inbox" / MAY / f"{name}.csv").rename(root / "inbox" / f"{name}.csv")
    go(fupin, root, MAY)
    attendance(root, MAY, 22)
    attendance(root, JUNE, 22)
    (row,) = drafted(fupin, root)["corrections"]
    assert (row["kind"], row["amount"], row["old"]) == ("back_pay", "732.05", "0.00")
    assert row["reason"] == "原暂缓（ATT006），现发放"


def verdict(fupin: Callable[..., Ran], root: Path) -> tuple[str, str, str, str, int]:
    ran = fupin("reconcile", MAY, "-w", root, "--format", "json", "--no-workbook")
    line = next(line for line in ran.document["lines"] if line["post"] == "GW1")
    return line["verdict"], line["due"], line["approved"], line["paid"], ran.code


def test_more_due_than_approved_and_paid_is_back_pay(fupin: Callable[..., Ran], may: Path) -> None:
    write_returns(may / "inbox" / MAY, [{}])
    set_settings(may, '[post.standard.2024]\nmonthly = "800.00"\nsource = "某文件〔2024〕1号"\n')
    assert verdict(fupin, may) == ("back_pay", "800.00", "732.05", "732.05", 1)


def test_what_was_held_is_not_due_until_it_is_mended(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    root = tmp_path / "w"
    build(
        two_people(change={"attendance": {"考核结果": "不合格"}}), root
    )  # of one person alone nothing could be approved (9.3)
    go(fupin, root, MAY)
    write_returns(root / "inbox" / MAY, [SECOND])
    assert verdict(fupin, root) == ("not_due", "0.00", "0.00", "0.00", 0)
    rows = [
        BASE["tables"]["attendance"],
        BASE["tables"]["attendance"] | {"姓名": "李四", "身份证号码": second_id(), "岗位编号": "GW2"},
    ]
    write_csv(root / "inbox" / MAY / "出勤汇总表.csv", rows, "gb18030")
    assert verdict(fupin, root) == ("unapproved", "732.05", "0.00", "0.00", 1)


@pytest.mark.books
def test_a_death_reported_later_is_found_in_the_month_it_changes(fupin: Callable[..., Ran], may: Path) -> None:
    death = {"姓名": "张三", "身份证号码": BASE_ID, "死亡日期": "2024-04-20"}
    write_csv(may / "inbox" / "2024-08" / "死亡人员.csv", [death])
    document = drafted(fupin, may)
    assert document["corrections"][0]["kind"] == "recover"
    assert document["corrections"][0]["amount"] == "-732.05"
    ran = fupin("payroll", "-w", may, "--month", MAY)
    assert ran.code == 12
    assert "追回 732.05 元" in ran.err
    assert (may / "out" / MAY / f"重算差额_{MAY}.xlsx").is_file()


def test_money_that_came_back_is_cancelled_and_not_recovered(fupin: Callable[..., Ran], may: Path) -> None:
    write_returns(may / "inbox" / MAY, [{"处理结果": "失败", "失败原因": "已销户"}])
    attendance(may, MAY, 11)
    (row,) = both(fupin, may, JUNE)[0]["corrections"]
    assert (row["kind"], row["amount"]) == ("cancel", "-366.02")
    line = fupin("reconcile", MAY, "-w", may, "--format", "json", "--no-workbook").document["lines"][0]
    assert (line["verdict"], line["due"], line["approved"]) == ("failed", "366.03", "366.03")


@pytest.mark.parametrize(("mode", "bank", "kept"), [("list", "732.05", "0.00"), ("net", "366.03", "366.02")])
def test_recoveries_are_listed_or_kept_back_as_the_county_says(
    fupin: Callable[..., Ran], may: Path, mode: str, bank: str, kept: str
) -> None:
    write_returns(may / "inbox" / MAY, [{}])
    attendance(may, MAY, 11)
    set_settings(may, f'[corrections]\nrecoveries = "{mode}"\n')
    approved = go(fupin, may, JUNE)
    assert (approved["bank"]["amount"], approved["bank"]["kept_back"]) == (bank, kept)
    write_returns(may / "inbox" / JUNE, [{"金额": bank}])
    lines = fupin("reconcile", "--from", MAY, "--to", JUNE, "-w", may, "--format", "json", "--no-workbook").document[
        "lines"
    ]
    assert [line["verdict"] for line in lines] == (["paid", "paid"] if mode == "net" else ["recover", "paid"])
    assert lines[0]["outstanding"] == ("0.00" if mode == "net" else "366.02")


def test_a_recovery_larger_than_the_next_payment_goes_on_to_the_one_after(fupin: Callable[..., Ran], may: Path) -> None:
    attendance(may, MAY, 0)
    attendance(may, JUNE, 5)
    attendance(may, "2024-07", 22)
    set_settings(may, '[corrections]\nrecoveries = "net"\n')
    june = go(fupin, may, JUNE)
    assert (june["bank"]["amount"], june["bank"]["kept_back"]) == ("0.00", "166.38")
    july = go(fupin, may, "2024-07")
    assert (july["bank"]["kept_back"], july["bank"]["amount"]) == ("565.67", "166.38")


def test_months_used_follow_the_corrected_truth(fupin: Callable[..., Ran], may: Path) -> None:
    assert drafted(fupin, may)["lines"][0]["months_before"] == "1"
    attendance(may, MAY, 0)
    go(fupin, may, JUNE)
    attendance(may, "2024-07", 22)
    assert drafted(fupin, may, "2024-07")["lines"][0]["months_before"] == "1"  # June; May was taken back


def test_a_month_whose_money_came_back_is_not_used(fupin: Callable[..., Ran], may: Path) -> None:
    path = write_returns(may / "inbox" / MAY, [{"处理结果": "失败"}])
    assert drafted(fupin, may)["lines"][0]["months_before"] == "0"
    path.unlink()
    assert drafted(fupin, may)["lines"][0]["months_before"] == "1"


def test_a_history_file_that_lists_what_this_program_paid_changes_nothing(fupin: Callable[..., Ran], may: Path) -> None:
    row = BASE["rows"]["payment_history"] | {"补贴月份": MAY, "批次号": "县里的批次"}
    write_csv(may / "inbox" / "补贴发放台账.csv", [row])
    assert drafted(fupin, may)["corrections"] == []


def test_files_that_were_put_away_ask_nobody_for_money_back(fupin: Callable[..., Ran], may: Path) -> None:
    path = may / "inbox" / MAY / "出勤汇总表.csv"
    kept = path.read_bytes()
    path.unlink()
    document = drafted(fupin, may)
    assert document["corrections"] == []
    assert f"输入 {MAY}/出勤汇总表.csv 已不在收件夹里" in document["not_recomputed"][0]
    write_returns(may / "inbox" / MAY, [{}])
    run = fupin("reconcile", MAY, "-w", may, "--format", "json", "--no-workbook")
    assert (run.code, run.document["lines"][0]["verdict"], len(run.document["notes"])) == (0, "paid", 1)
    ran = fupin("payroll", "-w", may, "--month", MAY)
    assert (ran.code, "没有重算" in ran.err) == (12, True)
    (may / "inbox" / MAY / "出勤（改）.csv").write_bytes(kept.replace(b",22,22,", b",22,11,"))
    assert drafted(fupin, may)["corrections"][0]["amount"] == "-366.02"  # another file of the table is in its place


def test_only_so_many_months_are_computed_again(fupin: Callable[..., Ran], may: Path) -> None:
    set_settings(may, "[corrections]\nmonths_back = 1\n")
    attendance(may, MAY, 11)
    attendance(may, "2024-07", 22)
    assert len(drafted(fupin, may, JUNE)["corrections"]) == 1
    assert drafted(fupin, may, "2024-07")["corrections"] == []


def failed_may(may: Path, why: str) -> None:
    write_returns(may / "inbox" / MAY, [{"批次号": "202405-01", "序号": 1, "处理结果": "失败", "失败原因": why}])


def mend(may: Path) -> None:
    path = may / "inbox" / "在岗人员花名册.csv"
    path.write_bytes(path.read_bytes().replace(b"6217990000000000014", b"6217990000000000022"))


def test_a_failed_line_is_sent_again_only_when_mended(fupin: Callable[..., Ran], may: Path) -> None:
    failed_may(may, "已销户")
    ran = fupin("reconcile", MAY, "-w", may, "--reissue", "--by", "乙", "-y")
    assert "没有可以补发的行：失败的 1 行还没有改正，见工作簿“退回待补发”；要改的是 2024-05 的花名册" in ran.out
    mend(may)
    sent = fupin("reconcile", MAY, "-w", may, "--reissue", "--by", "乙", "-y", "--format", "json").document["reissued"]
    assert sent == {"batch": "202405-02", "rows": 1, "amount": "732.05"}
    rows = (may / "out" / MAY / "更正发放_202405-02.csv").read_bytes().decode("gbk").splitlines()
    assert rows[0].split(",")[-1] == "原批次号"
    assert rows[1].split(",")[0::7] == ["202405-02", "202405-01"]
    assert "6217990000000000022" in rows[1]
    again = fupin("reconcile", MAY, "-w", may, "--reissue", "--by", "乙", "-y", "--format", "json").document
    assert again["reissued"] is None  # the bank has not answered
    assert (again["lines"][0]["verdict"], again["lines"][0]["why"]) == ("no_return", "已补发，未回盘")
    assert drafted(fupin, may)["lines"][0]["months_before"] == "1"
    answer = {"批次号": "202405-02", "序号": 1, "账号": "6217990000000000022"}
    write_returns(may / "inbox" / MAY, [answer], name="回盘2")
    done = fupin("reconcile", MAY, "-w", may, "--format", "json", "--no-workbook")
    assert done.document["lines"][0]["verdict"] == "paid"
    assert done.code == 0


def test_when_the_payer_was_short_nothing_has_to_be_mended(fupin: Callable[..., Ran], may: Path) -> None:
    failed_may(may, "账面可用余额不足")
    ran = fupin("reconcile", MAY, "-w", may, "--reissue", "--by", "乙", "-y", "--format", "json")
    assert ran.document["reissued"]["rows"] == 1


def test_who_computed_the_month_cannot_send_it_again(fupin: Callable[..., Ran], may: Path) -> None:
    failed_may(may, "超限额")
    ran = fupin("reconcile", MAY, "-w", may, "--reissue", "--by", "甲", "-y")
    assert ran.code == 12
    assert "同一个人" in ran.err


def test_a_failed_back_pay_is_sent_again_with_the_batch_it_was_in(fupin: Callable[..., Ran], may: Path) -> None:
    write_returns(may / "inbox" / MAY, [{}])
    assert fupin("close", MAY, "-w", may, "--by", "丙", "-y").code == 0
    set_settings(may, '[post.standard.2024]\nmonthly = "800.00"\nsource = "某文件〔2024〕1号"\n')
    go(fupin, may, JUNE)
    failing = [
        {"批次号": "202406-01", "序号": 1, "金额": "800.00"},
        {"批次号": "202406-01", "序号": 2, "金额": "67.95", "处理结果": "失败"},
    ]
    write_returns(may / "inbox" / JUNE, failing)
    mend(may)
    sent = fupin("reconcile", JUNE, "-w", may, "--reissue", "--by", "乙", "-y", "--format", "json").document["reissued"]
    assert sent == {"batch": "202406-02", "rows": 1, "amount": "67.95"}


def test_closing_wants_everything_settled_or_a_document(fupin: Callable[..., Ran], may: Path) -> None:
    assert fupin("close", JUNE, "-w", may, "--by", "丙", "-y").code == 12
    ran = fupin("close", MAY, "-w", may, "--by", "丙", "-y")
    assert ran.code == 1
    assert "未回盘 1 笔" in ran.err
    failed_may(may, "已销户")
    assert "代发失败 1 笔" in fupin("close", MAY, "-w", may, "--by", "丙", "-y").err
    assert fupin("close", MAY, "-w", may, "--by", "丙", "-y", "--document", "文1").code == 0
    for command in (("close", MAY, "--by", "丙", "-y"), ("reconcile", MAY, "--reissue", "--by", "乙", "-y")):
        mend(may)
        ran = fupin(*command, "-w", may)
        assert ran.code == 12
        assert "关账" in ran.err
    # How it ended is kept, though the bank's file is gone: the month is not used.
    (may / "inbox" / MAY / "回盘.csv").unlink()
    assert drafted(fupin, may)["lines"][0]["months_before"] == "0"


def test_status_says_where_each_month_stands_and_what_comes_next(fupin: Callable[..., Ran], may: Path) -> None:
    def states() -> dict[str, tuple[str, str]]:
        rows = fupin("status", "-w", may, "--format", "json").document["months"]
        return {row["month"]: (row["state"], row["todo"].split("：")[-1]) for row in rows}

    assert states() == {MAY: ("approved", f"fupin reconcile {MAY}")}
    fupin("payroll", "-w", may, "--month", JUNE, "-q")
    assert states()[JUNE] == ("draft", f"fupin approve {JUNE} --by 姓名")
    failed_may(may, "已销户")
    assert states()[MAY] == ("returned", f"fupin reconcile {MAY} --reissue --by 姓名")
    write_returns(may / "inbox" / MAY, [{}])
    assert states()[MAY] == ("returned", f"fupin close {MAY} --by 姓名")
    fupin("close", MAY, "-w", may, "--by", "丙", "-y")
    assert states()[MAY][0] == "closed"
    assert "已关账" in fupin("status", "-w", may).out
    assert "还没有测算过" in fupin("status", "-w", may.parent / "w" / "out").out


@pytest.mark.books
def test_the_sums_of_the_workbook_tie(fupin: Callable[..., Ran], may: Path) -> None:
    stranger = {"姓名": "赵六", "身份证号码": "211302198505050034", "账号": "6217990000000000077", "金额": "10"}
    write_returns(
        may / "inbox" / MAY,
        [{"金额": "700"}, stranger, {"身份证号码": "", "姓名": "无名", "账号": "1", "处理结果": "失败"}],
    )
    document = fupin("reconcile", MAY, "-w", may, "--format", "json").document
    totals = document["totals"]
    assert (totals["due"], totals["approved"], totals["paid"], totals["difference"]) == (
        "732.05",
        "732.05",
        "710.00",
        "-22.05",
    )
    assert sum(Decimal(v["amount"]) for v in totals["by_verdict"].values()) == Decimal(totals["difference"])
    book = openpyxl.load_workbook(document["outputs"][0], data_only=True)
    assert book.sheetnames == ["汇总", "差异", "退回待补发", "追回", "明细", "对不上的回盘", "签字", "图表"]
    for name in ("汇总", "差异", "明细"):
        rows = [row for row in book[name].iter_rows(values_only=True) if row[0] == "合计"]
        assert any(cell == pytest.approx(-22.05) for cell in rows[0]), name
    assert "未批先付" in [row[0] for row in book["汇总"].iter_rows(values_only=True)]


def test_a_row_that_names_no_month_is_listed_and_not_guessed(fupin: Callable[..., Ran], may: Path) -> None:
    go(fupin, may, JUNE)
    write_returns(may / "inbox", [{}])
    ran = fupin("reconcile", "--from", MAY, "--to", JUNE, "-w", may, "--format", "json", "--no-workbook")
    assert [row["match"] for row in ran.document["unmatched"]] == ["ambiguous"]
    assert {line["verdict"] for line in ran.document["lines"]} == {"no_return"}
    assert {line["reason"] for line in ran.document["lines"]} == {None}


def test_two_posts_paid_alike_are_ambiguous_and_then_unclear(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    waiver = {"规则代码": "POST005", "身份证号码": BASE_ID}
    second = {"岗位编号": "GW2", "上岗日期": "2024-03-01"}
    half = {"规定出勤天数": 22, "本月累计出勤天数": 11}
    case = {
        "add": {
            "assignments": [second],
            "posts": [{"岗位编号": "GW2", "岗位类型": "护林"}],
            "attendance": [{"岗位编号": "GW2"}],
            "waivers": [waiver],
        },
        "change": {"attendance": half},
    }
    build(case, tmp_path)
    go(fupin, tmp_path, MAY)
    write_returns(tmp_path / "inbox" / MAY, [{"金额": "366.03"}])
    document = fupin("reconcile", MAY, "-w", tmp_path, "--format", "json", "--no-workbook").document
    assert [(line["verdict"], line["approved"]) for line in document["lines"]] in (
        [("no_return", "366.03"), ("no_return", "366.02")],
        [("no_return", "366.03"), ("no_return", "366.03")],
        [("paid", "366.03"), ("no_return", "366.02")],
    )
    total = sum(Decimal(line["paid"]) for line in document["lines"]) + sum(
        Decimal(u["amount"]) for u in document["unmatched"]
    )
    assert total == Decimal("366.03")


def test_a_reconciliation_of_an_old_ledger_gains_its_new_columns(fupin: Callable[..., Ran], may: Path) -> None:
    import sqlite3

    path = may / ".fupin" / "ledger.sqlite"
    with sqlite3.connect(path) as connection:  # as the first version of the program made it
        protections = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
        )
        for kind, name in protections.fetchall():
            connection.execute(f"DROP {kind} {name}")
        for table in ("drafts", "batches"):
            for column in ("seal", "sealed"):
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for column in ("kind", "source_line", "old_fen", "reason"):
            connection.execute(f"ALTER TABLE lines DROP COLUMN {column}")
        connection.execute("DROP TABLE settlements")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    shutil.copy(path, path.with_suffix(".old"))
    # Nor did that version keep inputs or name the ledger in its manifests.
    shutil.rmtree(may / "out")
    shutil.rmtree(may / ".fupin" / "inputs", ignore_errors=True)
    write_returns(may / "inbox" / MAY, [FIRST])
    assert fupin("reconcile", MAY, "-w", may, "--no-workbook").code == 0
    assert fupin("close", MAY, "-w", may, "--by", "丙", "-y").code == 0
