"""An amount in capital Chinese numerals (人民币大写金额), as banks ask for it on what is paid."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
WAN, YI = 10**4, 10**8
PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"))


def in_capitals(fen: int) -> str:
    """Write fen as an amount in words, to the fen; whole yuan end in 整."""
    yuan, rest = divmod(abs(fen), 100)
    jiao, odd = divmod(rest, 10)
    words = "负" if fen < 0 else ""
    if yuan or not rest:
        words += (_whole(yuan) or DIGITS[0]) + "元"
    if not rest:
        return words + "整"
    if jiao:
        words += DIGITS[jiao] + "角"
    elif yuan:
        words += DIGITS[0]
    return words + (DIGITS[odd] + "分" if odd else "")


def _whole(number: int) -> str:
    """A whole number in words; nothing for 0. Between 亿, 万 and 元 a 零 stands where the next four digits begin with 0."""
    if number >= YI:
        upper, lower = divmod(number, YI)
        return _joined(_whole(upper) + "亿", lower, 1000 * WAN if lower >= WAN else 1000)
    if number >= WAN:
        upper, lower = divmod(number, WAN)
        return _joined(_whole(upper) + "万", lower, 1000)
    for place, unit in PLACES:
        if number >= place:
            upper, lower = divmod(number, place)
            return _joined(DIGITS[upper] + unit, lower, place // 10)
    return DIGITS[number] if number else ""


def _joined(head: str, rest: int, full: int) -> str:
    """The words before and after; 零 between them where what comes after does not fill its first place."""
    return head + (DIGITS[0] if 0 < rest < full else "") + _whole(rest)
