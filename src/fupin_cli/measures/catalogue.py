"""Every measure, listed once, in the order of the policy: one that is missing here is an error, not silence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fupin_cli.measures import (
    accident,
    base_reward,
    employer,
    flexible,
    incubator,
    labour_export,
    on_the_job,
    post,
    rain_dew,
    startup,
    training,
    transport,
    unemployment,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fupin_cli.measures.measure import Measure
    from fupin_cli.policy.parameters import Policy

LISTED = (
    post.MEASURE,
    accident.MEASURE,
    labour_export.MEASURE,
    transport.MEASURE,
    on_the_job.MEASURE,
    employer.INSURANCE_SUBSIDY,
    employer.POST_SUBSIDY,
    flexible.MEASURE,
    training.LIVING_SUBSIDY,
    training.COURSE_SUBSIDY,
    rain_dew.MEASURE,
    startup.INTEREST_SUBSIDY,
    startup.VENUE_SUBSIDY,
    incubator.MEASURE,
    base_reward.MEASURE,
    unemployment.MEASURE,
)


def by_code(measures: Iterable[Measure]) -> dict[str, Measure]:
    """Give measures by their codes, in their order.

    Raises:
        ValueError: a code is taken twice.
    """
    found: dict[str, Measure] = {}
    for measure in measures:
        if measure.code in found:
            raise ValueError(f"补贴代码重复：{measure.code}")
        found[measure.code] = measure
    return found


MEASURES = by_code(LISTED)
LEADING = next(measure.code for measure in LISTED if measure.leads)


def all_measures(policy: Policy) -> dict[str, Measure]:
    """Give every measure that the policy has, with what it says of it; the one that leads (posts) first."""
    said = {code: policy.measure(code) for code in MEASURES}
    return {code: replace(measure, said=said[code]) for code, measure in MEASURES.items() if said[code]}


def measure_of(code: str, policy: Policy) -> Measure:
    """Give a measure of the ledger with what the policy says of it; one that the policy has no more keeps its code as title."""
    return replace(MEASURES[code], said=policy.measure(code))


def known_measures(policy: Policy) -> dict[str, Measure]:
    """Give every measure that any of the city's policies has, by what the latest of them says."""
    found: dict[str, Measure] = {}
    for law in policy.laws:
        found |= {
            code: replace(MEASURES[code], said=said) for code, said in law.file.measures.items() if code in MEASURES
        }
    return {code: found[code] for code in MEASURES if code in found}


def measure_words(policy: Policy) -> dict[str, str]:
    """What measures are called where there is little room: code → short title."""
    return {code: measure.short for code, measure in known_measures(policy).items()}


def leading() -> Measure:
    """Give the measure that is computed first and checked with everything: posts."""
    return MEASURES[LEADING]


def other_measures(policy: Policy) -> dict[str, Measure]:
    """Give every measure of the policy besides the one that leads."""
    return {code: measure for code, measure in all_measures(policy).items() if not measure.leads}


def sees(measure: str) -> str:
    """By what a subsidy sees of a month: all that a check looks at, posts left out, see the same of it."""
    asked = MEASURES[measure]
    return "" if asked.in_check and not asked.leads else measure
