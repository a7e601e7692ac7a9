"""`fupin counties across`: each county codes its people, ranges of codes are compared, each county gets what concerns it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fupin_cli.counties import state as states
from fupin_cli.counties.codes import key_name, read_key
from fupin_cli.counties.compare import compare
from fupin_cli.counties.extract import extract
from fupin_cli.counties.resolve import across_sheet, resolve
from fupin_cli.counties.result import CountiesRun, labels
from fupin_cli.counties.run import run_all, silent, task_of
from fupin_cli.counties.task import Done, carried_out
from fupin_cli.errors import FupinError
from fupin_cli.intake.inbox import folder_month
from fupin_cli.jobs.desk import Desk
from fupin_cli.jobs.lock import FOLDER, workspace_lock
from fupin_cli.jobs.own_month import refuse_without_own
from fupin_cli.ledger.kept import file_sha256
from fupin_cli.outputs.bulk import write_workbook
from fupin_cli.outputs.files import atomic
from fupin_cli.policy.months import last_day, month_text
from fupin_cli.system import safe_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fupin_cli.counties.find import County
    from fupin_cli.counties.handed_out import Task
    from fupin_cli.counties.pool import Board, Engine, Limits

KEY_FILE = states.FOLDER / "across.key"
NAME = "跨县_"
ROW_GROUP, WAIT = 1 << 15, 5.0
TOOL = "extract/3"  # changes with what an extract holds: older ones are then made again


def across(  # noqa: PLR0913, PLR0917 - what a run is told on the command line
    root: Path,
    counties: list[County],
    month: int,
    engine: Engine,
    limits: Limits,
    key_file: Path,
    *,
    operator: str,
    told: Callable[[Board], None] = silent,
) -> CountiesRun:
    """Compare all counties of `root` (`find_counties`) for a month and give each its table `across`.

    Counties that have handed in nothing of the month, or fail, are left out and named in the others' workbooks; so are those
    that were compared before and are not there any more (`state.gone`).

    Raises:
        FupinError: no common key, or the comparison itself failed.
    """
    options = {"key_file": str(key_file), "folder": str(states.month_folder(root.resolve(), month_text(month)))}
    tasks = [task_of(root, county, month, "extract", operator, **options) for county in counties]
    first = run_all(tasks, do_extract, engine, limits, told)
    good = [row for row in first if row["status"] == states.DONE]
    keys = {row["figures"]["key"] for row in good}
    if len(keys) > 1:
        raise FupinError("各县编码用的密钥不是同一把，比对不了", "把同一个密钥文件放到每台做工作的机器上，再运行一次")
    hits = compare(
        [row["outputs"][0] for row in good],
        [row["figures"]["rows"] for row in good],
        [int(row["figures"]["cap"]) for row in good],
        Path(options["folder"]) / "comparing",  # no command is called so: states of one lie in its folder
        month,
        engine,
        limits,
    )
    gone = states.gone(root.resolve(), month_text(month), [county.key for county in counties])
    undone = [row for row in first if row["status"] != states.DONE]
    away = [{"county": key, "name": name} for key, name in gone.items()]
    called = labels([*good, *undone, *away])
    names, *left_out = ([called[row["county"]] for row in rows] for rows in (good, undone, away))
    found = [
        _resolve_task(root, county, row, good.index(row), names, left_out, hits, month, operator, options)
        for county, row in zip(counties, first, strict=True)
        if row["status"] == states.DONE
    ]
    second = {row["county"]: row for row in run_all(found, do_resolve, engine, limits, told)}
    rows = [second.get(row["county"], row) for row in first]
    return CountiesRun("across", month, root, rows)


def do_extract(task: Task) -> dict[str, Any]:
    """Code a county's people (in a worker: only there is the key).

    Raises:
        FupinError: the key cannot be read; as the jobs.
    """
    name = key_name(read_key(Path(task.options["key_file"])))
    return carried_out(task, _extract, [name, TOOL], NAME)


def _extract(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    with workspace_lock(place.root, "counties across", WAIT, now, posts=False, say=said.append):
        ctx = Desk(place).context(task.month)
        refuse_without_own(ctx)
        key = read_key(Path(task.options["key_file"]))
        made = extract(ctx, key)
        own = _people_file(task)
        with atomic(own) as temporary:
            made.people.write_parquet(temporary)
    path = Path(task.options["folder"]) / "extract" / f"{task.key}.parquet"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with atomic(path) as temporary:
        made.rows.write_parquet(temporary, row_group_size=ROW_GROUP, statistics=True)
    people = made.people.height
    figures = {
        "people": people,
        "rows": made.rows.height,
        "cap": str(ctx.policy.cap_months(task.month)),
        "key": key_name(key),
        "content": file_sha256(path),
    }
    return Done(f"已编码 {people} 人", 0, [path, own], figures, sealed=True)


def _people_file(task: Task) -> Path:
    """Who is behind the codes: in the county's own folder, and nowhere else."""
    folder = task.workspace.root / FOLDER / "across"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{month_text(task.month)}.parquet"


def _resolve_task(  # noqa: PLR0913, PLR0917 - what a county is told
    root: Path,
    county: Any,
    row: dict[str, Any],
    number: int,
    names: list[str],
    left_out: list[list[str]],
    hits: pl.DataFrame,
    month: int,
    operator: str,
    options: dict[str, Any],
) -> Task:
    own = hits.filter(pl.col("county") == number)
    path = Path(options["folder"]) / "hits" / f"{county.key}.parquet"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with atomic(path) as temporary:
        own.write_parquet(temporary)
    more = {
        "hits": str(path),
        "people": row["outputs"][1],
        "names": names,
        "left_out": left_out,
        "content": [file_sha256(path), row["figures"]["content"]],
    }
    return task_of(root, county, month, "across", operator, **options, **more)


def do_resolve(task: Task) -> dict[str, Any]:
    """Write a county's own table `across` into its inbox.

    Raises:
        FupinError: the file cannot be written; as the jobs.
    """
    return carried_out(task, _resolve, [task.options[name] for name in ("content", "names", "left_out")], NAME)


def _resolve(task: Task, now: datetime, said: list[str]) -> Done:
    place = task.workspace
    hits, people = (pl.read_parquet(task.options[name]) for name in ("hits", "people"))
    with workspace_lock(place.root, "counties across", WAIT, now, posts=False, say=said.append):
        names = task.options["names"]
        rows = resolve(hits, people, names, place.policy(), task.month)
        sheet = across_sheet(rows, task.name, task.month, len(names), task.options["left_out"])
        path = across_path(place.inbox, task.name, task.month)
        _put(path, sheet, task.month)
        _take_away_older(states.read_state(Path(task.state)), path)
    counts = dict(rows.group_by("rule_code").len().sort("rule_code").iter_rows())
    line = f"跨县 {rows.height} 条" + (
        f"：{'，'.join(f'{code} {count}' for code, count in counts.items())}" if counts else ""
    )
    return Done(line, 0, [path], {"hits": rows.height, "by_code": counts, **counts}, sealed=True)


def _take_away_older(before: dict[str, Any], path: Path) -> None:
    """Remove what was written before under another name (the county, or its folders, are called otherwise now).

    It would be read beside the new one, and hold people by what is no longer so. One that somebody changed stays.
    """
    older = [Path(place) for place in before.get("outputs", []) if isinstance(place, str)]
    if states.same_files(before):
        for place in older:
            if place != path.resolve() and place.name.startswith(NAME):
                place.unlink(missing_ok=True)


def across_path(inbox: Path, name: str, month: int) -> Path:
    """Where a county's table lies: in the month's folder, else, where all months lie together, beside them with the month."""
    stem, text = f"{NAME}{safe_name(name)}", month_text(month)
    with suppress(OSError):
        for folder in sorted(inbox.iterdir()):
            if folder.is_dir() and folder_month(f"{folder.name}/x") == month:
                return folder / f"{stem}.xlsx"
    return inbox / f"{stem}_{text}.xlsx"


def _put(path: Path, sheet: Any, month: int) -> None:
    """Put the workbook in its place. Its bytes depend on nothing but its contents: the same stays the same input."""
    with atomic(path) as temporary:
        write_workbook(temporary, [sheet], last_day(month))


def default_key(root: Path) -> Path:
    """The key of a comparison on one machine, beside its states; made at the first use."""
    return root / KEY_FILE
