"""16.4: the page of many counties: the page of issue 13 with a township's place taken by a county; its sums are the counties' own."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.counties.fold import folded
from fupin_cli.counties.result import labels
from fupin_cli.outputs.page import page_html
from fupin_cli.outputs.page_json import page_document
from fupin_cli.policy.months import parse_month
from fupin_cli.reports.known import Missing
from tests.conftest import LONG, Ran, write_csv
from tests.page.browser import PHONE, browser
from tests.page.county import FUND, MONTH, Names, account, approve, build, number, phone
from tests.page.test_browser import _paper
from tests.page.test_report import note, read, table

pytestmark = pytest.mark.usefixtures("books_planned")
HOSTILE = Names(
    county='<script>document.title="bad"</script>{{7*7}}',
    towns=('"><img src=x onerror=document.title=1>', "反\u202e过来"),
    village="<svg onload=document.title=2>",
    budget={},
)
WHEN = parse_month(MONTH)


@pytest.fixture
def city(fupin: Callable[..., Ran], counties: Callable[..., Ran], tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Five counties: approved and paid; hostile names, no budget; no roster; damaged settings; nothing handed in. And the run."""
    root = tmp_path / "市"
    approve(fupin, build(root / "甲"))
    build(root / "乙", HOSTILE)
    poor = build(root / "丙", Names(county="丙县"))
    for file in [*poor.rglob("在岗人员花名册.csv"), *poor.rglob("基层平台人员.csv")]:
        file.unlink()
    for name, text in (("丁", "[county\n"), ("戊", '[county]\nname = "戊县"\n')):
        (root / name / "inbox").mkdir(parents=True)
        (root / name / "fupin.toml").write_text(text, encoding="utf-8")
    write_csv(root / "丁" / "inbox" / MONTH / "死亡人员.csv", [{"姓名": "某", "身份证号码": number(9), "死亡日期": ""}])
    ran = counties("report", "--retries", 0, month=MONTH)
    assert ran.code == 1, ran.err
    return root, ran.document


def fen(text: str) -> int:
    """Yuan of a document or a table."""
    return int(Decimal(text.replace(",", "")) * 100)


@pytest.mark.long
def test_sums_are_those_of_the_counties_own_pages(
    fupin: Callable[..., Ran], city: tuple[Path, dict[str, Any]], counties: Callable[..., Ran]
) -> None:
    """16.4: every sum of the page is the sum of what `fupin report` says in each county; what one lacks is named, not 0."""
    root, document = city
    book, path = map(Path, document["outputs"])
    assert (book.name, path.name) == (f"汇总_{MONTH}_按市.xlsx", f"月报_{MONTH}_按市.html")
    assert path.stat().st_mode & 0o777 == 0o600
    own = {n: fupin("report", MONTH, "-w", root / n, "--no-page", "--format", "json").document for n in "甲乙丙"}
    tree = read(path)
    text = path.read_text(encoding="utf-8")
    assert "".join(tree.xpath("//h1")[0].text_content().split()).startswith("朝阳市各县就业帮扶资金月报2024年5月")

    _areas(tree, own)
    _findings(tree, own)
    _funds(tree, own)
    _people(tree, own)
    absent = table(tree, "t-absent")
    assert absent["丁"]["结果"] == "没做成"
    assert absent["戊县"]["结果"] == "未报送"
    todo = tree.xpath("//section[@id='todo']//li")
    assert todo[0].text_content().startswith("1 个县没有做成：没有计入本页，先处理：丁")
    assert todo[1].text_content().startswith("1 个县没有报送：没有计入本页，催报：戊县")
    lead = tree.xpath("//p[@class='lead']")[0].text
    assert lead.startswith("5 个县，计入 3 个；")

    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not [href for href in tree.xpath("//@href") if href[1:] not in ids]
    for n in range(6):
        for secret in (number(n), number(n, "19500101"), account(n), phone(n)):
            assert secret not in text
    for name in ("张一", "王二", "吴七", "东川镇"):
        assert name not in text, "nobody's name, no township of one county"
    for state in (root / ".fupin" / "counties").rglob("*.json"):
        kept = state.read_text(encoding="utf-8")
        assert "211390" not in kept
        assert "张一" not in kept

    first, when = path.read_bytes(), path.stat().st_mtime_ns
    again = counties("report", "--retries", 0, month=MONTH).document
    assert again["totals"]["skipped"] == 3
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, when)
    by_city = counties("report", "--by", "province", "--retries", 0, month=MONTH).document
    whole = read(Path(by_city["outputs"][1]))
    assert Path(by_city["outputs"][1]).name == f"月报_{MONTH}_按省.html"
    assert table(whole, "t-areas")["朝阳市"]["行数"] == table(tree, "t-areas")["合计"]["行数"]
    assert len(counties("report", "--no-page", "--retries", 0, month=MONTH).document["outputs"]) == 1
    _many(root)
    _shown([path, Path(by_city["outputs"][1])] if LONG else [path])


def _many(root: Path) -> None:
    """A hundred counties made of one: ≤ 300 KB, the same bytes again, two of one name told apart, what few lack is named."""
    state = json.loads((root / ".fupin" / "counties" / MONTH / "report" / "甲.json").read_text(encoding="utf-8"))
    rows = []
    for n in range(100):
        row = copy.deepcopy(state)
        row |= {"county": f"{n:03}", "name": f"第{n or 1}县", "city": f"{n % 7}市", "hint": ""}
        row["page"]["severities"]["error"] += n
        columns = row["page"]["rules"]["columns"]
        for code in [code for code in all_rules() if code not in columns["code"]][:40]:  # as many as a real month has
            more = {"code": code, "title": "x", "severity": "error", "count": n, "people": 1, "amount_fen": n}
            for name, value in more.items():
                columns[name].append(value)
        rows.append(row)
    rows[5]["page"]["scale"] = {"lacking": "没有“监测对象信息”"}
    rows[6]["page"]["when"]["before"] -= 1
    rows[7]["page"]["moves"] = {"lacking": "没有更早的月份"}
    rows[8]["page"]["risks"]["columns"]["now"][0] = None
    page = folded(rows, WHEN, by_city=False)
    html = page_html(page, page_document(page))
    assert html == page_html(folded(rows, WHEN, by_city=False), page_document(page))
    assert len(html.encode()) <= 300_000, len(html.encode())
    assert len(page.top_codes) == 10
    assert {"第1县（000）", "第1县（001）"} <= {*page.areas["county"]}  # type: ignore[index]
    assert isinstance(page.totals, dict)
    assert page.totals["amount_fen"] == 100 * state["page"]["totals"]["amount_fen"]
    assert not isinstance(page.scale, Missing)
    before = dict(page.scale.select("county", "before").iter_rows())
    assert (before["第5县"], before["第6县"], before["第7县"]) == (None, None, state["page"]["scale"]["before"])
    said = " ".join(page.about.notes["scale"])
    assert "没有算、不计入的县：第5县（没有“监测对象信息”）" in said
    assert "没有上月 2024-04 的表，这一列和比较的合计不含：第6县。" in said
    assert "台账变动没有算的县：第7县（没有更早的月份）" in said
    assert "没有判断、不计入的（缺表或设置）：第8县（" in " ".join(page.about.notes["risks"])
    cities = folded(rows, WHEN, by_city=True)
    assert not isinstance(cities.scale, Missing)
    assert cities.scale["city"].to_list() == [f"{n}市" for n in range(7)]
    assert dict(cities.scale.select("city", "before").iter_rows())["6市"] is None, "a county of it lacks the month"
    assert labels(rows)["002"] == "第2县"
    nobody = folded([rows[0] | {"status": "not_handed_in", "line": "没有表"}], WHEN, by_city=False)
    assert "没有一个县计入" in page_html(nobody, page_document(nobody))
    (root / "百县.html").write_text(html, encoding="utf-8")


def _shown(paths: list[Path]) -> None:
    """In a real browser: nothing runs, nothing runs out of a desk's window, a phone's or a sheet of A4; axe finds nothing."""
    wide = "return Array.prototype.filter.call(document.querySelectorAll('main *'), function (e) { var r = e.getBoundingClientRect(); return r.width > 1 && (r.right > innerWidth + 1 || r.left < -1); }).map(function (e) { return e.outerHTML.slice(0, 80); })"
    with browser() as shown:
        for path in paths:
            shown.open(path)
            assert shown.run("return document.title").startswith("朝阳市 各")
            assert shown.run(wide) == []
            assert shown.violations() == []
            shown.open(path, PHONE)
            assert shown.run("return document.documentElement.scrollWidth") == PHONE
            assert shown.run(wide) == []
            _paper(shown)
            assert shown.console() == []


def _areas(tree: Any, own: dict[str, Any]) -> None:
    """A row a county; lines and money."""
    areas = table(tree, "t-areas")
    for name, one in (("示例县", own["甲"]), (HOSTILE.county, own["乙"])):
        assert areas[name]["行数"] == str(one["totals"]["lines"])
        for head, key in (("发放", "pay"), ("暂缓", "hold"), ("不予", "refuse")):
            assert areas[name][head] == str(one["totals"][key])
        for head, key in (("发放金额", "amount"), ("暂缓涉及", "hold_amount"), ("不予涉及", "refuse_amount")):
            assert fen(areas[name][head]) == sum(fen(area[key]) for area in one["areas"]), (name, head)
    assert areas["丙县"]["发放金额"] == "—", "not computed: never 0"
    assert areas["合计"]["行数"] == str(sum(one["totals"]["lines"] for one in (own["甲"], own["乙"])))
    assert fen(areas["合计"]["发放金额"]) == sum(fen(one["totals"]["amount"]) for one in (own["甲"], own["乙"]))
    assert "没有计入的县：丙县（没有“在岗人员花名册”" in note(tree, "areas")


def _findings(tree: Any, own: dict[str, Any]) -> None:
    """Rules, and counties × rules."""
    rules, heat = table(tree, "t-rules"), table(tree, "heat")
    counted: dict[str, int] = {}
    for one in own.values():
        for rule in one["rules"]:
            counted[rule["code"]] = counted.get(rule["code"], 0) + rule["count"]
    for label, row in rules.items():
        code = label.split()[0]
        money = [r["amount"] for one in own.values() for r in one["rules"] if r["code"] == code and r["amount"]]
        assert int(row["条数"]) == counted[code]
        assert row["涉及金额"] == "—" if not money else fen(row["涉及金额"]) == sum(map(fen, money)), code
    assert {name: int(row["合计"]) for name, row in heat.items()} == {
        name: sum(rule["count"] for rule in own[key]["rules"])
        for name, key in (("示例县", "甲"), (HOSTILE.county, "乙"), ("丙县", "丙"))
    }


def _funds(tree: Any, own: dict[str, Any]) -> None:
    """Funds, months, verdicts."""
    funds = table(tree, "t-funds")[FUND]
    assert funds["预算"] == funds["年底余额"] == "—", "one county has set no budget: the sum is unknown"
    assert f"不合计：{HOSTILE.county}（{FUND}）" in note(tree, "funds")
    assert "没有预测的县：丙县" in note(tree, "funds")
    assert fen(funds["已批准"]) == sum(
        fen(fund["committed"]) for one in (own["甲"], own["乙"]) for fund in one["funds"]
    )
    months = table(tree, "t-months")
    for month in ("2024-03", "2024-05", "2024-06"):
        each = [row for one in own.values() for row in one["months"] if row["month"] == month]
        assert each
        for head, key in (("已付", "paid"), ("预测", "forecast")):
            assert fen(months[month][head]) == sum(fen(row[key]) for row in each), (month, key)
    verdicts = table(tree, "t-verdicts")["合计"]
    assert fen(verdicts["实付"]) == sum(fen(row["paid"]) for one in (own["甲"], own["乙"]) for row in one["verdicts"])


def _people(tree: Any, own: dict[str, Any]) -> None:
    """Who works, ends, staff, risks; and what was read."""
    scale = table(tree, "t-scale")
    for name, key in (("示例县", "甲"), (HOSTILE.county, "乙")):
        assert scale[name]["本月"] == str(sum(row["now"] for row in own[key]["scale"]))
        assert scale[name]["上月"] == str(sum(row["before"] for row in own[key]["scale"]))
        assert scale[name]["去年同月"] == "—"
    due = table(tree, "t-due")
    soon = [row for one in (own["甲"], own["乙"]) for row in one["due"] if row["kind"] == "contract"]
    assert due["合同"]["6 个月内"] == str(sum(row["within_6"] for row in soon))
    staff = table(tree, "t-staff")
    assert staff["示例县"]["还缺"] == str(sum(row["missing"] for row in own["甲"]["staff"]))
    assert staff["丙县"]["还缺"] == "—"
    assert "没有“基层平台人员”" in note(tree, "staff")
    risks = table(tree, "t-risks")
    for label, row in risks.items():
        now = [
            r["now"]
            for one in own.values()
            for r in one["risks"]
            if isinstance(r, dict) and label.startswith(r["code"])
        ]
        assert label == "合计" or row["本月人数"] == str(sum(n for n in now if n is not None))
    sources = table(tree, "t-sources")
    assert sources["示例县"]["读入"] == str(sum(i["rows_read"] for i in own["甲"]["inputs"] if i["role"] == "current"))
