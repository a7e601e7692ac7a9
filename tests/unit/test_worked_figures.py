"""12, Shows: the worked figures of the implementing rules for the roster (10.4) and the risks (11); those of 12–15 are cases."""

from __future__ import annotations

import polars as pl

from fupin_cli.reports.risk import LIST, RiskList, compare
from fupin_cli.reports.roster import changes_between, proof_of

LIFTED, UNSTABLE = "脱贫户", "脱贫不稳定户"
COLUMNS = ("labour_class", "risk", "age_band", "state", "place", "county", "township", "area")
COUNTS = ("before", "joined", "left", "in", "out", "after")


def people(**groups: tuple[str, range]) -> pl.DataFrame:
    rows = [
        {"id_number": f"{kind}{n}", "category": category} | dict.fromkeys(COLUMNS, "甲")
        for kind, (category, numbers) in groups.items()
        for n in numbers
    ]
    return pl.DataFrame(rows)


def test_a_thousand_people_and_five_who_change() -> None:
    """10.4: 820 and 180; joined 8 + 4, left 6 + 1, five move: 817, 188, together 1005."""
    before = people(a=(LIFTED, range(820)), b=(UNSTABLE, range(180)))
    after = people(
        a=(LIFTED, range(11, 828)),  # 0–5 left, 6–10 moved, 820–827 joined
        b=(UNSTABLE, range(1, 184)),
    )
    moved = people(a=(UNSTABLE, range(6, 11)))
    after = pl.concat([after, moved])
    proof = {
        row["class"]: [row[c] for c in COUNTS]
        for row in proof_of(before, after).iter_rows(named=True)
        if row["dimension"] in ("category", "total")
    }
    assert proof == {
        LIFTED: [820, 8, 6, 0, 5, 817],
        UNSTABLE: [180, 4, 1, 5, 0, 188],
        "合计": [1000, 12, 7, 0, 0, 1005],
    }
    found = changes_between(before, after, pl.DataFrame({"id_number": ["a0"]}))
    assert dict(found.group_by("kind").len().iter_rows()) == {"joined": 12, "left": 7, "changed": 5}
    assert found.filter(pl.col("reason") == "死亡")["id_number"].to_list() == ["a0"]


def test_forty_risks_before_thirty_eight_now() -> None:
    """11: P 40; cleared 11, continuing 29, new 9; M 38."""

    def listed(month: int, numbers: range) -> RiskList:
        rows = pl.DataFrame({"id_number": [str(n) for n in numbers], "code": "RSK002"})
        empty = (pl.lit(None, dtype=dtype).alias(name) for name, dtype in LIST.items() if name not in rows.columns)
        return RiskList(month, rows.with_columns(empty).select(LIST.names()))

    total = compare(listed(24292, range(11, 49)), listed(24291, range(40))).proof.filter(pl.col("code") == "合计")
    row = total.row(0, named=True)
    assert [row[key] for key in ("before", "cleared", "continuing", "new", "now")] == [40, 11, 29, 9, 38]
