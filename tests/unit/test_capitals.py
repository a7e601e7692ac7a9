"""Amounts in capitals, as they stand on a cheque."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.outputs import capitals
from fupin_cli.outputs.capitals import in_capitals
from fupin_cli.policy.rounding import fen_to_yuan


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


@given(st.integers(-(10**13), 10**13))
def test_what_is_loaded_of_the_library_writes_what_the_whole_of_it_writes(fen: int) -> None:
    import cn2an

    yuan = fen_to_yuan(fen)
    assert in_capitals(fen) == cn2an.an2cn(yuan, "rmb")


def test_whoever_loads_the_library_after_that_finds_it_whole() -> None:
    """15: the modules that write are loaded without the patterns that read; a second load gives the package itself."""
    for name in [name for name in sys.modules if name.partition(".")[0] in {"cn2an", "proces"}]:
        del sys.modules[name]
    capitals._writer.cache_clear()
    assert in_capitals(123) == "壹元贰角叁分"
    assert not any(name.startswith(("cn2an", "proces")) for name in sys.modules)

    import cn2an

    assert cn2an.cn2an("一百二十三") == 123


def test_a_library_that_is_made_otherwise_is_loaded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(package: str, module: str) -> None:
        raise AttributeError(package, module)

    for name in [name for name in sys.modules if name.partition(".")[0] in {"cn2an", "proces"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(capitals, "_bare", other)
    capitals._writer.cache_clear()
    assert in_capitals(123) == "壹元贰角叁分"
    assert "cn2an" in sys.modules
