"""Many cases in one workspace: each keeps its own people, households, places, posts, phones and accounts.

A case says what it says of one made-up family, always the same one. To stand beside others in the same files, whatever
names somebody or something gets the case's number: ID numbers keep birthday and sex, accounts their valid digits, credit
codes their region. A number that is wrong (and meant to be) stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from stdnum import luhn

from fupin_cli.policy.idnumber import check_digit

ID = re.compile(r"\d{17}[\dX]")
CREDIT_CODE = re.compile(r"(?<![0-9A-Z])9\d{7}MA[0-9A-Z]{8}(?![0-9A-Z])")
NUMBERED = {"户编号": "H", "岗位编号": "GW", "保单号": "B"}
PLACES = {"村": "村", "行政村": "村", "乡": "乡镇"}
PHONE, ACCOUNT = "电话", "银行账号"
SERIALS = 450  # two a case at most: of three digits the last says the sex


def own(header: str, cell: Any, n: int) -> Any:
    """What a cell of case `n` says, in a workspace of many."""
    text = CREDIT_CODE.sub(lambda code: f"{code[0][:10]}{n:03d}{code[0][13:]}", str(cell))
    if ID.fullmatch(text) and check_digit(text[:17]) == text[17]:
        serial = int(text[14:17]) % 100 + 2 * (n % SERIALS) + 100
        return (body := f"{text[:14]}{serial:03d}") + check_digit(body)
    if header in NUMBERED and text.startswith(NUMBERED[header]):
        return f"{text}-{n}"
    if text and text[-1] in PLACES.get(header, ""):
        return f"{text[:-1]}{n}{text[-1]}"
    if header.endswith(PHONE) and re.fullmatch(r"1\d{10}", text):
        return f"{text[:3]}{n:03d}{text[6:]}"
    if header == ACCOUNT and text.isdigit() and luhn.is_valid(text):
        body = f"{text[:8]}{n:03d}{text[11:-1]}"
        return body + luhn.calc_check_digit(body)
    return text if isinstance(cell, str) else cell


def own_rows(tables: dict[str, list[dict[str, Any]]], n: int) -> dict[str, list[dict[str, Any]]]:
    """A case's tables as they stand beside those of others."""
    return {name: [{h: own(h, cell, n) for h, cell in row.items()} for row in rows] for name, rows in tables.items()}


class Together:
    """Tables to which one case after the other adds its rows; it remembers whose each row is."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.rows: dict[tuple[str, int], int] = {}

    def add(self, tables: dict[str, list[dict[str, Any]]], n: int) -> None:
        """Add case `n`."""
        for name, rows in own_rows(tables, n).items():
            mine = self.tables.setdefault(name, [])
            mine += rows
            self.rows |= {(name, len(mine) - k + 1): n for k in range(len(rows))}

    def written(self) -> dict[str, list[dict[str, Any]]]:
        """Tables whose rows all have all columns."""
        every = {name: list(dict.fromkeys(h for row in rows for h in row)) for name, rows in self.tables.items()}
        return {name: [{h: row.get(h, "") for h in every[name]} for row in rows] for name, rows in self.tables.items()}

    def whose(self, file: str | None, row: int | None) -> int | None:
        """The case of a row of a file (row 1 holds the headers)."""
        name = (file or "").rsplit("/", 1)[-1].removesuffix(".csv")
        return self.rows.get((name, row or 0))


class Places:
    """Cases by the workspace in which they stand: it is written, and looked at, when the first of its cases is asked for."""

    def __init__(
        self,
        folder: Path,
        places: list[Hashable],
        tables: Callable[[int], dict[str, list[dict[str, Any]]]],
        look: Callable[[Path, list[int], dict[str, list[dict[str, Any]]]], list[dict[str, Any]]],
    ) -> None:
        """Say where each case stands and what its tables are; `look` writes a workspace and gives what is said of rows."""
        self.folder, self.places, self.tables, self.look = folder, places, tables, look
        self.found: dict[int, list[dict[str, Any]]] = {}

    def of(self, n: int) -> list[dict[str, Any]]:
        """What is said of the rows (`file`, `row`) of case `n`, in the order in which it is said."""
        if n not in self.found:
            here = [k for k, place in enumerate(self.places) if place == self.places[n]]
            cases = Together()
            for k in here:
                cases.add(self.tables(k), k)
            self.found |= {k: [] for k in here}
            for entry in self.look(self.folder / str(n), here, cases.written()):
                whose = cases.whose(entry["file"], entry["row"])
                if whose is not None:
                    self.found[whose].append(entry)
        return self.found[n]
