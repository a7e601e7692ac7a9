"""Three examples of every command, printed by its help page and tried by a test; and the clerk's word for it."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, str, str]] = {
    "check": ("fupin check 2024-05", "fupin check 2024-05 --annotate", "fupin check 2024-05 D:\\台账\\五月 --select POST,CAP"),
    "payroll": ("fupin payroll 2024-05 --by 编制人", "fupin payroll 2024-05 --no-workbook", "fupin payroll 2024-05 --split-by town --force"),
    "subsidy": ("fupin subsidy", "fupin subsidy transport 2024-05 --by 编制人", "fupin subsidy --all 2024-05 --by 编制人"),
    "approve": (
        "fupin approve 2024-05 --by 审核人 --document 某人社〔2024〕5号", "fupin approve 2024-05 --measure transport --by 审核人 --document 文号",
        "fupin approve 2024-05 --by 审核人 --document 文号 --yes --format json",
    ),
    "withdraw": (
        "fupin withdraw 2024-05 --by 审核人 --document 文号", "fupin withdraw 2024-05 --measure transport --by 审核人 --document 文号",
        "fupin withdraw 2024-05 --by 审核人 --document 文号 --yes",
    ),
    "discard": ("fupin discard 2024-05", "fupin discard 2024-05 --measure transport", "fupin discard 2024-05 -w D:\\示例县"),
    "reconcile": (
        "fupin reconcile 2024-05", "fupin reconcile --from 2024-01 --to 2024-12", "fupin reconcile 2024-05 --reissue --by 审核人 --document 文号",
    ),
    "close": ("fupin close 2024-05 --by 负责人", "fupin close 2024-05 --by 负责人 --document 文号", "fupin close 2024-05 --by 负责人 -w D:\\示例县"),
    "status": ("fupin status", "fupin status 2024-05", "fupin status --format json"),
    "explain": (
        "fupin explain 张三 2024-05", "fupin explain 211390197005250018 2024-05", "fupin explain 张三 2024-05 --format json",
    ),
    "rules": ("fupin rules", "fupin rules POST005", "fupin rules --parameters 2024-05"),
    "template": ("fupin template --list", "fupin template 在岗人员花名册", "fupin template 豁免清单 --output D:\\示例县"),
    "init": ("fupin init 示例县", "fupin init 示例县 --county 示例县", "fupin init D:\\示例县 --county 示例县"),
    "run": ("fupin run", "fupin run 2024-05", "fupin run --quiet --wait 600"),
    "schedule": ("fupin schedule", "fupin schedule --at 07:00", "fupin schedule -w D:\\示例县"),
    "verify": ("fupin verify 2024-05", "fupin verify --all", "fupin verify --quiet"),
    "doctor": ("fupin doctor", "fupin doctor -w D:\\示例县", "fupin doctor --format json"),
    "config": ("fupin config", "fupin config -w D:\\示例县", "fupin config --format json"),
    "inputs": ("fupin inputs 2024-05 --to 五月原件", "fupin inputs --month 2024-05 --to 原件", "fupin inputs 2024-05 --to D:\\原件"),
    "roster": ("fupin roster 2024-05", "fupin roster --month 2024-05 -w D:\\示例县", "fupin roster 2024-05 --format json"),
    "risk": ("fupin risk 2024-05", "fupin risk --month 2024-05 -w D:\\示例县", "fupin risk 2024-05 --format json"),
    "match": ("fupin match 2024-05", "fupin match --month 2024-05 -w D:\\示例县", "fupin match 2024-05 --format json"),
    "forecast": ("fupin forecast 2024-05", "fupin forecast --month 2024-05 -w D:\\示例县", "fupin forecast 2024-05 --format json"),
    "due": ("fupin due 2024-05", "fupin due --month 2024-05 -w D:\\示例县", "fupin due 2024-05 --format json"),
    "what-if": (
        "fupin what-if 2024-05 --set post.proration=fixed --set post.fixed_days=21.75", "fupin what-if 2024-05 --set post.cap_months=24",
        "fupin what-if 2024-05 --set post.proration=calendar --format json",
    ),
    "report": ("fupin report 2024-05", "fupin report --month 2024-05 --town 西岭乡", "fupin report --from 2024-04 --to 2024-06"),
    "help": ("fupin help", "fupin help 一个月", "fupin help 退出码"),
    "completion": ("fupin completion bash", "fupin completion zsh", "fupin completion powershell"),
    "policy check": (
        "fupin policy check policy/示例市-2024.yaml", r"fupin policy check D:\示例县\policy\chaoyang-2026.yaml", "fupin policy check policy/chaoyang-2026.yaml",
    ),
    "ledger import": (
        "fupin ledger import 补贴发放台账.xlsx --preview", "fupin ledger import 补贴发放台账.xlsx --by 经办人",
        "fupin ledger import D:\\台账\\补贴发放台账.csv",
    ),
    "ledger show": ("fupin ledger show", "fupin ledger show --person 张三", "fupin ledger show 2024-05 --format json"),
    "ledger export": ("fupin ledger export", "fupin ledger export --format xlsx", "fupin ledger export --format parquet --output D:\\备份"),
    "ledger bank": ("fupin ledger bank 2024-05", "fupin ledger bank --month 2024-05", "fupin ledger bank 2024-05 -w D:\\示例县"),
    "counties check": (
        "fupin counties check --root D:\\朝阳市 --month 2024-05", "fupin counties check --root D:\\朝阳市 --month 2024-05 --memory 4GiB",
        "fupin counties check --root D:\\朝阳市 --month 2024-05 --format json",
    ),
    "counties payroll": (
        "fupin counties payroll --root D:\\朝阳市 --month 2024-05", "fupin counties payroll --root D:\\朝阳市 --month 2024-05 --by 编制人",
        "fupin counties payroll --root D:\\朝阳市 --month 2024-05 --timeout 600",
    ),
    "counties across": (
        "fupin counties across --root D:\\朝阳市 --month 2024-05", "fupin counties across --month 2024-05 --key-file D:\\密钥\\across.key",
        "fupin counties across --root D:\\朝阳市 --month 2024-05 --format json",
    ),
    "counties report": (
        "fupin counties report --root D:\\朝阳市 --month 2024-05", "fupin counties report --root D:\\省 --month 2024-05 --by province",
        "fupin counties report --root D:\\朝阳市 --month 2024-05 --format json",
    ),
    "counties key": (
        "fupin counties key D:\\密钥\\across.key", "fupin counties key across.key", "fupin counties key across.key --quiet",
    ),
    "counties run": (
        "fupin counties run --root D:\\朝阳市 --month 2024-05", "fupin counties run --root D:\\朝阳市 --month 2024-05 --quiet",
        "fupin counties run --root D:\\朝阳市 --month 2024-05 --workers 2",
    ),
}  # fmt: skip

# what a clerk may type instead of a command
WORDS_FOR = {
    "核查": "check", "检查": "check", "测算": "payroll", "工资": "payroll", "发放": "payroll", "补贴": "subsidy", "批准": "approve",
    "审批": "approve", "撤回": "withdraw", "撤销": "withdraw", "对账": "reconcile", "关账": "close", "状态": "status", "解释": "explain",
    "规则": "rules", "模板": "template", "建立": "init", "新建": "init", "运行": "run", "定时": "schedule", "核对": "verify", "体检": "doctor",
    "设置": "config", "账本": "ledger", "帮助": "help", "台账": "roster", "预警": "risk", "预测": "forecast", "到期": "due", "月报": "report", "网页": "report", "导入": "import", "查看": "show",
    "各县": "counties", "跨县": "across", "汇总": "report", "导出": "export", "代发": "bank",
}  # fmt: skip
