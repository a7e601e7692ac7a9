"""16.2, 16.3: XC001–XC007 through real files of small counties: each with who is hit and who is only just not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import polars as pl
import pytest

from fupin_cli.counties.codes import ACCOUNT, PERSON, coded
from fupin_cli.counties.extract import _accounts
from fupin_cli.counties.match import find_hits, months_of
from fupin_cli.intake.contracts import load_contracts
from fupin_cli.month.month import Month
from fupin_cli.policy.idnumber import CHECK_DIGITS, WEIGHTS
from tests.cases.test_cases import BASE, STANDARDS, months
from tests.conftest import Ran, write_csv
from tests.counties.conftest import MONTH, county

NAMES = ("甲县", "乙县", "丙县")


def number(birth: str, sequence: int) -> str:
    """An ID number of the area code 211390, which is nobody's."""
    body = f"211390{birth}{sequence:03}"
    return body + CHECK_DIGITS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


@dataclass
class Person:
    """Where somebody stands in each county: tables → cells; `paid`: months in the history."""

    name: str
    birth: str = "19800101"
    cells: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    paid: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)
    older: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # in the folder of the month before


ROSTER: dict[str, Any] = {"registry": {}, "assignments": {}}
GONE: dict[str, Any] = {"assignments": {"离岗日期": "2024-04-30"}}
HALF, OTHER = months("2021-05", "2022-10"), months("2022-11", "2024-04")  # 18 months each
PEOPLE = [
    Person("两县监测", cells={"甲县": {"registry": {}}, "乙县": {"registry": {}}}),
    Person("一县监测", cells={"甲县": {"registry": {}}}, paid={"乙县": ["2022-01"]}),
    Person("两县在岗", cells={"甲县": ROSTER, "乙县": {"assignments": {}}}),
    Person("乙县离岗", cells={"甲县": ROSTER, "乙县": GONE}),
    Person("合计满了", cells={"甲县": {**ROSTER, "attendance": {}}}, paid={"甲县": HALF, "乙县": OTHER}),
    Person("差一个月", cells={"甲县": ROSTER}, paid={"甲县": HALF, "乙县": OTHER[1:]}, failed={"乙县": OTHER[:1]}),
    Person("重了一月", cells={"甲县": ROSTER}, paid={"甲县": HALF, "乙县": [HALF[-1], *OTHER[1:]]}),
    Person("可以延长", "19650301", cells={"甲县": ROSTER}, paid={"甲县": HALF, "乙县": OTHER}),
    Person(
        "一县就满",
        cells={"甲县": ROSTER, "乙县": {"assignments": {}}},
        paid={"甲县": HALF + OTHER, "乙县": ["2021-04"]},
    ),
    Person("账号甲", cells={"甲县": {"assignments": {"银行账号": "6217990000000099999"}}}),
    Person("账号乙", cells={"乙县": {"assignments": {"银行账号": "6217990000000099999"}}}),
    Person("电话甲", cells={"甲县": {"registry": {"成员联系电话": "13911112222"}}}),
    Person("电话乙", cells={"乙县": {"assignments": {"联系电话": "13911112222"}}}),
    Person("上月去世", cells={"甲县": ROSTER, "乙县": {"deaths": {"死亡日期": "2024-04-30"}}}),
    Person("本月去世", cells={"甲县": ROSTER, "丙县": {"deaths": {"死亡日期": "2024-05-10"}}}),
    Person(
        "下月去世",
        cells={
            "甲县": ROSTER,
            "丙县": {
                "deaths": {"死亡日期": "2024-06-01"},
                "prisoners": {"起始日期": "2020-01-01", "截止日期": "2024-04-30"},
            },
        },
    ),
    Person("去世日不明", cells={"甲县": ROSTER, "乙县": {"deaths": {"死亡日期": "上月"}}}),
    Person("刑期不明", cells={"甲县": ROSTER, "乙县": {"prisoners": {"起始日期": "", "截止日期": "2024-05-01"}}}),
    Person("早已刑满", cells={"甲县": ROSTER, "乙县": {"prisoners": {"起始日期": "", "截止日期": "2024-04-30"}}}),
    Person("旧单去世", cells={"甲县": ROSTER}, older={"乙县": {"deaths": {"死亡日期": "2024-03-30"}}}),
    Person("旧单服刑", cells={"甲县": ROSTER}, older={"乙县": {"prisoners": {"起始日期": "2023-01-01"}}}),
    Person(
        "旧单刑满", cells={"甲县": ROSTER}, older={"乙县": {"prisoners": {"起始日期": "", "截止日期": "2024-04-30"}}}
    ),
    Person("旧号去世", cells={"甲县": ROSTER, "乙县": {"deaths": {"身份证号码": "旧号", "死亡日期": "2024-03-30"}}}),
    Person("旧号服刑", cells={"甲县": ROSTER, "乙县": {"prisoners": {"身份证号码": "旧号"}}}),
    Person("刑满不明", cells={"甲县": ROSTER, "乙县": {"prisoners": {"起始日期": "2020-01-01", "截止日期": "上月"}}}),
    Person("月末服刑", cells={"甲县": ROSTER, "乙县": {"prisoners": {"起始日期": "2024-05-31"}}}),
    Person("财政供养", cells={"甲县": ROSTER, "乙县": {"public_payroll": {"截止月份": "2024-05"}}}),
    Person("不再供养", cells={"甲县": ROSTER, "乙县": {"public_payroll": {"截止月份": "2024-04"}}}),
    Person("只是发过", cells={"乙县": {"deaths": {"死亡日期": "2024-05-02"}}}, paid={"甲县": [MONTH]}),
]
IDS = {person.name: number(person.birth, 1 + 2 * place) for place, person in enumerate(PEOPLE)}
HIT = {
    "甲县": {
        "两县监测": ["XC001 none"],
        "两县在岗": ["XC002 hold"],
        "合计满了": ["XC003 refuse"],
        "重了一月": ["XC006 none"],
        "一县就满": ["XC002 hold"],
        "账号甲": ["XC004 none"],
        "电话甲": ["XC005 none"],
        "上月去世": ["XC007 refuse"],
        "本月去世": ["XC007 hold"],
        "去世日不明": ["XC007 hold"],
        "刑期不明": ["XC007 hold"],
        "旧单去世": ["XC007 hold"],
        "旧单服刑": ["XC007 hold"],
        "旧号去世": ["XC007 hold"],
        "旧号服刑": ["XC007 hold"],
        "刑满不明": ["XC007 hold"],
        "月末服刑": ["XC007 refuse"],
        "财政供养": ["XC007 hold"],
        "只是发过": ["XC007 hold"],
    },
    "乙县": {
        "两县监测": ["XC001 none"],
        "两县在岗": ["XC002 hold"],
        "重了一月": ["XC006 none"],
        "一县就满": ["XC002 hold", "XC003 refuse"],
        "账号乙": ["XC004 none"],
        "电话乙": ["XC005 none"],
    },
    "丙县": {},
}


def write(folder: Path, name: str) -> None:
    """Write a county with those of `PEOPLE` who stand in it."""
    place = 1 + NAMES.index(name)
    mine = {"联系电话": f"1380000000{place}", "银行账号": f"621799000000000{place:04}"}
    home = {"成员联系电话": f"1380000000{place}", "户联系电话": f"1380000000{place}"}
    root = county(folder, name, person=number("19790101", place), change={"assignments": mine, "registry": home})
    rows: dict[str, list[dict[str, Any]]] = {}
    older: dict[str, list[dict[str, Any]]] = {}
    for count, person in enumerate(PEOPLE, 1):
        who = {"姓名": person.name, "身份证号码": IDS[person.name], "证件号码": IDS[person.name]}
        own = {
            "assignments": {"银行账号": f"62179911{place}00000{count:04}", "联系电话": f"1377777{place}{count:03}"},
            "registry": {"出生日期": person.birth, "户编号": f"H{count + 9}", "成员联系电话": "", "户联系电话": ""},
        }
        for table, cells in person.cells.get(name, {}).items():
            start = BASE["tables"].get(table) or BASE["rows"][table]
            line = {header: who.get(header, cell) for header, cell in start.items()} | own.get(table, {}) | cells
            today = IDS[person.name]
            line |= {h: today[:6] + today[8:17] for h, cell in line.items() if cell == "旧号"}
            rows.setdefault(table, []).append(line)
        for table, cells in person.older.get(name, {}).items():
            start = BASE["rows"][table]
            older.setdefault(table, []).append({h: who.get(h, cell) for h, cell in start.items()} | cells)
        for status, paid in (("", person.paid), ("失败", person.failed)):
            for month in paid.get(name, []):
                cells = {"补贴月份": month, "金额": STANDARDS[month[:4]], "发放状态": status, "批次号": f"B{month}"}
                rows.setdefault("payment_history", []).append(BASE["rows"]["payment_history"] | who | cells)
    for table, lines in older.items():
        write_csv(root / "inbox" / "2024-04" / f"{BASE['files'][table]}.csv", lines, "gb18030")
    for table, lines in rows.items():
        path = root / "inbox" / MONTH / f"{BASE['files'][table]}.csv"
        headers = list(BASE["tables"].get(table) or BASE["rows"][table])
        whole = [{header: line.get(header, "") for header in headers} for line in lines]
        if path.exists():
            body = path.read_bytes()
            extra = write_csv(path.with_suffix(".tmp"), whole, "gb18030")
            path.write_bytes(body + extra.read_bytes().split(b"\n", 1)[1])
            extra.unlink()
        else:
            write_csv(path, whole, "gb18030")


def planted(root: Path) -> Path:
    """All counties with their cases, and 丁县, which has handed in nothing."""
    for name in NAMES:
        write(root / name, name)
    county(root / "丁县", "丁县")
    (root / "丁县" / "inbox").rename(root / "丁县" / "别处")
    return root


def found(ran: Ran) -> dict[str, list[str]]:
    told: dict[str, set[str]] = {}
    for finding in ran.findings:
        if finding["code"].startswith("XC"):
            told.setdefault(finding["person"], set()).add(f"{finding['code']} {finding['effect']}")
    names = {one: name for name, one in IDS.items()}
    return {names[person]: sorted(codes) for person, codes in told.items()}


def test_all_planted_cases_are_found_and_none_is_invented(
    counties: Callable[..., Ran], fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    """16.3: and the county's next check and payroll hold and refuse by them."""
    root = planted(tmp_path / "市")
    before = fupin(
        "check", "-w", root / "甲县", "--month", MONTH, "--format", "json", "--no-workbook", "--select", "XC"
    )
    assert {entry["code"]: entry["missing_tables"] for entry in before.document["skipped"]}["XC002"] == ["across"]

    ran = counties("across")
    assert ran.code == 0, ran.out
    states = {row["county"]: row["status"] for row in ran.document["counties"]}
    assert states == {"丁县": "not_handed_in", "丙县": "done", "乙县": "done", "甲县": "done"}
    for name in NAMES:
        path = root / name / "inbox" / MONTH / f"跨县_{name}.xlsx"
        assert path.stat().st_mode & 0o077 == 0
        heading = openpyxl.load_workbook(path)["跨县"]["A1"].value
        assert heading == f"{name} 2024年5月 跨县比对结果：比对了 3 个县；没有比对（未报送或没做成）：丁县"
        checked = fupin(
            "check",
            "-w",
            root / name,
            "--month",
            MONTH,
            "--format",
            "json",
            "--no-workbook",
            "--unmask",
            "--select",
            "XC,IN",
        )
        assert found(checked) == HIT[name], name
        assert not [f for f in checked.findings if f["code"][:2] == "IN" and "跨县" in f["file"]], "a good file"
        assert "XC001" not in {entry["code"] for entry in checked.document["skipped"] if not entry["partial"]}, (
            "also where nobody is hit"
        )
        if name == "甲县":
            messages = {f["code"]: f for f in checked.findings if f["code"] in ("XC003", "XC006", "XC007")}
            assert messages["XC003"]["message"] == "各县合计已发 36 个月（同一个月只算一次），最长 36 个月：乙县"
            assert messages["XC006"]["message"] == "其他县也发了 2022-10：乙县"
            assert messages["XC003"]["clause"] == "四(一)"
            assert messages["XC003"]["table"] == "assignments"
            assert messages["XC003"]["amount"] == "732.05"

    paid = fupin("payroll", "-w", root / "甲县", "--month", MONTH, "--format", "json", "--no-workbook", "--unmask")
    lines = {line["name"]: line for line in paid.document["lines"]}
    for name in ("合计满了", "上月去世", "月末服刑"):
        assert lines[name]["status"] == "refuse"
        assert any(code.startswith("XC") for code in lines[name]["codes"])
    for name in ("两县在岗", "本月去世", "财政供养"):
        assert lines[name]["status"] in ("hold", "refuse")
        assert {"XC002", "XC007"} & set(lines[name]["codes"])
    for name in ("差一个月", "乙县离岗", "下月去世", "不再供养", "可以延长"):
        assert not [code for code in lines[name]["codes"] if code.startswith("XC")]

    no_name_leaves(root)
    other_month = fupin(
        "check", "-w", root / "甲县", "--month", "2024-06", "--format", "json", "--no-workbook", "--select", "XC"
    )
    assert {e["code"] for e in other_month.document["skipped"] if e["missing_tables"] == ["across"]} >= {
        "XC001",
        "XC007",
    }
    again = counties("across")
    assert again.document["totals"]["skipped"] == 3, "nothing changed"
    if sys.platform != "win32":
        key = root / ".fupin" / "counties" / "across.key"
        assert key.stat().st_mode & 0o777 == 0o600
        key.chmod(0o644)
        told = counties("across")
        assert told.code == 2
        assert "别人也能读（权限 644，应为 600）" in told.err


def no_name_leaves(root: Path) -> None:
    """16.2: the extract has codes, months and dates; no text at all."""
    folder = root / ".fupin" / "counties" / MONTH / "extract"
    for name in NAMES:
        rows = pl.read_parquet(folder / f"{name}.parquet")
        assert pl.String not in rows.dtypes
        assert rows["bucket"].is_sorted()
        raw = (folder / f"{name}.parquet").read_bytes()
        for person in PEOPLE:
            assert IDS[person.name].encode() not in raw
            assert person.name.encode() not in raw
        assert b"62179911" not in raw


def test_codes_depend_on_key_and_domain_and_are_the_same_everywhere() -> None:
    values = pl.Series(["211390198001010018", None, "211390198001010018", "x"])
    one = coded(values, b"k" * 32, PERSON)
    assert one.height == 2
    assert one.equals(coded(values, b"k" * 32, PERSON))
    for key, domain in ((b"l" * 32, PERSON), (b"k" * 32, ACCOUNT)):
        assert not set(one["code"]) & set(coded(values, key, domain)["code"])


def test_a_key_is_made_once_and_looked_at(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "密钥" / "across.key"
    county(tmp_path / "市" / "甲县", "甲县")
    where = ("counties", "across", "--root", tmp_path / "市", "--month", MONTH, "--key-file", file)
    assert "密钥文件不存在" in fupin(*where).err
    assert fupin("counties", "key", file).code == 0
    assert "已经有了，没有动" in fupin("counties", "key", file).err
    file.write_text("abc\n", encoding="ascii")
    assert "里不是密钥" in fupin(*where).err


def test_months_of_a_mask() -> None:
    assert months_of(1 << 63, 24292) == [24292]
    assert months_of((1 << 62) | 1, 24292) == [24292 - 63, 24291]


def row(county_: int, **more: Any) -> dict[str, Any]:
    start = {
        "kind": 0,
        "bucket": 0,
        "code": 7,
        "check": 7,
        "person": 7,
        "registry": False,
        "roster": False,
        "mask": 0,
        "older": 0,
        "short": 0,
        "first_approval": None,
        "dead": None,
        "jailed": None,
        "freed": None,
        "paid_from": None,
        "paid_until": None,
        "dead_unsure": False,
        "jailed_unsure": False,
    }
    return start | {"county": county_} | more


@pytest.mark.parametrize(
    ("masks", "more", "hit"),
    [
        ((2**18 - 1, (2**18 - 1) << 18), {}, [0]),
        ((2**18 - 1, (2**18 - 1) << 17), {}, []),
        ((2**18 - 1, (2**17 - 1) << 18), {"older": 1}, [0]),
        ((2**18 - 1, (2**18 - 1) << 18), {"short": 1}, []),  # 35.999 months by fractions: a part is left
        ((2**36 - 1, 1 << 40), {}, []),  # over in the county itself: CAP001
        ((2**18 - 1, ((2**17 - 1) << 18) | (1 << 63)), {}, []),  # the month itself does not count before its own line
    ],
)
def test_the_cap_of_all_counties_together(masks: tuple[int, int], more: dict[str, Any], hit: list[int]) -> None:
    """16.3: a month counts once; fractions; months before the mask; the own month."""
    from fupin_cli.counties.extract import SCHEMA

    rows = pl.DataFrame(
        [row(0, roster=True, mask=masks[0]), row(1, mask=masks[1], **more)], schema={**SCHEMA, "county": pl.UInt16}
    )
    hits = find_hits(rows, (36, 36), 24292).filter(pl.col("rule") == "XC003")
    assert hits["county"].to_list() == hit


@pytest.mark.parametrize(
    ("table", "cells", "who"),
    [
        ("transport_claims", {}, "A"),
        ("training", {"payee_name": None}, "A"),
        ("rain_dew", {"payee_name": "张三"}, "A"),
        ("unemployment_aid", {"payee_name": "李四"}, None),  # whose number stands nowhere
        ("assignments", {"payee_name": "李四", "payee_id": "B"}, "B"),
        ("assignments", {"payee_name": "李四", "payee_id": None}, None),
        ("bank_return", {}, None),  # what a bank says
    ],
)
def test_accounts_of_all_claims_are_compared(table: str, cells: dict[str, str | None], who: str | None) -> None:
    """XC004: before, of the roster and the transport claims alone."""
    row = {"id_number": "A", "name": "张三", "account": "6217990000000099999"} | cells
    frame = pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))
    month = cast("Month", SimpleNamespace(contracts=load_contracts(), maybe={table: frame}.get))
    assert _accounts(month)["id_number"].to_list() == ([who] if who else [])
