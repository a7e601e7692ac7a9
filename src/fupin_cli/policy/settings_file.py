"""`fupin.toml` as clerks save it: UTF-8 with or without BOM, GB18030 or UTF-16; every slip told with its line.

TOML's own messages are English and speak of statements and tokens; here each is said as what to write instead.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from fupin_cli.errors import FupinError, os_words

FILE_NAME = "fupin.toml"
SECTION = "节名的方括号没有写完"
QUOTES, BRACKETS = "引号没有配对", "方括号或花括号没有写完"
SECTION_NAME = re.compile(r"\s*\[+\s*([\w.-]+)", re.ASCII)
CLOSED = '写成 ["deaths", "public_payroll"]'
# words of tomllib → what is wrong, what to write. The first that is found holds.
SLIPS = (
    (r"Expected '\]", SECTION, "写成 [post]"),
    (r"Expected '='", "这一行缺少等号", "写成 键 = 值，例如 cap_months = 36"),
    (
        r"Unterminated string|Illegal character '\\n'|Expected \"'\"|Expected '\"",
        QUOTES,
        '文字前后各写一个英文双引号，例如 name = "示例县"',
    ),
    (r"Unclosed", BRACKETS, CLOSED),
    (r"twice|Cannot (?:overwrite|mutate|declare)", "这一项或这一节写了两遍", "只留一处"),
    (r"Expected newline", "值的后面多了字，或前面少了引号", '一行只写一项；文字加英文双引号，例如 name = "示例县"'),
    (r"Unescaped|Invalid hex|Reserved escape", "引号里的反斜杠写法不对", "把 \\ 写成 \\\\"),
    (r"Invalid value|Invalid date", "值的写法不对", "数直接写，文字加英文双引号，是与否写 true、false"),
    (
        r"Empty|Invalid initial character|Invalid statement",
        "这一行不是“键 = 值”",
        "说明文字在行首加 #；键用英文，见 fupin init 生成的注释",
    ),
)
WIDE = {"“": '"', "”": '"', "‘": '"', "’": '"', "＂": '"', "＝": "=", "［": "[", "］": "]", "【": "[", "】": "]"}
SPOT = re.compile(r"\(at line (\d+), column \d+\)")
HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s=#"'\[\]]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[^\s=#"']+))*)\s*=""")
PART = re.compile(r""""([^"]*)"|'([^']*)'|([^\s."']+)""")


def settings_text(file: Path) -> str:
    """The text of a settings file, whatever Notepad has made of it.

    Raises:
        FupinError: it cannot be opened, or is no text.
    """
    try:
        body = file.read_bytes()
    except OSError as error:
        raise FupinError(f"设置文件 {file} 打不开：{os_words(error)}", "检查文件权限，或关闭正在使用它的程序") from None
    wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise FupinError(
        f"设置文件 {file} 的文字编码既不是 UTF-8 也不是 GB18030，读不出来", "用记事本打开，另存为 UTF-8 编码"
    )


def read_settings(file: Path) -> dict[str, Any]:
    """The settings as they are written.

    Raises:
        FupinError: it cannot be read, or is not TOML: with the line, and what to write.
    """
    text = settings_text(file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FupinError(*_told(str(error), text, file)) from None


def _told(english: str, text: str, file: Path) -> tuple[str, str]:
    """Message and hint for a slip of TOML. A missing quote is noticed at the end of its line or of the file."""
    spot = SPOT.search(english)
    lines = text.split("\n")
    number = int(spot[1]) if spot else max((n for n, line in enumerate(lines, 1) if line.strip()), default=1)
    what, todo = next(((w, t) for pattern, w, t in SLIPS if re.search(pattern, english)), ("写法不对", ""))
    if what == QUOTES and spot is None:
        number = next((n for n, one in enumerate(lines, 1) if any(_code(one).count(q) % 2 for q in "'\"")), number)
    elif (opened := _opened(lines[:number])) is not None:
        number, what, todo = opened, BRACKETS, CLOSED
    line = lines[number - 1].strip() if number <= len(lines) else ""
    code = _code(line)
    if what == SECTION and (name := SECTION_NAME.match(code)):
        todo = f"写成 [{name[1]}]"
    wide = [c for c in WIDE if c in code and f'"{c}' not in code]
    if wide:
        what = f"用了中文的 {' '.join(wide)}"
        todo = f"改成英文半角的 {' '.join(dict.fromkeys(WIDE[c] for c in wide))}"
    seen = f"，这一行是：{line}" if line else ""
    return f"设置文件不是合格的 TOML（{file} 第 {number} 行）：{what}{seen}", todo or "见 fupin init 生成的注释"


def _code(line: str) -> str:
    return line.split("#", 1)[0]


def _opened(lines: list[str]) -> int | None:
    """The line of a list that is still open where the reader gave up."""
    depth, start = 0, None
    for number, line in enumerate(lines, 1):
        code = _code(line)
        value = code if depth else code.partition("=")[2]
        if depth == 0 and "[" in value:
            start = number
        depth += value.count("[") - value.count("]")
        if depth and HEADER.match(line) and number != start:
            break
    return start if depth > 0 else None


def line_of(text: str, place: tuple[str, ...]) -> int | None:
    """The line (from 1) on which a key stands, or else the nearest table above it that is written; None: nowhere."""
    best, depth = None, 0
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.match(line):
            section = _parts(header[1])
            written = section
        elif key := KEY.match(line):
            written = section + _parts(key[1])
        else:
            continue
        common = written == place[: len(written)]
        if common and len(written) > depth:
            best, depth = number, len(written)
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in PART.findall(dotted))


def nearest() -> Path | None:
    """The nearest folder, from the current one upward, that holds `fupin.toml`; None if there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / FILE_NAME).is_file()), None)
