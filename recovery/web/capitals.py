"""Amounts in capital numerals (大写), as papers and bank forms in China write them.

Source: 中国人民银行《支付结算办法》附件一 正确填写票据和结算凭证的基本规定，第一至三条。
"""

from decimal import Decimal

from recovery.kernel.money import to_fen

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
UNITS = ((10**8, "亿"), (10**4, "万"))


def capital_yuan(amount: Decimal) -> str:
    """Return `amount` yuan in capitals: 1409.50 is 人民币壹仟肆佰零玖元伍角整.

    Raises:
        ValueError: `amount` is ten thousand 万亿 or more.
    """
    fen = int(abs(to_fen(amount)) * 100)
    yuan, rest = divmod(fen, 100)
    if yuan >= 10**16:
        raise ValueError(f"{amount} is beyond what capitals can name")
    sign = "负" if amount < 0 and fen else ""
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    return f"人民币{sign}{whole}{_parts(rest, follows_yuan=yuan)}"


def _parts(fen: int, *, follows_yuan: int) -> str:
    """Return 角 and 分; 整 closes an amount that ends in yuan or 角."""
    jiao, single = divmod(fen, 10)
    if not fen:
        return "整"
    text = f"{DIGITS[jiao]}角" if jiao else ("零" if follows_yuan else "")
    return f"{text}{DIGITS[single]}分" if single else f"{text}整"


def _whole(yuan: int) -> str:
    """Return whole yuan in capitals; one 零 stands for any gap between groups."""
    for unit, name in UNITS:
        high, low = divmod(yuan, unit)
        if high:
            gap = DIGITS[0] if 0 < low < unit // 10 else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _group(yuan) or DIGITS[0]


def _group(number: int) -> str:
    """Return up to four digits in capitals, with one 零 for a gap inside."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[place]
        gap = bool(text) and not digit
    return text
