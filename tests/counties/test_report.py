"""16.4: the roll-up of counties; its sums are the counties' own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl

from tests.cli.test_json_schemas import fits
from tests.conftest import Ran
from tests.counties.conftest import MONTH
from tests.counties.test_across import planted


def test_sums_are_the_counties_own_by_city_and_by_province(
    counties: Callable[..., Ran], fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    root = planted(tmp_path / "市")
    by_city = counties("report")
    assert by_city.code == 0, by_city.out
    document = by_city.document
    assert fits(document) == "counties"
    assert [group["county"] for group in document["groups"]] == ["丙县", "乙县", "甲县"]
    own = {row["name"]: row["figures"] for row in document["counties"] if row["status"] == "done"}

    one = root / "甲县"
    checked = fupin("check", "-w", one, "--month", MONTH, "--format", "json", "--no-workbook").document["summary"]
    paid = fupin("payroll", "-w", one, "--month", MONTH, "--format", "json", "--no-workbook").document["totals"]
    ahead = fupin("forecast", "-w", one, "--month", MONTH, "--format", "json", "--no-workbook").document["totals"]
    told = fupin("risk", "-w", one, "--month", MONTH, "--format", "json", "--no-workbook").document
    for name in ("errors", "warnings", "infos"):
        assert own["甲县"][name] == checked[name]
    for name in ("lines", "pay", "hold", "refuse", "amount"):
        assert own["甲县"][name] == paid[name]
    assert (own["甲县"]["forecast"], own["甲县"]["forecast_held"]) == (ahead["amount"], ahead["held_amount"])
    assert own["甲县"]["risks"] == len(told["risks"])
    assert own["甲县"]["short"] is None, "no budget is set: unknown, not nothing"

    for name in ("errors", "lines", "hold", "unreported", "risks"):
        assert document["sums"][name] == sum(figures[name] for figures in own.values())
    for name in ("amount", "forecast", "due_hold", "approved"):
        assert Decimal(document["sums"][name]) == sum(Decimal(figures[name]) for figures in own.values())

    by_province = counties("report", "--by", "province").document
    assert fits(by_province) == "counties"
    (city,) = by_province["groups"]
    assert (city["city"], city["counties"], city["unknown"]) == ("朝阳市", 3, 3)
    assert city["figures"]["amount"] == document["sums"]["amount"]
    assert city["figures"]["short"] is None
    assert by_province["totals"]["skipped"] == 3

    book = openpyxl.load_workbook(by_province["outputs"][0])
    assert book.sheetnames == ["汇总", "各县", "问题", "风险", "未计入"]
    headers = [cell.value for cell in book["各县"][2]]
    place = headers.index("岗位行数")
    rows = [[cell.value for cell in line] for line in book["各县"].iter_rows(min_row=3, max_row=5)]
    assert sum(int(str(line[place])) for line in rows) == document["sums"]["lines"]
    assert (
        book["汇总"].cell(3, [cell.value for cell in book["汇总"][2]].index("岗位行数") + 1).value
        == document["sums"]["lines"]
    )
    assert rows[0][headers.index("资金缺口(元)")] is None
    assert book["未计入"]["B3"].value == "丁县"
    everything = " ".join(str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line)
    assert "211390" not in everything, "nobody's number"
