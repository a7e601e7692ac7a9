"""Who is paid, where to, and where they live, for the claims of a table that does not say all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.measures.claims import LINE, SPOT

if TYPE_CHECKING:
    from fupin_cli.month.month import Month

AREA = ["county", "township", "village"]
# Of a table of persons and organisations: these claims are of persons, paid to themselves.
TO_PERSONS = "_to_persons"
NEEDED = (*AREA, "bank", "account", "payee_name", "phone")


def paid_to(lines: pl.DataFrame, month: Month, fund: str) -> pl.DataFrame:
    """Add `person_key`, `post_id`, `fund`, `standard_fen`, `payee_id`, and fill `payee_name`, `account`, `bank`, the area.

    `lines` have `ref`, `rate_fen`, and, where an organisation is paid, `payee_key` (its credit code): its account stands in
    the settings ([payees]), a person's in this table or on the roster.
    """
    lines = lines.with_columns(
        pl.lit(None, dtype=LINE[name].dtype).alias(name) for name in NEEDED if name not in lines.columns
    )
    to_person = "payee_key" not in lines.columns or TO_PERSONS in lines.columns
    if "payee_key" not in lines.columns:
        lines = lines.with_columns(payee_key=pl.lit(None, dtype=pl.String))
    lines = _with_people(month, lines, to_person=to_person)
    payees = month.settings.payees
    organisation = pl.col("payee_key").is_not_null()
    key = pl.col("payee_key")
    kept = {
        name: key.replace_strict({k: getattr(v, name) for k, v in payees.items()}, default=None, return_dtype=pl.String)
        for name in ("account", "bank", "name")
    }
    return lines.with_columns(
        person_key=pl.coalesce("id_number", pl.when(organisation).then("payee_key"), pl.format("行{}-{}", *SPOT)),
        post_id=pl.col("ref").fill_null(""),
        fund=pl.lit(fund),
        standard_fen="rate_fen",
        payee_id=pl.coalesce("payee_key", "id_number"),
        payee_name=pl.coalesce(pl.when(kept["name"] != "").then(kept["name"]), "payee_name", "name"),
        account=pl.when(organisation).then(pl.coalesce(kept["account"], "account")).otherwise("account"),
        bank=pl.when(organisation).then(pl.coalesce(kept["bank"], "bank")).otherwise("bank"),
        extended=pl.lit(value=False),
    )


def _with_people(month: Month, lines: pl.DataFrame, *, to_person: bool) -> pl.DataFrame:
    """Where people live, and the account of who has none in this table but on the roster.

    Only where the person is paid (`to_person`): an organisation that is not named is not paid into somebody's account.
    """
    if month.has("registry"):
        homes = month.people.select("id_number", *(pl.col(name).alias(f"_{name}") for name in AREA))
        lines = lines.join(homes, on="id_number", how="left", maintain_order="left").with_columns(
            pl.coalesce(name, f"_{name}").alias(name) for name in AREA
        )
    if to_person and month.has("assignments"):
        held = _accounts(month.intake.tables["assignments"])
        none = pl.col("account").is_null()
        lines = lines.join(held, on="id_number", how="left", maintain_order="left").with_columns(
            account=pl.when(none).then("_account").otherwise("account"),
            bank=pl.when(none).then("_bank").otherwise("bank"),
            payee_name=pl.when(none).then(pl.coalesce("_payee", "payee_name")).otherwise("payee_name"),
        )
    return lines


def _accounts(roster: pl.DataFrame) -> pl.DataFrame:
    """The account of each person's latest contract: id_number, `_account`, `_bank`, `_payee`. Of two accounts neither is taken."""
    rows = roster.filter(pl.col("account").is_not_null() & pl.col("id_number").is_not_null())
    latest = pl.col("contract_start").max().over("id_number")
    rows = rows.filter(pl.col("contract_start").eq_missing(latest))
    one = rows.filter(pl.col("account").n_unique().over("id_number") == 1)
    return one.unique("id_number", keep="first", maintain_order=True).select(
        "id_number", _account="account", _bank="bank", _payee="payee_name"
    )
