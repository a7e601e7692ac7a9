"""The rules: each with code, title, clause in the law's words, what it compares, its bounds, and what to do about it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from fupin_cli.errors import UsageError
from fupin_cli.findings import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from fupin_cli.checks.context import Context

    Check = Callable[[Context], pl.LazyFrame | pl.DataFrame]

Severity = Literal["error", "warning", "info"]
Effect = Literal["refuse", "hold", "none"]
GROUPS = {
    "IN": "收文", "ID": "身份与账户", "REG": "监测对象", "WRK": "务工", "POST": "公益性岗位", "CON": "合同",
    "ATT": "出勤", "INS": "意外险", "CAP": "期限与重复", "MEA": "补贴条件", "RET": "银行回盘", "WVR": "豁免",
}  # fmt: skip
# What runs at which point: while files are read, over the tables, knowing the other findings, while lines are priced,
# when a month is reconciled, over the waivers.
Stage = Literal["intake", "tables", "last", "payroll", "reconcile", "waivers"]


@dataclass(frozen=True)
class Rule:
    """One check. `law` is a phrase of the clause, by which its sentence is found and printed.

    `tables` must all be supplied, of `any_of` at least one; `settings` must be set; else the rule is listed as not
    run. `partly` names tables and settings without which only a part of the rule runs.
    """

    code: str
    title: str
    severity: Severity
    effect: Effect
    clause: str
    law: str
    compares: str
    hint: str
    tables: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    waivable: bool = False
    stage: Stage = "tables"
    run: Check | None = field(default=None, repr=False)

    @property
    def group(self) -> str:
        """The letters before the number (POST, CAP, …)."""
        return self.code.rstrip("0123456789")


RULES: dict[str, Rule] = {}


def rule(code: str, title: str, severity: Severity, effect: Effect = "none", **more: Any) -> Callable[[Check], Check]:
    """Register the decorated function as the check of a code."""

    def register(function: Check) -> Check:
        declare(code, title, severity, effect, run=function, **more)
        return function

    return register


def declare(code: str, title: str, severity: Severity, effect: Effect = "none", **more: Any) -> None:
    """Register a rule; without a function where another room reports it (intake, waivers).

    Raises:
        ValueError: the code is taken.
    """
    if code in RULES:
        raise ValueError(f"规则代码重复：{code}")
    RULES[code] = Rule(code, title, severity, effect, **more)


def all_rules() -> dict[str, Rule]:
    """Give every rule, in the order of the catalogue."""
    from fupin_cli.checks import (  # noqa: F401 - each registers its rules
        accounts,
        att,
        cap,
        con,
        households,
        idc,
        ins,
        intake,
        mea,
        post,
        post_lists,
        post_people,
        reg,
        reg_homes,
        ret,
        waivers,
        wrk,
        wrk_homes,
    )

    order = list(GROUPS)
    return dict(sorted(RULES.items(), key=lambda item: (order.index(item[1].group), item[0])))


def find_rules(name: str) -> list[Rule]:
    """Give the rule of a code, or the rules of a group (`POST005`, `post`).

    Raises:
        UsageError: no such code or group; the hint names the nearest.
    """
    rules = all_rules()
    word = name.strip().upper()
    chosen = [rule for rule in rules.values() if word in (rule.code, rule.group)]
    if not chosen:
        letters = word.rstrip("0123456789")
        padded = letters + word[len(letters) :].zfill(3)  # POST5 and POST05 are POST005
        near = [padded] if padded in rules else difflib.get_close_matches(word, [*rules, *GROUPS], n=1, cutoff=0.0)
        raise UsageError(f"没有 {name} 这条规则", f"是不是 {near[0]}？全部规则：fupin rules")
    return chosen


def report(
    rows: pl.LazyFrame | pl.DataFrame,
    table: str,
    message: str | pl.Expr,
    column: str | pl.Expr | None = None,
    **fields: Any,
) -> pl.LazyFrame:
    """Turn rows of a table into findings. `fields`: effect, severity, hint, waivable, amount_fen, months; values or expressions."""
    lazy = rows.lazy()
    names = lazy.collect_schema().names()
    found = {
        "table": pl.lit(table),
        "_src": pl.col("_src"),
        "_row": pl.col("_row"),
        "column": column if isinstance(column, pl.Expr) else pl.lit(column, dtype=pl.String),
        "message": message if isinstance(message, pl.Expr) else pl.lit(message),
        **{
            target: pl.col(source) if source in names else pl.lit(None, dtype=pl.String)
            for target, source in (("person", "id_number"), ("name", "name"), ("post_id", "post_id"))
        },
        **{key: value if isinstance(value, pl.Expr) else pl.lit(value) for key, value in fields.items()},
    }
    return lazy.select(expr.cast(SCHEMA[name]).alias(name) for name, expr in found.items())


def place_expr() -> pl.Expr:
    """Where a row stands, as the clerk looks it up: file!sheet!row."""
    sheet = pl.when(pl.col("_sheet") != "").then(pl.concat_str(pl.col("_sheet"), pl.lit("!"))).otherwise(pl.lit(""))
    return pl.concat_str(
        pl.col("_file"), pl.lit("!"), sheet, pl.lit("第"), pl.col("_row").cast(pl.String), pl.lit("行")
    )


OTHERS_NAMED = 20


def with_others(rows: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Add `_others` to the rows of groups: where the group's other rows stand (the first 20, then how many)."""
    rows = rows.with_columns(_place=place_expr())
    groups = rows.group_by(keys).agg(_places=pl.col("_place").sort().head(OTHERS_NAMED + 1), _size=pl.len())
    rest = pl.col("_places").list.set_difference(pl.concat_list("_place")).list.sort().list.head(OTHERS_NAMED)
    more = (
        pl.when(pl.col("_size") > OTHERS_NAMED + 1)
        .then(pl.format(" 等{}处", pl.col("_size") - 1))
        .otherwise(pl.lit(""))
    )
    return (
        rows.join(groups, on=keys, how="left", nulls_equal=True)
        .with_columns(_others=pl.concat_str(rest.list.join("、"), more))
        .drop("_places", "_place", "_size")
    )
