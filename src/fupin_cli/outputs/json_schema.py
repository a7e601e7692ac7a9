"""JSON Schemas of what `--format json` prints, and their page, both made from the declared shapes (`json_shapes`).

python -m fupin_cli.outputs.json_schema schemas/json docs/json.md

A shape is a dictionary: key → what stands there. A key that ends with `?` may be absent. What stands there: a word of `WORDS`
(with `?`: or null), a list of one (each entry), a dictionary (an object), `Each(x)` (an object with any keys, all of x), `Maybe(x)` (x or null).
Keys are only ever added (DESIGN): a schema says nothing of keys that it does not know; `strict` forbids them, for tests.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.outputs.json_notation import Each, Maybe, Shape
from fupin_cli.outputs.json_shapes import DOCUMENTS
from fupin_cli.outputs.json_words import WHAT

if TYPE_CHECKING:
    from collections.abc import Mapping

DRAFT = "https://json-schema.org/draft/2020-12/schema"
WORDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "bool": {"type": "boolean"},
    "any": {},
    "money": {"type": "string", "pattern": r"^-?\d+\.\d{2}$"},
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "month": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"},
    "date": {"type": "string", "format": "date"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
TYPES = {
    "text": "文字",
    "int": "整数",
    "number": "数",
    "bool": "是否",
    "any": "任意",
    "money": "金额（元，两位小数的文字）",
    "decimal": "小数（文字）",
    "month": "月份 2024-05",
    "date": "日期 2024-05-31",
    "sha256": "SHA-256",
}


@dataclass(frozen=True)
class Maker:
    """How shapes are turned into schemas: `strict` forbids keys that are not declared; `words`: what keys mean here."""

    strict: bool = False
    words: Mapping[str, str] = field(default_factory=lambda: WHAT)

    def of(self, shape: Shape) -> dict[str, Any]:
        """The schema of what stands at one place."""
        if isinstance(shape, str):
            name, null = shape.removesuffix("?"), shape.endswith("?")
            known = WORDS[name]
            return {"anyOf": [known, {"type": "null"}]} if null and known else known
        if isinstance(shape, list):
            return {"type": "array", "items": self.of(shape[0])}
        if isinstance(shape, Maybe):
            return {"anyOf": [self.of(shape.of), {"type": "null"}]}
        if isinstance(shape, Each):
            return {"type": "object", "additionalProperties": self.of(shape.of)}
        return self.object(shape)

    def object(self, shape: dict[str, Any]) -> dict[str, Any]:
        """The schema of an object; what each key means stands beside it."""
        properties = {
            name: self.of(what) | ({"description": self.words[name]} if name in self.words else {})
            for name, what in ((key.removesuffix("?"), what) for key, what in shape.items())
        }
        found: dict[str, Any] = {"type": "object", "properties": properties}
        if required := [key for key in shape if not key.endswith("?")]:
            found["required"] = required
        return found | ({"additionalProperties": False} if self.strict else {})


def schema_of(name: str, *, strict: bool = False) -> dict[str, Any]:
    """The schema of the document `fupin.NAME/1`; of several shapes any one."""
    document = DOCUMENTS[name]
    maker = Maker(strict, {**WHAT, **document.words})
    shapes = [maker.of({"format": "text", **shape}) for shape in document.shapes]
    for shape in shapes:
        shape["properties"]["format"] = {"const": f"fupin.{name}/1"}
    head = {"$schema": DRAFT, "title": f"fupin.{name}/1", "description": f"{document.command}：{document.title}"}
    return head | (shapes[0] if len(shapes) == 1 else {"anyOf": shapes})


def _rows(shape: dict[str, Any], words: Mapping[str, str], depth: int = 0) -> list[str]:
    """The keys of an object, each a row of the page; what lies in it below it."""
    rows = []
    for key, what in shape.items():
        name, note = key.removesuffix("?"), "（可能没有）" if key.endswith("?") else ""
        inner = what[0] if isinstance(what, list) else what.of if isinstance(what, Each | Maybe) else what
        kind = _kind(what)
        rows.append(f"| {'　' * depth}`{name}` | {kind}{note} | {words.get(name, '')} |")
        if isinstance(inner, list | Each):
            inner = inner[0] if isinstance(inner, list) else inner.of
        if isinstance(inner, dict):
            rows += _rows(inner, words, depth + 1)
    return rows


def _kind(what: Shape) -> str:
    if isinstance(what, str):
        return TYPES[what.removesuffix("?")] + ("，或 null" if what.endswith("?") else "")
    if isinstance(what, list):
        return "列表" if isinstance(what[0], dict) else f"列表：{_kind(what[0])}"
    if isinstance(what, Each):
        return "对象，键不定" if isinstance(what.of, dict) else f"对象，键不定：{_kind(what.of)}"
    return "对象，或 null" if isinstance(what, Maybe) else "对象"


HEAD = """# JSON 输出

`--format json` 在标准输出写一份文档；人名、证号、账号一律遮盖，有 `--unmask` 的命令可以要原值。
金额是两位小数的文字，月份是 `2024-05`。以后只会增加键，不会改名、去掉。
每种文档的 JSON Schema 在 `schemas/json/`，安装后在程序包的 `schemas/json/` 里。

由 `make docs` 从 `outputs/json_shapes.py` 生成，不要手改。
"""


def page() -> str:
    """docs/json.md."""
    parts = [HEAD, "| 文档 | 命令 | 内容 |\n|---|---|---|"]
    parts.append("\n".join(f"| [fupin.{n}/1](#fupin{n}1) | `{d.command}` | {d.title} |" for n, d in DOCUMENTS.items()))
    for name, document in DOCUMENTS.items():
        parts.append(f"\n## fupin.{name}/1\n\n`{document.command}`：{document.title}。")
        for number, shape in enumerate(document.shapes):
            note = f"\n{document.notes[number]}：" if document.notes else ""
            parts.append(
                f"{note}\n| 键 | 类型 | 含义 |\n|---|---|---|\n" + "\n".join(_rows(shape, {**WHAT, **document.words}))
            )
    return "\n".join(parts) + "\n"


def texts() -> dict[str, str]:
    """Each schema as it is written: file name → text."""
    return {
        f"fupin.{name}.json": json.dumps(schema_of(name), ensure_ascii=False, indent=1) + "\n" for name in DOCUMENTS
    }


if __name__ == "__main__":
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts().items():
        (folder / file).write_text(text, encoding="utf-8")
    target.write_text(page(), encoding="utf-8")
