"""Conditions of measures (MEA): reported on claim lines when they are priced, declared here for the catalogue."""

from __future__ import annotations

from fupin_cli.checks.registry import declare

declare(
    "MEA001",
    "缺少标准，算不出金额",
    "error",
    "hold",
    stage="payroll",
    clause="三(五)",
    law="参照当年省防止返贫监测标准",
    compares="本月有没有补贴标准（政策或 fupin.toml 的 [post.standard.年]）",
    bounds=("post.annual_line", "post.standard"),
    hint="把县里的标准连同文件写入 fupin.toml 的 [post.standard.年]",
)
