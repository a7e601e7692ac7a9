"""Counties' pages added up to one of a city or a province: the same sections, a township's place taken by a county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.checks.engine import Outcome
from fupin_cli.checks.rule import GROUPS
from fupin_cli.counties import fold_areas as by_area
from fupin_cli.counties import fold_todo
from fupin_cli.counties.lacking import Own, lacking, names_of, without
from fupin_cli.counties.own_page import framed
from fupin_cli.counties.result import labels
from fupin_cli.counties.state import DONE
from fupin_cli.counties.wording import shared_rules
from fupin_cli.reconciliation.verdict import VERDICTS
from fupin_cli.reports.about import CURRENT, About, Absent, Law, Source
from fupin_cli.reports.due import KIND_WORDS, KINDS
from fupin_cli.reports.known import CITY, COUNTY, Missing, Scope
from fupin_cli.reports.page import Page
from fupin_cli.reports.page_findings import COLUMNS, by_money, known_sum, worst
from fupin_cli.reports.risk_rules import RISKS

if TYPE_CHECKING:
    from fupin_cli.checks.rule import WordedRule
    from fupin_cli.reports.page import Part

Named = Mapping[str, pl.Expr]
EMPTY: Named = MappingProxyType({})
SUMMED = "没有计入的县"


def folded(rows: Sequence[dict[str, Any]], month: int, *, by_city: bool) -> Page:
    """Add up the pages of counties (`rows`: their states, with `city`) that are done; name the others."""
    scope = Scope(month, month, whole=CITY if by_city else COUNTY)
    by = scope.by
    names = labels(rows)
    ordered = sorted(rows, key=lambda row: (row["city"], row["county"]))
    owns = [Own(names[row["county"]], row["city"], row["page"]) for row in ordered if row["status"] == DONE]
    absent = [
        Absent(row["city"], names[row["county"]], row["status"], row["line"], row["hint"])
        for row in ordered
        if row["status"] != DONE
    ]
    worded = shared_rules([own.page for own in owns])
    summed = _sum(owns, "rules", "code", {"severity": worst(), "amount_fen": known_sum("amount_fen")})
    rules = by_money(summed, worded)
    scale, when, notes = by_area.scale(owns, by)
    notes |= _notes(owns, worded)
    have = [own.page["totals"] for own in owns if own.why("totals") is None]
    moves = [own.page["moves"] for own in owns if own.why("moves") is None]
    page = Page(
        scope=scope,
        about=_about(owns, absent, [row["city"] for row in ordered], notes, worded),
        state=None,
        totals=by_area.total(have) if have else None,
        totals_missing=by_area.none_of(owns, "totals"),
        funds=_funds(owns),
        opening_fen=sum(own.page["opening_fen"] for own in owns),
        months=_part(owns, "months", "month", {"source": pl.col("source").sort().last()}),
        verdicts=_part(owns, "verdicts", "verdict", order=list(VERDICTS)),
        areas=by_area.areas(owns, by),
        measures=_part(owns, "measures", "measure"),
        severities={
            name: sum(own.page["severities"][name] for own in owns) for name in ("error", "warning", "info", "waived")
        },
        changes=_part(owns, "changes", "group", order=list(GROUPS)),
        rules=rules,
        at_stake_fen=sum(own.page["at_stake_fen"] for own in owns),
        heat=by_area.heat(owns, by, rules["code"].head(COLUMNS).to_list()),
        scale=scale,
        when=when,
        moves=by_area.none_of(owns, "moves") or by_area.total(moves),
        due=_part(owns, "due", "kind", order=list(KINDS)),
        due_areas=by_area.due_areas(owns, by),
        risks=_risks(owns, worded),
        staff=by_area.staff(owns, by),
        outcomes=_outcomes(owns),
        todo=fold_todo.todo(owns, absent),
    )
    _keep_shown(page)
    return page


def _sum(
    owns: Sequence[Own], part: str, key: str, named: Named = EMPTY, order: Sequence[str] | None = None
) -> pl.DataFrame:
    """Sums by key of a part of those counties that have it; columns that are no sums by `named`."""
    frames = [framed(own.page[part]) for own in owns if own.why(part) is None]
    if not frames:
        return pl.DataFrame(
            schema={
                "code": pl.String,
                "severity": pl.String,
                "count": pl.Int64,
                "people": pl.Int64,
                "amount_fen": pl.Int64,
            }
        )
    rows = pl.concat(frames)
    sums = [pl.col(n).sum() for n, kind in rows.schema.items() if kind == pl.Int64 and n not in (key, *named)]
    found = rows.group_by(key).agg(*sums, **named)
    place = pl.col(key) if order is None else pl.col(key).replace_strict({n: i for i, n in enumerate(order)})
    return found.sort(place, nulls_last=True).select(n for n in rows.columns if n in found.columns)


def _part(owns: Sequence[Own], part: str, key: str, named: Named = EMPTY, order: Sequence[str] | None = None) -> Part:
    return by_area.none_of(owns, part) or _sum(owns, part, key, named, order)


def _strict(name: str) -> pl.Expr:
    """A sum of which every part is known; else null."""
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum())


def _funds(owns: Sequence[Own]) -> Part:
    """Each fund: a budget or a forecast that one county does not know makes the sum unknown."""
    strict = {name: _strict(name) for name in ("budget_fen", "forecast_fen", "year_end_fen")}
    return _part(owns, "funds", "fund", strict)


def _risks(owns: Sequence[Own], rules: Mapping[str, WordedRule]) -> Part:
    """Each risk: people of those counties where it was judged (null: in none); the page's notes name the others."""
    numbers = ("now", "new", "continuing", "cleared", "answered")
    titles = {code: rule.title for code, rule in rules.items()}
    named = {"title": pl.col("title").first(), **{name: known_sum(name) for name in numbers}}
    found = _part(owns, "risks", "code", named, [risk.code for risk in RISKS])
    return (
        found
        if isinstance(found, Missing)
        else found.with_columns(title=pl.col("code").replace_strict(titles, return_dtype=pl.String))
    )


def _notes(owns: Sequence[Own], rules: Mapping[str, WordedRule]) -> dict[str, list[str]]:
    """By section: which counties are not in its sums, and why."""
    ahead = lacking("没有预测的县", [(own.name, own.page["ahead"]) for own in owns if own.page["ahead"]])
    if len(owns) == sum(bool(own.page["ahead"]) for own in owns):
        ahead = []  # the page says it of all
    parts = {"months": "months", "steps": "verdicts", "areas": "totals", "changes": "changes", "due": "due"}
    notes = {section: _some(owns, part) for section, part in parts.items()}
    notes["funds"] = _some(owns, "funds") + _no_budget(owns) + ahead
    notes["months"] += ahead
    notes["counties"] = (
        ["各县的人数相加：同一个人在两个县的算两次（跨县比对见 fupin counties across）。"] if owns else []
    )
    late = [(own.name, "") for own in owns if not own.page["late"]]
    notes["areas"] += lacking("没有核对各乡镇是否报齐的县", late)
    left = [sum(own.page["left"][n] for own in owns) for n in (0, 1)]
    if any(left):
        notes["changes"].append(
            f"两次运行的规则或看的表不同的不比：各县这次共 {left[0]:,} 条、上次共 {left[1]:,} 条问题没有比。"
        )
    idle: dict[str, list[tuple[str, str]]] = {}
    for own in owns:
        for kind, table in own.page["due_idle"].items():
            idle.setdefault(kind, []).append((own.name, f"没有{table}"))
    for kind, whys in idle.items():
        notes["due"] += lacking(f"没有看{KIND_WORDS[kind]}的县", whys)
    notes["scale_moves"] = (
        [] if by_area.none_of(owns, "moves") else lacking("台账变动没有算的县", without(owns, "moves"))
    )
    notes["risks"] = _some(owns, "risks") + _unjudged(owns, rules)
    notes["staff"] = _some(owns, "staff")
    return notes


def _some(owns: Sequence[Own], part: str) -> list[str]:
    """The note on counties without a part that others have; where all lack it, the section says so itself."""
    return [] if by_area.none_of(owns, part) else lacking(SUMMED, without(owns, part))


def _no_budget(owns: Sequence[Own]) -> list[str]:
    """Funds whose budget is unknown in a county, so that they have none in sum."""
    lack: dict[str, list[str]] = {}
    for own in owns:
        if own.why("funds") is None:
            for fund, budget in framed(own.page["funds"]).select("fund", "budget_fen").iter_rows():
                if budget is None:
                    lack.setdefault(fund or "", []).append(own.name)
    whys = [(name, fund or "资金来源不明") for fund, names in lack.items() for name in names]
    return lacking("有的县没有设置预算，这项资金的预算和年底余额不合计", whys)


def _unjudged(owns: Sequence[Own], rules: Mapping[str, WordedRule]) -> list[str]:
    """Risks that some counties judged and others could not; and who had no month to compare with."""
    have = [own for own in owns if own.why("risks") is None]
    by_code: dict[str, list[str]] = {}
    for own in have:
        idle = framed(own.page["risks"]).filter(pl.col("now").is_null())
        for code in idle["code"]:
            by_code.setdefault(code, []).append(own.name)
    whys = [(name, rules[code].title) for code, names in by_code.items() if len(names) < len(have) for name in names]
    notes = lacking("没有判断、不计入的（缺表或设置）", whys)
    bare = [(own.name, "") for own in have if not own.page["risks_before"]]
    if len(bare) < len(have):
        notes += lacking("没有更早的月份，新增、持续、已解除不含", bare)
    return notes


def _outcomes(owns: Sequence[Own]) -> list[Outcome]:
    """Each rule: how many findings in all counties; not run, where it ran in none."""
    found: dict[str, Outcome] = {}
    for own in owns:
        for code, status, count, _ in own.page["outcomes"]:
            before = found.get(code)
            known = before.status if before is not None and before.status not in ("not_run", "ok") else status
            if before is not None and before.status == "ok" and status == "not_run":
                known = "ok"
            found[code] = Outcome(code, known, count + (before.count if before else 0))
    return list(found.values())


def _whys(owns: Sequence[Own]) -> dict[str, str]:
    """Why a rule did not run in some counties, or in any."""
    by_code: dict[str, list[tuple[str, str]]] = {}
    for own in owns:
        for code, why in own.page["whys"].items():
            by_code.setdefault(code, []).append((own.name, why))
    found = {}
    for code, whys in by_code.items():
        reasons = {why for _, why in whys}
        if len(whys) == len(owns) and len(reasons) == 1:
            found[code] = f"各县都{whys[0][1]}" if len(owns) > 1 else whys[0][1]
        else:
            found[code] = lacking(f"{len(whys)} 个县没有运行", whys)[0]
    return found


def _keep_shown(page: Page) -> None:
    """Of the catalogue only what the page leads to, or what did not run: a hundred rules without findings say nothing."""
    linked = {*page.rules["code"], *page.about.whys, *(code for entry in page.todo for code in entry.codes)}
    if not isinstance(page.risks, Missing):
        linked |= {*page.risks["code"]}
    page.outcomes = [outcome for outcome in page.outcomes if outcome.count or outcome.code in linked]


def _about(
    owns: list[Own], absent: list[Absent], cities: list[str], notes: dict[str, list[str]], rules: dict[str, WordedRule]
) -> About:
    moves = notes.pop("scale_moves")
    notes["scale"] = [*notes.get("scale", []), *moves]
    whole = {name: value for own in owns for name, value in own.page["lacks"].items()}
    states: dict[str, int] = {}
    for own in owns:
        states[own.page["state"]] = states.get(own.page["state"], 0) + 1
    unread = [f"{own.name} {own.page['unread']} 处" for own in owns if own.page["unread"]]
    laws = {tuple(law): None for own in owns for law in own.page["laws"]}
    places = sorted({*cities})
    return About(
        name=places[0] if len(places) == 1 else f"{len(places)} 个市",
        laws=[Law(i, title, date.fromisoformat(first), date.fromisoformat(last)) for i, title, first, last in laws],
        standards=[fen for own in owns for fen in own.page["standards"]],
        tables=whole,
        measures={code: title for own in owns for code, title in own.page["measure_titles"].items()},
        clauses={code: clause for own in owns for code, _, _, clause in own.page["outcomes"]},
        rules=rules,
        whys=_whys(owns),
        wanted="".join(sorted({own.page["wanted"] for own in owns})),
        late=True,
        sources=[
            Source(
                own.name,
                "",
                CURRENT,
                rows_read=own.page["rows"][0],
                rows_accepted=own.page["rows"][1],
                rows_set_aside=own.page["rows"][2],
                sha256=own.page["sha256"],
                tables=own.page["tables"],
            )
            for own in owns
        ],
        unread=[names_of(unread)] if unread else [],
        compared=sorted({month for own in owns for month in own.page["compared"]}),
        risks_before=sorted({month for own in owns for month in own.page["risks_before"]}),
        ahead=_all_ahead(owns),
        notes=notes,
        absent=absent,
        states=states,
        each=fold_todo.each(owns),
    )


def _all_ahead(owns: list[Own]) -> str:
    """Why no county has a forecast; empty where one has."""
    whys = [own.page["ahead"] for own in owns]
    return whys[0] if whys and all(whys) else ""
