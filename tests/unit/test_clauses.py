"""Everything that pays, checks or counts rests on a clause that exists, in the law's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fupin_cli.checks.catalogue import all_rules
from fupin_cli.measures.catalogue import other_measures
from fupin_cli.outputs.clauses import clause_lines
from fupin_cli.policy.law import OURS
from fupin_cli.policy.parameters import Policy, load_policy
from fupin_cli.policy.schema import Basis
from fupin_cli.policy.settings import Settings

POLICY = Policy(load_policy("朝阳市"), Settings())
LAW = POLICY.law.clauses


def test_every_measure_names_a_clause_in_the_laws_words() -> None:
    for measure in other_measures(POLICY).values():
        assert measure.law in POLICY.law.quote(measure.clause, measure.law)
        assert set(measure.also) <= set(LAW)
    assert len(other_measures(POLICY)) == 15


def test_every_rule_and_parameter_names_a_clause_that_exists() -> None:
    assert {POLICY.basis(code).clause for code in all_rules()} - set(LAW) == {OURS}
    assert {parameter.clause for parameter in POLICY.file.parameters.values()} <= set(LAW)


def test_every_quoted_phrase_stands_in_the_law_in_one_piece() -> None:
    """10.B: WRK011 and MEA011 put two sentences inside one pair of quotation marks."""
    text = POLICY.law.text
    carried = [(code, POLICY.basis(code)) for code in all_rules()]
    measures = [(code, Basis(clause=m.clause, law=m.law)) for code, m in other_measures(POLICY).items()]
    for code, one in [*carried, *measures]:
        quoted = POLICY.law.quote(one.clause, one.law)
        assert quoted in text, code
        assert one.law in quoted, code
        assert bool(quoted) == (one.clause != OURS), code
    for code, basis in carried:
        for phrase in re.findall("“(.*?)”", basis.besides):
            assert phrase in text, code


def test_a_phrase_of_several_sentences_is_no_quotation() -> None:
    with pytest.raises(ValueError, match="不止一句"):
        POLICY.law.quote("三(五)", "劳动合同或劳务协议")


def test_numbers_that_are_ours_never_carry_a_clause_of_the_text() -> None:
    """8.24, 10.B: income bounds, the upper age, CAP009's matrix, schooling of the young; 36 months and licences are others'."""
    rules = {code: POLICY.basis(code) for code in all_rules()}
    assert {code for code, rule in rules.items() if rule.clause == OURS} == {"CAP009", "REG010", "WRK008"}
    assert OURS in rules["POST003"].besides
    assert "财社〔2023〕181号" in rules["MEA008"].besides
    assert "具备人力资源服务相关业务资质" in rules["MEA003"].besides


def test_no_measure_has_a_number_of_its_own_where_the_law_leaves_it_to_the_county() -> None:
    bare = Settings()
    free = {"labour_export_service", "employer_social_insurance"}  # their amounts are the law's, or what was paid
    assert {m.code for m in other_measures(POLICY).values() if not m.settings(bare)} == free


def test_the_page_of_clauses_is_up_to_date_and_leaves_none_out() -> None:
    page = (Path(__file__).parents[2] / "docs" / "clauses.md").read_text(encoding="utf-8")
    assert page == "\n".join(clause_lines(POLICY)) + "\n"
    assert all(f"| {mark} |" in page for mark in LAW)
    assert all(f"| {mark} |" in page and reason in page for mark, reason in POLICY.file.not_decidable.items())
