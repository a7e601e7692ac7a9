"""Every measure, listed once, in the order of the policy: one that is missing here is an error, not silence."""

from __future__ import annotations

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


def all_measures() -> dict[str, Measure]:
    """Give every measure, in the order of the policy; the one that leads (posts) first."""
    return MEASURES


def leading() -> Measure:
    """Give the measure that is computed first and checked with everything: posts."""
    return next(measure for measure in LISTED if measure.leads)


def other_measures() -> dict[str, Measure]:
    """Give every measure besides the one that leads."""
    return {code: measure for code, measure in MEASURES.items() if not measure.leads}
