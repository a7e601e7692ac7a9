"""Writes `sample_data/`: the made-up county's files, messy as real ones are, and what a check must find in them.

    python -m tests.sample.generate sample_data

Seeded: the same program writes the same cells. Row numbers in the expected list come from the writing, not from fupin.
"""

from __future__ import annotations

import csv
import io
import shutil
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import xlwt

from fupin_cli.intake.raw import column_letter
from fupin_cli.outputs.bulk import MODIFIED
from tests.sample.county import COUNTY, TOWNS, County, Row
from tests.sample.plants import plant

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Spot = tuple[str, str, int, list[str]]  # file, sheet, row, headers in order
FIXED = datetime(2024, 6, 3, 9, 0, 0)  # noqa: DTZ001 - Excel has no time zones
SETTINGS = f"""# 示例县的设置。县和人都是编造的；身份证号用从未启用的地区码 211390。
[county]
name = "{COUNTY}"
code = "211390"

[accident_insurance]
premium = 100
premium_period = "year"

[checks]
extra_area_codes = ["211390"]

# 以下各项补贴的标准都是编造的，只为演示
[transport]
method = "ticket"
in_province = 100
out_of_province = 300

[on_the_job_training]
monthly = 600

[employer_post]
monthly = 300

[flexible_social_insurance]
share = "2/3"

[training]
dibao_monthly = 450
courses = {{"家政服务" = 1200}}

[rain_dew]
term = 1500

[startup]
interest_share = "1/2"
principal_max = 100000
years_max = 2
venue_share = "1/2"
venue_monthly_max = 300
venue_months_max = 24
incubator_share = "1/2"
incubator_max = 50000

[base_reward]
steps = {{10 = 5000, 30 = 20000}}

[unemployment_aid]
monthly = 1000

[work_relief]
pay_share = "0.15"

[budget]
"就业补助资金" = 1000000
"衔接推进乡村振兴补助资金" = 200000
"""


class Writer:
    """Writes rows into files and remembers where each row came to stand."""

    def __init__(self, inbox: Path) -> None:
        """Write below this folder."""
        self.inbox = inbox
        self.spots: dict[int, Spot] = {}

    def remember(self, row: Row, file: str, sheet: str, number: int, headers: list[str]) -> None:
        """Keep where a row stands; last month's rows are written once more this month, and that counts."""
        self.spots[id(row)] = (file, sheet, number, headers)

    def sheet(
        self,
        sheet: Worksheet,
        file: str,
        rows: list[Row],
        headers: list[str],
        above: list[list[Any]],
        below: list[list[Any]],
    ) -> None:
        """Write title lines, headers, rows and footer lines into a sheet."""
        for line in above:
            sheet.append(line)
        sheet.append(headers)
        for row in rows:
            sheet.append([row.get(h, "") if row.get(h, "") != "" else None for h in headers])
            for cell in sheet[sheet.max_row]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # a text that begins with = is a text
                elif isinstance(cell.value, date):
                    cell.number_format = "yyyy-mm-dd"
            self.remember(row, file, sheet.title, sheet.max_row, headers)
        for line in below:
            sheet.append(line)

    def save(self, book: openpyxl.Workbook, file: str) -> None:
        """Save a workbook whose bytes do not depend on the clock."""
        path = self.inbox / file
        path.parent.mkdir(parents=True, exist_ok=True)
        book.properties.created = book.properties.modified = FIXED
        shell = io.BytesIO()
        book.save(shell)
        with zipfile.ZipFile(shell) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "docProps/core.xml":
                    content = MODIFIED.sub(rb"\g<1>2024-06-03T09:00:00Z\g<3>", content)
                target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)

    def text(
        self, file: str, rows: list[Row], headers: list[str], encoding: str, *, above: str = "", guard: str = ""
    ) -> None:
        """Write a CSV; `guard` names a column whose cells are written as ="…", as some exports do."""
        lines = [*above.splitlines(), ",".join(headers)]
        for row in rows:
            cells = [f'="{row[h]}"' if h == guard else _quoted(row.get(h, "")) for h in headers]
            lines.append(",".join(cells))
            self.remember(row, file, "", len(lines), headers)
        path = self.inbox / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))

    def legacy(self, file: str, rows: list[Row], headers: list[str], title: str) -> None:
        """Write a BIFF .xls."""
        book = xlwt.Workbook(encoding="utf-8")
        sheet = book.add_sheet("出勤")
        sheet.write_merge(0, 0, 0, len(headers) - 1, title)
        for column, header in enumerate(headers):
            sheet.write(1, column, header)
        for number, row in enumerate(rows, 2):
            for column, header in enumerate(headers):
                sheet.write(number, column, row.get(header, ""))
            self.remember(row, file, "出勤", number + 1, headers)
        book.save(str(self.inbox / file))

    def web_page(self, file: str, rows: list[Row], headers: list[str], title: str) -> None:
        """Write an HTML table named .xls, as some systems export."""
        lines = [
            f'<tr><td colspan="{len(headers)}">{title}</td></tr>',
            "<tr>" + "".join(f"<th>{h}</th>" for h in headers) + "</tr>",
        ]
        for row in rows:
            lines.append("<tr>" + "".join(f"<td>{row.get(h, '')}</td>" for h in headers) + "</tr>")
            self.remember(row, file, "", len(lines), headers)
        page = "<html><head><meta charset='gb2312'></head><body><table>" + "\n".join(lines) + "</table></body></html>"
        (self.inbox / file).write_bytes(page.encode("gb18030"))


def _quoted(value: Any) -> str:
    text = f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
    return f'"{text}"' if "," in text else text


def _headers(rows: list[Row]) -> list[str]:
    return [header for header in rows[0] if not header.startswith("_")]


def generate(root: Path) -> None:
    """Write settings, inbox and the expected list below a folder."""
    shutil.rmtree(root / "inbox", ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    (root / "fupin.toml").write_text(SETTINGS, encoding="utf-8")
    county = County().build()
    expected, gone, claims = plant(county)
    writer = Writer(root / "inbox")
    _national(writer, county, gone)
    _post_files(writer, county)
    _side_lists(writer, county)
    _claims(writer, claims)
    files = _nuisances(writer, county)
    _write_expected(root / "expected-2024-05.csv", expected, writer, files)


def _national(writer: Writer, county: County, gone: Row) -> None:
    """The national system's exports: title rows, merged, under names with browser suffixes; the older ones as CSV."""
    people = [row for home in county.people for row in home]
    headers = _headers(people)
    before = [row for row in people if not row.get("_new")] + [gone]
    writer.text("2024-04/监测对象信息20240430.csv", before, headers, "utf-8-sig")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    now = headers[3:] + headers[:3]
    writer.sheet(
        sheet, "2024-05/（自定义）监测对象信息 (22).xlsx", people, now, [["监测对象信息"], ["导出时间：2024-05-31"]], []
    )
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(headers))
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(headers))
    _, _, number, _ = writer.spots[id(gone)]
    writer.save(book, "2024-05/（自定义）监测对象信息 (22).xlsx")
    writer.spots[id(gone)] = ("2024-04/监测对象信息20240430.csv", "", number, headers)
    old = [row for row in county.employment if row["开始时间"] < "2024-05"]
    writer.text("2024-04/（务工月监测）已外出务工信息_20240430.csv", old, _headers(old), "gb18030")
    writer.text(
        "2024-05/（务工月监测）已外出务工信息_20240531.csv", county.employment, _headers(county.employment), "gb18030"
    )
    book = openpyxl.Workbook()
    writer.sheet(
        book.worksheets[0], "2024-05/计划与行政村.xlsx", county.plan, _headers(county.plan), [["计划外出务工信息"]], []
    )
    villages = book.create_sheet("行政村信息")
    writer.sheet(
        villages,
        "2024-05/计划与行政村.xlsx",
        county.villages,
        _headers(county.villages),
        [],
        [["合计", None, None, None, None, None]],
    )
    writer.save(book, "2024-05/计划与行政村.xlsx")


def _post_files(writer: Writer, county: County) -> None:
    """County forms: lines above and below, attendance by township in three kinds of file."""
    file = "2024-05/公益性岗位台账和花名册.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "岗位台账"
    writer.sheet(
        sheet,
        file,
        county.posts,
        _headers(county.posts),
        [[f"{COUNTY}公益性岗位台账"], [f"填报单位：{COUNTY}人社局", None, "填报时间：2024.5.31"]],
        [[None], ["填报人：某某", None, "审核人：某某"]],
    )
    roster = book.create_sheet("花名册")
    writer.sheet(
        roster,
        file,
        county.roster,
        _headers(county.roster),
        [["在岗人员花名册"]],
        [["合计", len(county.roster)], ["填表人：", None, "负责人："]],
    )
    roster.merge_cells(start_row=1, start_column=1, end_row=1, end_column=8)
    writer.save(book, file)
    headers = [h for h in _headers(county.attendance) if h != "考核结果"]
    past = [row for row in county.attendance if row["月份"] != "2024-05"]
    writer.text("2024-04/出勤汇总表.csv", past, headers, "utf-8", above="出勤汇总表")
    now = [row for row in county.attendance if row["月份"] == "2024-05"]
    east, west, south = ([row for row in now if row["_town"] == town] for town in TOWNS)
    writer.legacy("2024-05/东川镇出勤.xls", east, _headers(county.attendance), "东川镇出勤汇总表")
    writer.web_page("2024-05/西岭乡出勤.xls", west, _headers(county.attendance), "西岭乡出勤汇总表")
    book = openpyxl.Workbook()
    total = sum(float(row["实际出勤天数"]) for row in south)
    headers = _headers(county.attendance)
    wrong: list[Any] = [None] * len(headers)
    wrong[0], wrong[headers.index("实际出勤天数")] = "合  计", total + 1
    writer.sheet(
        book.worksheets[0],
        "2024-05/南坪镇 出勤汇总表.xlsx",
        south,
        headers,
        [["出勤汇总表"], ["填报单位：南坪镇"]],
        [wrong, ["审核人：某某"]],
    )
    writer.save(book, "2024-05/南坪镇 出勤汇总表.xlsx")
    writer.text("意外险名单.csv", county.insurance, _headers(county.insurance), "utf-8-sig", guard="身份证号码")
    writer.text("补贴发放台账.csv", county.history, _headers(county.history), "gb18030")
    book = openpyxl.Workbook()
    writer.sheet(book.worksheets[0], "豁免清单.xlsx", county.waivers, _headers(county.waivers), [], [])
    writer.save(book, "豁免清单.xlsx")


def _side_lists(writer: Writer, county: County) -> None:
    """One workbook with a sheet for each list; one of them hidden."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in county.side.items():
        sheet = book.create_sheet(title)
        writer.sheet(sheet, "比对名单.xlsx", rows, _headers(rows), [[title]] if title != "市场主体" else [], [])
        if title == "服刑人员":
            sheet.sheet_state = "hidden"
    book.create_sheet("空白")
    writer.save(book, "比对名单.xlsx")


PLATFORM = ("基层平台人员", "岗位需求清单", "有意愿外出人员清单", "主导产业")


def _claims(writer: Writer, claims: dict[str, list[Row]]) -> None:
    """Claims for the other subsidies, a sheet each; and the lists of the grass-roots platform."""
    for file, titles in (
        ("2024-05/各项补贴申请.xlsx", [title for title in claims if title not in PLATFORM]),
        ("2024-05/基层平台.xlsx", list(PLATFORM)),
    ):
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title in titles:
            rows = claims[title]
            writer.sheet(book.create_sheet(title), file, rows, _headers(rows), [[f"{COUNTY}{title}"]], [])
        writer.save(book, file)


def _nuisances(writer: Writer, county: County) -> list[tuple[str, str, str, int | str, str]]:
    """Files that are no tables, copies, near misses. Gives what is expected of whole files."""
    inbox = writer.inbox
    (inbox / "2024-05/通知.txt").write_bytes("各乡镇：\r\n请于6月3日前报送5月份出勤，逾期不候。\r\n".encode("gb18030"))
    shutil.copyfile(inbox / "2024-05/计划与行政村.xlsx", inbox / "2024-05/计划与行政村 - 副本.xlsx")
    (inbox / "2024-05/~$花名册.xlsx").write_bytes(b"\x00" * 60)
    lacking = county.attendance[0]
    (inbox / "2024-05/补报 出勤.csv").write_bytes(
        f"姓名,身份证号码,岗位编号,年月,规定出勤天数\r\n{lacking['姓名']},{lacking['身份证号码']},{lacking['岗位编号']},2024-05,22\r\n".encode()
    )
    south = "2024-05/南坪镇 出勤汇总表.xlsx"
    count = sum(1 for row in county.attendance if row["月份"] == "2024-05" and row["_town"] == "南坪镇")
    letter = column_letter(_headers(county.attendance).index("实际出勤天数"))
    return [
        ("IN002", "2024-05/通知.txt", "", "", ""),
        ("IN003", "2024-05/补报 出勤.csv", "", "", ""),
        ("IN008", "2024-05/计划与行政村 - 副本.xlsx", "", "", ""),
        ("IN011", south, "Sheet", count + 4, letter),
        ("IN013", "比对名单.xlsx", "服刑人员", "", ""),
    ]


def _place(line: tuple[Any, ...]) -> tuple[Any, ...]:
    code, file, sheet, row, column = line
    return code, file, sheet, int(row or 0), column


def _write_expected(
    path: Path, expected: list[tuple[str, Row, str]], writer: Writer, files: list[tuple[str, str, str, int | str, str]]
) -> None:
    """The list that a test compares in full: code, file, sheet, row, column."""
    lines: list[tuple[Any, ...]] = list(files)
    for code, row, header in expected:
        file, sheet, number, headers = writer.spots[id(row)]
        lines.append((code, file, sheet, number, column_letter(headers.index(header))))
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(("code", "file", "sheet", "row", "column"))
        ordered = sorted(lines, key=_place)
        out.writerows(ordered)


if __name__ == "__main__":
    generate(Path(sys.argv[1]))
