"""A list of risks that was sent is what the next month is compared with; the filled push file is read back (SPEC 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl

from fupin_cli.jobs.compute_again import Again, compute_again
from fupin_cli.jobs.sent import sent_list, sent_then
from fupin_cli.jobs.workspace import Workspace
from fupin_cli.policy.months import parse_month
from tests.cases.test_monitor_cases import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

POOR = {"人均纯收入": "100"}
CASE: dict[str, Any] = {
    "month": "2024-05",
    "older": {"registry": [{"who": "A"} | POOR, "B", "C"]},
    "before": {"registry": [{"who": "A"} | POOR, {"who": "B"} | POOR, "C"]},
    "now": {"registry": [{"who": "A"} | POOR, {"who": "B"} | POOR, {"who": "C"} | POOR]},
}


def test_the_next_month_follows_the_list_that_was_sent_and_shows_what_was_done(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    root = tmp_path / "w"
    known = build(CASE, root)
    april = fupin("risk", "2024-04", "-w", root, "--format", "json", "--unmask").document
    assert {known[r["person"]]: (r["kind"], r["since"]) for r in april["risks"]} == {
        "A": ("continuing", "2024-03"),
        "B": ("new", "2024-04"),
    }
    push = root / "out" / "2024-04" / "风险推送_2024-04.xlsx"
    book = openpyxl.load_workbook(push)
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[2]]
    assert headers[-1] == "反馈"
    for row in sheet.iter_rows(min_row=3):
        assert row[headers.index("反馈")].value is None
        row[headers.index("反馈")].value = "已走访"
    book.save(root / "inbox" / "2024-05" / "乡村振兴局反馈.xlsx")
    # What the office was told stands, whatever becomes of April's files.
    build(CASE | {"before": {"registry": ["A", "B", "C"]}}, root)
    may = fupin("risk", "2024-05", "-w", root, "--format", "json", "--unmask", "--no-workbook").document
    said = {known[r["person"]]: (r["kind"], r["since"], r["feedback"]) for r in may["risks"]}
    assert said == {
        "A": ("continuing", "2024-03", "已走访"),
        "B": ("continuing", "2024-04", "已走访"),
        "C": ("new", "2024-05", None),
    }
    assert all(row["holds"] for row in may["proof"])


def test_what_was_compared_with_a_sent_list_is_computed_again(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """12.2, verify: with the list as it was sent then, though the month before was sent anew; a list taken away is told."""
    root = tmp_path / "w"
    build(CASE, root)

    def said(word: str) -> list[tuple[str, str]]:
        months = fupin("verify", "2024-05", "-w", root, "--format", "json").document["months"]
        return [(c["state"], c["text"]) for m in months for c in m["checks"] if word in c["text"]]

    fupin("risk", "2024-05", "-w", root, "-q")  # no list was sent for April: it is computed from April's files
    assert said("风险预警") == [("ok", "风险预警：重算结果相同")]
    fupin("risk", "2024-04", "-w", root, "-q")
    assert said("风险预警") == [("ok", "风险预警：重算结果相同")]  # what was sent afterwards does not matter
    fupin("risk", "2024-05", "-w", root, "-q", "--force")
    sent = root / ".fupin" / "risk" / "2024-04.json"
    first = sent.read_bytes()
    fupin("risk", "2024-04", "-w", root, "-q", "--force")
    assert sent.read_bytes() == first  # the same list is the same record
    assert not [*(sent.parent / "旧").glob("2024-04*")]
    build({"month": "2024-05", "before": {"registry": [{"who": "B"} | POOR, "C"]}}, root)
    fupin("risk", "2024-04", "-w", root, "-q", "--force")
    build({"month": "2024-05", "before": CASE["before"]}, root)
    assert said("风险预警") == [("ok", "风险预警：重算结果相同")]
    (kept,) = (sent.parent / "旧").glob("2024-04*")
    assert kept.read_bytes() == first
    kept.unlink()
    (bad,) = said("风险预警")
    assert bad[0] == "bad"
    assert "2024-04 已推送名单不见了，或被改动过" in bad[1]


def test_who_has_left_both_registries_is_still_counted_as_cleared(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """SPEC 11: continuing + cleared = the list that was sent, also of people whom nothing but their code is known of."""
    root = tmp_path / "w"
    build({"month": "2024-05", "before": {"registry": [{"who": "A"} | POOR, {"who": "B"} | POOR]}}, root)
    sent = fupin("risk", "2024-04", "-w", root, "--format", "json").document["risks"]
    build({"month": "2024-05", "before": {"registry": ["C"]}, "now": {"registry": [{"who": "B"} | POOR, "C"]}}, root)
    may = fupin("risk", "2024-05", "-w", root, "--format", "json", "--unmask").document
    total = next(row for row in may["proof"] if row["code"] == "合计")
    assert [total[key] for key in ("new", "continuing", "cleared", "before", "now")] == [0, 1, 1, 2, 1]
    (gone,) = may["cleared"]
    assert (gone["person_code"], gone["person"], gone["since"]) == (sent[0]["person_code"], None, "2024-04")
    sheet = openpyxl.load_workbook(root / "out" / "2024-05" / "风险推送_2024-05.xlsx")["已解除"]
    assert sheet["A3"].value == f"一人一码 {gone['person_code']}（两个月的登记表里都没有了）"


def test_an_answer_to_no_risk_is_told_and_a_code_may_be_written_small(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """12.2: rsk002 and ＲＳＫ００２ are RSK002; RSK999 is nothing, and that is said on the terminal and in the workbook."""
    root = tmp_path / "w"
    answers = [
        {"who": "A", "风险": "rsk002 收入低", "处理结果": "已走访", "处理日期": "2024-05-02"},
        {"who": "B", "风险": "ＲＳＫ００２", "处理结果": "已帮扶", "处理日期": "2024-05-02"},
        {"who": "C", "风险": "RSK999", "处理结果": "写错了", "处理日期": "2024-05-02"},
    ]
    known = build(CASE | {"now": CASE["now"] | {"risk_feedback": answers}}, root)
    ran = fupin("risk", "2024-05", "-w", root, "--format", "json", "--unmask", "--no-workbook")
    assert {known[r["person"]]: r["feedback"] for r in ran.document["risks"]} == {
        "A": "已走访",
        "B": "已帮扶",
        "C": None,
    }
    told = "风险反馈.csv 第4行：没有 RSK999 这种风险，这一项没有算作反馈"
    assert ran.document["feedback_not_counted"] == [f"2024-05/{told}"]
    assert told in "".join(fupin("risk", "2024-05", "-w", root).out.split("\n")).replace("  ", "")
    book = openpyxl.load_workbook(root / "out" / "2024-05" / "风险推送_2024-05.xlsx")
    assert [c.value for c in book["核对"]["A"] if c.value and told in str(c.value)]


def test_a_record_of_a_sent_list_that_makes_no_sense_is_none(tmp_path: Path) -> None:
    """12.2: a damaged record is not taken for a list; what no manifest says is not compared, in words (verify)."""
    folder = tmp_path / ".fupin" / "risk"
    folder.mkdir(parents=True)
    month = parse_month("2024-04")
    whole = '{"ran": ["RSK002"], "entries": [["ABCDEFGHIJ", "RSK002", "2024-03"]]}'
    for text in ("", "[]", "{}", '{"ran": 1, "entries": []}', '{"ran": [], "entries": [["A", "B"]]}', "[" * 9999):
        (folder / "2024-04.json").write_text(text, encoding="utf-8")
        assert sent_list(tmp_path, month) is None
    (folder / "2024-04.json").write_text(whole, encoding="utf-8")
    found = sent_list(tmp_path, month)
    assert found is not None
    assert found.entries == [["ABCDEFGHIJ", "RSK002", "2024-03"]]
    assert sent_then(tmp_path, month, found.sha256) == found
    assert sent_then(tmp_path, month, "0" * 64) is None
    ((state, words),) = compute_again(Again(Workspace(tmp_path, None, None), {}, {}), month, "risk", {})
    assert (state, "没有重算" in words) == ("note", True)
