"""`fupin explain` of a subsidy names the numbers it was computed with."""

from __future__ import annotations

from fupin_cli.jobs.measure_numbers import number_steps
from fupin_cli.measures.catalogue import all_measures
from fupin_cli.policy.measure_settings import Training
from fupin_cli.policy.months import parse_month
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.settings import Settings

LAW = load_policy("朝阳市")
POLICY = Policy(LAW, Settings())


def test_every_subsidy_names_its_own_numbers_and_every_number_belongs_to_one() -> None:
    """10.B: explain said only "fupin.toml 的 [training]；政策参数"."""
    measures = {code: measure for code, measure in all_measures(POLICY).items() if code != "post"}
    settings = Settings()
    for code, measure in measures.items():
        section = getattr(settings, measure.section or code, None)
        assert set(measure.county) <= (set(section.model_dump()) if section else set()), code
        assert set(measure.settings(settings)) <= {f"{measure.section or code}.{key}" for key in measure.county}, code
    used = {
        name for measure in measures.values() for name in (*measure.numbers, measure.said and measure.said.term) if name
    }
    # Those of posts, of the platform and of the leading industries are no subsidy's.
    assert used == {name for name in LAW.file.parameters if not name.startswith(("post.", "platform.", "industry."))}


def test_a_number_comes_with_its_value_its_dates_and_who_says_so() -> None:
    policy = Policy(LAW, Settings(training=Training(dibao_monthly="450")))
    times, dibao, days = number_steps(all_measures(POLICY)["training_living"], policy, parse_month("2024-05"))
    assert (times.value, times.clause) == ("1.5 倍", "四(三)")
    assert times.source == "实施细则四(三)：按当地农村最低生活保障标准的1.5倍（2021-09-26 至 2025-12-31）"
    assert (dibao.name, dibao.value, dibao.source) == (
        "training.dibao_monthly",
        "450",
        "fupin.toml 的 [training] dibao_monthly",
    )
    assert days.source == "fupin.toml 的 [training] days_per_month，本程序默认，县可改"


def test_what_is_not_set_is_said() -> None:
    (share,) = number_steps(
        all_measures(POLICY)["flexible_social_insurance"], Policy(LAW, Settings()), parse_month("2024-05")
    )[3:]
    assert share.value == "没有设置"
