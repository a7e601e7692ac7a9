"""Writes `policy/parsed.json`, the copy of all YAML that ships: `python -m fupin_cli.outputs.parsed_yaml`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fupin_cli.intake.contracts import shipped_schemas
from fupin_cli.policy.parsed import KEPT, as_kept


def shipped_files() -> dict[str, bytes]:
    """The YAML files that ship with the program, by name: table formats and policies."""
    folders = (shipped_schemas(), files("fupin_cli.policy"))
    return {f.name: f.read_bytes() for folder in folders for f in folder.iterdir() if f.name.endswith(".yaml")}


def main() -> None:
    """Write the copy into the package."""
    target = Path(str(files("fupin_cli.policy").joinpath(KEPT)))
    target.write_text(as_kept(shipped_files()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
