"""9.A8: county numbers that change over time: a month uses its own; a plain number is from ever."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fupin_cli.policy.county_numbers import OURS, county_numbers
from fupin_cli.policy.months import parse_month
from fupin_cli.policy.settings import Settings

DIBAO = [{"from": "2025-04", "value": 500, "source": "某文二"}, {"from": "2025-01", "value": 450, "source": "某文一"}]


def settings() -> Settings:
    return Settings.model_validate(
        {
            "training": {"dibao_monthly": DIBAO, "course": 1200, "courses": {"电工": DIBAO}},
            "base_reward": {"steps": {"10": DIBAO}},
        }
    )


@pytest.mark.parametrize(
    ("month", "value"),
    [("2024-12", None), ("2025-01", "450"), ("2025-03", "450"), ("2025-04", "500"), ("2026-01", "500")],
)
def test_a_month_uses_its_own(month: str, value: str | None) -> None:
    now = settings().at(parse_month(month))
    assert now.training.dibao_monthly == value
    assert now.training.courses.get("电工") == value
    assert now.base_reward.steps.get("10") == value
    assert now.training.course == "1200"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{"from": "2025-01", "value": 1}],
        [{"from": "2025-13", "value": 1, "source": "某文"}],
        [DIBAO[0], DIBAO[0]],
        "很多",
        [{"from": "2025-01", "value": 1, "source": " "}],
    ],
)
def test_what_is_written_wrongly_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"training": {"dibao_monthly": wrong}})


def test_the_source_is_printed_and_a_default_is_said_to_be_ours() -> None:
    numbers = {number.key: number for number in county_numbers(settings(), "training", parse_month("2025-05"))}
    assert numbers["dibao_monthly"].value == "500"
    assert numbers["dibao_monthly"].source.startswith("某文二（自 2025-04 起")
    assert numbers["course"].source == "fupin.toml [training]"
    assert numbers["days_per_month"].source == OURS
    assert not numbers["days_per_month"].clause("四(三)")


def test_settings_are_written_as_the_file_has_them() -> None:
    written = settings().model_dump(mode="json")["training"]
    assert written["dibao_monthly"][1] == {"from": "2025-04", "value": "500", "source": "某文二"}
    assert Settings.model_validate({"training": written}) == Settings.model_validate({"training": settings().training})
