"""An amount in capital Chinese numerals (人民币大写金额), as banks ask for it on what is paid."""

from __future__ import annotations

from fupin_cli.policy.rounding import fen_to_yuan


def in_capitals(fen: int) -> str:
    """Write fen as an amount in words, to the fen; whole yuan end in 整.

    The library is loaded where a sum is written and nowhere else: that takes as long as reading a county's sheets.
    """
    import cn2an

    words: str = cn2an.an2cn(fen_to_yuan(fen), "rmb")
    return words
