"""The shape of every document that `--format json` prints: declared once, for the schemas, their page and the tests.

How a shape is written stands in `json_schema`. What a key means stands in `WHAT`, once for all documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Each:
    """An object whose keys are not known before (codes, funds, places); what stands at each of them."""

    of: Any


@dataclass(frozen=True)
class Maybe:
    """An object that may be null."""

    of: Any


Shape = str | list[Any] | dict[str, Any] | Each | Maybe


@dataclass(frozen=True)
class Document:
    """One format: the command that prints it, what it is, and its shape (several where it has several)."""

    command: str
    title: str
    shapes: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()


def _texts(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, "text")


def _maybe(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, "text?")


HEAD = {"month": "month", "policy": "text"}
INPUTS = [
    {
        "file": "text",
        "sheet": "text",
        "table": "text",
        "role": "text",
        "rows_read": "int",
        "rows_accepted": "int",
        "rows_set_aside": "int",
        "sha256": "sha256",
    }
]
AREA = _maybe("county", "township", "village")
WHO = _maybe("person_code", "person", "name")
PLACE = {"file": "text?", "sheet": "text?", "row": "int?"}
ORIGIN = {"table": "text", **PLACE}
OUTPUTS = ["text"]
FINDING = {
    **_texts("code", "severity", "effect"),
    "table": "text?",
    **PLACE,
    **_maybe("column", "header", "person", "name", "post", "value"),
    "message": "text",
    **_maybe("clause", "hint"),
    "waived": "bool",
    "waiver": "text?",
    "amount": "money?",
    "months": "int?",
    "since": "month?",
    "standing": "text?",
    **AREA,
}
CRASHED = [_texts("code", "error")]
SINCE = {
    **dict.fromkeys(("new", "lasting", "mended"), "int"),
    **dict.fromkeys(("new_amount", "lasting_amount", "mended_amount"), "money"),
}
COMPARED = {
    "with": "month?",
    "why": "text?",
    "unchecked": ["month"],
    "not_compared": [_texts("code", "why")],
    "left_out": {"now": "int", "before": "int"},
    "totals": Maybe(SINCE),
    "by_code": [{"code": "text", **SINCE}],
    "by_township": [{**_maybe("county", "township"), **SINCE}],
    "since_last_run": Maybe({"new": "int", "mended": "int"}),
}
CHECK = {
    **HEAD,
    "inputs": INPUTS,
    "findings": [FINDING],
    "skipped": [{"code": "text", "missing_tables": ["text"], "missing_settings": ["text"], "partial": "bool"}],
    "crashed": CRASHED,
    "summary": {**dict.fromkeys(("errors", "warnings", "infos", "waived"), "int"), "by_code": Each("int")},
    "outputs": OUTPUTS,
    "compared?": COMPARED,
    "annotated?": [
        {"file": "text", "copy": "text?", "cells": "int", "errors": "int", "warnings": "int", "note": "text"}
    ],
}
SUMS = {
    **dict.fromkeys(("lines", "pay", "hold", "refuse"), "int"),
    **dict.fromkeys(("amount", "due_hold", "due_refuse"), "money"),
}
LINE = {
    "measure": "text",
    **_maybe("person", "name", "post"),
    "month": "month",
    "status": "text",
    "codes": ["text"],
    "waived": ["text"],
    "standard": "money?",
    "proration": "text",
    "numerator": "decimal?",
    "divisor": "decimal?",
    "amount": "money",
    "due": "money?",
    "fund": "text?",
    "person_code": "text?",
    "months_before": "decimal?",
    "months_after": "decimal?",
    "cap_end": "month?",
    **AREA,
    "post_kind": "text?",
    "table": "text",
    "clause": "text",
    "settled": "text?",
    **PLACE,
}
CORRECTION = {
    "measure": "text",
    **_maybe("person", "name", "post"),
    "month": "month",
    "kind": "text",
    **_maybe("old_status", "status"),
    "codes": ["text"],
    **dict.fromkeys(("old", "new", "amount"), "money?"),
    **_maybe("reason", "source_batch"),
    "source_line": "int?",
}
TO_PAY = dict.fromkeys(("month", "back_pay", "kept_back", "total"), "money")
UNPLACED = [_texts("file", "sheet", "code", "why", "hint")]
PAYROLL = {
    "month": "month",
    "measure": "text",
    "policy": "text",
    "cap": {"months": "int", "source": "text"},
    "inputs": INPUTS,
    "lines": [LINE],
    "rows_out_of_month": "int",
    "totals": {**SUMS, "people": dict.fromkeys(("pay", "hold", "refuse"), "int")},
    "corrections": [CORRECTION],
    "findings": [FINDING],
    "undecided": [
        {
            "measure": "text",
            **_maybe("person", "name", "post"),
            "month": "month",
            "approved": "money",
            "codes": ["text"],
            "reason": "text?",
        }
    ],
    "not_recomputed": ["text"],
    "correction_totals": Each("money"),
    "to_pay": TO_PAY,
    "unplaced": UNPLACED,
    "funds": [{"fund": "text", **dict.fromkeys(("budget", "committed", "paid", "left"), "money?")}],
    **dict.fromkeys(("by_fund", "by_county", "by_town", "by_village", "by_post_kind"), Each(SUMS)),
    "crashed": CRASHED,
    "outputs": OUTPUTS,
}
COUNTS = dict.fromkeys(("before", "joined", "left", "in", "out", "after"), "int")
PROOF = {**_texts("dimension", "class"), **COUNTS, "holds": "bool"}
ROSTER = {
    "month": "month",
    "before": "month?",
    "policy": "text",
    "inputs": INPUTS,
    "people": [
        {
            **WHO,
            **AREA,
            "household_id": "text?",
            "category": "text",
            "labour": "bool?",
            **_texts("labour_class", "risk", "age_band"),
            **_maybe("state", "place"),
            **ORIGIN,
        }
    ],
    "strangers": [{**WHO, **AREA, **_maybe("place", "employer", "industry"), "income": "money?", **PLACE}],
    "changes": [{**WHO, "kind": "text", **_maybe("field", "from", "to", "reason")}],
    "proof": [PROOF],
    "proof_by_township": [{**_maybe("county", "township"), **PROOF}],
    "summary": dict.fromkeys(("people", "labour", "working", "strangers", "rows_repeated", "rows_set_aside"), "int"),
    "missing_tables": ["text"],
    "skipped": ["text"],
    "outputs": OUTPUTS,
}
RISK_ROW = {
    **WHO,
    **AREA,
    "household_id": "text?",
    "category": "text?",
    **_texts("code", "title", "kind"),
    "since": "month?",
    **_maybe("fact", "advice", "feedback"),
    "feedback_on": "date?",
    "table": "text?",
    **PLACE,
}
RISK_COUNTS = dict.fromkeys(("new", "continuing", "cleared", "before", "now"), "int")
RISK = {
    "month": "month",
    "before": "month?",
    "policy": "text",
    "inputs": INPUTS,
    "risks": [RISK_ROW],
    "cleared": [RISK_ROW],
    "proof": [{"code": "text", **RISK_COUNTS, "holds": "bool"}],
    "summary": RISK_COUNTS,
    "skipped": [{"code": "text", "missing_tables": ["text"], "missing_settings": ["text"]}],
    "not_compared": ["text"],
    "rules": [_texts("code", "title", "compares")],
    "outputs": OUTPUTS,
}
MARKS = {**AREA, "beneficiary": "bool?", "labour": "bool?", "state": "text?"}
WISH = _maybe("wish_trade", "wish_place", "skill")
MATCHED = {
    **WHO,
    **MARKS,
    **WISH,
    "priority": "int?",
    "score": "int?",
    "reason": "text?",
    **_maybe("employer", "work_place", "work_trade"),
    "wage": "money?",
    "vacancy": "int?",
    **ORIGIN,
}
MATCH = {
    "month": "month",
    "before": "month?",
    "policy": "text",
    "inputs": INPUTS,
    "people": [MATCHED],
    "matches": [{key: what for key, what in MATCHED.items() if key != "reason"}],
    "unmatched": [{**WHO, "wish_trade": "text?", "wish_place": "text?", "reason": "text"}],
    "left_out": [{**WHO, **MARKS, **WISH, "reason": "text", **ORIGIN}],
    "vacancies": [
        {
            "no": "int",
            **_maybe("employer", "place", "trade"),
            "headcount": "int?",
            "usable": "bool",
            "taken": "int",
            "left": "int",
            "reason": "text?",
            "wage": "money?",
            **PLACE,
        }
    ],
    "proof": dict.fromkeys(("people", "matched", "rest", "places", "taken", "left"), "int"),
    "missing_tables": ["text"],
    "outputs": OUTPUTS,
}
GROUP = {"people": "int", "amount": "money", "held_amount": "money"}
FORECAST = {
    **HEAD,
    "inputs": INPUTS,
    "end": "month",
    "renew": "bool",
    "measures": ["text"],
    "months": [
        {
            "month": "month",
            "people": "int",
            "amount": "money",
            "held_people": "int",
            "held_amount": "money",
            "leaving": [{"why": "text", "people": "int"}],
        }
    ],
    "lines": [
        {
            "measure": "text",
            **WHO,
            "post_id": "text?",
            **AREA,
            "fund": "text?",
            "status": "text",
            "last_month": "month?",
            "why": "text?",
            "amount": "money",
        }
    ],
    "by_fund": [{"fund": "text?", **GROUP}],
    "by_township": [{"township": "text?", **GROUP}],
    "budgets": [{"fund": "text", "left": "money", "wanted": "money", "short_from": "month?", "shortfall": "money"}],
    "totals": {"amount": "money", "held_amount": "money"},
    "unpriced": [_texts("code", "year")],
    "skipped": ["text"],
    "outputs": OUTPUTS,
}
DUE_ROW = {
    "kind": "text",
    "within": "int?",
    "month": "month?",
    "date": "date?",
    "measure": "text",
    **WHO,
    "post": "text?",
    **AREA,
    "fund": "text?",
    "status": "text",
    **PLACE,
}
DUE_COUNTS = dict.fromkeys(("within_3", "within_6", "within_12", "over", "unknown"), "int")
DUE = {
    **HEAD,
    "inputs": INPUTS,
    "spans": ["int"],
    "measures": ["text"],
    "due": [DUE_ROW],
    "unknown": [DUE_ROW],
    "totals": [{"kind": "text", **DUE_COUNTS}],
    "by_township": [{**_maybe("county", "township"), "kind": "text", **DUE_COUNTS}],
    "unkeyed": "int",
    "skipped": [{"kind": "text", "missing_tables": ["text"]}],
    "outputs": OUTPUTS,
}
TRIED = {"old": "money", "new": "money", "difference": "money", "changed": "int"}
TRIAL = {
    "set": ["text"],
    "lines": [
        {
            "measure": "text",
            **WHO,
            "post": "text?",
            "month": "month",
            **_maybe("township", "fund"),
            "change": "text",
            **_maybe("old_status", "new_status"),
            "codes_gained": ["text"],
            "codes_lost": ["text"],
            **dict.fromkeys(("old_amount", "new_amount", "difference"), "money"),
        }
    ],
    "totals": {**TRIED, "lines": "int", "by_change": Each("int")},
    "by_township": [{"township": "text?", **TRIED}],
    "by_fund": [{"fund": "text?", **TRIED}],
}
WHATIF = {
    "month": "month",
    "from": "month",
    "policy": "text",
    "state": "text",
    **TRIAL,
    "scenarios": [{"name": "text", **TRIAL}],
    "outputs": OUTPUTS,
}
VERDICT = {
    "measure": "text",
    **_maybe("person", "name", "post"),
    "month": "month",
    "verdict": "text",
    **dict.fromkeys(("due", "approved", "paid", "difference"), "money?"),
    **_maybe("reason", "why", "advice"),
    "outstanding": "money?",
    "status": "text?",
    "codes": ["text"],
    "batch": "text?",
    "line_no": "int?",
    **AREA,
}
FOUR = dict.fromkeys(("due", "approved", "paid", "difference"), "money")
RECONCILE = {
    "month": "month",
    "from": "month",
    "to": "month",
    "policy": "text",
    "inputs": INPUTS,
    "lines": [VERDICT],
    "unmatched": [{**_maybe("match", "result"), "amount": "money?", **_maybe("person", "name", "account"), **PLACE}],
    "notes": ["text"],
    "refused_rows": "int",
    "findings": [FINDING],
    "totals": {"lines": "int", **FOUR, "by_verdict": Each({"lines": "int", "amount": "money", **FOUR})},
    "outputs": OUTPUTS,
    "reissued?": "any",
}
APPROVE = {
    "month": "month",
    **_texts("measure", "batch", "operator", "drafter", "document", "despite"),
    "unplaced": UNPLACED,
    "to_pay": TO_PAY,
    "totals": SUMS,
    "corrections": [CORRECTION],
    "bank": {
        "rows": "int",
        "amount": "money",
        "left_out": "int",
        "left_out_amount": "money",
        "kept_back": "money",
        "reasons": ["text"],
    },
    "outputs": OUTPUTS,
}
MONTH_STATE = {
    "month": "month",
    "state": "text",
    **dict.fromkeys(("approved", "paid", "open"), "money"),
    **dict.fromkeys(("failed", "no_return", "other"), "int"),
    "to_recover": "money",
    "todo": "text",
}
STEP = {"step": "int", **_texts("key", "name", "state", "done", "by", "at", "missing", "todo")}
HANDED_IN = {
    **_maybe("county", "township"),
    "table": "text",
    "rows": "int",
    "rows_before": "int",
    "paid_before": "bool",
    "missing": "bool",
    "new": "bool",
    "title": "text",
}
SECTIONS = (
    "funds",
    "months",
    "verdicts",
    "areas",
    "measures",
    "changes",
    "rules",
    "heat",
    "scale",
    "due",
    "due_areas",
    "risks",
    "staff",
)
REPORT = {
    "kind": "text",
    "month": "month",
    "from": "month",
    "to": "month",
    "town": "text?",
    "by": "text",
    "policy": "text",
    "state": "text",
    "standard": "money?",
    "sentence": "text",
    "todo": [Each("any")],
    "totals": "any",
    "opening": "money?",
    "severities": Each("int"),
    "at_stake": "money?",
    "moves": "any",
    "compared": Each("month"),
    **dict.fromkeys(SECTIONS, "any"),
    "skipped": [{"code": "text", "missing_tables": ["text"], "missing_settings": ["text"], "partial": "bool"}],
    "inputs": INPUTS,
    "outputs": OUTPUTS,
}
DOCUMENTS: dict[str, Document] = {
    "check": Document("fupin check", "一个月的核查：读了什么、发现什么、哪些规则没有运行、与以前比", (CHECK,)),
    "payroll": Document(
        "fupin payroll，fupin subsidy 补贴", "一个月一项补贴的测算：逐行状态、金额和代码，各项合计", (PAYROLL,)
    ),
    "subsidies": Document(
        "fupin subsidy，fupin subsidy --all",
        "岗位以外的各项补贴：清单，或几项测算",
        (
            {
                "measures": [
                    {
                        **_texts("code", "title", "clause", "fund", "who", "table"),
                        "needs": ["text"],
                        "missing_settings": ["text"],
                    }
                ]
            },
            {"runs": [{"format": "text", **PAYROLL}]},
        ),
        ("清单", "测算"),
    ),
    "approve": Document("fupin approve", "批准：批次、银行应付、没有进代发文件的", (APPROVE,)),
    "withdraw": Document(
        "fupin withdraw",
        "撤回批准",
        (
            {
                "month": "month",
                **_texts("measure", "batch", "withdrawn", "operator", "document"),
                "lines": "int",
                "amount": "money",
                "voided": ["text"],
            },
        ),
    ),
    "reconcile": Document("fupin reconcile", "对账：逐行应发、批准、实付和结论", (RECONCILE,)),
    "status": Document(
        "fupin status",
        "各月到了哪一步；写明月份时是九个步骤和各乡镇报了什么",
        (
            {"months": [MONTH_STATE], "trouble": "any", "finished": ["text"]},
            {"month": "month", "months": [MONTH_STATE], "steps": [STEP], "next": "text", "handed_in": [HANDED_IN]},
        ),
        ("各月", "一个月"),
    ),
    "explain": Document(
        "fupin explain",
        "一个人某月的一行是怎么算出来的，一层层的步骤",
        ({"month": "month", "lines": [{**_texts("name", "value", "source", "clause", "law"), "steps": ["any"]}]},),
    ),
    "roster": Document("fupin roster", "台账：每人一个就业状态和依据，变化，各类的平衡（10）", (ROSTER,)),
    "risk": Document("fupin risk", "风险预警：新增、持续、已解除和平衡（11）", (RISK,)),
    "match": Document("fupin match", "外出人员和岗位：建议匹配，其余的原因（12）", (MATCH,)),
    "forecast": Document("fupin forecast", "到政策期末各月的人数、金额，预算够不够（14）", (FORECAST,)),
    "due": Document("fupin due", "补贴期限、养老金、合同、意外险在 3、6、12 个月内到期的", (DUE,)),
    "whatif": Document("fupin what-if", "换一种设置试算，逐行比较（15）", (WHATIF,)),
    "report": Document("fupin report", '给领导看的一页：各部分是列表或对象，算不出的是 {"missing": 原因}', (REPORT,)),
    "ledger": Document(
        "fupin ledger show",
        "账本：各批次，或某人、某月的各行",
        ({"batches": [Each("any")]}, {"lines": [Each("any")]}),
        ("各批次", "各行"),
    ),
    "inputs": Document(
        "fupin inputs",
        "批准时留存的输入文件",
        (
            {
                "month": "month",
                "batches": [
                    {
                        **_texts("batch", "measure"),
                        "sha256": "text",
                        "files": [{"file": "text", "sha256": "sha256", "size": "int"}],
                    }
                ],
                "outputs": OUTPUTS,
            },
        ),
    ),
    "verify": Document(
        "fupin verify",
        "核对：每个月看了什么，有没有改动",
        ({"months": [{"month": "month", "bad": "bool", "checks": [_texts("state", "text")]}]},),
    ),
    "doctor": Document(
        "fupin doctor", "本机、程序和工作区的检查", ({"checks": [_texts("name", "state", "text", "todo")]},)
    ),
    "config": Document(
        "fupin config", "每项设置的值和来处", ({"settings": [{"name": "text", "value": "any", "origin": "text"}]},)
    ),
    "counties": Document(
        "fupin counties",
        "多个县一起：各县的结果和合计",
        (
            {
                "command": "text",
                "month": "month",
                "root": "text",
                "counties": [
                    {
                        **_texts("county", "name", "status"),
                        "exit_code": "int?",
                        "attempts": "int",
                        "skipped": "bool",
                        **_maybe("message", "hint"),
                        "said": "any",
                        "seconds": "number?",
                        "figures": Each("any"),
                        "outputs": ["text"],
                    }
                ],
                "totals": Each("any"),
                "sums": Each("any"),
                "outputs": OUTPUTS,
            },
        ),
    ),
}
WHAT = {
    "month": "月份",
    "before": "比较的月份（上一个月份文件夹）",
    "policy": "政策文件的代号",
    "measure": "补贴代码，岗位补贴是 post",
    "inputs": "读入的表，每个工作表一项",
    "role": "current 本月，previous 上月（对比），unused 未用",
    "rows_read": "读入行数",
    "rows_accepted": "采用的行数",
    "rows_set_aside": "另放的行数",
    "sha256": "文件的 SHA-256",
    "file": "文件（收件夹下的路径）",
    "sheet": "工作表",
    "table": "表的代号",
    "row": "Excel 里的行号",
    "column": "列的字母",
    "header": "列名",
    "code": "规则代码",
    "severity": "error 错误，warning 警告，info 提示",
    "effect": "refuse 不予，hold 暂缓，none 不影响发放",
    "person": "证件号码，遮盖；--unmask 为原值",
    "name": "姓名或名称，人名遮盖",
    "person_code": "一人一码",
    "post": "岗位编号；别的补贴是区分各申请项的",
    "post_id": "岗位编号",
    "value": "单元格里的原值",
    "message": "说明",
    "clause": "依据的条款",
    "hint": "怎么办",
    "waived": "已豁免的（问题：是否；行：代码）",
    "waiver": "豁免文号",
    "amount": "金额",
    "months": "月数，或各月",
    "since": "从哪个月起一直有（没有比较的是 null）",
    "standing": "new 新出，lasting 仍在；没有比较的是 null",
    "county": "县",
    "township": "乡镇",
    "village": "村",
    "status": "pay 发放，hold 暂缓，refuse 不予",
    "codes": "这一行的全部代码",
    "standard": "月标准，或标准、基数",
    "proration": "折月方法",
    "numerator": "分子（天数或数量）",
    "divisor": "分母",
    "due": "应发",
    "fund": "资金来源",
    "months_before": "本月前已用月数",
    "months_after": "本月后月数",
    "cap_end": "最后可发月",
    "settled": "核定的批准文号",
    "outputs": "写出的文件",
    "skipped": "没有做、没有运行的和原因",
    "crashed": "程序出错的规则",
    "compared": "与以前月份的核查比",
    "with": "与哪个月的核查比",
    "unchecked": "中间没有核查过的月份",
    "not_compared": "没有比较的（两次运行的规则或看的表不同）",
    "left_out": "没有比较的问题条数：这次、上次",
    "since_last_run": "与本月上一次核查比：new 新出，mended 改好",
    "new": "新出、新增（试算：试算后的金额）",
    "lasting": "仍在",
    "mended": "已改好",
    "continuing": "持续",
    "cleared": "已解除",
    "holds": "平衡式是否成立",
    "proof": "平衡式里的各数",
    "to_pay": "银行应付和它的组成",
    "unplaced": "没有能读入的",
    "state": "状态：人的就业状态、月份的状态等代号",
    "labour": "是不是劳动力；不知道的是 null",
    "category": "监测对象类别，或脱贫户",
    "within": "几个月内（3、6、12）；0 已过期，null 不明",
    "unknown": "日期不明的",
    "unkeyed": "身份证号不能用、不知道是谁的行数",
    "why": "原因",
    "advice": "建议",
    "reason": "原因",
    "verdict": "对账结论的代号",
    "kind": "类别代号",
    "totals": "合计",
    "kept_back": "抵扣",
    "back_pay": "补发",
    "left": "余下的（预算、岗位、人）",
    "people": "人，或人数",
    "fact": "依据的话",
    "feedback": "对方反馈的处理结果",
    "feedback_on": "处理日期",
    "source_batch": "原批次",
    "source_line": "原批次序号",
    "todo": "下一步",
    "title": "名称",
    "partial": "是否只运行了一部分",
    "missing_tables": "没有报送的表",
    "missing_settings": "没有设置的项",
    "spans": "几个月内，各档",
    "despite": "有没有读入的仍批准的文号",
    "short_from": "从哪个月起不够",
    "shortfall": "差额",
    "last_month": "最后一个月",
    "leaving": "月末退出的人",
    "held_amount": "暂缓行的金额",
}
