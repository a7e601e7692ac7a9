"""Subsidies of people at work, under way or in a class, reckoned a second time: see `claims_reckoned`."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.fuzz.claimant import EMPLOYER, Claimant, MonthOfClaims
from tests.fuzz.reckoned import Told, half_up, index, pension_date, plus_months

CITY, HOME_PROVINCE, COUNTY = "朝阳市", "辽宁省", "示例县"
OF_CITY = {"双塔区", "龙城区", "朝阳县", "建平县", "喀左县", "喀喇沁左翼蒙古族自治县", "北票市", "凌源市"}
MEANS = {"铁路", "公路", "航运"}
VOCATIONAL = {"中职", "高职", "技工院校"}


class OfPeople(MonthOfClaims):
    """What is said of each claim: codes and fen; each gives the claim's first and last day."""

    def _transport(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        self._outside(c, told)
        if c["交通方式"] is None:
            told.put("IN004", "hold")
        elif any(word in c["交通方式"] for word in ("飞机", "航空")):
            told.put("MEA007", "refuse")
        elif c["交通方式"] not in MEANS:
            told.put("MEA007", "hold")
        if c["出发日期"] is None:
            told.put("IN004", "hold")
        elif c["出发日期"] < date(2021, 9, 26):
            told.put("CAP008", "refuse")
        elif c["出发日期"] > self.last:
            told.put("MEA016", "hold")
        self._organised(p, c, told)
        years = self.county["once_per_years"]
        once = [x for x in p.paid if x.measure == "transport"]
        if any(years is None or self.month - x.month < 12 * years for x in once):
            told.put("CAP010", "refuse")
        places = self.county["places"]
        tier = "in" if c["省"] in {HOME_PROVINCE, "辽宁", None} else "out"
        cap = places.get(c["市"], places.get(c["省"], self.county[tier]))
        if c["票面"] is None and self.county["method"] == "ticket":
            told.put("IN004", "hold")
        elif c["市"] is not None:
            told.due = min(c["票面"], cap * 100) if self.county["method"] == "ticket" else cap * 100
        return c["出发日期"], c["出发日期"]

    def _outside(self, c: dict[str, Any], told: Told) -> None:
        if c["市"] is None:
            told.put("IN004", "hold")
        elif c["市"] == CITY or (
            c["省"] in {HOME_PROVINCE, "辽宁", None} and (c["市"] in OF_CITY or c["县"] in OF_CITY)
        ):
            told.put("MEA007", "refuse")

    def _organised(self, p: Claimant, c: dict[str, Any], told: Told) -> None:
        """Sent by the employment office: the person stands on its list, or works outside since about then."""
        near = p.works and c["出发日期"] and abs((p.works - c["出发日期"]).days) <= 31
        if c["组织"] is False:
            told.put("MEA014", "refuse")
        elif c["组织"] is None:
            told.put("IN004", "hold")
        elif not p.exported and not near and c["出发日期"]:
            told.put("MEA014", "hold")

    def _rain_dew(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        if c["层次"] is None or c["学期"] is None:
            told.put("IN004", "hold")
        if c["层次"] not in {*VOCATIONAL, None}:
            told.put("MEA015", "refuse")
        if any(x.measure == "rain_dew" and x.about == c["学期"] for x in p.paid):
            told.put("CAP010", "refuse")
        told.due = 100 * self.county["levels"].get(c["层次"], self.county["term"])
        return self.first, self.last

    def _training_living(self, p: Claimant, c: dict[str, Any], told: Told, measure: str) -> Any:
        if None in (c["开班"], c["结业"], c["应到"], c["实到"], c["班次"]):
            told.put("IN004", "hold")
        elif c["实到"] == 0:
            told.put("MEA009", "refuse")
        elif c["实到"] > c["应到"]:
            told.put("MEA009", "hold")
        if any(x.measure == measure and x.about == c["班次"] for x in p.paid):
            told.put("CAP010", "refuse")
        if c["实到"] is not None and measure == "training_living":
            day = Fraction(self.county["dibao"]) * Fraction(3, 2) / self.county["days_per_month"]
            told.due = half_up(day * c["实到"])
        return c["开班"], c["结业"]

    def _training_course(self, p: Claimant, c: dict[str, Any], told: Told, measure: str) -> Any:
        if c["收费"] is None:
            told.put("IN004", "hold")
        elif c["收费"]:
            told.put("MEA010", "refuse")
        told.due = 100 * self.county["courses"].get(c["工种"], self.county["course"])
        return self._training_living(p, c, told, measure)

    def _employed(self, p: Claimant, c: dict[str, Any], told: Told) -> None:
        if p.insured and self._runs(p.insured[1]) and p.insured[0] != c.get("单位"):
            told.put("MEA011", "refuse")
        if None in (c["合同始"], c["合同止"]):
            told.put("IN004", "hold")
        if (c["合同始"] and c["合同始"] > self.last) or (c["合同止"] and c["合同止"] < self.first):
            told.put("MEA011", "refuse")

    def _long(self, p: Claimant, c: dict[str, Any], told: Told, measure: str, scheme: str) -> None:
        """36 months, longer up to the pension where it was less than five years off at first."""
        months = sorted({x.month for x in p.paid if x.measure == measure and x.month != self.month})
        approved = c["核定"]
        if months and months[0] < index(approved):
            approved = date(months[0] // 12, months[0] % 12 + 1, 1)
        then, now = pension_date(scheme, p.birth, approved), pension_date(scheme, p.birth, self.first)
        extended = plus_months(then, -60) < approved <= then
        if self.month > index(now):
            told.put("MEA008", "refuse" if measure in EMPLOYER else "hold")
        if len(months) + c.get("他处", 0) >= 36 and not extended:
            told.put("MEA008", "refuse")

    def _employer(self, p: Claimant, c: dict[str, Any], told: Told, measure: str) -> Any:
        self._employed(p, c, told)
        if None in (c["养老"], c["医疗"], c["失业"]):
            told.put("IN004", "hold")
        if not c["养老"]:
            told.put("MEA005", "hold")
        if c["类型"] == "就业帮扶车间":
            self._recognised(p, told)
        elif c["类型"] is None:
            told.put("IN004", "hold")
        self._long(p, c, told, measure, "职工男" if p.sex == 1 else c["参保类型"])
        if measure == "employer_post":
            told.due = 100 * self.county["employer_monthly"]
        elif None not in (c["养老"], c["医疗"], c["失业"]):
            told.due = c["养老"] + c["医疗"] + c["失业"]
        return self.first, self.last

    def _flexible_social_insurance(self, p: Claimant, c: dict[str, Any], told: Told, measure: str) -> Any:
        if None in (c["养老"], c["医疗"]):
            told.put("IN004", "hold")
        else:
            told.due = half_up(Fraction(self.county["flexible_share"]) * (c["养老"] + c["医疗"]) / 100)
            if not told.due:
                told.put("MEA005", "hold")
        if p.insured and self._runs(p.insured[1]):
            told.put("MEA011", "hold")
        self._long(p, c, told, measure, "职工男" if p.sex == 1 else "职工女干部")
        return self.first, self.last

    def _on_the_job_training(self, p: Claimant, c: dict[str, Any], told: Told, measure: str) -> Any:
        if self.month > 2021 * 12 + 11:
            told.put("CAP008", "refuse")
        if len({x.month for x in p.paid if x.measure == measure and x.month != self.month}) >= 6:
            told.put("MEA008", "refuse")
        if c["享受过"]:
            told.put("MEA012", "refuse")
        if p.insured and self._runs(p.insured[1]) and p.insured[0] != c["单位"]:
            told.put("MEA011", "refuse")
        if c["实际"] is None:
            told.put("IN004", "hold")
            return self.first, self.last
        if c["实际"] == 0:
            told.put("MEA009", "refuse")
        elif c["实际"] > self.last.day:
            told.put("MEA009", "hold")
        told.due = half_up(
            self.county["job_monthly"] * min(Fraction(1), c["实际"] / (c["应训"] or self.county["divisor"]))
        )
        return self.first, self.last

    def _labour_export_service(self, p: Claimant, c: dict[str, Any], told: Told, _: str) -> Any:
        told.due = 20000
        start, end = c["始"], c["止"]
        if None in (start, end, c["许可起"], c["许可止"], c["参保起"], c["跟踪起"], c["跟踪止"], c["参保地"]):
            told.put("IN004", "hold")
        if c["县"] == COUNTY:
            told.put("MEA007", "refuse")
        if c["参保地"] not in {COUNTY, None}:
            told.put("MEA013", "hold" if c["参保地"] == CITY else "refuse")
        if start is None:
            return None, None
        if end and end < plus_months(start, 12) - timedelta(1):
            told.put("MEA004", "refuse")
        if (c["许可起"] and c["许可起"] > start) or (c["许可止"] and c["许可止"] < start):
            told.put("MEA003", "refuse")
        self._served(c, told, start, end)
        if any(x.measure == "labour_export_service" and x.about == start for x in p.paid):
            told.put("CAP010", "refuse")
        return start, end

    def _served(self, c: dict[str, Any], told: Told, start: date, end: date | None) -> None:
        """Insured from the third month on to the contract's last, followed up for a year that is over."""
        late = c["参保起"] is not None and c["参保起"] > index(start) + 3
        if late or (c["参保止"] is not None and end and c["参保止"] < index(end)):
            told.put("MEA005", "hold")
        short = c["跟踪止"] and (c["跟踪止"] < plus_months(start, 12) - timedelta(1) or c["跟踪止"] > self.last)
        if c["跟踪止"] and c["跟踪起"]:
            short = short or c["跟踪止"] < plus_months(c["跟踪起"], 12) - timedelta(1)
        if short or (c["跟踪起"] and c["跟踪起"] < start) or c["次数"] == 0:
            told.put("MEA006", "hold")
