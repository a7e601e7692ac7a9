"""14.4: a table fits its terminal and loses nothing, whatever stands in it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fupin_cli.outputs.grid import Grid, figures, text, whole
from fupin_cli.outputs.widths import width_of, wrapped

WORDS = st.text("监测对象信息岗位补贴，。（）ab1. -", max_size=30)
FIGURE = st.integers(-(10**12), 10**12).map(lambda fen: f"{fen / 100:.2f}")
ROW = st.tuples(WORDS, st.from_regex(r"[A-Z]{2,4}[0-9]{3}", fullmatch=True), WORDS, FIGURE, FIGURE)


def drawn(grid: Grid, width: int, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    Console(file=stream, width=width, highlight=False, markup=False, emoji=False).print(grid)
    stream.flush()
    return raw.getvalue().decode(encoding)


def grid(rows: Sequence[tuple[str, ...]]) -> Grid:
    columns = [*text("名称"), *whole("代码"), *text("说明"), *figures("应发(元)", "实付(元)")]
    return Grid("一张表", columns, [list(row) for row in rows])


@given(st.lists(ROW, max_size=4), st.integers(40, 130))
def test_no_line_is_too_wide_and_no_figure_or_character_is_lost(rows: list[tuple[str, ...]], width: int) -> None:
    out = drawn(grid(rows), width)
    assert max(width_of(line.rstrip()) for line in out.splitlines()) <= width
    for row in rows:
        for cell in (row[1], row[3], row[4]):
            assert re.search(rf"(?<![\d.-]){re.escape(cell)}(?!\d)", out), (cell, out)
    for c in {c for row in rows for c in row[0] + row[2] if not c.isspace()}:
        assert out.count(c) >= sum((row[0] + row[2]).count(c) for row in rows)


@given(st.text("监测对象，。ab1. -", max_size=60), st.integers(8, 40))
def test_a_text_is_folded_without_loss(words: str, width: int) -> None:
    lines = wrapped(words, width)
    assert max(map(width_of, lines)) <= width
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", words)


def test_a_wide_table_becomes_cards_that_name_each_figure() -> None:
    rows = [("东川镇", "POST005", "一人多岗", "123456789012.34", "-123456789012.34")]
    out = drawn(grid(rows), 50)
    assert out.splitlines()[1] == "东川镇  POST005"
    assert "应发(元) 123456789012.34" in out
    assert "实付(元) -123456789012.34" in out


def test_columns_of_which_nothing_is_filled_go_before_figures_are_squeezed() -> None:
    rows = [("东川镇", "POST005", "", "123456789012.34", "")]
    assert "实付(元)" in drawn(grid(rows), 80)
    narrow = drawn(grid(rows), 50)
    assert "实付(元)" not in narrow
    assert "123456789012.34" in narrow


def test_a_gbk_console_gets_no_character_of_doubtful_width() -> None:
    """14.4: frames, quotes and dashes that a GBK console draws two columns wide are not used there."""
    rows = [("“甲”——乙…", "POST005", "一·二×三", "1.00", "2.00")]
    for width in (60, 30):
        out = drawn(grid(rows), width, "gbk")
        assert not [c for c in out if unicodedata.east_asian_width(c) == "A"]
        assert "「甲」--乙..." in out
    assert "┃" in drawn(grid(rows), 60)
