"""The copy of the YAML that ships (15): it holds what the files hold, and of a file that has changed nothing."""

from __future__ import annotations

from importlib.resources import files

from fupin_cli.outputs.parsed_yaml import shipped_files
from fupin_cli.policy.parsed import KEPT, as_kept, from_shipped, from_yaml
from fupin_cli.policy.schema import PolicyFile

COPY = files("fupin_cli.policy").joinpath(KEPT)


def test_the_copy_is_that_of_the_files_as_they_are() -> None:
    assert COPY.read_text(encoding="utf-8") == as_kept(shipped_files()), "make docs"


def test_what_the_copy_gives_is_what_the_files_hold() -> None:
    """Formats to the last word and in the same order; of a policy days may be texts, the policy made of it is the same."""
    for name, content in shipped_files().items():
        read, copy = from_yaml(content.decode()), from_shipped(name, content)
        if "valid_from" in read:
            assert PolicyFile.model_validate(copy) == PolicyFile.model_validate(read), name
        else:
            assert copy == read, name
            assert list(copy.get("columns", copy)) == list(read.get("columns", read)), name


def test_a_file_that_has_changed_is_read_itself() -> None:
    content = shipped_files()["deaths.yaml"].replace(b"title:", b"# \ntitle:", 1) + b"\nnew: 1\n"
    assert from_shipped("deaths.yaml", content)["new"] == 1
    assert from_shipped("another.yaml", b"a: 1") == {"a": 1}
