"""What the intake reports while it reads (IN): declared here so that every code has its entry in the catalogue."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fupin_cli.checks.claim_faults import measure_findings
from fupin_cli.checks.rule import Severity, declared

if TYPE_CHECKING:
    import polars as pl

    from fupin_cli.measures.claimed import Claimed


ENTRIES: tuple[tuple[str, str, Severity, str, str], ...] = (
    ("IN001", "文件打不开", "error", "文件能否读出：空、加密、残缺、过大", "按提示处理后重新放入，再运行一次"),
    (
        "IN002",
        "不认得的文件或工作表",
        "warning",
        "前10行表头与各表必需列",
        "不是要核查的表可不理；是的话把表头改成模板的写法（fupin template --list）",
    ),
    (
        "IN003",
        "缺少必需的列",
        "error",
        "表头与该表必需列",
        "补上缺少的列再报；有这一列、只是写法不同的，把表头改成这里写的名称，或在工作区 schemas/ 里加别名",
    ),
    ("IN004", "必填的格没有填", "error", "必填列的单元格", "补填"),
    ("IN005", "日期或月份读不懂", "error", "日期、月份列的单元格", "改成 2024-05-01 或 2024-05 的写法"),
    (
        "IN006",
        "数字读不懂",
        "error",
        "金额、天数、个数列的单元格",
        "改成不带文字的非负数；金额最多两位小数，程序不替你四舍五入",
    ),
    (
        "IN007",
        "值不在可填的范围内",
        "warning",
        "有固定选项的列",
        "改成选项里的写法；确有新写法的，可在工作区 schemas/ 里加同义词",
    ),
    ("IN008", "内容相同的文件", "warning", "文件的 SHA-256；一个文件夹里同一种表的各格", "删去多余的一份"),
    ("IN009", "分不清是哪张表", "error", "表头同时符合两张表", "把工作表或文件名改成该表的名称"),
    ("IN010", "文字以公式符号开头", "warning", "文字列的单元格", "删去开头的 = + - @ 或制表符"),
    ("IN011", "表尾合计与明细不符", "warning", "表尾合计与各行之和", "核对是漏了行还是合计没有更新"),
    ("IN012", "缺少必需的表", "error", "设置 checks.required_tables 列出的表", "补报这张表"),
    ("IN013", "隐藏的工作表或行", "info", "工作簿中隐藏的工作表和行", "确认其中的行是否应当报送"),
    (
        "IN014",
        "收件夹与月份文件夹里都有同一张表",
        "warning",
        "国家系统导出表放在哪里",
        "收件夹里的那份若已过时，请删去",
    ),
    (
        "IN015",
        "该报未报",
        "error",
        "各乡镇本月的花名册、出勤与上一个有这张表的月份文件夹、上一个已批准月份发放的行",
        "催报；确实没有人在岗的、撤并改名的核实后可不理，下个月不再提示。各乡镇报送情况：fupin status --month 月份",
    ),
    (
        "IN016",
        "文件夹、文件、工作表名称上的月份不对",
        "error",
        "收件夹下文件夹的名称；一个工作簿里、一个文件夹里同一种表的几张的名称",
        "改成年-月，例如 2024-05（2024.5、202405、2024年5月 也可以）；月份文件夹直接放在收件夹下，里面不要再放别的月份",
    ),
)
# What the intake says of a cell holds a claim that rests on that cell; a table that was not supplied, one that rests on it.
ON_CLAIMS = ("IN004", "IN005", "IN006", "IN007", "IN012")


def _on_claims(ctx: Claimed, code: str) -> pl.DataFrame:
    return measure_findings(ctx, code)


BOUNDS = {
    "IN001": ("intake.max_unpacked_mib", "intake.max_ratio", "intake.max_cells_million"),
    "IN012": ("checks.required_tables",),
}
RULES = tuple(
    declared(
        code,
        title,
        severity,
        "hold" if code == "IN012" else "none",
        compares=compares,
        hint=hint,
        stage="intake",
        bounds=BOUNDS.get(code, ()),
        run=partial(_on_claims, code=code) if code in ON_CLAIMS else None,
    )
    for code, title, severity, compares, hint in ENTRIES
)
