"""A bureau's folder: `fupin.toml`, `inbox/`, `out/`, its own `schemas/` and `policy/` before the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fupin_cli.encryption import read_password
from fupin_cli.errors import FupinError
from fupin_cli.intake.contracts import TableSpec, load_contracts
from fupin_cli.policy.parameters import Policy, load_laws
from fupin_cli.policy.settings_file import FILE_NAME, nearest
from fupin_cli.policy.settings_words import load_settings

if TYPE_CHECKING:
    from fupin_cli.policy.library import CityLaw
    from fupin_cli.policy.settings import Settings


@dataclass(frozen=True)
class Workspace:
    """Where a county's settings and files stand. Without `fupin.toml` the root is the current folder."""

    root: Path
    file: Path | None
    password: str | None = None  # with which workbooks are read and written

    @property
    def inbox(self) -> Path:
        """Where the month's files are put."""
        return self.root / "inbox"

    @property
    def out(self) -> Path:
        """Where workbooks are written."""
        return self.root / "out"

    @property
    def own_schemas(self) -> list[Path]:
        """The bureau's own table formats."""
        return sorted((self.root / "schemas").glob("*.yaml"))

    @property
    def own_policies(self) -> list[Path]:
        """The county's own policy files and the texts beside them."""
        return sorted((self.root / "policy").glob("*.*"))

    def settings(self) -> Settings:
        """Read the county's settings (checked key by key)."""
        return load_settings(self.file)

    def policy(self) -> Policy:
        """The city's policies, those of `policy/` before the shipped ones, with the county's settings over them."""
        settings = self.settings()
        laws = load_laws(settings.county.city, self.root)
        refuse_unknown_funds(laws, settings, str(self.file or "环境变量"))
        return Policy(laws, settings)

    def contracts(self) -> dict[str, TableSpec]:
        """Table contracts, with the bureau's own over them."""
        return load_contracts(self.root)


def refuse_unknown_funds(laws: tuple[CityLaw, ...], settings: Settings, origin: str) -> None:
    """The county names the fund only of a subsidy for which its policy names none; that of posts stands on each post.

    `origin`: where the settings stand.

    Raises:
        FupinError: it names another.
    """
    if not settings.funds:
        return
    from fupin_cli.measures.catalogue import LEADING

    said = {code: one for law in laws for code, one in law.file.measures.items()}
    left = [code for code, one in said.items() if not one.fund and code != LEADING]
    if wrong := [code for code in settings.funds if code not in left]:
        raise FupinError(
            f"设置有误（{origin}）：funds：没有 {wrong[0]} 这项补贴，可写：{'、'.join(left)}",
            "改正后再运行；各项含义见 fupin init 生成的注释",
        )


def find_workspace(given: Path | None, password_file: Path | None = None) -> Workspace:
    """Take the given folder, else the nearest one upward that holds `fupin.toml`, else the current folder.

    Raises:
        FupinError: the given folder does not exist, or the password file cannot be read.
    """
    password = read_password(password_file)
    if given is not None:
        if not given.is_dir():
            raise FupinError(f"工作区 {given} 不存在", "先建立：fupin init 文件夹")
        file = given / FILE_NAME
        return Workspace(given, file if file.is_file() else None, password)
    root = nearest()
    return Workspace(root or Path.cwd(), root and root / FILE_NAME, password)


NEAR_LIMIT, LOOK_LIMIT = 5, 400


def near_workspaces(here: Path) -> list[str]:
    """Folders with a `fupin.toml` below a folder (two steps deep) or beside it, as they would be given to `-w`.

    Looks at a few hundred folders at most: it is a hint, not a search.
    """
    found: list[str] = []
    looked = 0
    for base, prefix, depth in ((here, "", 2), (here.parent, "..", 1)):
        level = [base]
        for _ in range(depth):
            below: list[Path] = []
            for folder in level:
                below += _folders(folder)
            looked += len(below)
            for folder in below:
                if (folder / FILE_NAME).is_file():
                    name = str(Path(prefix) / folder.relative_to(base))
                    if name not in found and folder not in (here, *here.parents):
                        found.append(name)
            if looked > LOOK_LIMIT or len(found) >= NEAR_LIMIT:
                return found[:NEAR_LIMIT]
            level = below
    return found[:NEAR_LIMIT]


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []
