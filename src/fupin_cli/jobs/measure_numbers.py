"""The numbers that a subsidy is computed with, for `fupin explain`: each with its value, since when it holds and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fupin_cli.policy.law import OURS
from fupin_cli.results.explain import Step

if TYPE_CHECKING:
    from fupin_cli.measures.measure import Measure
    from fupin_cli.policy.parameters import Policy


def number_steps(measure: Measure, policy: Policy, month: int) -> list[Step]:
    """The numbers of a measure that are in force in the month: the policy's, then the county's. What is not set is said."""
    said = policy.measure(measure.code)
    numbers = [*measure.numbers, *([said.term] if said and said.term else [])]
    own = [_setting(measure, key, policy) for key in measure.county]
    return [_parameter(name, policy, month) for name in numbers] + own


def _parameter(name: str, policy: Policy, month: int) -> Step:
    cited = policy.cited(name, month)
    return Step(
        cited.title,
        f"{cited.value} {cited.unit}",
        f"{cited.source}（{cited.valid_from} 至 {cited.valid_to}）",
        cited.clause,
    )


def _setting(measure: Measure, key: str, policy: Policy) -> Step:
    section = measure.section or measure.code
    table = getattr(policy.settings, section)
    value, default = (t.model_dump(mode="json")[key] for t in (table, type(table)()))
    if (section, key) == ("transport", "home_province") and not value:  # the policy's own province
        return Step(f"{section}.{key}", policy.file.area.province, f"政策文件 {policy.file.id}")
    if value in (None, {}, []):
        return Step(f"{section}.{key}", "没有设置", f"fupin.toml 的 [{section}] {key}")
    words = "；".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
    whose = f"，{OURS}" if value == default else ""
    return Step(f"{section}.{key}", words, f"fupin.toml 的 [{section}] {key}{whose}")
