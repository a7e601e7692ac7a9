"""13: what the page says, beside what the commands say."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from fupin_cli.cli.main import main
from tests.conftest import Ran
from tests.page.county import BEFORE, FUND, MONTH, Names, account, approve, build, number, phone

pytestmark = pytest.mark.usefixtures("books_planned")

SAMPLE = Path(__file__).parents[2] / "sample_data"


def read(path: Path) -> Any:
    """A page as a tree."""
    return lxml.html.fromstring(path.read_bytes())


def table(tree: Any, ident: str) -> dict[str, dict[str, str]]:
    """A table as {row: {head: cell}}; figures without commas."""
    (found,) = tree.xpath(f"//table[@id='{ident}']")
    heads = [cell.text_content() for cell in found.xpath("./thead/tr/th")]
    rows = [[cell.text_content().strip() for cell in row] for row in found.xpath("./tbody/tr | ./tfoot/tr")]
    return {
        row[0]: {h: re.sub(r"(?<=\d),(?=\d)", "", cell) for h, cell in zip(heads[1:], row[1:], strict=True)}
        for row in rows
    }


def note(tree: Any, section: str) -> str:
    """What a section says in words."""
    return " ".join(p.text_content() for p in tree.xpath(f"//section[@id='{section}']/p"))


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county, approved, with what the bank said."""

    def quietly(*arguments: object) -> Ran:
        return Ran(main([str(a) for a in arguments]), "", "")

    folder = build(tmp_path_factory.mktemp("approved") / "county")
    approve(quietly, folder)
    return folder


@pytest.fixture(scope="module")
def reported(approved: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A copy of it with its page, for tests that change nothing there; and what the command printed."""
    root = shutil.copytree(approved, tmp_path_factory.mktemp("reported") / "county")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["report", MONTH, "-w", str(root), "--format", "json"]) == 0
    return root, json.loads(printed.getvalue())


@pytest.fixture
def root(reported: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of that."""
    return shutil.copytree(reported[0], tmp_path / "county")


def test_every_figure_is_that_of_its_command(  # noqa: PLR0915 - a figure a line
    fupin: Callable[..., Ran], reported: tuple[Path, dict[str, Any]]
) -> None:
    """13: every figure on the page equal to the JSON of the command it comes from."""
    root, told = reported

    def said(*words: str) -> dict[str, Any]:
        return fupin(*words, MONTH, "-w", root, "--format", "json", "--no-workbook").document

    def whole(name: str, found: dict[str, dict[str, str]], head: str) -> str:
        return found[name][head]

    (path,) = map(Path, told["outputs"])
    assert path == root / "out" / MONTH / f"月报_{MONTH}.html"
    tree = read(path)
    checked, paid = said("check"), fupin("payroll", MONTH, "-w", root, "--format", "json", "--no-workbook")
    found = checked["summary"]
    tiles = {t[0].text: (t[1].text, t[2].text) for t in tree.xpath("//ul[@class='tiles']/li")}
    assert tiles["错误（条）"] == (str(found["errors"]), f"警告 {found['warnings']}，提示 {found['infos']}")
    rules = table(tree, "t-rules")
    assert {name.split()[0]: int(row["条数"]) for name, row in rules.items()} == found["by_code"]
    for code, count in found["by_code"].items():
        money = [f["amount"] for f in checked["findings"] if f["code"] == code and f["amount"]]
        fen = sum(int(m.replace(".", "")) for m in money)
        name = next(name for name in rules if name.startswith(code))
        assert rules[name]["涉及金额"] == (f"{fen // 100}.{fen % 100:02d}" if money else "—"), (code, count)
    assert told["at_stake"] == "1464.10"  # C and D: of D's 732.05 two rules, counted once
    assert "1,464.10" in note(tree, "rules")
    heat = table(tree, "heat")
    assert sum(int(row["合计"]) for row in heat.values()) == len(checked["findings"])

    # A month that is approved shows no lines in `payroll`; `reconcile` and the draft of the same inputs do.
    assert paid.code == 12
    compared = said("reconcile")
    lines = [line for line in compared["lines"] if line["measure"] == "post"]
    areas = table(tree, "t-areas")
    for town in ("东川镇", "西岭乡"):
        own = [line for line in lines if line["township"] == town]
        assert areas[town]["发放"] == str(sum(line["status"] == "pay" for line in own))
        assert areas[town]["暂缓"] == str(sum(line["status"] == "hold" for line in own))
    assert areas["东川镇"]["发放金额"] == "1098.08"
    assert areas["西岭乡"]["发放金额"] == "732.05"
    assert areas["西岭乡"]["暂缓涉及"] == areas["西岭乡"]["不予涉及"] == "732.05"
    assert areas["合计"]["行数"] == str(len(lines))
    steps, verdicts = table(tree, "t-steps"), table(tree, "t-verdicts")
    assert [whole(word, steps, "金额") for word in ("应发", "批准", "实付")] == [
        compared["totals"][k] for k in ("due", "approved", "paid")
    ]
    words = {"paid": "一致", "failed": "代发失败", "no_return": "未回盘", "not_due": "不应发"}
    for name, row in compared["totals"]["by_verdict"].items():
        assert verdicts[words[name]]["批准"] == row["approved"]
        assert verdicts[words[name]]["实付"] == row["paid"]
        assert verdicts[words[name]]["行数"] == str(row["lines"])

    ahead = said("forecast")
    months = table(tree, "t-months")
    for row in ahead["months"]:
        assert months[row["month"]]["预测"] == row["amount"]
        assert months[row["month"]]["另：暂缓的若照发"] == row["held_amount"]
        assert months[row["month"]]["人数"] == str(row["people"])
    state = next(m for m in fupin("status", "-w", root, "--format", "json").document["months"] if m["month"] == MONTH)
    assert (months[MONTH]["已付"], months[MONTH]["已批准未付"]) == (state["paid"], state["open"])
    assert months["2024-03"] == {
        "来处": "发放台账",
        "人数": "1",
        "已付": "732.05",
        "已批准未付": "0.00",
        "预测": "0.00",
        "另：暂缓的若照发": "0.00",
    }
    (fund,) = told["funds"]
    year = sum(int(m["amount"].replace(".", "")) for m in ahead["months"] if m["month"] < "2025")
    assert (fund["fund"], fund["budget"], fund["committed"], fund["paid"]) == (FUND, "5000.00", "1830.13", "732.05")
    assert int(fund["forecast"].replace(".", "")) == year
    shown = table(tree, "t-funds")[FUND]
    assert (shown["预算"], shown["已批准"], shown["其中已付"], shown["以后月份预测"]) == (
        "5000.00",
        "1830.13",
        "732.05",
        fund["forecast"],
    )
    assert shown["预计到年底"] == fund["year_end"]

    roster, risks = said("roster"), said("risk")
    scale = table(tree, "t-scale")
    assert scale["合计"]["本月"] == str(roster["summary"]["working"])
    total = next(row for row in roster["proof"] if row["dimension"] == "total")
    assert told["moves"] == {key: total[key] for key in ("before", "joined", "left", "in", "out", "after")}
    assert (
        f"上月 {total['before']} 人 + 新增 {total['joined']} − 退出 {total['left']} = 本月 {total['after']} 人"
        in note(tree, "scale")
    )
    shown_risks = table(tree, "t-risks")
    for row in risks["proof"]:
        label = next((label for label in shown_risks if label.startswith(row["code"])), None)
        if label is None:
            assert row["code"] in {entry["code"] for entry in risks["skipped"]}
            continue
        assert [shown_risks[label][h] for h in ("本月人数", "新增", "持续", "已解除")] == [
            str(row[k]) for k in ("now", "new", "continuing", "cleared")
        ]
    assert table(tree, "t-staff")["合计"] == {"协理员": "1", "还缺": "3", "行政村": "2", "没有专（兼）职人员的村": "2"}
    sources = table(tree, "t-sources")
    for one in checked["inputs"]:
        shown = sources[one["file"]]
        assert (shown["读入"], shown["采用"], shown["另放"], shown["SHA-256"]) == (
            str(one["rows_read"]),
            str(one["rows_accepted"]),
            str(one["rows_set_aside"]),
            one["sha256"],
        )
    assert told["skipped"] == checked["skipped"]


def test_the_same_input_gives_the_same_bytes_and_is_not_written_again(fupin: Callable[..., Ran], root: Path) -> None:
    """13.1: same input, same bytes; a page that is the same already stays as it is."""
    path = root / "out" / MONTH / f"月报_{MONTH}.html"
    first, when = path.read_bytes(), path.stat().st_mtime_ns
    for file in sorted((root / "inbox").rglob("*.csv"), reverse=True):  # found in another order
        shutil.copy(file, file.with_suffix(".tmp"))
        file.unlink()
        file.with_suffix(".tmp").rename(file)
    fupin("report", MONTH, "-w", root, "-q")
    assert [p.name for p in path.parent.glob("*.html")] == [path.name]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, when)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_page_stands_alone_and_old_browsers_draw_it(reported: tuple[Path, dict[str, Any]]) -> None:
    """13: nothing is fetched, only what the policy's hashes name runs, no style attribute, ES5, no grid, no variables."""
    text = (reported[0] / "out" / MONTH / f"月报_{MONTH}.html").read_text(encoding="utf-8")
    tree = lxml.html.fromstring(text)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (body,) = tree.xpath(f"//{tag}")
        digest = base64.b64encode(hashlib.sha256(body.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not tree.xpath("//@style | //@src | //link | //img | //iframe | //form | //@*[starts-with(name(), 'on')]")
    assert all(href.startswith("#") for href in tree.xpath("//@href"))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not [href for href in tree.xpath("//@href") if href[1:] not in ids]
    style, script = tree.xpath("//style")[0].text, tree.xpath("//script")[0].text
    assert not re.search(r"grid|var\(|:is\(|\bgap\b|clamp\(|aspect-ratio|@import|https?:", style)
    assert not re.search(r"=>|`|\b(let|const|class|async|of)\b|\?\.|\.\.\.", script)
    assert '<meta name="renderer" content="webkit">' in text


def test_one_township_and_a_township_that_nobody_knows(fupin: Callable[..., Ran], root: Path) -> None:
    """13.1: `--town`: its own lines, findings and people by village; the county's funds are not drawn as its own."""
    ran = fupin("report", MONTH, "-w", root, "--town", "西岭乡", "--format", "json")
    told = ran.document
    assert Path(told["outputs"][0]).name == f"月报_{MONTH}_西岭乡.html"
    assert (told["by"], told["totals"]["lines"], told["totals"]["amount"]) == ("village", 3, "732.05")
    assert told["funds"] == {"missing": "资金按县核算，不分乡镇"}
    assert [row["village"] for row in told["areas"]] == ["一村"]
    assert {row["code"]: row["count"] for row in told["rules"]}["PLT001"] == 1
    assert sum(row["now"] for row in told["scale"]) == 4  # three on posts, one away
    tree = read(Path(told["outputs"][0]))
    assert "资金按县核算" in note(tree, "funds")
    assert not tree.xpath("//section[@id='funds']//table")
    assert "东川镇" not in tree.xpath("//main")[0].text_content()
    wrong = fupin("report", MONTH, "-w", root, "--town", "西岭镇")
    assert wrong.code == 2
    assert "是不是 西岭乡" in wrong.err


def test_a_quarter_adds_up_its_months(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """13.1: `--from/--to`: 季报, 年报; what flows is the sum of the months, what stands is the last month's."""
    root = build(tmp_path / "county")
    ran = fupin("report", "--from", "2024-04", "--to", "2024-06", "-w", root, "--format", "json")
    assert ran.code == 0, ran.err
    told = ran.document
    assert Path(told["outputs"][0]).name == "季报_2024-04至2024-06.html"
    assert told["kind"] == "季报"
    whole = fupin("reconcile", "--from", "2024-04", "--to", "2024-06", "-w", root, "--format", "json", "--no-workbook")
    assert told["totals"]["lines"] == whole.document["totals"]["lines"]
    assert told["totals"]["amount"] == whole.document["totals"]["due"] == "3660.26"  # June has no attendance: held
    tree = read(Path(told["outputs"][0]))
    assert "示例县就业帮扶资金季报" in tree.xpath("//h1")[0].text_content()
    assert "这几个月各项补贴" in tree.xpath("//p[@class='lead']")[0].text


def test_findings_month_on_month_and_the_unattended_month(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """13, 12.7: new, lasting, mended as the check says them; `fupin run` writes the page too (13.1)."""
    root = build(tmp_path / "county")
    assert fupin("check", BEFORE, "-w", root, "-q").code == 1
    staff = root / "inbox" / "基层平台人员.csv"  # the first township's second assistant: one finding is mended
    staff.write_text(staff.read_text(encoding="utf-8") + "示例县,东川镇,,周八,劳动保障协理员\n", encoding="utf-8")
    ran = fupin("run", MONTH, "-w", root)
    assert f"{MONTH} 月报：本月各项补贴 5 行" in ran.out
    path = root / "out" / MONTH / f"月报_{MONTH}.html"
    tree, drawn = read(path), path.read_bytes()
    # What the run had computed is what the command computes itself; its manifest says so, and verify what it does not do.
    fupin("report", MONTH, "-w", root, "-q")
    assert path.read_bytes() == drawn
    manifest = json.loads((root / "out" / MONTH / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["job"], manifest["outputs"][0]["file"]) == ("report", path.name)
    assert manifest["result_sha256"].encode() in drawn
    checks = fupin("verify", MONTH, "-w", root, "--format", "json").document["months"][0]["checks"]
    assert [c["state"] for c in checks if c["text"].startswith("月报：只核对了文件")] == ["note"]
    assert not [c for c in checks if c["state"] == "bad"]
    # Nobody's number is in what a run of all jobs keeps in plain text.
    files = [*(root / ".fupin").glob("run.jsonl*"), *(root / "out").rglob("*.json")]
    kept = "".join(file.read_text(encoding="utf-8") for file in files)
    assert len(kept) > 10_000
    assert not [n for n in range(6) for secret in (number(n), account(n), phone(n)) if secret in kept]
    path.write_bytes(drawn + b" ")
    assert f"输出 {path.name} 被改动过" in fupin("verify", MONTH, "-w", root).out
    said = fupin("check", MONTH, "-w", root, "--format", "json", "--no-workbook").document["compared"]
    shown = table(tree, "t-changes")
    totals = said["totals"]
    assert [shown["合计"][head] for head in ("新出现", "还在", "已改")] == [
        str(totals[key]) for key in ("new", "lasting", "mended")
    ]
    assert int(shown["基层平台与产业"]["已改"]) == 1
    assert f"与 {BEFORE} 的核查比" in note(tree, "changes")


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2024-01", "2024-12", "年报_2024-01至2024-12"),
        ("2024-02", "2024-04", "阶段报告_2024-02至2024-04"),
        (MONTH, MONTH, f"月报_{MONTH}"),
    ],
)
def test_what_a_page_is_called(first: str, last: str, name: str) -> None:
    from fupin_cli.outputs.page_words import file_stem
    from fupin_cli.policy.months import parse_month
    from fupin_cli.reports.known import Scope

    assert file_stem(Scope(parse_month(first), parse_month(last))) == name


def test_what_could_not_be_computed_is_said_in_words(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """13: never drawn as 0: without roster, registry, staff and month before each section says what is not there."""
    root = build(tmp_path / "county")
    for name in ("在岗人员花名册", "监测对象信息"):
        for month in (BEFORE, MONTH):
            (root / "inbox" / month / f"{name}.csv").unlink()
    (root / "inbox" / "基层平台人员.csv").unlink()
    ran = fupin("report", MONTH, "-w", root)
    assert ran.code == 0, ran.err
    tree = read(root / "out" / MONTH / f"月报_{MONTH}.html")
    for section, words in (
        ("areas", "没有“在岗人员花名册”"),
        ("scale", "没有“监测对象信息”"),
        ("risks", "没有“监测对象信息”"),
        ("staff", "没有“基层平台人员”"),
        ("steps", "在岗人员花名册"),
    ):
        assert words in note(tree, section), section
        assert not tree.xpath(f"//section[@id='{section}']//table"), section
    assert "补贴没有算" in tree.xpath("//p[@class='lead']")[0].text
    assert "发放（元）" not in tree.xpath("//main")[0].text_content()


def test_what_lies_in_a_later_months_folder_is_for_that_months_page(fupin: Callable[..., Ran], root: Path) -> None:
    """11.4: the page of April names a file that cannot be read in April's folder and in none, of May's only how many."""
    for folder in ("", BEFORE, MONTH):
        (root / "inbox" / folder / f"坏{folder}.xlsx").write_bytes(b"\x89PNG\x00\x00")
    fupin("report", BEFORE, "-w", root, "-q")
    tree = read(root / "out" / BEFORE / f"月报_{BEFORE}.html")
    words = note(tree, "sources")
    assert f"没有读入：{BEFORE}/坏{BEFORE}.xlsx、坏.xlsx。" in words
    assert "以后月份的文件夹里另有 1 处没有读入" in words
    whole = tree.text_content()
    assert f"坏{MONTH}" not in whole
    assert "2 处没有读入" in whole


def test_an_empty_month_has_no_page(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "fupin.toml").write_text('[county]\nname = "示例县"\n', encoding="utf-8")
    assert fupin("report", MONTH, "-w", tmp_path).code == 10
    assert not list(tmp_path.rglob("*.html"))


def test_file_names_with_numbers_of_people_are_masked(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    """13.5: masked data only, whatever a file is called."""
    root = build(tmp_path / "county", Names(roster_file=f"花名册 {number(0)} {account(0)}"))
    fupin("report", MONTH, "-w", root, "-q")
    text = (root / "out" / MONTH / f"月报_{MONTH}.html").read_text(encoding="utf-8")
    for n in range(6):
        for secret in (number(n), account(n), phone(n)):
            assert secret not in text
    assert "花名册 211********" in text


def test_nothing_of_a_person_of_the_sample_is_on_its_page(tmp_path: Path) -> None:
    """13.5: `--password-file` cannot protect a page: no ID number, account, phone, name of the sample stands in it; ≤ 300 KB."""
    root = tmp_path / "county"
    shutil.copytree(SAMPLE, root)
    assert main(["report", MONTH, "-w", str(root), "-q"]) == 0
    path = root / "out" / MONTH / f"月报_{MONTH}.html"
    assert path.stat().st_size < 300_000
    text = path.read_text(encoding="utf-8")
    numbers, names = secrets(root)
    assert len(numbers) > 800
    assert len(names) > 300
    shown = lxml.html.fromstring(text).text_content()
    assert not [n for n in numbers if n in text]
    assert not [n for n in names if n in shown]


def secrets(root: Path) -> tuple[set[str], set[str]]:
    """ID numbers, accounts, phones; and full names of three characters, of every table of an inbox."""
    from fupin_cli.intake.load import load
    from fupin_cli.jobs.workspace import find_workspace
    from fupin_cli.policy.months import parse_month

    place = find_workspace(root)
    intake = load(root / "inbox", parse_month(MONTH), place.contracts(), place.settings().intake)
    numbers: set[str] = set()
    names: set[str] = set()
    for frames in (intake.tables, intake.set_aside):
        for table_name, frame in frames.items():
            columns = intake_columns(place.contracts()[table_name], frame.columns)
            for column, kind in columns.items():
                values = {str(v) for v in frame[column].drop_nulls().unique() if v}
                if kind == "name":
                    names |= {v for v in values if len(v) == 3}
                else:
                    numbers |= {v for v in values if len(v) >= 8}
    return numbers, names


def intake_columns(spec: Any, there: list[str]) -> dict[str, str]:
    """Columns of a table that hold what is a person's own."""
    kinds = {"id", "account", "phone", "name"}
    return {name: c.type for name, c in spec.columns.items() if c.type in kinds and name in there}
