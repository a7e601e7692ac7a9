"""Subsidies are claimed, approved, returned by the bank, sent again and withdrawn over months; what stands is reckoned a second time.

Things that are paid once are claimed again and again, in two files, in two months; sums are corrected, rows are taken out and come
late, people turn out to be dead. Before each approval: every line is what a second reckoning comes to, by what is known then.
After it: what stands of earlier months is what is due of them. At the end nobody was paid twice for one thing.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG, Ran, write_csv
from tests.fuzz.claimant import EMPLOYER, MONTHLY, SPANS, TRAINED, Claimant, Paid
from tests.fuzz.claims_files import TABLES, claims_settings
from tests.fuzz.claims_life import MONTHS, Ledger, Life, fen, parse
from tests.fuzz.claims_reckoned import Claims
from tests.fuzz.edges import month_text
from tests.fuzz.test_claims_again import SETTINGS

pytestmark = pytest.mark.usefixtures("books_planned")

LIVED = [m for m in TABLES if m != "accident_insurance"]


class Desk:
    """The commands of a workspace."""

    def __init__(self, fupin: Callable[..., Ran], root: Path, measure: str) -> None:
        """Remember where."""
        self.fupin, self.root = fupin, root
        self.measures = {"training_living": TRAINED, EMPLOYER[0]: EMPLOYER}.get(measure, (measure,))

    def draft(self, measure: str, month: int) -> dict[str, Any]:
        ran = self.fupin(
            *("subsidy", measure, "-w", self.root, "-m", month_text(month), "--operator", "甲", "--format", "json"),
            *("--unmask", "-q", "--force"),
        )
        assert ran.code in {0, 1, 10, 12}, ran.err
        return ran.document if ran.code < 10 else {"lines": [], "corrections": []}

    def post(self, command: str, measure: str, month: int) -> Ran:
        return self.fupin(
            *(
                command,
                month_text(month),
                "--measure",
                measure,
                "-w",
                self.root,
                "--by",
                "乙",
                "--yes",
                "--document",
                "文1",
            ),
            *("--format", "json"),
        )

    def ledger(self, life: Life) -> Ledger:
        lines: list[dict[str, Any]] = []
        for month in life.months(MONTHS):
            shown = self.fupin(
                "ledger", "show", "-w", self.root, "--month", month_text(month), "--format", "json", "--unmask"
            )
            lines += shown.document["lines"] if shown.code == 0 else []
        unique = {(x["batch"], x["line_no"], x["kind"]): x for x in lines}
        return Ledger(list(unique.values()), dict(life.answers), set(life.void))

    def answer(self, life: Life) -> None:
        """The bank answers what it was sent; of some it says nothing until later."""
        ledger = self.ledger(life)
        for x in ledger.lines:
            key = x["batch"], x["line_no"]
            sent = x["kind"] in {"line", "back_pay", "reissue"} and fen(x["amount"]) > 0 and x["batch"] not in life.void
            if sent and key not in life.answers:
                (word,) = life.chance.choices(["成功", "失败", ""], [6, 3, 1])
                life.answers |= {key: word} if word else {}
        rows = defaultdict(list)
        for x in ledger.lines:
            if (said := life.answers.get((x["batch"], x["line_no"]))) and fen(x["amount"]) > 0:
                row = {
                    "序号": x["line_no"],
                    "姓名": x["payee"],
                    "账号": x["account"],
                    "金额": x["amount"],
                    "身份证号码": "",
                }
                row |= {
                    "处理结果": said,
                    "失败原因": "账面可用余额不足" if said == "失败" else "",
                    "批次号": x["batch"],
                }
                rows[x["batch"]].append(row)
        for batch, mine in rows.items():
            write_csv(
                self.root / "inbox" / month_text(int(batch[:4]) * 12 + int(batch[4:6]) - 1) / f"回盘_{batch}.csv", mine
            )


def known(life: Life, ledger: Ledger, p: Claimant, *, but: int | None = None, before: int | None = None) -> Claimant:
    """The person with what counts as paid."""
    out, paid = ledger.out(), list(p.paid)
    for (measure, person, month, ref), stands in ledger.stands().items():
        when = parse(month)
        told = person == p.id and stands > 0 and out[measure, person, month, ref] > 0
        if told and when != but and (before is None or when < before):
            paid += [Paid(measure, when, stands, about) for about in life.about(measure, ref)]
    return replace(p, paid=paid)


def lines_of(life: Life, p: Claimant, month: int, measure: str) -> list[tuple[str, int]]:
    told = [t for m, _, t in Claims(month, life.county).of(p) if m == measure]
    return [(t.status, t.due or 0 if t.status == "pay" else 0) for t in told]


@pytest.mark.long
@pytest.mark.parametrize("measure", LIVED if LONG else ["labour_export_service", "startup_interest"])
@pytest.mark.parametrize("seed", range(6 if LONG else 1))
def test_a_life_of_claims(fupin: Callable[..., Ran], tmp_path: Path, measure: str, seed: int) -> None:
    chance = random.Random(f"{measure} {seed}")  # noqa: S311 - made-up people, no secret
    settings = {key: chance.choice(values) for key, values in SETTINGS.items()} | {"once_per_years": None}
    start = 2021 * 12 + 8 if measure == "on_the_job_training" else 2024 * 12 + 10
    life, root = Life(chance, measure, start, settings), tmp_path / "w"
    desk = Desk(fupin, root, measure)
    root.mkdir()
    (root / "fupin.toml").write_text(claims_settings(settings), encoding="utf-8")
    wrong: list[str] = []
    for now, month in enumerate(life.months(MONTHS)):
        if now:
            life.news(month)
        life.hand_in(month)
        life.write(root, now + 1)
        for code in desk.measures:
            ledger = desk.ledger(life)
            wrong += unlike_draft(life, ledger, desk.draft(code, month), code, month)
            ran = desk.post("approve", code, month)
            assert ran.code in {0, 12}, ran.err
            if chance.random() < 0.3 and ran.code == 0:
                assert desk.post("withdraw", code, month).code == 0
                life.void.add(ran.document["batch"])
                desk.draft(code, month)
                assert desk.post("approve", code, month).code == 0
            wrong += unlike_ledger(life, ledger, desk.ledger(life), code, month)
        desk.answer(life)
        if chance.random() < 0.6:
            again = chance.choice(life.months(now + 1))
            ran = fupin(
                "reconcile", month_text(again), "-w", root, "--reissue", "--by", "丙", "--yes", "--document", "文2"
            )
            assert ran.code in {0, 1, 10}, ran.err
            desk.answer(life)
        wrong += twice(life, desk.ledger(life), month)
    assert not wrong, "\n".join(wrong)
    checked = fupin("verify", "--all", "-w", root)
    told = [line for line in checked.out.splitlines() if "[有问题]" in line and "回盘" not in line]  # answered since
    assert not told


def unlike_draft(life: Life, ledger: Ledger, document: dict[str, Any], measure: str, month: int) -> list[str]:
    """In what the lines of a month's draft differ from the second reckoning."""
    wrong = []
    for p in life.people.values():
        mine = lines_of(life, known(life, ledger, p, but=month), month, measure)
        theirs = sorted((x["status"], fen(x["amount"])) for x in document["lines"] if x["person"] == p.id)
        if sum(f for _, f in mine) != sum(f for _, f in theirs):
            codes = [x["codes"] for x in document["lines"] if x["person"] == p.id]
            wrong.append(
                f"{month_text(month)} {measure} {p.number}: {mine}, not {theirs} {codes} {known(life, ledger, p)}"
            )
    return wrong


def unlike_ledger(life: Life, before: Ledger, after: Ledger, measure: str, month: int) -> list[str]:
    """In what the sums that stand of earlier months differ from what is due of them."""
    wrong: list[str] = []
    if measure in {
        "incubator",
        *SPANS,
    }:  # a year's room, a month or a day goes to one claim or another; `twice` sees to it
        return []
    for past in range(life.first, month):
        for p in life.people.values():
            stood, stands = (
                sum(
                    fen
                    for (m, who, when, _), fen in ledger.stands().items()
                    if (m, who, when) == (measure, p.id, month_text(past))
                )
                for ledger in (before, after)
            )
            # A claim that stood is as it was, others as all that is paid leaves them; news of this very batch count from the next.
            knows = [
                known(life, before, p, but=past, before=past),
                known(life, before, p, but=past),
                known(life, after, p, but=past),
            ]
            told = [lines_of(life, x, past, measure) for x in knows]
            if any(status == "hold" for lines in told for status, _ in lines):
                continue
            wanted = {sum(one) for one in product(*({f for _, f in claim} for claim in zip(*told, strict=True)))}
            if stands not in wanted:
                wrong.append(
                    f"{month_text(month)}: {measure} of {month_text(past)}, {p.number}: {told}, stood {stood}, stands {stands} {knows[1]}"
                )
    return wrong


def twice(life: Life, ledger: Ledger, month: int) -> list[str]:
    """Things for which more is out, and not asked back, than one payment."""
    sums: dict[Any, list[Any]] = defaultdict(list)
    stands = ledger.stands()
    for (measure, person, when, ref), paid in ledger.out().items():
        stays = min(paid, stands[measure, person, when, ref])
        for about in life.about(measure, ref) if stays > 0 else []:
            once = {"transport": "", "base_reward": ""} | dict.fromkeys(SPANS, "") | dict.fromkeys(MONTHLY, when)
            sums[measure, person, once.get(measure, about)].append((about, stays, when, ref))
    for (measure, person, about), found in [*sums.items()]:
        if measure == "incubator":
            sums[measure, f"{person} {about.year}", 0] += found
    wrong = []
    for key, found in sums.items():
        if key[0] in SPANS:
            paid = sum({(when, ref): stays for _, stays, when, ref in found}.values())
            too_much = paid > _worth(life, key[0], [about for about, *_ in found]) + len(found)
        elif key[2] == 0:
            too_much = sum(stays for _, stays, *_ in found) > 100 * life.county["incubator_max"]
        else:
            too_much = len(found) > 1
        if too_much:
            wrong.append(f"{month_text(month)} twice {key}: {found}")
    return wrong


def _worth(life: Life, measure: str, abouts: list[Any]) -> int:
    """What days of a loan or months of rent come to, each once (fen)."""
    if measure == "startup_venue":
        return int(len(set(abouts)) * 60000 * Fraction(life.county["venue_share"]))
    days = {start + timedelta(n) for start, end in abouts for n in range((end - start).days)}
    return int(5000000 * Fraction("4.35") / 100 * len(days) / 360 * Fraction(life.county["interest_share"]))
