"""`fupin policy check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fupin_cli.cli import chinese

app = typer.Typer(
    cls=chinese.Group, help="政策文件：检查一个市自己的政策文件。", no_args_is_help=False, rich_markup_mode=None
)


@app.command("check", cls=chinese.Command, help="检查政策文件：写法、条款、引用的原文、有效期、各规则的依据。")
def check(
    file: Annotated[Path, typer.Argument(metavar="文件", help="政策文件（.yaml），原文放在它旁边")],
) -> int:
    """Validate a policy file."""
    from fupin_cli.errors import FupinError
    from fupin_cli.jobs.policy_check import check_policy

    read, problems = check_policy(file)
    policy = read.file
    if problems:
        for problem in problems:
            typer.echo(problem)
        raise FupinError(
            f"政策文件 {file} 有 {len(problems)} 处问题，见上", "改正后再检查；样例是随程序发布的 chaoyang-2021.yaml"
        )
    typer.echo(f"{policy.id} 没有问题：{policy.city}，{policy.title}，{policy.valid_from} 至 {policy.valid_to}")
    typer.echo(
        f"{len(read.law.clauses)} 条，{len(policy.parameters)} 个数，{len(policy.measures)} 项补贴，{len(policy.rules)} 条规则的依据"
    )
    return 0
