"""Numbers in addresses: no larger than a row's number can be, so that a longer one is not found."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1


def row_number(text: str) -> int:
    """Return the number of a row that a query names.

    Raises:
        ValueError: it is none, or larger than one can be.
    """
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number


class RowNumber(IntegerConverter):
    """`<int:…>` up to 64 bits."""

    def __init__(self, map: Map, **options: bool | int | None) -> None:  # noqa: A002
        super().__init__(map, **{"max": LARGEST, **options})  # type: ignore[arg-type]


def register(app: Flask) -> None:
    """Bound every `<int:…>` of `app`."""
    app.url_map.converters["int"] = RowNumber
