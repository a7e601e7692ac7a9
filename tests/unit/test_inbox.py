"""Which month a file serves, by the folder it lies in (SPEC 9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fupin_cli.intake.inbox import find_files, folder_month
from fupin_cli.policy.months import month_text

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = [
    ("2024-05", "2024-05"),
    ("2024年5月", "2024-05"),
    ("2024.5", "2024-05"),
    ("２０２４年０５月", "2024-05"),
    ("2024-05/东川镇", "2024-05"),
    ("2024-05/2024年5月", "2024-05"),
    ("2024-05/5月出勤", "2024-05"),
    ("清单", None),
    ("清单/死亡", None),
    (".", None),
]


@pytest.mark.parametrize(("folder", "month"), FOLDERS)
def test_a_file_serves_the_month_of_its_folder(folder: str, month: str | None, tmp_path: Path) -> None:
    """9.1: the folder directly under the inbox decides; folders below it serve like it."""
    place = tmp_path / "inbox" / folder
    place.mkdir(parents=True)
    (place / "a.csv").write_text("x", encoding="utf-8")
    (file,) = find_files(tmp_path / "inbox")
    assert (file.folder and month_text(file.folder), file.misnamed) == (month, "")
    assert folder_month(file.name) == file.folder


@pytest.mark.parametrize(
    ("folder", "misnamed"),
    [
        ("2024-13", "2024-13"),
        ("5月", "5月"),
        ("5月报送/东川镇", "5月报送"),
        ("清单/2024-05", "清单/2024-05"),
        ("2024-05/2024-04", "2024-05/2024-04"),
        ("2024-05/4月", "2024-05/4月"),
    ],
)
def test_what_only_looks_like_a_month_serves_none(folder: str, misnamed: str, tmp_path: Path) -> None:
    """9.1: never every month; nor a month inside another's folder."""
    place = tmp_path / "inbox" / folder
    place.mkdir(parents=True)
    (place / "a.csv").write_text("x", encoding="utf-8")
    (file,) = find_files(tmp_path / "inbox")
    assert (file.folder, file.misnamed) == (None, misnamed)
