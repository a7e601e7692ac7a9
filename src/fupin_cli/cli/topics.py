"""`fupin help 主题`: short pages on what goes across commands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

TOPICS = {
    "一个月": """收表 → 核查 → 改表 → 测算 → 公示 → 批准 → 代发 → 回盘 → 对账 → 关账

1. 收表：在 inbox/ 里建当月的文件夹，如 inbox/2024-05/，各乡镇的表都放进去，不用合并
2. 核查：fupin check 2024-05，照工作簿“明细”改原表，直到没有错误
3. 测算：fupin payroll 2024-05 --by 编制人，看发放工作簿，把公示表贴出去
4. 批准：换一个人，fupin approve 2024-05 --by 审核人 --document 文号
5. 代发：out/2024-05/ 里的代发文件交银行
6. 对账：银行的回盘放进 inbox/2024-05/，fupin reconcile 2024-05；退回的改好再 --reissue
7. 关账：fupin close 2024-05 --by 负责人
随时：fupin（到哪一步、下一步）；fupin status（各月）；fupin explain 姓名 2024-05（某人的数怎么来的）""",
    "月份": """凡要月份的地方，2024-05 可以直接写，也可以写成 --month 2024-05。
几个月一起：--from 2024-01 --to 2024-12。""",
    "文件夹": """工作区是有 fupin.toml 的文件夹：
  fupin.toml      设置
  inbox/          收件夹；inbox/2024-05/ 只用于那一个月，直接放在 inbox/ 下的长期有效
  out/2024-05/    写出的工作簿、代发文件；作废/ 里的不要再发
  .fupin/         账本、密钥、日志：要备份，不要动
站在工作区里任何一层运行都可以；在别处用 -w 文件夹。""",
    "设置": """设置写在 fupin.toml，用记事本打开；每一项的含义在 fupin init 生成的注释里。
fupin config 列出每一项现在的值和来处；命令行 > 环境变量 FUPIN_节__项 > fupin.toml > 默认。
写错了会说是哪一行、该写什么。政策留给县里定的数字没有默认值：不填，那一条就不核查、那一项就暂缓。""",
    "退出码": """0    没有错误
1    有错误，或对账有差异，或没有要找的
2    用法或设置不对
3    有文件读不了，其余照做
10   没有可读的表
11   工作区有别的 fupin 在运行
12   本月已批准或已关账，与测算不符，或查出改动
70   程序自身出错，请报给维护人员
130  中断""",
    "更正": """批准了的月份不能改。发现差错：改收件夹里的表或设置，照常测算当前月；
以前月份的补发、追回自动列在工作簿“补发追回”里，随当前月的批准入账。
多发的默认只列出；[corrections] recoveries = "net" 从本人以后的补贴里抵扣。""",
    "账本": """fupin ledger import 补贴发放台账.xlsx --preview   先看，再去掉 --preview 导入期初余额（只能一次）
fupin ledger show --person 张三                   某人的各月
fupin ledger export --format xlsx                 给人看的全部明细
fupin ledger bank 2024-05                         按账本重写代发文件；旧的若不相同移到 作废/""",
    "个人信息": """屏幕、日志、JSON 里证号、姓名、账号一律遮盖，只有工作簿和导出里是全的。
Linux 上写出的文件只有本人可读；Windows 由文件夹的权限决定，工作区放在别人进不去的地方。
要加密：--password-file 文件（密码写在第一行），写出的工作簿加密，收到的加密表也用它打开。""",
    "补全": """按 Tab 补全命令、选项和值：
  bash        fupin completion bash >> ~/.bashrc
  zsh         fupin completion zsh > ~/.zfunc/_fupin
  PowerShell  fupin completion powershell >> $PROFILE
再打开一个终端就有。""",
    "离线安装": """不上网的电脑用安装包 fupin-版本-平台.zip（win_amd64、linux_x86_64、linux_aarch64）。
先装好 Python 3.11（安装包里没有），解压，Windows 双击 安装.bat，Linux 运行 sh install.sh。
装在解压的文件夹里，只用包里的文件；不要了删掉那个文件夹即可。""",
}


def help_(
    ctx: typer.Context,
    topic: Annotated[
        str | None, typer.Argument(metavar="主题", help="主题或命令；不写则列出全部主题", show_default=False)
    ] = None,
) -> int:
    """Print a page, or the page of a command."""
    from fupin_cli.cli.messages import nearest
    from fupin_cli.errors import UsageError

    commands: dict[str, Any] = getattr(ctx.find_root().command, "commands", {})
    if topic is None:
        typer.echo("主题（fupin help 主题）：")
        for name, page in TOPICS.items():
            typer.echo(f"  {name}\n      {page.splitlines()[0]}")
    elif topic in TOPICS:
        typer.echo(TOPICS[topic])
    elif topic in commands:
        command = commands[topic]
        typer.echo(command.get_help(command.make_context(f"fupin {topic}", [], resilient_parsing=True)))
    else:
        near = next((name for name in TOPICS if topic in name or name in topic), None) or nearest(
            topic, [*TOPICS, *commands]
        )
        known = f"全部主题：{'、'.join(TOPICS)}"
        raise UsageError(f"没有 {topic} 这个主题", f"是不是 {near}？{known}" if near else known)
    return 0
