"""All that an approved month computed again depends on, as one SHA-256: files, settings, law, contracts, ledger, program.

Whatever the computation can reach is in it. In doubt it holds too much: a month is then computed once more than needed,
never taken for the same when it is not.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, requires, version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.intake.inbox import folder_month
from fupin_cli.intake.load import choose, typed_rows
from fupin_cli.jobs.desk import FAR_AHEAD, HISTORY, PAST_ONLY
from fupin_cli.jobs.history import PAYMENT, known_to, without
from fupin_cli.jobs.more_days import counts_shares
from fupin_cli.outputs.manifest import digest
from fupin_cli.policy.months import MONTHS_PER_YEAR
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from fupin_cli.intake.raw import Source
    from fupin_cli.jobs.desk import Desk

FORM = 1  # of what is kept and of what is hashed
HOUSE = Path(__file__).parents[1]  # the whole program


@cache
def program() -> str:
    """SHA-256 of the program's own files and of the versions of what it rests on; empty where its files cannot be read."""
    try:
        files = sorted(p for p in HOUSE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        own = [[path.relative_to(HOUSE).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in files]
        needed = [line for line in requires("fupin-cli") or [] if "extra ==" not in line]
    except (OSError, PackageNotFoundError):
        return ""
    if not any(name.endswith(".py") for name, _ in own):
        return ""
    names = sorted(
        {line.split(";")[0].split("[")[0].split(">")[0].split("<")[0].split("=")[0].strip() for line in needed}
    )
    return digest([FORM, __version__, platform.python_version(), own, [[name, _version(name)] for name in names]])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


class Fingerprints:
    """The fingerprints of a desk's approved months, as the desk has read files, settings and ledger."""

    def __init__(self, desk: Desk) -> None:
        """Nothing is read before it is asked for."""
        self.desk = desk
        self._choices: dict[tuple[int, int | None], tuple[list[Source], list[pl.DataFrame]]] = {}

    def of(self, month: int, measure: str) -> str:
        """The fingerprint of an approved month of a measure; empty where there can be none (the program cannot be read)."""
        if not program():
            return ""
        desk = self.desk
        sources, said = self._chosen(month, FAR_AHEAD)
        files = self._files(sources, month)
        history = [source for source in sources if source.spec.table == HISTORY and source.role == "current"]
        stands = desk.standing(month, measure)
        return digest(
            {
                "program": program(),
                "month": month,
                "measure": measure,
                "county": self._county,
                "files": files,
                "said": _said(said, month),
                "then": desk.policy_of(month, measure).settings.post.model_dump(mode="json"),
                "replaced": [one.known_by for one in desk.replaced_lists],
                "compared": [self._reference(folder) for folder in self._folders(month)],
                "ledger": self._paid(month, measure, history) if desk.lines.height else None,
                "stands": content(stands.select("person", "post_id")),
            }
        )

    @cached_property
    def _county(self) -> str:
        """Settings, law and table formats, as they were read."""
        desk = self.desk
        laws = [[law.own, law.file.model_dump(mode="json")] for law in desk.policy.laws]
        beside = [
            [p.name, hashlib.sha256(p.read_bytes()).hexdigest()] for p in desk.workspace.own_policies if p.is_file()
        ]
        contracts = {name: repr(spec) for name, spec in desk.contracts.items()}
        return digest([desk.policy.settings.model_dump(mode="json"), laws, beside, contracts])

    @cached_property
    def _sheets(self) -> dict[int, str]:
        """Of every sheet where it stands, its file's SHA-256, what it was recognised as."""
        return {
            source.index: digest(
                [
                    source.file,
                    source.sheet,
                    source.sha256,
                    source.folder,
                    source.spec.table,
                    source.header_row,
                    sorted(source.positions.items()),
                    sorted(source.headers.items()),
                ]
            )
            for source in self.desk.inbox.sources
        }

    def _files(self, sources: list[Source], month: int) -> list[Any]:
        """Every sheet that a month uses, in order, and as what.

        Those too that it could have used: whether a table was handed in is asked of sheets that are not used as well.
        """
        used = [
            [self._sheets[source.index], source.role]
            for source in sources
            if source.role != "unused" or source.folder is None or source.folder <= month
        ]
        return used + [[e.file, e.sheet, list(e.tables)] for e in self.desk.inbox.unplaced if e.tables]

    def _folders(self, month: int) -> list[int]:
        """The month folders that a month is compared with (`Month.before`, `Month.year_ago`)."""
        earlier = [folder for folder in self.desk.folders if folder < month]
        year_ago = month - MONTHS_PER_YEAR
        return [*earlier[-1:], *([year_ago] if year_ago in earlier else [])]

    def _chosen(self, month: int, known: int | None) -> tuple[list[Source], list[pl.DataFrame]]:
        """What serves a month that is computed again; mostly it is what the next one is compared with too."""
        if (month, known) not in self._choices:
            self._choices[month, known] = choose(self.desk.inbox, month, known, past_only=PAST_ONLY)
        return self._choices[month, known]

    def _reference(self, month: int) -> list[Any]:
        known = FAR_AHEAD if month in self.desk.approved_months() else None
        sources, said = self._chosen(month, known)
        return [month, self._files(sources, month), _said(said, month)]

    @cached_property
    def _parts(self) -> dict[tuple[int, str], str]:
        """The ledger's payments by month and measure."""
        parts = {}
        for (month, measure), rows in self.desk.payments.partition_by("month", "measure", as_dict=True).items():
            part = int(str(month)), str(measure)
            memo = self.desk.memo
            parts[part] = content(rows) if memo is None else memo.content(part, rows, content)
        return parts

    def _paid(self, month: int, measure: str, history: list[Source]) -> list[Any]:
        """The payments that `history.add_ledger` adds, and all of them where they could take rows of the file away."""
        whole = self._touch(history)
        desk = self.desk
        fresh = desk.newcomers(month, measure, typed_rows(desk.inbox, history).accepted if history else None)
        shares = counts_shares(desk.policy_of(month, measure), measure)
        later = (pl.col("measure") == measure) & (pl.col("month") > month)
        later &= pl.col("id_number").is_in(fresh.implode()) | pl.lit(shares)  # `more_days`
        return [
            whole,
            content(desk.payments.filter(later)) if fresh.len() or shares else "",
            sorted(
                [of, name, self._parts[of, name]]
                for of, name in known_to(self._paid_months, month, measure).iter_rows()
                if whole or of < month or name != measure
            ),
        ]

    @cached_property
    def _paid_months(self) -> pl.DataFrame:
        return self.desk.payments.select("month", "measure").unique()

    def _touch(self, history: list[Source]) -> bool:
        """Whether a payment of the ledger is in the history file too: which of the two counts depends on all of them."""
        if not history:
            return False
        key = tuple(source.index for source in history)
        if key not in self._touched:
            known, paid = typed_rows(self.desk.inbox, history).accepted, self.desk.payments
            self._touched[key] = known.height > without(known, paid, PAYMENT).height
        return self._touched[key]

    @cached_property
    def _touched(self) -> dict[tuple[int, ...], bool]:
        return {}


def _said(found: list[pl.DataFrame], month: int) -> str:
    """What was said of whole files, but of those of later folders: that stands on no row, so on no line."""
    rows = [row for part in found for row in part.rows(named=True)]
    mine = [row for row in rows if (folder_month(row["file"] or "") or 0) <= month]
    return digest([sorted((key, str(value)) for key, value in row.items()) for row in mine])


def content(frame: pl.DataFrame) -> str:
    """SHA-256 of a frame's columns and rows, in the order in which they stand: of the ledger's rows it is the ledger's."""
    stream = BytesIO()
    frame.write_ndjson(stream)
    return (
        digest([[name, str(dtype)] for name, dtype in frame.schema.items()])
        + hashlib.sha256(stream.getvalue()).hexdigest()
    )
