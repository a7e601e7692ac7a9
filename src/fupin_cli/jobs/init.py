"""`fupin init`: a workspace that a clerk can fill in."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from fupin_cli.errors import FupinError
from fupin_cli.outputs.files import atomic, make_folder
from fupin_cli.policy.settings_file import FILE_NAME

if TYPE_CHECKING:
    from pathlib import Path


def make_workspace(folder: Path, county: str) -> list[str]:
    """Make `fupin.toml` with comments, `inbox/` and `out/`; say what was made and what comes next.

    Raises:
        FupinError: a workspace is there already, or the folder cannot be written to.
    """
    target = folder / FILE_NAME
    if target.exists():
        raise FupinError(f"{target} 已经存在", "这里已经是工作区，直接使用即可；要重来请先移走旧的 fupin.toml")
    for place in (folder, folder / "inbox", folder / "out"):
        make_folder(place)
    text = files("fupin_cli.jobs").joinpath("fupin.toml").read_text(encoding="utf-8")
    with atomic(target) as temporary:
        temporary.write_text(
            text.replace('name = ""', f"name = {json.dumps(county, ensure_ascii=False)}", 1), encoding="utf-8"
        )
    return [
        f"工作区：{folder.resolve()}",
        f"  {FILE_NAME}  设置，用记事本打开，按说明填写",
        "  inbox/      每月建一个文件夹，如 inbox/2024-05/，把当月的表放进去",
        "  out/        程序写出的工作簿",
    ]
