"""Where the time goes: `make profile` checks a copy of the sample; OF="payroll 2024-05 -w FOLDER --no-workbook" another command.

Two lists of functions, by time with all they call and by time of their own. Polars works in threads of its own: its time
stands at `collect` and the other calls that wait for it.
"""

from __future__ import annotations

import cProfile
import pstats
import shutil
import sys
import tempfile
from pathlib import Path

SHOWN = 40


def main() -> None:
    """Profile a command line of `fupin`, start-up included; print what it says after that."""
    with tempfile.TemporaryDirectory(prefix="fupin-profile-") as folder:
        words = sys.argv[1:]
        if not words:
            shutil.copytree(Path(__file__).parents[2] / "sample_data", folder, dirs_exist_ok=True)
            words = ["check", "2024-05", "-w", folder, "--no-workbook", "-q"]
        profile = cProfile.Profile()
        sys.argv = ["fupin", *words]
        profile.enable()
        try:
            from fupin_cli.cli.main import run

            run()
        except SystemExit as stop:
            print(f"exit {stop.code}", file=sys.stderr)
        finally:
            profile.disable()
        stats = pstats.Stats(profile)
        for order in ("cumulative", "tottime"):
            stats.sort_stats(order).print_stats(SHOWN)


if __name__ == "__main__":
    main()
