"""15: a sheet's XML looked through at speed tells what a plain search for each thing tells, however it is cut into pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.intake.sheet_scan import (
    ADDRESS,
    FAILED,
    NOT_COMPUTED,
    OVERLAP,
    TENTH_CELL,
    column_number,
    scan,
    usual_cells,
)

END = b"</sheetData></worksheet>"
# What a plain search finds: each pattern over the whole text, without a look beforehand whether it can be there.
ROW = re.compile(rb"row [^>]{0,200}?\br=\"(\d{1,9})\"")
HIDDEN = re.compile(rb"row (?=[^>]{0,200}?\bhidden=\"(?:1|true)\")[^>]{0,200}?\br=\"(\d{1,9})\"")
FAR = re.compile(rb" r=\"([E-Z][A-Z]|[A-Z]{3})\d")
LONG = re.compile(rb"v>(?:\d{14,}|\d(?:\.\d+)?[eE]\+?\d\d|[12]\d{3}\.(?:1(?:0*<)|09999|1000000))")
MERGE = re.compile(rb"mergeCell [^>]{0,60}?ref=\"([A-Z]{1,3})(\d{1,9}):([A-Z]{1,3})(\d{1,9})\"")
CELL = re.compile(rb"<(?:\w{1,9}:)?c r=\"[A-Z]{1,3}(\d{1,7})\"")
ANY_CELL = re.compile(rb"<(?:\w{1,9}:)?c[\s/>]")
CELLS_HIDDEN = re.compile(rb"<!|<\?(?!xml )|=\s*'")
SHEET_END = re.compile(rb"</(?:\w{1,9}:)?worksheet>\s*\Z")
PIECES = [
    b'<row r="7">',
    b'<row spans="1:3" ht="15.6" customHeight="1" r="9" hidden="1">',
    b'<row r="4" hidden="true" x14ac:dyDescent="0.25">',
    b'<row r="12" hidden="0">',
    b"</row>",
    b'<x:row r="31">',
    b'<c r="A7"><v>12</v></c>',
    b'<c r="AB7" s="1" t="s"><v>3</v></c>',
    b'<c r="EA8"/>',
    b'<c s="2" r="XFD8"/>',
    b'<c r="B7"><v>12345678901234</v></c>',
    b'<c r="B8"><v>1.2E+17</v></c>',
    b'<c r="B9" s="3"><v>1500.1</v></c>',
    b'<x:c r="B10" t="n"><x:f>A1*2</x:f><x:v>2024.0999999999999</x:v></x:c>',
    b'<c s="3" r="B11"><v>2024.10</v></c>',
    b'<c r="B12" t="str"><v>2024.1</v></c>',
    b'<c r="C7" t="e"><v>#N/A</v></c>',
    b'<c r="C8" s="1" t="e"><f>NA()</f><v>#N/A</v></c>',
    b'<c r="D7"><f>B1+1</f></c>',
    b'<c r="D8"><f>B1+1</f><v/></c>',
    b'<c r="D9" t="str"><f>""</f><v></v></c>',
    b'<c r="D10"><f t="shared" si="0"/><v>5</v></c>',
    b'<x:c r="E7"><x:f>B1&amp;2</x:f></x:c>',
    b"<c/>",
    b"<c\n>",
    b"<c>",
    b'<abcdefghijkl:c r="XFD1">',
    b'<mergeCell ref="A2:A5"/>',
    b"<t>if the flag isn't # ok? t:c </t>",
    b"<!-- x -->",
    b"<?pi ?>",
    b"a= 'b'",
    "<t>赵伟</t>".encode(),
    b'<formula1>"x"</formula1>',
    b'<c r="F7" t="inlineStr"><is><t xml:space="preserve">w row r=</t></is></c>',
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=40),
    st.sampled_from([END, END + b" \n", b"</x:worksheet>", b"</sheetData>"]),
)
def test_what_is_seen_is_what_a_plain_search_sees(pieces: list[bytes], end: bytes) -> None:
    """15: rows, hidden rows, far columns, long numbers, merges, formulas; and whether the cells are usual ones."""
    text = b"".join(pieces) + end
    shape = scan([text])
    assert shape.last_row == max(map(int, ROW.findall(text)), default=0)
    assert shape.hidden_rows == set(map(int, HIDDEN.findall(text)))
    assert shape.last_column == max([130, *map(column_number, FAR.findall(text))])
    told = [cell for cell in TENTH_CELL.finditer(text) if text[cell.start() - 1] in b"<:"]
    assert shape.shortened == (len(told) < len(LONG.findall(text)))
    cells = {(int(cell[2]) - 1, column_number(cell[1]) - 1) for cell in told}
    assert shape.tenths <= cells if shape.shortened else shape.tenths == cells
    assert len(shape.merges) == len(set(MERGE.findall(text)))
    failed = {(int(row), column_number(letters)) for letters, row, *_ in FAILED.findall(text)}
    waiting = {(int(row), column_number(letters)) for letters, row, *_ in NOT_COMPUTED.findall(text)}
    assert {(row + 1, column + 1) for row, column in shape.formulas} == failed | waiting
    rows = CELL.findall(text)
    plain = len(rows) == len(ANY_CELL.findall(text)) and not CELLS_HIDDEN.search(text) and SHEET_END.search(text)
    # Prefixes of more than nine letters were not seen at all: such a cell is none that a usual program writes.
    assert usual_cells(text) == (rows if plain and b"<abcdefghijkl:c" not in text else None)


@pytest.mark.parametrize(
    "piece", [p for p in PIECES if re.search(ADDRESS, p) or b"row " in p or b"merge" in p], ids=repr
)
def test_nothing_is_lost_between_two_pieces(piece: bytes) -> None:
    """15: wherever a chunk ends, what stands across its end is seen once and whole."""
    before, after = b'<c r="A1"/>' * 2000, b'</row><row r="2">' * 30
    text = before + piece + after
    whole = scan([text])
    for cut in range(len(before) - 2, len(before) + len(piece) + 3):
        assert scan([text[:cut], text[cut:]]) == whole


def test_a_formula_as_long_as_may_be_is_seen_across_pieces() -> None:
    """002: a formula of 8,000 letters that was never computed, cut in its middle."""
    cell = b'<c r="B2"><f>' + b"A1+" * 2700 + b"A1</f></c>"
    assert len(cell) < OVERLAP
    text = b'<row r="2">' + b'<c r="A2"/>' * 3000 + cell + b'<c r="C2"/>' * 3000
    cut = text.index(cell) + 5000
    assert scan([text[:cut], text[cut:]]).formulas.keys() == {(1, 1)}
