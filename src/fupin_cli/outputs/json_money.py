"""The documents of payroll, reconcile and approve: every key with its type."""

from __future__ import annotations

from fupin_cli.outputs.json_notation import AREA, CRASHED, FINDING, INPUTS, OUTPUTS, PLACE, Each, maybe, texts

SUMS = {
    **dict.fromkeys(("lines", "pay", "hold", "refuse"), "int"),
    **dict.fromkeys(("amount", "due_hold", "due_refuse"), "money"),
}


LINE = {
    "measure": "text",
    **maybe("person", "name", "post"),
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
    **maybe("person", "name", "post"),
    "month": "month",
    "kind": "text",
    **maybe("old_status", "status"),
    "codes": ["text"],
    **dict.fromkeys(("old", "new", "amount"), "money?"),
    **maybe("reason", "source_batch"),
    "source_line": "int?",
}


TO_PAY = dict.fromkeys(("month", "back_pay", "kept_back", "total"), "money")


UNPLACED = [texts("file", "sheet", "code", "why", "hint")]


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
            **maybe("person", "name", "post"),
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


VERDICT = {
    "measure": "text",
    **maybe("person", "name", "post"),
    "month": "month",
    "verdict": "text",
    **dict.fromkeys(("due", "approved", "paid", "difference"), "money?"),
    **maybe("reason", "why", "advice"),
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
    "unmatched": [{**maybe("match", "result"), "amount": "money?", **maybe("person", "name", "account"), **PLACE}],
    "notes": ["text"],
    "refused_rows": "int",
    "findings": [FINDING],
    "totals": {"lines": "int", **FOUR, "by_verdict": Each({"lines": "int", "amount": "money", **FOUR})},
    "outputs": OUTPUTS,
    "reissued?": "any",
}


APPROVE = {
    "month": "month",
    **texts("measure", "batch", "operator", "drafter", "document", "despite"),
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
