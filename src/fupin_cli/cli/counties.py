"""`fupin counties check|payroll|run`: many counties at once, on this machine's processors or on a cluster."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fupin_cli.cli import chinese
from fupin_cli.cli.counties_hands import counties_of, engine_of, hands_of, limits_of, root_and_month, tell_run
from fupin_cli.cli.options import Format, MonthArgument, MonthOption, NoProgress, Operator, OutputFormat, Quiet

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

        place, wanted = root_and_month(command, root, month_argument, month)
        engine, limits = engine_of(workers, scheduler, tls_ca, tls_cert, tls_key), limits_of(retries, timeout, memory)
        counties = counties_of(place, wanted)
        with hands_of(engine, place, command, watch=not (quiet or no_progress)) as (hands, told):
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
        return tell_run(run, output_format, quiet=quiet)

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

    place, wanted = root_and_month("across", root, month_argument, month)
    engine, limits = engine_of(workers, scheduler, tls_ca, tls_cert, tls_key), limits_of(retries, timeout, memory)
    counties = counties_of(place, wanted)
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
    with hands_of(engine, place, "across", watch=not (quiet or no_progress)) as (hands, told):
        run = compare(
            place, counties, wanted, hands, limits, key_file.absolute(), operator=operator or operator_name(), told=told
        )
    return tell_run(run, output_format, quiet=quiet)


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

    place, wanted = root_and_month("report", root, month_argument, month)
    engine, limits = engine_of(workers, scheduler, tls_ca, tls_cert, tls_key), limits_of(retries, timeout, memory)
    counties = counties_of(place, wanted)
    with hands_of(engine, place, "report", watch=not (quiet or no_progress)) as (hands, told):
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
    return tell_run(run, output_format, quiet=quiet)


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
