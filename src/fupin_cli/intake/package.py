"""A workbook's zip: which parts it has, and which of them are its sheets. Part names know no case (OPC 6.3.5)."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from fupin_cli.intake.other_kinds import by_parts
from fupin_cli.intake.raw import HINT_DAMAGED, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BytesIO
    from pathlib import Path

WORKBOOK, LINKS, STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml"
DIRECTORY_LIMIT = 8 << 20  # bytes of the workbook's own lists: a thousand times more than an ordinary one needs
NO_CELLS = {
    "chartsheet": "是图表，没有单元格",
    "dialogsheet": "是旧式对话框，没有单元格",
    "xlMacrosheet": "是宏表，不是数据",
    "xlIntlMacrosheet": "是宏表，不是数据",
}


@dataclass(frozen=True)
class SheetPart:
    """A sheet by the workbook's own list. `why`: it holds no cells, and why; empty for an ordinary one."""

    name: str
    part: zipfile.ZipInfo | None
    why: str = ""


class Package:
    """The parts of an open workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Read the zip's directory only."""
        self.archive = archive
        self.parts = archive.infolist()
        self._by_name = {part.filename.replace("\\", "/").lower(): part for part in self.parts}

    @property
    def is_plain(self) -> bool:
        """Whether no two parts share a name: readers differ in which of them they take."""
        return len(self._by_name) == len(self.parts)

    @property
    def unpacked(self) -> int:
        """Bytes of all parts, by the directory's word."""
        return sum(part.file_size for part in self.parts)

    def part(self, name: str) -> zipfile.ZipInfo | None:
        """A part by its name in any case."""
        return self._by_name.get(name.lower())

    def sheets(self) -> list[SheetPart]:
        """The sheets in the order of the tabs; part numbers need not follow it.

        Raises:
            UnreadableError: no workbook, or a workbook without its lists.
        """
        if self.part(WORKBOOK) is None:
            raise by_parts(self._by_name)
        workbook, links = self._tree(WORKBOOK), self._tree(LINKS)
        targets = {link.get("Id"): (link.get("Target", ""), link.get("Type", "")) for link in links}
        found = []
        for sheet in workbook.iter("{*}sheet"):
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            target, kind = targets.get(relation, ("", ""))
            part = self.part(posixpath.normpath(posixpath.join("xl", target.replace("\\", "/"))).lstrip("/"))
            why = NO_CELLS.get(kind.rsplit("/", 1)[-1], "")
            if part is None and not why:
                why = "在文件里没有内容，文件可能已损坏"
            found.append(SheetPart(sheet.get("name", ""), part, why))
        return found

    def _tree(self, name: str) -> Any:
        part = self.part(name)
        if part is None or part.file_size > DIRECTORY_LIMIT:
            raise UnreadableError("工作簿内部的目录已损坏，打不开", HINT_DAMAGED)
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        with self.archive.open(
            part
        ) as stream:  # read in whole, it would first be unpacked in whole, whatever its size is said to be
            return etree.fromstring(stream.read(DIRECTORY_LIMIT), parser)


@contextmanager
def opened(file: Path | BytesIO) -> Iterator[Package]:
    """Open a workbook's zip.

    Raises:
        UnreadableError: not a whole zip, or its lists are broken.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            yield Package(archive)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("工作簿内部的目录已损坏，打不开", HINT_DAMAGED) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise UnreadableError("文件不完整或已损坏，打不开", HINT_DAMAGED) from error
