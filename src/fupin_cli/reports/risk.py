"""The month's list of risks, compared with that of the month before: new, continuing, cleared, with the proof (SPEC 11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.policy.months import month_text
from fupin_cli.reports.risk_rules import RISKS

if TYPE_CHECKING:
    from fupin_cli.month.month import Month
    from fupin_cli.reports.risk_scene import Risk, Scene

NEW, CONTINUING = "new", "continuing"
KEY = ["id_number", "code"]
LIST = pl.Schema(
    {
        "id_number": pl.String(),
        "code": pl.String(),
        "fact": pl.String(),
        "table": pl.String(),
        "_src": pl.UInt32(),
        "_row": pl.UInt32(),
        "_file": pl.String(),
        "_sheet": pl.String(),
    }
)
PREVIOUS = "@previous"
CODE_PATTERN = r"RSK\d{3}"


@dataclass(frozen=True)
class NotRun:
    """A risk that could not be judged, and for want of what."""

    code: str
    missing_tables: tuple[str, ...]
    missing_settings: tuple[str, ...]


@dataclass
class RiskList:
    """One month's risks. `rows`: `LIST`, one a person and code; `ran`: the codes that could be judged."""

    month: int
    rows: pl.DataFrame = field(repr=False)
    not_run: list[NotRun] = field(default_factory=list)

    @property
    def ran(self) -> set[str]:
        """Codes that were judged."""
        return {risk.code for risk in RISKS} - {entry.code for entry in self.not_run}


def risks_of(scene: Scene) -> RiskList:
    """Judge every risk whose tables and settings are there; only of people who are labour (households: somebody is)."""
    parts, not_run = [LIST.to_frame()], []
    people = scene.labour.select("id_number")
    homes = scene.month.people.select("id_number", "home").join(scene.gone, on="id_number", how="anti")
    helped = homes.join(people, on="id_number", how="semi").select("home").unique()
    at_home = homes.join(helped, on="home", how="semi").select("id_number")
    for risk in RISKS:
        missing, unset = _missing(risk, scene)
        if missing or unset:
            not_run.append(NotRun(risk.code, missing, unset))
            continue
        own = at_home if risk.household else people
        found = risk.find(scene).join(own, on="id_number", how="semi", maintain_order="left")
        parts.append(found.with_columns(code=pl.lit(risk.code)).select(pl.col(n).cast(t) for n, t in LIST.items()))
    order = scene.month.people.select("id_number").with_row_index("_order")
    rows = pl.concat(parts).join(order, on="id_number", how="left").sort("_order", "code").drop("_order")
    return RiskList(scene.month.month, rows, not_run)


def _missing(risk: Risk, scene: Scene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    missing = tuple(name for name in risk.tables if not _have(name, scene))
    for group in risk.any_of:
        if not any(_have(name, scene) for name in group):
            missing += group
    unset = [name for name in risk.settings if _setting(name, scene.month) is None]
    if risk.code == "RSK002" and scene.month.policy.line_fen(scene.month.month) is None:
        unset.append("post.annual_line")
    return missing, tuple(unset)


def _have(name: str, scene: Scene) -> bool:
    if name.endswith(PREVIOUS):
        return scene.before is not None and scene.before.has(name.removesuffix(PREVIOUS))
    return scene.month.has(name)


def _setting(name: str, month: Month) -> object:
    section, key = name.split(".")
    return getattr(getattr(month.settings, section), key)


@dataclass
class Compared:
    """A month's list against the one before. `rows`: `LIST` with `kind` and `since`; `cleared`: `LIST` of the month before.

    `proof`: counts of entries (person × code) by code: new, continuing, cleared, before, now; new + continuing = now and
    continuing + cleared = before. Codes that were not judged in both months are in neither, but in `apart`.
    """

    rows: pl.DataFrame = field(repr=False)
    cleared: pl.DataFrame = field(repr=False)
    proof: pl.DataFrame = field(repr=False)
    apart: list[str] = field(default_factory=list)


def compare(now: RiskList, before: RiskList | None, since: pl.DataFrame | None = None) -> Compared:
    """Tell new, continuing and cleared risks apart (by person and code).

    `since`: id_number, code, since of the earlier list, from when each risk has stood.
    """
    text = month_text(now.month)
    old = LIST.to_frame() if before is None else before.rows.filter(pl.col("code").is_in(sorted(now.ran)))
    apart = [] if before is None else sorted(before.ran - now.ran)
    known = old.select(*KEY, _known=pl.lit(value=True))
    first = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), "since": pl.String}) if since is None else since
    fallback = text if before is None else month_text(before.month)
    rows = now.rows.join(known, on=KEY, how="left", maintain_order="left").join(
        first.select(*KEY, "since"), on=KEY, how="left", maintain_order="left"
    )
    continuing = pl.col("_known").fill_null(value=False)
    rows = rows.with_columns(
        kind=pl.when(continuing).then(pl.lit(CONTINUING)).otherwise(pl.lit(NEW)),
        since=pl.when(continuing).then(pl.col("since").fill_null(fallback)).otherwise(pl.lit(text)),
    ).drop("_known")
    cleared = old.join(now.rows, on=KEY, how="anti", maintain_order="left")
    cleared = cleared.join(first.select(*KEY, "since"), on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("since").fill_null(fallback)
    )
    return Compared(rows, cleared, _proof(rows, old, cleared), apart)


def _proof(rows: pl.DataFrame, old: pl.DataFrame, cleared: pl.DataFrame) -> pl.DataFrame:
    """Counts by code, each counted on its own, with `holds`."""
    codes = pl.DataFrame({"code": [risk.code for risk in RISKS]})
    parts = {
        "new": rows.filter(pl.col("kind") == NEW),
        "continuing": rows.filter(pl.col("kind") == CONTINUING),
        "cleared": cleared,
        "before": old,
        "now": rows,
    }
    for name, frame in parts.items():
        counted = frame.group_by("code").agg(pl.len().cast(pl.Int64).alias(name))
        codes = codes.join(counted, on="code", how="left", maintain_order="left")
    codes = codes.fill_null(0)
    total = codes.select(pl.lit("合计").alias("code"), pl.exclude("code").sum())
    proof = pl.concat([codes, total])
    return proof.with_columns(
        holds=(pl.col("new") + pl.col("continuing") == pl.col("now"))
        & (pl.col("continuing") + pl.col("cleared") == pl.col("before"))
    )


def feedback_of(month: Month) -> pl.DataFrame:
    """What was done about each risk (table risk_feedback): id_number, code, feedback, feedback_on; the latest answer counts.

    A row answers the codes that it names; one that names none answers all risks of the person (code null).
    """
    schema = {"id_number": pl.String, "code": pl.String, "feedback": pl.String, "feedback_on": pl.Date}
    if not month.has("risk_feedback"):
        return pl.DataFrame(schema=schema)
    named = _answers(month)
    whole = named.filter(pl.col("code").list.len() == 0).with_columns(code=pl.lit(None, dtype=pl.String))
    each = pl.concat([named.explode("code").drop_nulls("code"), whole]).select(
        "id_number", "code", feedback="result", feedback_on="handled_on"
    )
    return (
        each.with_row_index("_n")
        .sort("feedback_on", "_n", nulls_last=False)
        .unique(KEY, keep="last", maintain_order=True)
        .drop("_n")
    )


def _answers(month: Month) -> pl.DataFrame:
    """Rows of risk_feedback that say something, with the codes that each names (`code`, a list)."""
    rows = month.table("risk_feedback").filter(pl.col("result").is_not_null()).collect()
    codes = pl.col("risk").fill_null("").str.normalize("NFKC").str.to_uppercase().str.extract_all(CODE_PATTERN)
    return rows.with_columns(code=codes.list.unique(maintain_order=True))


def unknown_answers(month: Month) -> list[str]:
    """Where risk_feedback names a code that no risk has, in words: such an answer is to nothing."""
    if not month.has("risk_feedback"):
        return []
    known = [risk.code for risk in RISKS]
    odd = _answers(month).explode("code").filter(pl.col("code").is_in(known).not_())
    where = pl.concat_str(
        "_file", pl.when(pl.col("_sheet") != "").then(pl.format("!{}", "_sheet")).otherwise(pl.lit(""))
    )
    words = odd.select(pl.format("{} 第{}行：没有 {} 这种风险，这一项没有算作反馈", where, "_row", "code")).to_series()
    found: list[str] = words.to_list()
    return found


def with_feedback(rows: pl.DataFrame, feedback: pl.DataFrame) -> pl.DataFrame:
    """Add `feedback` and `feedback_on` to entries: the answer to the code, else to the person."""
    by_code = feedback.filter(pl.col("code").is_not_null())
    by_person = feedback.filter(pl.col("code").is_null()).select("id_number", _feedback="feedback", _on="feedback_on")
    return (
        rows.join(by_code, on=KEY, how="left", maintain_order="left")
        .join(by_person, on="id_number", how="left", maintain_order="left")
        .with_columns(feedback=pl.coalesce("feedback", "_feedback"), feedback_on=pl.coalesce("feedback_on", "_on"))
        .drop("_feedback", "_on")
    )
