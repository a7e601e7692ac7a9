"""`fupin counties check|payroll|run`: many counties at once, on this machine's processors or on a cluster."""

from __future__ import annotations

from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fupin_cli.cli import chinese
from fupin_cli.cli.options import Format, MonthArgument, MonthOption, NoProgress, Operator, OutputFormat, Quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fupin_cli.counties.find import County
    from fupin_cli.counties.pool import Board, Engine, Limits
    from fupin_cli.counties.result import CountiesRun

app = typer.Typer(
    cls=chinese.Group, help="多个县一起：核查、测算，跨县比对，汇总。", no_args_is_help=False, rich_markup_mode=None
)


class Level(StrEnum):
    """What a row of a roll-up is."""

    city = "city"
    province = "province"


Root = Annotated[
    Path | None,
    typer.Option(
        "--root",
        envvar="FUPIN_COUNTIES_ROOT",
        show_envvar=False,
        metavar="文件夹",
        show_default=False,
        help="各县工作区的上一级文件夹（默认：当前文件夹；下面有 fupin.toml 的都是县）",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        envvar="FUPIN_COUNTIES_WORKERS",
        show_envvar=False,
        metavar="个数",
        min=1,
        show_default=False,
        help="同时做几个县（默认：处理器的个数）",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="地址", help="dask 集群的地址，例如 tls://主机:8786", show_default=False),
]
Certificate = Annotated[
    Path | None, typer.Option("--tls-ca", metavar="文件", help="集群的 CA 证书", show_default=False)
]
OwnCertificate = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="文件", help="本机的证书", show_default=False)
]
OwnKey = Annotated[Path | None, typer.Option("--tls-key", metavar="文件", help="本机证书的密钥", show_default=False)]
Retries = Annotated[int, typer.Option("--retries", metavar="次", min=0, help="没做成的县再试几次（本程序默认 2）")]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="秒", min=0, help="一个县最多做多少秒，0 为不限（本程序默认一小时）")
]
Memory = Annotated[
    str, typer.Option("--memory", metavar="大小", help="一个县最多用多少内存，0 为不限（本程序默认 2GiB）")
]


def _each(command: str, said: str) -> None:
    """Add a command that every county does by itself: they take the same options."""

    def do(
        month_argument: MonthArgument = None,
        month: MonthOption = None,
        root: Root = None,
        workers: Workers = None,
        scheduler: Scheduler = None,
        tls_ca: Certificate = None,
        tls_cert: OwnCertificate = None,
        tls_key: OwnKey = None,
        retries: Retries = 2,
        timeout: Timeout = 3600,
        memory: Memory = "2GiB",
        operator: Operator = None,
        output_format: OutputFormat = Format.text,
        quiet: Quiet = False,
        no_progress: NoProgress = False,
    ) -> int:
        from fupin_cli.cli.options import operator_name
        from fupin_cli.counties.run import run_counties

        place, wanted = _where(command, root, month_argument, month)
        engine, limits = _engine(workers, scheduler, tls_ca, tls_cert, tls_key), _limits(retries, timeout, memory)
        counties = _counties(place, wanted)
        with _hands(engine, place, command, watch=not (quiet or no_progress)) as (hands, told):
            run = run_counties(
                place,
                counties,
                wanted,
                command,
                hands,
                limits,
                operator=operator or operator_name(),
                maker=operator or "",
                told=told,
            )
        return _told(run, output_format, quiet=quiet)

    app.command(command, cls=chinese.Command, help=said)(do)


_each("check", "核查各县一个月的表，各写各的工作簿。")
_each("payroll", "测算各县一个月的岗位补贴，从不批准。")
_each("run", "各县一个月的无人值守：核查、测算、对账，从不批准；没有变的不做。")


@app.command("across", cls=chinese.Command, help="跨县比对：同一人、账号、月份在几个县，写进各县的收件夹。")
def across(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    root: Root = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            metavar="文件",
            show_default=False,
            help="编码用的密钥，权限 600（默认：第一次在 --root 下自动做一把）",
        ),
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    tls_ca: Certificate = None,
    tls_cert: OwnCertificate = None,
    tls_key: OwnKey = None,
    retries: Retries = 2,
    timeout: Timeout = 3600,
    memory: Memory = "2GiB",
    operator: Operator = None,
    output_format: OutputFormat = Format.text,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Compare the counties."""
    from fupin_cli.cli.options import operator_name
    from fupin_cli.counties.across import across as compare
    from fupin_cli.counties.across import default_key
    from fupin_cli.counties.codes import make_key, read_key
    from fupin_cli.errors import UsageError

    place, wanted = _where("across", root, month_argument, month)
    engine, limits = _engine(workers, scheduler, tls_ca, tls_cert, tls_key), _limits(retries, timeout, memory)
    counties = _counties(place, wanted)
    if key_file is None:
        if scheduler is not None:
            raise UsageError(
                "在集群上比对，要写明 --key-file", "先做一把：fupin counties key 文件，再放到每台做工作的机器的同一路径"
            )
        key_file = default_key(place).absolute()
        if not key_file.exists():
            make_key(key_file)
    if scheduler is None:  # on a cluster the key lies with the workers only
        read_key(key_file)
    with _hands(engine, place, "across", watch=not (quiet or no_progress)) as (hands, told):
        run = compare(
            place, counties, wanted, hands, limits, key_file.absolute(), operator=operator or operator_name(), told=told
        )
    return _told(run, output_format, quiet=quiet)


@app.command(
    "report", cls=chinese.Command, help="按市或按省汇总各县一个月：报送、问题、资金、差异、预测、风险，写工作簿和网页。"
)
def report(
    month_argument: MonthArgument = None,
    month: MonthOption = None,
    root: Root = None,
    by: Annotated[Level, typer.Option("--by", help="city 一县一行，province 一市一行")] = Level.city,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="文件夹", help="输出文件夹（默认：--root 下的 out/）", show_default=False
        ),
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    tls_ca: Certificate = None,
    tls_cert: OwnCertificate = None,
    tls_key: OwnKey = None,
    retries: Retries = 2,
    timeout: Timeout = 3600,
    memory: Memory = "2GiB",
    output_format: OutputFormat = Format.text,
    no_page: Annotated[bool, typer.Option("--no-page", help="只写工作簿，不写网页")] = False,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Add up the counties."""
    from fupin_cli.cli.options import operator_name
    from fupin_cli.counties.report import report_counties

    place, wanted = _where("report", root, month_argument, month)
    engine, limits = _engine(workers, scheduler, tls_ca, tls_cert, tls_key), _limits(retries, timeout, memory)
    counties = _counties(place, wanted)
    with _hands(engine, place, "report", watch=not (quiet or no_progress)) as (hands, told):
        run = report_counties(
            place,
            counties,
            wanted,
            hands,
            limits,
            by=by.value,
            operator=operator_name(),
            folder=output,
            page=not no_page,
            told=told,
        )
    return _told(run, output_format, quiet=quiet)


@app.command("key", cls=chinese.Command, help="做一把跨县比对用的密钥，各县共用，只放在做工作的机器上。")
def key(
    file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里（权限 600；已有的不覆盖）")],
    quiet: Quiet = False,
) -> int:
    """Make a key."""
    from fupin_cli.counties.codes import make_key

    make_key(file)
    if not quiet:
        typer.echo(f"写出：{file}。谁拿到它，就能查出编码背后的身份证号：只放在做工作的机器上，备份锁好")
    return 0


def _where(command: str, root: Path | None, argument: str | None, option: str | None) -> tuple[Path, int]:
    from fupin_cli.cli.options import one_month
    from fupin_cli.policy.months import parse_month

    example = f"fupin counties {command} --root D:\\朝阳市 --month 2024-05"
    wanted = parse_month(one_month(argument, option, example))
    return root or Path.cwd(), wanted


def _counties(place: Path, month: int) -> list[County]:
    """The counties of a root; what might be taken for one and is none is said, and which were there before."""
    from fupin_cli.counties.find import find_counties, inside
    from fupin_cli.counties.state import FOLDER, gone
    from fupin_cli.policy.months import month_text

    counties = find_counties(place)
    for folder in inside(counties):
        typer.echo(f"注意: {folder} 里有 fupin.toml，但它在另一个县的文件夹里，没有当作县", err=True)
    text = month_text(month)
    for key, name in gone(place.resolve(), text, [county.key for county in counties]).items():
        typer.echo(
            f"注意: {name}（{key}）{text} 以前做过，这次不在了，没有计入：没有挂载的先挂上再运行；"
            f"确实没有了的，删掉 {place / FOLDER / text} 下它的 .json",
            err=True,
        )
    return counties


def _limits(retries: int, timeout: float, memory: str) -> Limits:
    from math import isfinite

    from fupin_cli.counties.pool import Limits
    from fupin_cli.errors import UsageError

    if not isfinite(timeout):
        raise UsageError(f"--timeout 的值不对：{timeout}", "写秒数，例如 --timeout 3600，0 为不限")
    return Limits(retries, timeout or None, size_of(memory))


def size_of(text: str) -> int | None:
    """Bytes of a size such as `2GiB`, `1500MiB` or `2G`; None for 0.

    Raises:
        UsageError: it is no size.
    """
    import re

    from fupin_cli.errors import UsageError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", text.strip().upper())
    if match is None or (match[2] == "" and float(match[1])):
        raise UsageError(f"--memory 的值不对：{text}", "写成例如 --memory 2GiB，0 为不限")
    return int(float(match[1]) * 1024 ** " KMGT".index(match[2] or " ")) or None


def _engine(
    workers: int | None, scheduler: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None
) -> Callable[[], Engine]:
    """How workers are got; nothing is started before it is known that there are counties."""
    import os

    from fupin_cli.errors import UsageError

    if scheduler is None:
        if tls_ca or tls_cert or tls_key:
            raise UsageError(
                "写了 --tls-ca、--tls-cert 或 --tls-key，没有写 --scheduler", "例如 --scheduler tls://主机:8786"
            )
        from fupin_cli.counties.pool import Local

        return lambda: Local(workers or os.cpu_count() or 1)
    from fupin_cli.counties.cluster import Cluster, security

    safe = security(scheduler, tls_ca, tls_cert, tls_key)
    return lambda: Cluster(scheduler, safe, workers)


@contextmanager
def _hands(
    engine: Callable[[], Engine], root: Path, command: str, *, watch: bool
) -> Iterator[tuple[Engine, Callable[[Board], None]]]:
    """Workers, ended at the end, and what tells how far they are."""
    import sys

    from fupin_cli.cli.progress import progress_bar
    from fupin_cli.counties.state import only_run

    with (
        only_run(root, command),
        progress_bar(enabled=watch and sys.stderr.isatty()) as bar,
        closing(engine()) as hands,
    ):
        yield hands, board(bar)


def board(bar: Callable[[str, int, int], None]) -> Callable[[Board], None]:
    """Say on a progress bar how many counties are done, failed, have not handed in, and which are being worked on."""

    def tell(now: Board) -> None:
        names = "、".join(now.running[:3]) + (f" 等 {len(now.running)} 个" if len(now.running) > 3 else "")  # noqa: PLR2004 - as many as fit
        words = (
            f"做完 {now.done}，没做成 {now.failed}，未报送 {now.missing}，在做 {names or '无'}，还没做 {now.waiting}"
        )
        bar(words, now.done + now.failed + now.missing, now.total)

    return tell


def _told(run: CountiesRun, output_format: Format, *, quiet: bool) -> int:
    import sys

    from fupin_cli.outputs.counties_view import counties_json, show_counties, total_line

    if output_format is Format.json:
        sys.stdout.write(counties_json(run) + "\n")
    elif not quiet:
        from fupin_cli.outputs.terminal import console

        show_counties(run, console())
    elif run.exit_code:
        sys.stdout.write(total_line(run) + "\n")
    return run.exit_code
