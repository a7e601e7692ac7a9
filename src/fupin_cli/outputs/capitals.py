"""An amount in capital Chinese numerals (人民币大写金额), as banks ask for it on what is paid."""

from __future__ import annotations

from fupin_cli.policy.rounding import fen_to_yuan


def in_capitals(fen: int) -> str:
    """Write fen as an amount in words, to the fen; whole yuan end in 整."""
    import cn2an  # with the patterns by which it reads numbers: only where there is something to be paid

    words: str = cn2an.an2cn(fen_to_yuan(fen), "rmb")
    return words
