"""Subsidies of loans, rents, platforms, bases, policies and people without work, reckoned a second time: see `claims_reckoned`."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.fuzz.claimant import Claimant, MonthOfClaims, begun
from tests.fuzz.reckoned import NO_LABOUR, TERM, Told, age, half_up, index, plus_months

FARMING = {"农", "林", "牧", "畜", "禽", "渔", "种植", "养殖", "果", "蔬", "粮", "合作社", "家庭农场", "休闲旅游"}
FARMING |= {"健康养生", "共享农庄", "农村电商"}


class OfProjects(MonthOfClaims):
    """What is said of each claim: codes and fen; each gives the claim's first and last day."""

    def _on_post(self, p: Claimant) -> str:
        """How much was attended on a post of this month that is not refused; empty: on none."""
        r = p.registry
        out = r is None or not (r["户类型"] == "脱贫户" or r["监测对象类别"]) or r["劳动技能"] in NO_LABOUR
        away = p.prison and p.prison[0] <= self.last and (p.prison[1] is None or p.prison[1] >= self.first)
        gone = (p.dead and p.dead < self.first) or away or age(p.birth, self.first) < 16
        late = self.month not in range(TERM[0], TERM[1] + 1) or self.month > index(p.birth) + 60 * 12
        return "" if out or gone or late or p.post in {"left", "none"} else p.post

    def _unemployment_aid(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        if not c["原因"] and c["期满"] is not None and c["期满"] >= self.first:
            told.put("MEA015", "refuse")
        if c["参保"] is None:
            told.put("MEA005", "hold")
        works = p.works is not None and p.works <= self.last
        if works or (p.insured and self._runs(p.insured[1])) or self._on_post(p):
            told.put("MEA015", "hold")
        told.due = 100 * self.county["unemployment_monthly"]
        return self.first, self.last

    def _accident_insurance(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        if p.post in {"", "left"}:
            told.put("MEA011", "refuse")
        if c["保费"] is None or c["止"] is None:
            told.put("IN004" if c["止"] is None else "MEA016", "hold")
        else:
            periods = begun(c["起"], c["止"], 12 if self.county["premium_period"] == "year" else 1)
            told.due = min(c["保费"], periods * 100 * self.county["premium"])
        if any(x.measure == "accident_insurance" and x.about == c["保单"] and x.month == self.month for x in p.paid):
            told.put("CAP010", "refuse")
        return c["起"], c["止"]

    def _startup_interest(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        if None in (c["本金"], c["利率"], c["起"], c["止"]):
            told.put("IN004", "hold")
            return c["起"], c["止"]
        if not c["用途"] or c["用途"].startswith("非") or not any(word in c["用途"] for word in FARMING):
            told.put("MEA015", "hold")
        # Interest of the month's last day is due with it: the loan is cut on the morning after.
        end = min(c["止"], self.last + timedelta(1))
        days = [c["起"] + timedelta(n) for n in range((end - c["起"]).days)]
        paid = [x.about for x in p.paid if x.measure == "startup_interest"]
        before = {start + timedelta(n) for start, end in paid for n in range((end - start).days)}
        left = [d for d in days if d not in before]
        first = min([*before, c["起"]])
        room = (plus_months(first, 12 * self.county["years_max"]) - first).days - len(before)
        if told.status == "pay" and (not left or room <= 0):  # of days that nothing else stops
            told.put("MEA008" if left else "CAP010", "refuse")
        used = min(len(left), max(room, 0))
        principal = Fraction(min(c["本金"], 100 * self.county["principal_max"]), 100)
        told.due = half_up(principal * c["利率"] * used / 360 * Fraction(self.county["interest_share"]))
        return c["起"], c["止"]

    def _startup_venue(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        if None in (c["租金"], c["起"], c["止"]):
            told.put("IN004", "hold")
            return c["起"], c["止"]
        whole = [index(plus_months(c["起"], n)) for n in range(begun(c["起"], c["止"]))]
        before = {x.about for x in p.paid if x.measure == "startup_venue"}
        due = [m for m in whole if m <= self.month]
        left = [m for m in due if m not in before]
        room = self.county["venue_months"] - len(before)
        if not left:
            told.put("CAP010", "refuse")
        elif room <= 0:
            told.put("MEA008", "refuse")
        used = min(len(left), max(room, 0))
        rent = Fraction(c["租金"], 100) * used / len(whole) * Fraction(self.county["venue_share"])
        told.due = min(half_up(rent), used * 100 * self.county["venue_monthly"])
        return c["起"], c["止"]

    def _incubator(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        year = sum(x.fen for x in p.paid if x.measure == "incubator" and x.about.year == c["起"].year)
        if any(x.measure == "incubator" and x.about == c["起"] for x in p.paid):
            told.put("CAP010", "refuse")
        self.spent[c["起"].year] = year
        left = 100 * self.county["incubator_max"] - year
        if c["支出"] is None:
            told.put("MEA016", "hold")
            return None, None
        told.due = max(0, min(half_up(Fraction(c["支出"], 100) * Fraction(self.county["incubator_share"])), left))
        if left <= 0:
            told.put("MEA008", "refuse")
        return None, None

    def _base_reward(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        self._recognised(p, told)
        if any(x.measure == "base_reward" for x in p.paid):
            told.put("CAP010", "refuse")
        if c["人数"] is None:
            told.put("MEA016", "hold")
            return None, None
        reached = [yuan for people, yuan in self.county["steps"].items() if people <= c["人数"]]
        if not reached:
            told.put("MEA015", "refuse")
        if p.workshop and c["人数"] > p.workshop[2]:
            told.put("MEA016", "hold")
        told.due = 100 * max(reached, default=0)
        return None, None
