"""Money: `Decimal` yuan in Python, whole fen in the database; rounded once, half up, at the end."""

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


def to_fen(amount: Decimal) -> Decimal:
    """Round `amount` yuan to the fen, half up (away from zero)."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def fen_of(amount: Decimal) -> int:
    """Return `amount` yuan as whole fen.

    Raises:
        ValueError: `amount` has parts of a fen; rounding is the caller's decision.
    """
    scaled = amount * 100
    whole = int(scaled)
    if scaled != whole:
        raise ValueError(f"{amount} has parts of a fen")
    return whole


def yuan_of(fen: int) -> Decimal:
    """Return whole `fen` as Decimal yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def show(amount: Decimal) -> str:
    """Return `amount` with thousands separators and two decimals; negative in parentheses."""
    text = f"{abs(to_fen(amount)):,.2f}"
    return f"({text})" if amount < 0 else text
