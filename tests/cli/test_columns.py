"""14.4: what each command prints at 80 and at 120 columns, kept in tests/golden; FUPIN_GOLDEN=1 writes them anew."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fupin_cli.outputs.widths import width_of
from tests.cases.test_cases import BASE, build
from tests.conftest import Ran

M = BASE["month"]
GOLDEN = Path(__file__).parents[1] / "golden"
KEPT = {
    "check": f"check {M} --no-workbook",
    "payroll": f"payroll {M} --no-workbook -w ../未批准",
    "ledger": "ledger show",
    "ledger-month": f"ledger show {M}",
    "reconcile": f"reconcile {M} --no-workbook",
    "status": "status",
    "status-month": f"status {M}",
}  # what a table of the law or of the machine says changes with them: only its width is looked at
WIDE = (
    f"rules --parameters {M}",
    "rules",
    "subsidy",
    "config",
    "doctor",
    "verify",
    "template --list",
    f"explain 张三 {M}",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people in two townships, one of them held."""
    from fupin_cli.cli.main import main

    root = tmp_path_factory.mktemp("columns") / "县"
    second = {"姓名": "司马相如", "身份证号码": "211302198202020022", "岗位编号": "G9"}
    for folder in (root, root.parent / "未批准"):
        build({"add": {"assignments": [second | {"乡镇": "很长名字的一个民族乡"}], "attendance": [second]}}, folder)
    for line in (f"payroll {M} --by 编制人 -q", f"approve {M} --by 审核人 --document 示例县人社〔2024〕15号 -y"):
        main([*line.split(), "-w", str(root)])
    return root


def printed(text: str, root: Path) -> str:
    """What was printed, the same wherever and whenever."""
    text = re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "2024-06-05 10:00:00", text).replace(str(root), "D:/县")
    text = re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}\b(?!:)", "2024-06-05 10:00", text)
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith("没有运行的规则")]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", KEPT)
def test_printed_as_kept(
    fupin: Callable[..., Ran], root: Path, monkeypatch: pytest.MonkeyPatch, name: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(root)
    out = printed(fupin(*KEPT[name].split()).out, root)
    path = GOLDEN / f"{name}-{width}.txt"
    if os.environ.get("FUPIN_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")
    assert max(width_of(line) for line in out.splitlines() if re.match(r"[│┃┏┡└├ ]", line)) <= width


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("line", WIDE)
def test_no_line_is_wider(
    fupin: Callable[..., Ran], root: Path, monkeypatch: pytest.MonkeyPatch, line: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(root)
    out = fupin(*line.split()).out
    assert max(width_of(row.rstrip()) for row in out.splitlines()) <= width
