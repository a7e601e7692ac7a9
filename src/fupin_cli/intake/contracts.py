"""Data contracts: one YAML per input table, the bureau's own `schemas/` folder laid over the shipped ones."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.errors import FupinError, yaml_words
from fupin_cli.policy.letters import tight
from fupin_cli.policy.parsed import from_shipped, from_yaml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

COMMON = "_common"
TYPES = (
    "id",
    "name",
    "text",
    "place",
    "choice",
    "choices",
    "date",
    "month",
    "money",
    "count",
    "days",
    "rate",
    "yes_no",
    "benefit",
    "phone",
    "account",
    "code",
    "credit_code",
    "measure",
    "pay_status",
)


# What may stand in brackets behind a header: the unit in which its cells are (never 万元).
UNITS = {"money": ("元",), "days": ("天", "日"), "count": ("人", "名", "户", "个", "次", "月"), "rate": ("%",)}


@dataclass(frozen=True)
class ColumnSpec:
    """One column of a table. `required`: the column must exist, its cells be filled unless `may_be_empty`.

    `required_when` names the yes/no column that must be true for an empty cell to be a fault; `or_column` another
    column that stands in for this one; `partial: end` reads a date without a day as the month's last day; `span` keeps
    beside a date whether its day was not written (column `_<name>_month`); `single`: of one amount for several rows, in
    merged cells, nobody knows whose it is.
    """

    name: str
    header: str
    type: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    may_be_empty: bool = False
    required_when: str = ""
    or_column: str = ""
    partial: str = "start"
    span: bool = False
    single: bool = False
    values: tuple[str, ...] = ()
    open: bool = False
    synonyms: dict[str, str] = field(default_factory=dict, hash=False)
    personal: bool = False


@dataclass(frozen=True)
class Common:
    """What holds for every table (`_common.yaml`)."""

    header_aliases: dict[str, list[str]]
    yes_words: list[str]
    no_words: list[str]
    benefit_no: list[str]
    paid: list[str]
    failed: list[str]
    recovered: list[str]
    measures: dict[str, list[str]]
    footers: list[str]
    totals: list[str]
    post_words: list[str] = field(
        default_factory=list
    )  # an unknown 补贴类型 with one of these counts as the post subsidy
    not_post_words: list[str] = field(default_factory=list)  # … unless it has one of these
    insurance_words: list[str] = field(default_factory=list)  # with one of these, as the accident insurance
    failures: dict[str, list[str]] = field(default_factory=dict)  # why a payment failed → how banks write it


@dataclass(frozen=True)
class TableSpec:
    """One input table: how it is recognised and what its columns hold."""

    table: str
    title: str
    names: tuple[str, ...]
    group: str
    grain: str
    columns: dict[str, ColumnSpec]
    common: Common
    snapshot: bool = False
    month_column: str = ""
    all_folders: bool = False
    lasting: bool = False
    unique: tuple[str, ...] = ()

    @cached_property
    def by_header(self) -> dict[str, str]:
        """Normalised header or alias, with its unit behind it or not → column name; a column's own words beat those common to all tables."""
        found: dict[str, str] = {}
        for column in self.columns.values():
            for header in (column.header, *column.aliases):
                found.setdefault(normalise_header(header), column.name)
        for column in self.columns.values():
            for header in self.common.header_aliases.get(column.header, []):
                found.setdefault(normalise_header(header), column.name)
        for header, name in list(found.items()):
            for unit in UNITS.get(self.columns[name].type, ()):
                found.setdefault(f"{header}({unit})", name)
        return found

    @cached_property
    def bold(self) -> list[ColumnSpec]:
        """Columns that must exist."""
        return [column for column in self.columns.values() if column.required]

    def lacking(self, present: set[str]) -> list[str]:
        """Headers of the required columns that are not among those present."""
        return [
            c.header for c in self.bold if c.name not in present and (not c.or_column or c.or_column not in present)
        ]

    @property
    def every_folder(self) -> bool:
        """Whether a run reads this table from all months' folders: its rows say which month they are of (SPEC 8.6)."""
        return bool(self.month_column) or self.all_folders

    @property
    def has_person_key(self) -> bool:
        """Whether a row without a usable ID number cannot be kept (SPEC 8.3)."""
        return "id_number" in self.columns and self.columns["id_number"].required


def normalise_header(text: str) -> str:
    """Make headers comparable: no spaces or line breaks, half-width signs, no mark for required columns."""
    return tight(text).strip("*:")


def shipped_schemas() -> Traversable:
    """Find the shipped contracts: inside the installed package, or at the top of a checkout."""
    packaged = files("fupin_cli").joinpath("schemas")
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "schemas"


def load_contracts(workspace: Path | None = None) -> dict[str, TableSpec]:
    """Load all table contracts, with those of `workspace/schemas/` laid over them.

    Raises:
        FupinError: a key that the format does not know, a type that does not exist, a file that is no YAML.
    """
    own = workspace / "schemas" if workspace else None
    if own is None or not own.is_dir():
        return dict(_shipped_contracts())
    raw = dict(_shipped())
    for file in sorted(own.glob("*.yaml")):
        extra = _read(file)
        raw[file.stem] = _overlay(raw[file.stem], extra) if file.stem in raw else extra
    return _contracts(raw)


@cache
def _shipped_contracts() -> dict[str, TableSpec]:
    """The contracts of who has none of their own; made once, and with them what is kept with each (Pandera's schemas)."""
    return _contracts(dict(_shipped()))


def _contracts(raw: dict[str, dict[str, Any]]) -> dict[str, TableSpec]:
    common = _build(Common, raw.pop(COMMON), COMMON)
    return {name: _table(name, body, common) for name, body in sorted(raw.items())}


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    """The shipped contracts as they are written; read once, laid over and never changed."""
    shipped = [f for f in shipped_schemas().iterdir() if f.name.endswith(".yaml")]
    return {Path(f.name).stem: from_shipped(f.name, f.read_bytes()) for f in shipped}


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        body = from_yaml(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FupinError(
            f"表格式文件 {file.name} 不是合格的 YAML：{yaml_words(error)}", "检查缩进与冒号，文件须存为 UTF-8"
        ) from None
    if not isinstance(body, dict):
        raise FupinError(f"表格式文件 {file.name} 是空的", "对照随程序发布的 schemas/ 填写，或删去此文件")
    return body


def _overlay(base: Any, extra: Any) -> Any:
    """Lay a bureau's entries over the shipped ones: tables are merged, lists grow, other values are replaced."""
    if isinstance(base, dict) and isinstance(extra, dict):
        return base | {key: _overlay(base[key], value) if key in base else value for key, value in extra.items()}
    if isinstance(base, list) and isinstance(extra, list):
        return base + [item for item in extra if item not in base]
    return extra


def _table(name: str, body: dict[str, Any], common: Common) -> TableSpec:
    columns = {}
    for key, entry in (body.get("columns") or {}).items():
        column = _build(ColumnSpec, {**entry, "name": key}, f"{name}.{key}")
        if column.type not in TYPES:
            raise FupinError(f"表格式 {name}.{key}：没有 {column.type} 这种类型", f"可用的类型：{'、'.join(TYPES)}")
        columns[key] = column
    table: TableSpec = _build(TableSpec, {**body, "columns": columns, "common": common}, name)
    return table


def _build(model: Any, body: dict[str, Any], where: str) -> Any:
    known = {f.name for f in dataclasses.fields(model)}
    needed = {
        f.name
        for f in dataclasses.fields(model)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }
    for key in body.keys() - known:
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
        raise FupinError(
            f"表格式 {where}：没有 {key} 这一项，是不是 {near[0]}？", "对照程序自带的 schemas/ 里的同名文件填写"
        )
    if missing := needed - body.keys():
        raise FupinError(f"表格式 {where}：缺 {'、'.join(sorted(missing))}", "对照程序自带的 schemas/ 里的同名文件填写")
    return model(
        **{
            key: tuple(value) if isinstance(value, list) and model is not Common else value
            for key, value in body.items()
        }
    )
