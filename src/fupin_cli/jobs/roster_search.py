"""Who of a roster is asked for: conditions (--where) and one person (--person)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import UsageError
from fupin_cli.month import states

if TYPE_CHECKING:
    from fupin_cli.reports.runs import RosterRun

FIELDS = {
    "乡": "township",
    "乡镇": "township",
    "县": "county",
    "村": "village",
    "类别": "category",
    "劳动能力": "labour_class",
    "劳动力": "labour",
    "风险": "risk",
    "年龄": "age_band",
    "状态": "state",
    "户编号": "household_id",
    "姓名": "name",
}


# How a span of years is written by hand: "30-44", "30至44".
DASHES = str.maketrans(dict.fromkeys("-—－−~～至到", "–"))


FEW = 12  # values that are listed whole


YES_NO = {"是": True, "否": False, "1": True, "0": False, "true": True, "false": False}


def chosen(run: RosterRun, where: str | None, person: str | None) -> pl.DataFrame:
    """The people of a roster whom `--where` and `--person` (name, ID number or code) ask for.

    Raises:
        UsageError: a field or a work state that does not exist, a condition without =.
    """
    people = run.people
    for condition in (where or "").replace("，", ",").split(","):
        if condition.strip():
            people = people.filter(_condition(condition))
    if person is not None:
        word = person.strip().upper()
        people = people.filter(
            (pl.col("id_number") == word) | (pl.col("person_code") == word) | (pl.col("name") == person.strip())
        )
    return people


def _condition(text: str) -> pl.Expr:
    import difflib

    name, found, value = (part.strip() for part in text.replace("＝", "=").partition("="))
    if not found or name not in {*FIELDS, *FIELDS.values()}:
        near = difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.0)[0]
        raise UsageError(
            f"--where 里的“{text.strip()}”看不懂", f"写成 项目=值，例如 {near}=…；可用：{'、'.join(FIELDS)}"
        )
    column = FIELDS.get(name, name)
    if column == "labour":
        if value not in YES_NO:
            raise UsageError(f"--where 里的“{text.strip()}”看不懂", "劳动力=是，或 劳动力=否")
        return pl.col("labour") == YES_NO[value]
    if column == "state":
        known = {word: code for code, word in states.STATE_WORDS.items()} | {code: code for code in states.STATES}
        if value not in known and value != states.UNKNOWN_WORDS:
            raise UsageError(
                f"没有“{value}”这种就业状态", f"可用：{'、'.join(f'{w}（{c}）' for w, c in known.items() if w != c)}"
            )
        return pl.col("state").is_null() if value not in known else pl.col("state") == known[value]
    if column == "age_band":
        value = value.removesuffix("岁").translate(DASHES)
    return pl.col(column) == value


def nobody_has(run: RosterRun, where: str | None) -> list[str]:
    """What `--where` asks for that nobody of the whole roster has, in words, with the values that there are (the likest first).

    `run`: the whole roster. A slip in a township's name must not look like a township without people.
    """
    import difflib

    found = []
    for condition in (where or "").replace("，", ",").split(","):
        if not condition.strip() or run.people.filter(_condition(condition)).height:
            continue
        name, _, value = (part.strip() for part in condition.replace("＝", "=").partition("="))
        column = FIELDS.get(name, name)
        listed = run.people[column].cast(pl.String).drop_nulls().unique().sort().to_list()
        near = difflib.get_close_matches(value, listed, n=3, cutoff=0.5) or (listed if len(listed) <= FEW else [])
        # Numbers and names of people are theirs alone: they are not shown to whoever guesses.
        words = f"，有：{'、'.join(near)}" if near and column not in ("name", "household_id", "labour", "state") else ""
        found.append(f"台账里没有{name}是“{value}”的人{words}")
    return found
