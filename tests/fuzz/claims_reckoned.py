"""Subsidies beside the post reckoned a second time: one person after the other, with fractions, from the rules and not from the program.

Nothing of `fupin_cli` is used here. What it says of a claim: the codes that decide, the status, fen due.
It knows one household a person, no waivers, no settlements; cells of a claim are typed, None is an empty cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.fuzz.claimant import EMPLOYER, MONTHLY, SPANS, Claim, Claimant, Paid, begun
from tests.fuzz.claims_of_people import OfPeople
from tests.fuzz.claims_of_projects import OfProjects
from tests.fuzz.reckoned import NO_LABOUR, TERM, Told, age, index, plus_months


@dataclass
class Claims(OfPeople, OfProjects):
    """A month's claims under a county's settings."""

    def of(self, p: Claimant) -> list[tuple[str, Claim, Told]]:
        """What is said of each of a person's claims of this month; those for one thing compete at the end."""
        told = []
        for claim in sorted((c for c in p.claims if c.month == self.month), key=self._order):
            for measure in claim.measures:
                told.append((measure, claim, self._told(measure, p, claim)))
                if (
                    measure in SPANS and told[-1][2].status == "pay"
                ):  # days and months that this claim takes from the next
                    p = replace(p, paid=p.paid + self._taken(measure, claim.cells))
        self._exclude(p, told)
        self._compete(told)
        self._room_of_platforms(told)
        return told

    def _order(self, claim: Claim) -> Any:
        start, end = claim.cells.get("起"), claim.cells.get("止")
        return (start, end) if claim.measures[0] in SPANS and start and end else (date.max, date.max)

    def _taken(self, measure: str, c: dict[str, Any]) -> list[Paid]:
        if measure == "startup_interest":
            return [Paid(measure, self.month, 0, (c["起"], min(c["止"], self.last + timedelta(1))))]
        months = (index(plus_months(c["起"], n)) for n in range(begun(c["起"], c["止"])))
        return [Paid(measure, self.month, 0, m) for m in months if m <= self.month]

    def _told(self, measure: str, p: Claimant, claim: Claim) -> Told:
        told = Told()
        if self.month not in range(TERM[0], TERM[1] + 1):
            told.put("CAP008", "refuse")
        about = measure if measure not in EMPLOYER else "employer"
        first, last = getattr(self, f"_{about}")(p, claim.cells, told, measure)
        if measure not in {"incubator", "base_reward"}:
            self._who(measure, p, told)
            self._alive(p, first, last, told)
        if measure in MONTHLY and any(x.measure == measure and x.month == self.month for x in p.paid):
            told.put("CAP007", "refuse")
        if told.due == 0 and told.status == "pay":
            told.put("MEA016", "hold")
        return told

    def _who(self, measure: str, p: Claimant, told: Told) -> None:
        """A beneficiary who is labour; the premium is due of everybody on a post, 雨露计划 of students."""
        r = p.registry
        if measure == "accident_insurance":
            return
        if r is None or not (r["户类型"] == "脱贫户" or r["监测对象类别"]):
            told.put("MEA002", "refuse")
        elif measure != "rain_dew":
            if r["劳动技能"] in NO_LABOUR or r["在校生状况"] or age(p.birth, self.last) < 16:
                told.put("MEA002", "refuse")
        elif r["在校生状况"] and not r["在校生状况"].startswith(("中职", "高职高专", "技师学院")):
            told.put("MEA015", "hold")

    def _alive(self, p: Claimant, first: date | None, last: date | None, told: Told) -> None:
        """The dead and prisoners, on the days of the claim up to the month's last."""
        if first is None:  # nobody knows what lies before the claim: it is held for the day that is not known
            return
        end = min(last or self.last, self.last)
        if p.dead and p.dead <= max(first, end):
            told.put("MEA019", "refuse" if p.dead < first else "hold")
        if p.prison and p.prison[0] <= max(first, end) and (p.prison[1] is None or p.prison[1] >= first):
            told.put("MEA019", "refuse")

    def _exclude(self, p: Claimant, told: list[tuple[str, Claim, Told]]) -> None:
        """CAP009: what is not refused itself excludes another; the post keeps its status, then the employer's."""
        on_post = self._on_post(p) or any(x.measure == "post" and x.month == self.month for x in p.paid)
        paid = {x.measure for x in p.paid if x.month == self.month}
        for measure, _, t in told:
            if on_post and measure in {*EMPLOYER, "flexible_social_insurance"}:
                t.put("CAP009", "refuse")
        employed = any(m in EMPLOYER and t.status != "refuse" for m, _, t in told) or bool(paid & set(EMPLOYER))
        for measure, claim, t in told:
            if measure == "flexible_social_insurance" and employed:
                t.put("CAP009", "refuse")
            elif measure == "training_living" and self._on_post(p) == "full":
                start, end = claim.cells["开班"], claim.cells["结业"]
                if start and end and end >= self.first:
                    t.put("CAP009", "refuse")
        flexible = any(m == "flexible_social_insurance" and t.status != "refuse" for m, _, t in told)
        for measure, _, t in told:
            if measure == "unemployment_aid" and (employed or flexible):
                t.put("MEA015", "hold")

    def _compete(self, told: list[tuple[str, Claim, Told]]) -> None:
        """Of several claims for one thing the smallest is paid."""
        groups: dict[Any, list[tuple[Any, Told]]] = {}
        for measure, claim, t in told:
            about = thing(measure, claim.cells)
            if about is not None and t.status == "pay":
                # Of several journeys the first is paid, else the smallest sum.
                order = (claim.cells.get("出发日期") or self.last, t.due or 0)
                groups.setdefault((measure, about), []).append((order, t))
        for group in groups.values():
            for _, t in sorted(group, key=lambda one: one[0])[1:]:
                t.put("CAP010", "refuse")

    def _room_of_platforms(self, told: list[tuple[str, Claim, Told]]) -> None:
        """Claims of one platform in one year stay together under its cap."""
        spent: dict[int, int] = {}
        for measure, claim, t in sorted(told, key=lambda x: x[2].due or 0):
            if measure == "incubator" and t.status == "pay":
                year = claim.cells["起"].year
                room = max(0, 100 * self.county["incubator_max"] - self.spent.get(year, 0) - spent.get(year, 0))
                t.due = min(t.due or 0, room)
                spent[year] = spent.get(year, 0) + t.due
                if not t.due:
                    t.put("CAP010", "refuse")


def thing(measure: str, c: dict[str, Any]) -> Any:
    """What is paid once; None where days or months are counted."""
    of = {"rain_dew": "学期", "training_living": "班次", "training_course": "班次", "labour_export_service": "始"}
    of |= {"accident_insurance": "保单", "incubator": "起"}
    if measure in {*MONTHLY, "transport", "base_reward"}:
        return ""
    return c[of[measure]] if measure in of else None
