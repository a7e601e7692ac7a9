"""14.3: `fupin.toml` as Notepad saves it, and every slip in it with its line and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin_cli.errors import FupinError
from fupin_cli.policy.settings_file import line_of
from fupin_cli.policy.settings_words import load_settings
from tests.errors.latin import foreign_words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_settings_are_read_as_notepad_saves_them(tmp_path: Path, encoding: str) -> None:
    """14.3: with BOM, in GB18030, with Windows' line ends."""
    file = tmp_path / "fupin.toml"
    file.write_bytes('# 说明\r\n[county]\r\nname = "喀喇沁左翼"\r\n'.encode(encoding))
    assert load_settings(file).county.name == "喀喇沁左翼"


# what is written, the line, words of the message or the hint
SLIPS = [
    ("[post]\ncap_months = 36.5\n", 2, "要写整数"),
    ('[post]\nage_max = "七十"\n', 2, "要写整数"),
    ("[checks]\nincome_min = -1\n", 2, "不是两位小数以内的非负金额"),
    ("[checks]\n\nrequired_tables = 3\n", 3, "要写成方括号里的几项"),
    ("[checks]\nincome_min = {x = 1}\n", 2, "要写一个金额，不是一节"),
    ('[county]\nnmae = "某县"\n', 2, "是不是 name？"),
    ('[conty]\nname = "某县"\n', 1, "是不是 county？"),
    ("[post]\nproration = attendance\n", 2, "文字加英文双引号"),
    ("[post]\nproration = 'attendance\n", 2, "引号没有配对"),
    ('[post]\nproration ＝ "attendance"\n', 2, "改成英文半角的 ="),
    ("【post】\n", 1, "改成英文半角的 [ ]"),
    ('[post]\nscheme = "resident" age_max = 70\n', 2, "一行只写一项"),
    ("[county]\nname = 'x\n[post]\nage_max = 70\n", 2, "引号没有配对"),
    ('[checks]\nrequired_tables = ["deaths"\n[post]\n', 2, "写成 ["),
    ("[checks]\nrequired_tables = [\n", 2, "方括号或花括号没有写完"),
    ("[post]\n[post]\n", 2, "写了两遍"),
    ('[bank]\nencoding = "\\d"\n', 2, "把 \\ 写成 \\\\"),
    ('[checks]\nextra_area_codes = ["2113"]\n', 2, "要写 6 位数字"),
    ("[county]\nname = 5\n", 2, "要写加英文双引号的文字"),
    ('post = "x"\n', 1, "要单独写成一节"),
    ("一二三\n", 1, "行首加 #"),
    ("[post.standard.2025]\nmonthly = 805.26\n", 1, "source：这一项必须写"),
    ('[checks]\nspell_open_since = "2021年"\n', 2, "要写成 年-月"),
]


@pytest.mark.parametrize(("text", "line", "words"), SLIPS, ids=[words for _, _, words in SLIPS])
def test_a_slip_is_told_with_file_line_and_what_to_write(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "fupin.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FupinError) as caught:
        load_settings(file)
    said = f"{caught.value} {caught.value.hint}"
    assert words in said
    assert "fupin.toml" in said
    assert f"第 {line} 行" in said
    assert foreign_words(said, text) == []


def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """14.3: the variable, not a line of a file that is right; a section that is no JSON is no bug of the program."""
    monkeypatch.setenv("FUPIN_POST__CAP_MONTHS", "many")
    with pytest.raises(FupinError, match=r"环境变量 FUPIN_POST__CAP_MONTHS post\.cap_months：要写整数"):
        load_settings(None)
    monkeypatch.delenv("FUPIN_POST__CAP_MONTHS")
    monkeypatch.setenv("fupin_post__age", "65")
    with pytest.raises(
        FupinError, match=r"环境变量 fupin_post__age 没有 post\.age 这一项，是不是 FUPIN_POST__AGE_MAX？"
    ):
        load_settings(None)
    monkeypatch.delenv("fupin_post__age")
    monkeypatch.setenv("FUPIN_POST", '{"age": 65}')
    with pytest.raises(FupinError, match=r"环境变量 FUPIN_POST 没有 post\.age 这一项，是不是 age_max？"):
        load_settings(None)
    monkeypatch.setenv("FUPIN_POST", "{")
    with pytest.raises(FupinError, match="环境变量 FUPIN_POST）：要写成 JSON"):
        load_settings(None)


NAME = st.text("abc_", min_size=1, max_size=4)


@given(st.lists(st.tuples(NAME, st.lists(NAME, max_size=3, unique=True)), max_size=4, unique_by=lambda s: s[0]))
def test_a_key_is_found_on_its_line(sections: list[tuple[str, list[str]]]) -> None:
    lines: list[str] = []
    places: dict[tuple[str, ...], int] = {}
    for section, keys in sections:
        lines.append(f"[{section}]  # x = 1")
        places[(section,)] = len(lines)
        for key in keys:
            lines.append(f"  {key} = 1")
            places[section, key] = len(lines)
    text = "\n".join(lines)
    assert {place: line_of(text, place) for place in places} == places
    assert line_of(text, ("zzz", "y")) is None


def test_a_section_in_capitals_is_no_section(tmp_path: Path) -> None:
    """15: one library's version took [Post] for [post], and dropped one of two; `fupin config` said it was the default."""
    (tmp_path / "fupin.toml").write_text("[Post]\nage_max = 45\n", encoding="utf-8")
    with pytest.raises(FupinError, match=r"第 1 行 没有 Post 这一项，是不是 post？"):
        load_settings(tmp_path / "fupin.toml")
