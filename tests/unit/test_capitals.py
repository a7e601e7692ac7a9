"""Amounts in capitals, as they stand on a cheque."""

from __future__ import annotations

import pytest

from fupin_cli.outputs.capitals import in_capitals


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
