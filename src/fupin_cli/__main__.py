"""`python -m fupin_cli`: the same as `fupin`."""

from __future__ import annotations

from fupin_cli.cli.main import run

if __name__ == "__main__":
    run()
