"""Every message that an input can provoke, beside the input that provokes it. Read by people as much as by pytest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Ran, write_csv

MONTH = "2024-05"
DEATHS = {"姓名": "李四", "身份证号码": "211302198202020022", "死亡日期": "2024-01-01"}
HEAD = "姓名,身份证号码,死亡日期\n"
GOOD = HEAD + "李四,211302198202020022,2024-01-01\n"


def run(fupin: Callable[..., Ran], inbox: Path) -> Ran:
    return fupin("check", inbox, "--month", MONTH, "--format", "json", "--no-workbook")


# file name, its text, code, words of the message, exit code (a good file always lies beside it)
CASES = [
    ("空.csv", "", "IN001", "文件是空的", 3),
    ("无字.csv", "\n\n", "IN001", "文件是空的", 3),
    ("图.png", "\x89PNG\x00\x00", "IN001", "不是表格文件", 3),
    ("通知.txt", "请各乡镇尽快报送\n", "IN002", "没有认得的表头", 0),
    ("别的表.csv", "身份证号码,爱好\n1,2\n", "IN002", "最接近", 0),
    (
        "出勤.csv",
        "姓名,身份证号码,岗位编号,年月,规定出勤天数\n",
        "IN003",
        "像是“出勤汇总表”，但缺少必需的列：本月累计出勤天数",
        1,
    ),
    (
        "两张.csv",
        HEAD + "王五,211302198202020030,2024-01-01\n身份证号码,姓名,死亡日期\n211302198202020022,李四,2024-01-01\n",
        "IN003",
        "第 3 行又是一个表头，列的次序与上面的不同",
        1,
    ),
    (
        "两栏.csv",
        "身份证号码,死亡日期,,身份证号码,死亡日期\n211302198202020022,2024-01-01,,211302198202020030,2024-01-01\n",
        "IN003",
        "“死亡人员”左右排了两栏（“身份证号码”在 A 列和 D 列）；整张表没有用",
        1,
    ),
    (
        "出勤2.csv",
        "脱贫人员姓名,身份证号码,岗位编号,年月,规定出勤天数,本月累计出勤天数\n王五,211302198202020030,GW1,2024-05,22,22\n",
        "IN003",
        "缺少必需的列：姓名；整张表没有用。写成了“脱贫人员姓名”？",
        1,
    ),
    ("服刑.csv", "身份证号码,起始日期\n211302198202020022,\n", "IN004", "“起始日期”没有填", 1),
    ("死亡2.csv", HEAD + "王五,211302198202020030,2023-02-29\n", "IN005", "“2023-02-29”不是日期，或没有这一天", 1),
    (
        "台账.csv",
        "身份证号码,补贴类型,补贴月份,金额\n211302198202020022,岗位补贴,2024-13,1\n",
        "IN005",
        "“2024-13”不是月份",
        1,
    ),
    (
        "台账.csv",
        "身份证号码,补贴类型,补贴月份,金额\n211302198202020022,岗位补贴,2024-01,1.005\n",
        "IN006",
        "“1.005”不是可用的数",
        1,
    ),
    (
        "台账.csv",
        "身份证号码,补贴类型,补贴月份,金额\n211302198202020022,岗位补贴,2024-01,-5\n",
        "IN006",
        "“-5”不是可用的数",
        1,
    ),
    (
        "台账.csv",
        "身份证号码,补贴类型,补贴月份,金额\n211302198202020022,烤火费,2024-01,5\n",
        "IN007",
        "“烤火费”不是已知的补贴类型",
        0,
    ),
    ("表.csv", "身份证号码,单位,起始月份\n211302198202020022,某厂,2024-01\n", "IN009", "分不清", 3),
    (
        "死亡3.csv",
        HEAD.replace("姓名", "姓名") + "=王五,211302198202020030,2024-01-01\n",
        "IN010",
        "Excel 会当成公式",
        0,
    ),
    (
        "台账.csv",
        "身份证号码,补贴类型,补贴月份,金额\n211302198202020022,岗位补贴,2024-01,5\n合计,,,6\n",
        "IN011",
        "表尾合计“金额”为 6.00，各行相加为 5.00",
        0,
    ),
    ("死亡人员 - 副本.csv", GOOD, "IN008", "内容完全相同，只算一次", 0),
    ("死亡5.csv", HEAD + "王五,,2024-01-01\n", "ID001", "身份证号没有填", 1),
    ("死亡6.csv", HEAD + "王五,2113021982,2024-01-01\n", "ID001", "身份证号不是18位", 1),
]


@pytest.mark.parametrize(("name", "text", "code", "words", "exit_code"), CASES)
def test_a_wrong_file_is_named_and_the_others_are_still_done(
    fupin: Callable[..., Ran], tmp_path: Path, name: str, text: str, code: str, words: str, exit_code: int
) -> None:
    (tmp_path / "死亡人员.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    ran = run(fupin, tmp_path)
    found = [f for f in ran.findings if f["code"] == code]
    assert found, ran.findings
    assert any(words in f["message"] for f in found), [f["message"] for f in found]
    assert all(f["file"] == name and f["hint"] for f in found)
    assert ran.code == exit_code
    done = next(e for e in ran.document["inputs"] if e["file"] == "死亡人员.csv")
    assert done["rows_accepted"] == 1


def test_a_number_instead_of_an_id_is_never_padded(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (list(DEATHS), ["李四", 211302198202020022, "2024-01-01"], ["王五", "211302198202020030", "2024-01-01"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "死亡人员.xlsx")
    ran = run(fupin, tmp_path)
    (finding,) = [f for f in ran.findings if f["code"] == "ID001"]
    assert "Excel 把身份证号存成了数字" in finding["message"]
    assert (finding["row"], finding["column"]) == (2, "B")
    assert ran.document["inputs"][0]["rows_set_aside"] == 1


def test_the_spot_of_a_finding_is_what_excel_shows(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    sheet["C4"], sheet["D4"], sheet["E4"] = "死亡日期", "姓名", "身份证号码"
    sheet["C7"], sheet["D7"], sheet["E7"] = "不详", "李四", "211302198202020022"
    sheet["C9"] = "填报人：某"
    book.save(tmp_path / "死亡人员.xlsx")
    (finding,) = [f for f in run(fupin, tmp_path).findings if f["code"] == "IN005"]
    assert (finding["sheet"], finding["row"], finding["column"], finding["header"], finding["value"]) == (
        "名单",
        7,
        "C",
        "死亡日期",
        "不详",
    )


def test_several_tables_titles_hidden_sheets_repeated_and_shuffled_headers(
    fupin: Callable[..., Ran], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.append(["死亡人员名单"])
    first.append([])
    first.append(["备注", "死亡\n日期", "死亡日期", "公民身份号码 ", "＊姓名"])
    first.append(["x", None, "2024-01-01", "'211302198202020022", "李 四"])
    first.append(["备注", "死亡日期", "死亡日期", "公民身份号码", "姓名"])
    first.append([None, None, "20240102", "２１１３０２１９８２０２０２００３０", "王五"])
    first.append(["合计", None, None, None, 2])
    second = book.create_sheet("服刑人员")
    second.sheet_state = "hidden"
    second.append(["身份证号", "起始日期"])
    second.append(["211302198001010012", 45017])
    first.row_dimensions[4].hidden = True
    book.save(tmp_path / "名单.xlsx")
    ran = run(fupin, tmp_path)
    assert [(e["table"], e["rows_read"]) for e in ran.document["inputs"]] == [("deaths", 2), ("prisoners", 1)]
    assert ran.codes() == ["IN013", "IN013"]
    assert [f["message"] for f in ran.document["findings"]] == [
        "有 1 行是隐藏的（多半是筛选过），照样读了：第 4 行",
        "工作表“服刑人员”是隐藏的，也读了",
    ]


def test_a_settings_folder_of_the_bureau_teaches_new_headers(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    write_csv(
        tmp_path / "inbox" / "死亡人员.csv",
        [{"姓名": "李四", "身份证号码": "211302198202020022", "去世时间": "2024-01-01"}],
    )
    (tmp_path / "fupin.toml").write_text("", encoding="utf-8")
    assert fupin("check", "-w", tmp_path, "--month", MONTH).code == 10
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "deaths.yaml").write_text(
        "columns:\n  death_date: {aliases: [去世时间]}\n", encoding="utf-8"
    )
    ran = fupin("check", "-w", tmp_path, "--month", MONTH, "--format", "json", "--no-workbook")
    assert [e["table"] for e in ran.document["inputs"]] == ["deaths"]


def test_nothing_recognised_is_told_with_the_nearest_table(fupin: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    ran: Any = fupin("check", tmp_path, "--month", MONTH)
    assert ran.code == 10
    assert ran.err.startswith("错误: 没有认出任何一张表")
    assert "fupin template --list" in ran.err
