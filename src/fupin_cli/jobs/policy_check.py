"""`fupin policy check`: whether a policy file can be used, and whether what it cites stands in the text beside it."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from fupin_cli.checks.catalogue import rules_of
from fupin_cli.errors import FupinError
from fupin_cli.measures.catalogue import LEADING, MEASURES
from fupin_cli.policy.law import OURS
from fupin_cli.policy.letters import tight
from fupin_cli.policy.library import read_policy
from fupin_cli.policy.months import month_index
from fupin_cli.policy.parameters import LINE, MONTHLY, Policy
from fupin_cli.policy.schema import NUMBERS
from fupin_cli.policy.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fupin_cli.policy.law import Law
    from fupin_cli.policy.library import CityLaw
    from fupin_cli.policy.schema import PolicyFile


def check_policy(path: Path) -> tuple[CityLaw, list[str]]:
    """Read a policy file and list what is wrong with it: citations, clauses, periods, what is missing.

    Raises:
        FupinError: it cannot be read, or breaks the form.
    """
    read = read_policy(path)
    try:
        law = read.law
    except FupinError as error:
        return read, [f"{error}；{error.hint}"]
    return read, [
        *_rests(read, law),
        *_numbers(read.file),
        *_said(read.file, law),
        *_subsidies(read.file),
        *_page(read.file, law),
    ]


def _rests(read: CityLaw, law: Law) -> Iterator[str]:
    """Every clause that is named is one of the text, every phrase stands in one sentence of it; every rule rests on something."""
    file = read.file
    named = [("clause", file.clause, ""), ("people", file.people.clause, file.people.law)]
    named += [("means", file.means.clause, file.means.law)] if file.means else []
    named += [(f"parameters.{name}", number.clause, "") for name, number in file.parameters.items()]
    for code, measure in file.measures.items():
        named.append((f"measures.{code}", measure.clause, measure.law))
        named += [(f"measures.{code}.also", mark, "") for mark in measure.also]
    named += [(f"rules.{code}", basis.clause, basis.law) for code, basis in file.rules.items() if basis.clause != OURS]
    named += [(part, mark, "") for part in ("reports", "not_decidable") for mark in getattr(file, part)]
    for place, mark, phrase in named:
        if mark not in law.clauses:
            yield f"{place}：原文没有 {mark} 这一条（原文有：{'、'.join(law.clauses)}）"
            continue
        try:
            law.quote(mark, phrase) if phrase else None
        except (KeyError, ValueError) as error:
            yield f"{place}：{error.args[0]}"
    rules = rules_of(Policy(read, Settings()), month_index(file.valid_from))
    yield from (f"rules：没有写 {code}（{rule.title}）的依据" for code, rule in rules.items() if code not in file.rules)
    yield from (f"rules.{code}：程序没有这条规则" for code in file.rules if code not in rules)
    for code, basis in file.rules.items():
        if basis.clause != OURS and not basis.law:
            yield f"rules.{code}：没有写原文里的话（law）"
        for phrase in re.findall("“(.*?)”", basis.besides):
            if tight(phrase) not in tight(law.text):
                yield f"rules.{code}.besides：原文没有“{phrase}”"


def _said(file: PolicyFile, law: Law) -> Iterator[str]:
    """A source that names a clause of this text and gives its words (`实施细则三(五)：…`) gives them as they stand there."""
    marks = sorted(law.clauses, key=len, reverse=True)
    cited = re.compile(rf"^(\S*?)({'|'.join(map(re.escape, marks))})：(.+)$")
    sources = [
        (f"parameters.{name}", period.source) for name, number in file.parameters.items() for period in number.periods
    ]
    for place, source in sources:
        match = cited.match(source)
        if match is None or match[1] not in file.title:
            continue
        words = match[3].split("；")[0]
        if tight(words) not in tight(law.clauses[match[2]]):
            yield f"{place}：{match[2]} 里没有“{words}”"
    if tight(file.source) not in tight(law.text):
        yield f"source：原文没有“{file.source}”"


def _numbers(file: PolicyFile) -> Iterator[str]:
    """Numbers that the program knows, of the kind that it computes with, without a gap in the policy's term."""
    for name, number in file.parameters.items():
        if name not in NUMBERS:
            yield f"parameters.{name}：程序不认得这个数"
        elif number.kind != NUMBERS[name]:
            yield f"parameters.{name}：kind 写的是 {number.kind}，这个数是 {NUMBERS[name]}"
        gaps = any(late.valid_from - early.valid_to > timedelta(days=1) for early, late in pairwise(number.periods))
        if gaps or number.periods[0].valid_from > file.valid_from or number.periods[-1].valid_to < file.valid_to:
            yield f"parameters.{name}：有效期没有盖满执行期 {file.valid_from} 至 {file.valid_to}"
        counties = {county for period in number.periods for county in period.by_county}
        yield from (f"parameters.{name}：area 里没有 {county}" for county in sorted(counties - set(file.area.counties)))


def _subsidies(file: PolicyFile) -> Iterator[str]:
    """Subsidies that the program knows, each with the numbers that it is computed with."""
    if LEADING not in file.measures:
        yield f"measures：没有 {LEADING}"
    for code, measure in file.measures.items():
        if code not in MEASURES:
            yield f"measures.{code}：程序没有这项补贴"
            continue
        needed = (*MEASURES[code].numbers, *([measure.term] if measure.term else []))
        yield from (f"measures.{code}：缺 parameters 里的 {name}" for name in needed if name not in file.parameters)
    if LINE not in file.parameters and MONTHLY not in file.parameters:
        yield f"parameters：缺 {LINE} 或 {MONTHLY}，岗位补贴没有标准"


def _page(file: PolicyFile, law: Law) -> Iterator[str]:
    """Every clause is carried by something, or it is said why not."""
    carried = {mark for measure in file.measures.values() for mark in (measure.clause, *measure.also)}
    carried |= {basis.clause for basis in file.rules.values()} | {number.clause for number in file.parameters.values()}
    carried |= {*file.reports, *file.not_decidable}
    yield from (
        f"not_decidable：{mark} 没有任何规则、补贴、数字承担，也没有写为什么"
        for mark in law.clauses
        if mark not in carried
    )
