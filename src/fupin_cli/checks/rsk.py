"""The risk warnings (RSK, SPEC 11): what each compares and what to do about it; `fupin risk` judges them."""

from __future__ import annotations

from fupin_cli.checks.rule import declared

ENTRIES: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("RSK001", "失业", "上月在业、本月不在业（台账的就业状态）", "上门核实，推荐岗位，符合条件的安排公益性岗位", ()),
    (
        "RSK002",
        "收入低于监测标准未纳入监测",
        "人均纯收入与当年监测标准；监测对象类别为空或风险已消除",
        "由乡村振兴部门核实，符合条件的纳入监测",
        ("post.annual_line",),
    ),
    (
        "RSK003",
        "合同即将到期",
        "花名册、社保补贴岗位补贴花名册里每人最后一份合同的结束日期",
        "到期前决定续签或安排其他就业",
        ("checks.contract_warning_days",),
    ),
    (
        "RSK004",
        "岗位补贴即将或已经满{post.cap_months}个月",
        "已发的岗位补贴月数与最长期限，延长至养老金领取之日的除外",
        "提前告知本人，安排退出后的就业服务",
        ("post.cap_months", "checks.cap_warning_months"),
    ),
    (
        "RSK005",
        "即将到养老金领取年龄",
        "法定养老金领取年龄到达的月份",
        "提醒办理养老金领取手续，岗位安排接替",
        ("risk.pension_months",),
    ),
    ("RSK006", "返乡未再就业", "县外务工在本月结束，其后没有新的务工", "登记返乡人员，推荐就近就业", ()),
    ("RSK007", "有意愿未就业", "连续两个月在外出意愿或计划里，两个月都不在业", "匹配岗位，组织劳务输出", ()),
    (
        "RSK008",
        "有培训需求未培训",
        "计划外出务工信息的就业服务需求与培训学员名册",
        "安排免费职业技能培训",
        ("risk.training_months",),
    ),
    ("RSK009", "务工收入骤降", "同一段务工本月与上月的月收入", "了解原因，协助维权或转岗", ()),
    ("RSK010", "家庭成员死亡且无人就业", "死亡人员与全户的就业状态", "上门走访，安排就业或纳入低保、监测", ()),
)
# Information for the rural-revitalisation office: no effect on any payment.
RULES = tuple(
    declared(
        code,
        title,
        "info",
        compares=compares,
        hint=hint,
        bounds=bounds,
        stage="risk",
    )
    for code, title, compares, hint, bounds in ENTRIES
)
