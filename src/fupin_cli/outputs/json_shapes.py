"""The shape of every document that `--format json` prints: declared once, for the schemas, their page and the tests.

How a shape is written stands in `json_notation`, what a key means in `json_words`.
"""

from __future__ import annotations

from fupin_cli.outputs.json_money import APPROVE, PAYROLL, RECONCILE
from fupin_cli.outputs.json_notation import (
    CRASHED,
    FINDING,
    HEAD,
    INPUTS,
    OUTPUTS,
    Document,
    Each,
    Maybe,
    maybe,
    texts,
)
from fupin_cli.outputs.json_reports import DUE, FORECAST, MATCH, RISK, ROSTER, WHATIF

SINCE = {
    **dict.fromkeys(("new", "lasting", "mended"), "int"),
    **dict.fromkeys(("new_amount", "lasting_amount", "mended_amount"), "money"),
}
COMPARED = {
    "with": "month?",
    "why": "text?",
    "unchecked": ["month"],
    "not_compared": [texts("code", "why")],
    "left_out": {"now": "int", "before": "int"},
    "totals": Maybe(SINCE),
    "by_code": [{"code": "text", **SINCE}],
    "by_township": [{**maybe("county", "township"), **SINCE}],
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
MONTH_STATE = {
    "month": "month",
    "state": "text",
    **dict.fromkeys(("approved", "paid", "open"), "money"),
    **dict.fromkeys(("failed", "no_return", "other"), "int"),
    "to_recover": "money",
    "todo": "text",
}
STEP = {"step": "int", **texts("key", "name", "state", "done", "by", "at", "missing", "todo")}
HANDED_IN = {
    **maybe("county", "township"),
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
                        **texts("code", "title", "clause", "fund", "who", "table"),
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
                **texts("measure", "batch", "withdrawn", "operator", "document"),
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
        ({"month": "month", "lines": [{**texts("name", "value", "source", "clause", "law"), "steps": ["any"]}]},),
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
                        **texts("batch", "measure"),
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
        ({"months": [{"month": "month", "bad": "bool", "checks": [texts("state", "text")]}]},),
    ),
    "doctor": Document(
        "fupin doctor", "本机、程序和工作区的检查", ({"checks": [texts("name", "state", "text", "todo")]},)
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
                        **texts("county", "name", "status"),
                        "exit_code": "int?",
                        "attempts": "int",
                        "skipped": "bool",
                        **maybe("message", "hint"),
                        "said": ["text"],
                        "seconds": "number?",
                        "figures": Each("any"),
                        "outputs": ["text"],
                    }
                ],
                "totals": dict.fromkeys(("counties", "done", "failed", "not_handed_in", "skipped"), "int"),
                "sums": Each("any"),
                "groups": [
                    {**texts("city", "county"), **dict.fromkeys(("counties", "unknown"), "int"), "figures": Each("any")}
                ],
                "outputs": OUTPUTS,
            },
        ),
        words={
            "command": "check、payroll、run、across、report",
            "root": "各县工作区的上一级",
            "counties": "各县；合计里是县数",
            "county": "县的文件夹（--root 下），groups 里是县名，按市的空",
            "name": "县名",
            "city": "市",
            "status": "done 做完，failed 没做成，not_handed_in 未报送",
            "exit_code": "县自己的命令的退出码",
            "attempts": "做了几次",
            "skipped": "和上次相同，没有重做",
            "said": "做的时候说的话",
            "seconds": "用了几秒",
            "figures": "条数，金额是元；没有算的是 null 或没有这个键",
            "totals": "各种结果的县数",
            "sums": "做完的县的 figures 合计",
            "groups": "report：各县（--by city）或各市（--by province）的 figures；别的命令是空的",
            "unknown": "有几个县有没算出来的数（没有计入合计）",
        },
    ),
}
