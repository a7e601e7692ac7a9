"""Person codes, against the library of base 32."""

from __future__ import annotations

import base64
import hashlib
import hmac

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fupin_cli.jobs.person_code import person_codes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=12), st.binary(min_size=32, max_size=32))
def test_a_code_is_the_start_of_the_hash_in_base_32(people: list[str | None], key: bytes) -> None:
    """15: all codes in one pass are what one by one gives: codes that were given out stay."""
    expected = [
        None if p is None else base64.b32encode(hmac.digest(key, p.encode(), hashlib.sha256))[:10].decode()
        for p in people
    ]
    assert person_codes(pl.Series(people, dtype=pl.String), key).to_list() == expected
