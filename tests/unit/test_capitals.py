"""Amounts in capitals, against the library that wrote them before (cn2an)."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.outputs.capitals import in_capitals
from fupin_cli.policy.rounding import fen_to_yuan

# Amounts with many zeros, where the words are not a mere row of digits.
SPARSE = st.text(st.sampled_from("00001579"), min_size=1, max_size=17).map(int)


@given(st.one_of(SPARSE, st.integers(0, 10**17 - 1)), st.sampled_from((1, -1)))
def test_as_cn2an_writes_it(fen: int, sign: int) -> None:
    assert in_capitals(sign * fen) == cn2an.an2cn(fen_to_yuan(sign * fen), "rmb")


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (50, "伍角"),
        (73_205, "柒佰叁拾贰元零伍分"),
        (10_000_05, "壹万元零伍分"),
        (10_005_00, "壹万零伍元整"),
        (1_010_000_30, "壹佰零壹万元叁角"),
        (100_000_001_00, "壹亿零壹元整"),
        (-12_34, "负壹拾贰元叁角肆分"),
    ],
)
def test_amounts_as_on_a_cheque(fen: int, words: str) -> None:
    assert in_capitals(fen) == words
