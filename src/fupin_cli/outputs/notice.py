"""公示表: one sheet a village, IDs masked, for the notice board (三(五), 拟招用人员公示、接受社会监督)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import PAY
from fupin_cli.outputs.check_workbook import NO_TOWN
from fupin_cli.outputs.masking import mask_number_expr
from fupin_cli.outputs.sheet import SheetPlan
from fupin_cli.policy.months import first_day, month_words

if TYPE_CHECKING:
    from datetime import date

    from fupin_cli.policy.settings import Notice
    from fupin_cli.results.subsidy import PayrollRun

HEADERS = {
    "no": "序号",
    "name": "姓名",
    "masked": "身份证号码",
    "post_name": "岗位名称",
    "worked_x100": "本月累计出勤天数",
    "required_x100": "规定天数",
    "amount_fen": "补贴金额",
}
WIDTHS = {"no": 6, "name": 12, "masked": 24, "post_name": 20, "worked_x100": 12, "required_x100": 10, "amount_fen": 14}
BY_CALENDAR = "calendar"  # a month is then prorated by its own days, which nobody is bound to attend


def notice_sheets(run: PayrollRun, post_names: dict[str, str]) -> list[SheetPlan]:
    """Plan one sheet for each village with lines that are paid."""
    paid = run.lines.filter(pl.col("status") == PAY).with_columns(
        masked=mask_number_expr(pl.col("id_number")),
        worked_x100=pl.coalesce("attended_x100", "numerator_x100"),
        required_x100=pl.lit(None, dtype=pl.Int64) if run.proration == BY_CALENDAR else pl.col("divisor_x100"),
        post_name=pl.coalesce(
            "post_name", pl.col("post_id").replace_strict(post_names, default=None, return_dtype=pl.String), "post_id"
        ),
        pl_town=pl.col("township").fill_null(NO_TOWN),
        pl_village=pl.col("village").fill_null(""),
    )
    place = ["pl_town", "pl_village"]
    plans, settings = [], run.policy.settings.notice
    known = paid["required_x100"].count() > 0
    headers = {name: words for name, words in HEADERS.items() if known or name != "required_x100"}
    numbered = paid.with_columns(no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(place)).select(*place, *headers)
    for (town, village), rows in numbered.partition_by(place, as_dict=True, include_key=False).items():
        heading = f"{town}{village} {month_words(run.month)} 公益性岗位补贴公示表"
        below = (
            f"公示单位：{town}{village}（盖章）",
            hung(settings, run.month),
            "有异议的请在公示期内向村委会或乡镇劳动保障所反映。",
            f"监督电话：{settings.phone}",
        )
        plans.append(
            SheetPlan(
                f"{town}{village}",
                headers,
                rows,
                heading,
                summed=("amount_fen",),
                below=below,
                filtered=False,
                widths=WIDTHS,
                portrait=True,
                heading_size=18,
                size=12,
                row_height=24,
            )
        )
    return plans


def hung(settings: Notice, month: int) -> str:
    """From when to when a month's notice hangs; what the county has not set is left to be written in by hand."""
    blank = "      年    月    日"
    first = first_day(month + 1).replace(day=settings.start_day) if settings.start_day else None
    last = first + timedelta(days=settings.days - 1) if first and settings.days else None

    def words(day: date | None) -> str:
        return f"{day.year}年{day.month}月{day.day}日" if day else blank

    return f"公示时间：{words(first)} 至 {words(last)}（{settings.days or '    '} 天）"
