"""Shapes of the documents of roster, risk, match, forecast, due and what-if."""

from __future__ import annotations

from fupin_cli.outputs.json_notation import AREA, HEAD, INPUTS, ORIGIN, OUTPUTS, PLACE, WHO, Each, maybe, texts

COUNTS = dict.fromkeys(("before", "joined", "left", "in", "out", "after"), "int")
PROOF = {**texts("dimension", "class"), **COUNTS, "holds": "bool"}
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
            **texts("labour_class", "risk", "age_band"),
            **maybe("state", "place"),
            **ORIGIN,
        }
    ],
    "strangers": [{**WHO, **AREA, **maybe("place", "employer", "industry"), "income": "money?", **PLACE}],
    "changes": [{**WHO, "kind": "text", **maybe("field", "from", "to", "reason")}],
    "proof": [PROOF],
    "proof_by_township": [{**maybe("county", "township"), **PROOF}],
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
    **texts("code", "title", "kind"),
    "since": "month?",
    **maybe("fact", "advice", "feedback"),
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
    "feedback_not_counted": ["text"],
    "proof": [{"code": "text", **RISK_COUNTS, "holds": "bool"}],
    "summary": RISK_COUNTS,
    "skipped": [{"code": "text", "missing_tables": ["text"], "missing_settings": ["text"]}],
    "not_compared": ["text"],
    "rules": [texts("code", "title", "compares")],
    "outputs": OUTPUTS,
}
MARKS = {**AREA, "beneficiary": "bool?", "labour": "bool?", "state": "text?"}
WISH = maybe("wish_trade", "wish_place", "skill")
MATCHED = {
    **WHO,
    **MARKS,
    **WISH,
    "priority": "int?",
    "score": "int?",
    "reason": "text?",
    **maybe("employer", "work_place", "work_trade"),
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
            **maybe("employer", "place", "trade"),
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
    "unpriced": [texts("code", "year")],
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
    "by_township": [{**maybe("county", "township"), "kind": "text", **DUE_COUNTS}],
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
            **maybe("township", "fund"),
            "change": "text",
            **maybe("old_status", "new_status"),
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
