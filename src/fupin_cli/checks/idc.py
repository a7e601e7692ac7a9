"""Identity (ID001–005, 007, 009, 017): the number that everything hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.checks.places import areas
from fupin_cli.checks.report import report, with_others
from fupin_cli.checks.rule import declared, rule
from fupin_cli.month.numbered import born, is_male
from fupin_cli.policy.idnumber import FEMALE, MALE

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

ROSTER = "assignments"
EARLIEST_BIRTH = 1900
EMPLOYEE_SEX = {"职工男": "男", "职工女干部": "女", "职工女工人": "女"}

ID001 = declared(
    "ID001",
    "身份证号缺失、位数不对或被 Excel 存成数字",
    "error",
    "hold",
    stage="intake",
    compares="各表身份证号列：是否为空、是否18位（残疾证20或22位）、单元格类型是不是数字",
    hint="核对证件原件后补填；单元格格式须为“文本”",
)


def holds_roster(frame: pl.LazyFrame) -> pl.LazyFrame:
    """A wrong ID number holds the payment on the roster; in other tables it is only to be mended."""
    return frame.with_columns(effect=pl.when(pl.col("table") == ROSTER).then(pl.lit("hold")).otherwise(pl.lit("none")))


def told_of(rows: pl.LazyFrame, column: str, message: pl.Expr) -> pl.LazyFrame:
    """Findings on rows of any table that name a person (`Month.naming`), at one of their columns."""
    return rows.select(
        "table", "_src", "_row", "name", "post_id", column=pl.lit(column), person="id_number", message=message
    )


def mentioned(ctx: Month, numbers: pl.DataFrame, message: str, *, holds: bool = True) -> pl.LazyFrame:
    """Findings on the rows of any table that name a person by one of these numbers."""
    found = told_of(ctx.naming(numbers["id_number"]).lazy(), "id_number", pl.lit(message))
    return holds_roster(found) if holds else found


@rule(
    "ID002",
    "身份证号校验码不对",
    "error",
    "hold",
    compares="第18位与前17位按 GB 11643 算出的校验码",
    hint="核对证件原件，多半是录错一位",
)
def check_digit(ctx: Month) -> pl.LazyFrame:
    """Numbers of 18 characters whose shape or check digit is wrong."""
    wrong = ctx.numbers.filter(pl.col("kind").is_null() & ~pl.col("valid"))
    return mentioned(ctx, wrong, "身份证号校验码不对，多半录错了一位")


@rule(
    "ID003",
    "身份证号中的出生日期不可能，或与出生日期列不符",
    "error",
    "hold",
    partly=("registry",),
    compares="身份证号第7至14位与日历；监测对象信息的出生日期列",
    hint="核对证件原件，改正证号或出生日期",
)
def birth_date(ctx: Month) -> pl.LazyFrame:
    """No such day, or born after the month or before 1900 (error, holds); unlike the export's own column (warning)."""
    judged = ctx.numbers.filter(pl.col("kind").is_null())
    late = ((pl.col("birth") > ctx.last) | (pl.col("birth").dt.year() < EARLIEST_BIRTH)).fill_null(value=False)
    found = [mentioned(ctx, judged.filter(pl.col("birth").is_null() | late), "身份证号中的出生日期不可能")]
    if ctx.has("registry"):
        # Of most people the day is the same: only the others are looked at.
        day = pl.col("birth_date")
        written = day.dt.year().cast(pl.Int64) * 10000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day()
        same = (pl.col("_who") >= 0) & (born(pl.col("_who")) == written) & ~pl.col("_birth_date_month")
        rows = ctx.table("registry").with_columns(_who=pl.lit(ctx.who["registry"])).filter(day.is_not_null() & ~same)
        sound = judged.lazy().filter(pl.col("birth").is_not_null() & ~late)
        rows = rows.join(sound.select("id_number", "birth"), on="id_number", maintain_order="left")
        # A column that gives the month only is compared to the month only (SPEC 9.12).
        written = pl.when("_birth_date_month").then(pl.col("birth").dt.month_start()).otherwise("birth")
        differs = rows.filter(written != pl.col("birth_date"))
        found.append(
            report(
                differs,
                "registry",
                "出生日期列与身份证号中的出生日期不符",
                "birth_date",
                severity="warning",
                effect="none",
            )
        )
    return pl.concat(found, how="diagonal")


@rule(
    "ID004",
    "性别与身份证号不符",
    "warning",
    any_of=("registry", "assignments"),
    compares="性别列、参保类型与身份证号第17位",
    hint="核对证件原件，改正性别、参保类型或证号",
)
def sex(ctx: Month) -> pl.LazyFrame:
    """性别 in the export; 职工男 on a woman's number and the reverse on the roster."""
    told = ctx.numbers.lazy().filter(pl.col("kind").is_null() & pl.col("sex").is_not_null())
    facts = told.select("id_number", by_id="sex")
    found = []
    if ctx.has("registry"):
        male = is_male(pl.col("_who"))
        fits = ((pl.col("sex") == MALE) & male) | ((pl.col("sex") == FEMALE) & ~male)
        rows = ctx.table("registry").with_columns(_who=pl.lit(ctx.who["registry"]))
        rows = rows.filter(pl.col("sex").is_not_null() & ~((pl.col("_who") >= 0) & fits).fill_null(value=False))
        rows = rows.join(facts, on="id_number", maintain_order="left")
        wrong = rows.filter(pl.col("sex").is_in(["男", "女"]) & (pl.col("sex") != pl.col("by_id")))
        found.append(report(wrong, "registry", "性别与身份证号第17位不符", "sex"))
    if ctx.has(ROSTER):
        known = ctx.table(ROSTER).filter(pl.col("insured_type").is_in(list(EMPLOYEE_SEX)))
        rows = known.join(facts, on="id_number", maintain_order="left")
        meant = pl.col("insured_type").replace_strict(EMPLOYEE_SEX, default=None, return_dtype=pl.String)
        found.append(
            report(rows.filter(meant != pl.col("by_id")), ROSTER, "参保类型与身份证号第17位的性别不符", "insured_type")
        )
    return pl.concat(found, how="diagonal")


@rule(
    "ID005",
    "尚无身份证（999999 开头）",
    "error",
    "hold",
    compares="身份证号前6位",
    hint="办理证件后改填真实证号",
)
def no_card_yet(ctx: Month) -> pl.LazyFrame:
    """Placeholders that the national system gives to people without an ID."""
    return mentioned(ctx, ctx.numbers.filter(kind="ID005"), "999999 开头是系统的临时编号，不是身份证号")


@rule(
    "ID007",
    "只应有一行的表里出现多行",
    "error",
    compares="各表的唯一键（每人、每岗、每月一行）",
    hint="删去重复的行；内容不同的，核实哪一行是对的",
)
def duplicates(ctx: Month) -> pl.LazyFrame:
    """The same key twice in a table that allows one row. Attendance that differs holds the line (SPEC 8.11)."""
    found = []
    for name, frame in ctx.intake.tables.items():
        keys = list(ctx.contracts[name].unique)
        if not keys or name == "attendance":
            continue
        repeated = _repeated(frame, keys)
        if not repeated.height:
            continue
        twice = with_others(repeated.lazy(), keys)
        column = keys[-1] if name == "villages" else keys[0]
        found.append(report(twice, name, pl.concat_str(pl.lit("重复的行，另见 "), "_others"), column))
    if ctx.has("attendance"):
        rows = (
            ctx.table("attendance").filter(pl.col("month").is_not_null())
            if ctx.attended is None
            else ctx.attended.lazy()
        )
        keys = ["id_number", "post_id", "month"]
        figures = ["required_days_x100", "attended_days_x100", "appraisal"]
        others = (
            ctx.table("attendance").filter(pl.col("month") != ctx.month) if ctx.attended is not None else rows.clear()
        )
        rows = pl.concat([rows, others], how="diagonal")
        rows = with_others(_alike(rows.collect(), keys).lazy(), keys).with_columns(
            _same=pl.struct(figures).n_unique().over(keys) == 1
        )
        same = pl.col("_same")
        message = (
            pl.when(same)
            .then(pl.lit("与另一行完全相同，只算一次："))
            .otherwise(pl.lit("同一人同一岗同一月的出勤不一致："))
        )
        holds = ~same & (pl.col("month") == ctx.month)
        found.append(
            report(
                rows,
                "attendance",
                pl.concat_str(message, "_others"),
                "id_number",
                severity=pl.when(same).then(pl.lit("warning")).otherwise(pl.lit("error")),
                effect=pl.when(holds).then(pl.lit("hold")).otherwise(pl.lit("none")),
            )
        )
    return pl.concat([pl.LazyFrame({"_src": []}, schema={"_src": pl.UInt32}), *found], how="diagonal")


def _repeated(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows whose keys are another row's too (`_alike`); a row without the first of them is none."""
    alike = _alike(frame, keys)
    return alike.filter(pl.col(keys[0]).is_not_null())


def _alike(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows whose keys are another row's too.

    Of millions of rows hashes are compared: only rows whose hash is there twice are looked at themselves.
    """
    hashes = frame[keys].hash_rows()
    if hashes.n_unique() == frame.height:
        return frame.clear()
    return frame.filter(hashes.is_duplicated()).filter(pl.struct(keys).is_duplicated())


@rule(
    "ID009",
    "身份证号的地区码不认得",
    "warning",
    compares="身份证号前6位与 python-stdnum 所附的行政区划代码",
    bounds=("checks.extra_area_codes",),
    hint="核对证件；确是新设的地区，可写入 checks.extra_area_codes",
)
def area(ctx: Month) -> pl.LazyFrame:
    """Never a reason to refuse: the list has no history before the codes."""
    code = pl.col("id_number").str.head(6)
    written = ctx.numbers.select(code.unique()).to_series()  # a few hundred, of however many people
    known = areas().codes | set(ctx.settings.checks.extra_area_codes)
    unknown = pl.Series([one for one in written if one not in known], dtype=pl.String)
    strange = ctx.numbers.filter(pl.col("kind").is_null() & code.is_in(unknown.implode()))
    return mentioned(ctx, strange, "身份证号前6位不是已知的地区码", holds=False)


@rule("ID017", "15位旧身份证号", "error", "hold", compares="身份证号位数", hint="换成18位证号")
def old_number(ctx: Month) -> pl.LazyFrame:
    """The 15-digit numbers of before 2000."""
    return mentioned(ctx, ctx.numbers.filter(kind="ID017"), "15位旧证号已停用")
