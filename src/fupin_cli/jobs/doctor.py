"""`fupin doctor`: what may keep the program from working here, each with what to do about it."""

from __future__ import annotations

import locale
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from fupin_cli import system
from fupin_cli.errors import FupinError
from fupin_cli.jobs import kept_cells, kept_lines, kept_months, kept_tables, sealed
from fupin_cli.jobs.funds import unpaid_budgets
from fupin_cli.jobs.lock import FOLDER, holder, is_held
from fupin_cli.jobs.person_code import KEY_FILE, workspace_key
from fupin_cli.jobs.posting import unfinished
from fupin_cli.jobs.witness import behind
from fupin_cli.ledger import store
from fupin_cli.measures.catalogue import all_measures
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fupin_cli.jobs.workspace import Workspace

OK, WARN, BAD = "ok", "warn", "bad"
ENOUGH_MIB = 500
OLDEST = (3, 11)
# Numbers that the policy leaves to the county, and what is not done without them.
LEFT_TO_COUNTY = {
    "accident_insurance.premium": "意外险保费标准没有填，超标准保费不核查（INS003）",
    "checks.village_kind_quota": "同一类岗位每村的上限没有填，不核查",
    "county.name": "县（市、区）名称没有填，工作簿上没有县名",
}


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at: `state` ok, warn (works, but), bad (does not work)."""

    name: str
    state: str
    text: str
    todo: str = ""


def diagnose(workspace: Workspace) -> list[Diagnosis]:
    """Look at the machine, the program and the workspace."""
    return [*_program(), *_machine(), *_settings(workspace), *_workspace(workspace)]


def _program() -> Iterator[Diagnosis]:
    found = platform.python_version()
    old = sys.version_info[:2] < OLDEST
    yield Diagnosis("Python", BAD if old else OK, f"{found}，{sys.executable}", "安装 Python 3.11 以上" if old else "")
    names = [line.split(";")[0] for line in requires("fupin-cli") or [] if "extra ==" not in line]
    versions, missing = [], []
    for name in sorted(n.split("[")[0].split(">")[0].split("<")[0].strip() for n in names):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Diagnosis("程序", OK, f"fupin {__version__}")
    yield Diagnosis(
        "依赖",
        BAD if missing else OK,
        f"缺少：{'、'.join(missing)}" if missing else "，".join(versions),
        "重新安装 fupin" if missing else "",
    )


def _machine() -> Iterator[Diagnosis]:
    encoding = sys.stdout.encoding or "未知"
    narrow = _lacks(encoding, "汉䶮")
    yield Diagnosis(
        "控制台编码",
        WARN if narrow else OK,
        f"{encoding}，系统 {locale.getpreferredencoding(do_setlocale=False)}",
        "少数生僻字在屏幕上显示为 ?，文件不受影响；可设 PYTHONIOENCODING=utf-8" if narrow else "",
    )
    fonts = _chinese_fonts()
    if fonts is None:
        yield Diagnosis("中文字体", OK, "工作簿用宋体，由打开它的 Excel 或 WPS 提供")
    else:
        yield Diagnosis(
            "中文字体",
            OK if fonts else WARN,
            f"{fonts} 种",
            "" if fonts else "本机打印或转 PDF 会缺字：安装一种中文字体（如 Noto CJK）",
        )


def _lacks(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def _chinese_fonts() -> int | None:
    """How many Chinese fonts the machine has; None where it cannot be asked."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    done = subprocess.run([program, ":lang=zh", "family"], capture_output=True, check=False, timeout=20)
    return len(set(done.stdout.splitlines()))


def _settings(workspace: Workspace) -> Iterator[Diagnosis]:
    if workspace.file is None:
        yield Diagnosis(
            "设置", WARN, f"{workspace.root} 里没有 fupin.toml，用的都是默认值", "建立工作区：fupin init 文件夹"
        )
    try:
        policy = workspace.policy()
        contracts = workspace.contracts()
    except FupinError as error:
        yield Diagnosis("设置", BAD, str(error), error.hint)
        return
    if workspace.file is not None:
        yield Diagnosis(
            "设置", OK, f"{workspace.file}，政策 {policy.file.id}（{policy.file.valid_from} 至 {policy.file.valid_to}）"
        )
    for place, words in LEFT_TO_COUNTY.items():
        section, key = place.split(".")
        if not getattr(getattr(policy.settings, section), key):
            yield Diagnosis("县里的数字", WARN, f"{place}：{words}", f"把县里的规定写进 fupin.toml 的 [{section}]")
    lacking = [
        f"{m.title}：{'、'.join(names)}"
        for m in all_measures(policy).values()
        if (names := m.settings(policy.settings))
    ]
    if lacking:
        yield Diagnosis(
            "各项补贴的标准",
            WARN,
            f"没有设置的，用到时各行暂缓：{'；'.join(lacking)}",
            "县里有规定的写进 fupin.toml；不办的不用管",
        )
    if idle := unpaid_budgets(policy, contracts):
        yield Diagnosis(
            "预算",
            WARN,
            f"{'、'.join(idle)}：没有一项补贴从这项资金发放，这个预算什么也拦不住",
            "把 [budget] 里的名称改成资金的全称，如 就业补助资金",
        )
    own = [path.name for path in workspace.own_schemas]
    yield Diagnosis("表格式", OK, f"{len(contracts)} 张表" + (f"；本单位改过：{'、'.join(own)}" if own else ""))


def _workspace(workspace: Workspace) -> Iterator[Diagnosis]:
    root = workspace.root
    free = shutil.disk_usage(root).free // (1 << 20)
    yield Diagnosis(
        "磁盘", WARN if free < ENOUGH_MIB else OK, f"还剩 {free} MiB", "清理磁盘" if free < ENOUGH_MIB else ""
    )
    try:
        from fupin_cli.outputs.files import make_folder

        make_folder(workspace.out)
        yield Diagnosis("输出文件夹", OK, str(workspace.out))
    except FupinError as error:
        yield Diagnosis("输出文件夹", BAD, str(error), error.hint)
    if not workspace.inbox.is_dir():
        yield Diagnosis("收件夹", WARN, f"没有 {workspace.inbox}", "建立它，把每月的表放进去")
    note = holder(root)
    if is_held(root):
        yield Diagnosis(
            "锁",
            WARN,
            f"正在运行：{note.get('command', '')}，进程 {note.get('pid', '')}，自 {note.get('since', '')}",
            "等它结束",
        )
    elif note:
        yield Diagnosis(
            "锁",
            OK,
            f"上次的 {note.get('command', '')}（{note.get('since', '')}）没有正常结束；锁已自动释放，下次运行会接着做",
        )
    else:
        yield Diagnosis("锁", OK, "没有别的 fupin 在运行")
    kept = {
        "重算过的已批准月份": kept_months.size(root),
        "读过的工作簿": kept_cells.size(root),
        "各月读过的表": kept_tables.size(root),
        "账本的明细": kept_lines.size(root),
    }
    if told := [f"{what} {count} 个，{size / 1024:.0f} KiB" for what, (count, size) in kept.items() if count]:
        yield Diagnosis("缓存", OK, f"{'；'.join(told)}。批准时不用它，{sealed.folder(root)} 可以随时删去")
    yield from _private(root)
    yield from _ledger(root)


def _ledger(root: Path) -> Iterator[Diagnosis]:
    if (root / FOLDER / KEY_FILE).exists():
        try:
            workspace_key(root)
        except FupinError as error:
            yield Diagnosis("密钥", BAD, str(error), error.hint)
    try:
        trouble = store.trouble(root)
    except FupinError as error:
        trouble = str(error)
    words = None if trouble else behind(root)
    if words:
        yield Diagnosis("账本与文件", BAD, words[0], words[1])
    if unfinished(root):
        yield Diagnosis("没有做完的", WARN, "上次记账以后中断，还有文件没有放好", "运行 fupin status，会接着放好")
    if not trouble and (gone := store.unprotected(root)):
        yield Diagnosis(
            "账本的保护", BAD, f"被去掉或改过：{'、'.join(gone)}", "运行 fupin verify --all，核对以后从备份恢复账本"
        )
    batches = "" if trouble else f"{store.batches(root).height} 个批次"
    yield Diagnosis(
        "账本",
        BAD if trouble else OK,
        trouble or batches,
        "用备份恢复 .fupin/ledger.sqlite，再运行 fupin verify" if trouble else "",
    )


def _private(root: Path) -> Iterator[Diagnosis]:
    """Files that only their owner should read."""
    for path in (root / FOLDER / KEY_FILE, root / FOLDER / store.FILE, *sealed.folder(root).glob("*")):
        if path.exists() and path.stat().st_mode & 0o077 and not system.WINDOWS:
            yield Diagnosis("权限", WARN, f"{path} 别人也能读", f"chmod 600 {path}")
