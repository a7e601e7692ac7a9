"""Every workbook of a month of the made-up county, as pages to be looked at: PDF and PNG by LibreOffice.

    python -m tests.sample.pages [FOLDER] [PART OF A NAME …]

Skipped with a word where LibreOffice or pdftoppm is not there.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

from fupin_cli.cli.main import main

SAMPLE = Path(__file__).parents[2] / "sample_data"
MONTH = "2024-05"
FAILED = 3  # payments of which the bank says that they failed
RESOLUTION = 60
BY, DOCUMENT = ("--by", "审核人"), ("--document", "示例县人社〔2024〕1号")
RUNS = (
    ("check",),
    ("payroll", "--by", "编制人", "--split-by", "town"),
    ("approve", *BY, *DOCUMENT, "--despite", "示例〔2024〕3号", "--yes"),
    ("subsidy", "transport", "--by", "编制人"),
    ("reconcile",),
    ("reconcile", "--reissue", *BY, *DOCUMENT, "--yes"),
    ("roster",),
    ("risk",),
    ("match",),
    ("forecast",),
    ("due",),
    ("what-if", "--set", "post.proration=calendar"),
)


def workbooks(root: Path) -> list[Path]:
    """Run a month in a copy of the sample county and give its workbooks."""
    shutil.copytree(SAMPLE, root, dirs_exist_ok=True)
    for name, *more in RUNS:
        if name == "reconcile" and not more:
            _answer(root)
        month = ("--month", MONTH) if name in ("roster", "risk", "match", "forecast", "due", "what-if") else (MONTH,)
        first, rest = (more[:1], more[1:]) if name == "subsidy" else ([], more)
        code = main([name, *first, *month, *rest, "-w", str(root)])
        if code not in (0, 1):
            raise SystemExit(f"{name} 退出码 {code}")
    main(["ledger", "export", "--format", "xlsx", "-w", str(root), "--output", str(root / "out" / MONTH)])
    return sorted(path for path in (root / "out" / MONTH).glob("*.xlsx") if not path.name.startswith("代发"))


def _answer(root: Path) -> None:
    """The bank's answer: all paid but the first few, of whom one mends the account number in time."""
    paid = root / "out" / MONTH / "代发_202405-01.csv"
    with paid.open(encoding="gb18030", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["姓名"]]  # without the line of totals
    said = [
        row
        | {
            "批次号": "202405-01",
            "处理结果": "失败" if n < FAILED else "成功",
            "失败原因": "系统错误" if n == 0 else "账户不存在" if n < FAILED else "",
        }
        for n, row in enumerate(rows)
    ]
    with (root / "inbox" / MONTH / "回盘.csv").open("w", encoding="gb18030", newline="") as stream:
        writer = csv.DictWriter(stream, list(said[0]))
        writer.writeheader()
        writer.writerows(said)


def render(books: list[Path], folder: Path) -> None:
    """Draw workbooks as PDF and as one PNG a page."""
    office, painter = shutil.which("soffice"), shutil.which("pdftoppm")
    if not office or not painter:
        raise SystemExit("没有 LibreOffice（soffice）或 pdftoppm，不画页面")
    folder.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, books)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for book in books:
        pdf = folder / f"{book.stem}.pdf"
        subprocess.run([painter, "-r", str(RESOLUTION), "-png", str(pdf), str(folder / book.stem)], check=True)
        sys.stdout.write(f"{book.name}：{len(list(folder.glob(f'{book.stem}-*.png')))} 页\n")
    shutil.rmtree(folder / "profile", ignore_errors=True)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "pages")
    shutil.rmtree(target, ignore_errors=True)
    wanted = sys.argv[2:]
    made = workbooks(target / "县")
    render([book for book in made if not wanted or any(text in book.name for text in wanted)], target)
