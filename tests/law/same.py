"""Compare results as the specification does: numbers as numbers, everything else exactly."""

from decimal import Decimal, InvalidOperation


def same(given: object, wanted: object) -> bool:
    """Return whether `given` equals `wanted`, comparing numbers written as text as numbers."""
    if isinstance(given, dict) and isinstance(wanted, dict):
        return given.keys() == wanted.keys() and all(same(given[key], wanted[key]) for key in given)
    if isinstance(given, list) and isinstance(wanted, list):
        return len(given) == len(wanted) and all(map(same, given, wanted))
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    return given == wanted or _as_numbers(given, wanted)


def _as_numbers(given: object, wanted: object) -> bool:
    try:
        return Decimal(str(given)) == Decimal(str(wanted))
    except InvalidOperation:
        return False
