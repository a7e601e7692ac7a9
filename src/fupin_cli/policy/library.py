"""Policy files: those of the workspace's `policy/` come before those that ship; of one city the month says which holds."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from fupin_cli.errors import FupinError, os_words, yaml_words
from fupin_cli.policy import months
from fupin_cli.policy.law import Law
from fupin_cli.policy.parsed import from_shipped, from_yaml
from fupin_cli.policy.problem_words import problem_words, shown
from fupin_cli.policy.schema import PolicyFile

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from yaml import YAMLError

FOLDER = "policy"


@dataclass(frozen=True)
class CityLaw:
    """A policy file, the text beside it, and whether it is the county's own or ships with the program."""

    file: PolicyFile
    beside: Path | Traversable
    own: bool = False

    @cached_property
    def law(self) -> Law:
        """The text, cut into clauses.

        Raises:
            FupinError: the text is not beside the file.
        """
        try:
            text = self.beside.joinpath(self.file.text).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            words = os_words(error) if isinstance(error, OSError) else "不是 UTF-8 编码的文字"
            raise FupinError(
                f"政策 {self.file.id} 的原文 {self.file.text} 读不出：{words}",
                "把原文存成 UTF-8 文字，放在政策文件旁边",
            ) from error
        return Law(text, self.file.marks)

    def touches(self, month: int) -> bool:
        """Whether any day of the month lies in its term."""
        first, last = months.month_index(self.file.valid_from), months.month_index(self.file.valid_to)
        return first <= month <= last


def parse_policy(text: str, name: str) -> PolicyFile:
    """Read a policy file strictly.

    Raises:
        FupinError: unknown key, overlapping periods, missing citation, number not written as text.
    """
    from yaml import YAMLError

    try:
        return PolicyFile.model_validate(from_yaml(text))
    except (ValidationError, YAMLError) as error:
        raise FupinError(f"政策文件 {name} 有误：{_told(error)}", "对照 docs/ 中的说明改正后再运行") from error


def _told(error: ValidationError | YAMLError) -> str:
    """Every problem with its place, in Chinese."""
    if not isinstance(error, ValidationError):
        return yaml_words(error)
    return "；".join(
        f"{'.'.join(map(str, p['loc'])) or '整个文件'}："
        + (_unknown(p) if p["type"] == "extra_forbidden" else _wrong(p))
        for p in error.errors(include_url=False)
    )


def _wrong(problem: Any) -> str:
    value = problem["input"]
    return problem_words(problem) + ("" if isinstance(value, dict) else f"（写的是 {shown(value)}）")


def _unknown(problem: Any) -> str:
    near = difflib.get_close_matches(str(problem["loc"][-1]), PolicyFile.model_fields, n=1)
    return "没有这一项" + (f"，是不是 {near[0]}？" if near and len(problem["loc"]) == 1 else "")


def read_policy(path: Path) -> CityLaw:
    """Read one policy file of a county's own.

    Raises:
        FupinError: it cannot be read, or is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FupinError(f"政策文件 {path} 打不开：{os_words(error)}", "检查文件权限") from error
    except ValueError as error:
        raise FupinError(f"政策文件 {path} 不是 UTF-8 编码的文字", "用记事本打开，另存为 UTF-8 编码") from error
    return CityLaw(parse_policy(text, str(path)), path.parent, own=True)


@cache
def shipped() -> tuple[CityLaw, ...]:
    """The policies that ship with the program, read once a process."""
    folder = files("fupin_cli.policy")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    bodies = [from_shipped(file.name, file.read_bytes()) for file in found]
    return tuple(CityLaw(PolicyFile.model_validate(body), folder) for body in bodies)


def load_laws(city: str, root: Path | None = None) -> tuple[CityLaw, ...]:
    """All policies of a city in the order of their terms: those of the workspace `root`, then those that ship.

    One of the workspace that has the name (`id`) of a shipped one stands in its place.

    Raises:
        FupinError: a file is wrong, two say which law holds from one day on, or none is for that city.
    """
    own = _own(root / FOLDER) if root else []
    names = {law.file.id for law in own}
    laws = [*own, *(law for law in shipped() if law.file.id not in names)]
    mine = sorted((law for law in laws if law.file.city == city), key=lambda law: law.file.valid_from)
    if not mine:
        known = "、".join(dict.fromkeys(law.file.city for law in laws))
        raise FupinError(f"没有 {city} 的政策文件", f"fupin.toml 的 [county] city 目前可写：{known}")
    return tuple(mine)


def _own(folder: Path) -> list[CityLaw]:
    """A county's own policies. A copy left beside one (`… - 副本.yaml`) would be the law in its place, and nobody told."""
    laws: list[CityLaw] = []
    places: dict[object, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        law = read_policy(path)
        for key in (law.file.id, (law.file.city, law.file.valid_from)):
            first = places.setdefault(key, path)
            if first != path:
                raise FupinError(
                    f"{folder} 里有两份一样的政策，不知道以哪一份为准：{first.name}、{path.name}",
                    "留下一份，另一份移出 policy/；从不同日子起的两份政策，id 和 valid_from 各写各的",
                )
        laws.append(law)
    return laws


def law_of(laws: tuple[CityLaw, ...], month: int) -> CityLaw:
    """The policy that holds in a month: on its first day, else from a later day of it on; the county's own before a shipped one.

    In a month under no policy: the one that ended last before it, or the first to come; `Policy.in_term` says so.
    """
    first = months.first_day(month)
    whole = [law for law in laws if law.file.valid_from <= first <= law.file.valid_to]
    found = whole or [law for law in laws if law.touches(month)]
    if found:
        return max(found, key=lambda law: (law.own, law.file.valid_from))
    ended = [law for law in laws if law.file.valid_to < first]
    return max(ended, key=lambda law: law.file.valid_to) if ended else laws[0]
