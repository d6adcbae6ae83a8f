"""Canonical JSON (RFC 8785) without floating point, so that equal records have equal bytes."""

import json
from json.encoder import encode_basestring

LARGEST = 2**53 - 1
"""Integers beyond it are not exact in every JSON reader (RFC 7493 section 2.2)."""


class JcsError(TypeError, ValueError):
    """A value has no canonical form here."""


def canonical(value: object) -> bytes:
    """Return the canonical bytes of nested dicts, lists, strings, integers, booleans and None.

    Raises:
        JcsError: a float, a key that is no string, an integer beyond 2^53 - 1, a lone surrogate,
            or any other type.
    """
    try:
        return _text(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JcsError("a lone surrogate is not Unicode text") from error


def parse(data: bytes) -> object:
    """Read JSON that must be in its canonical form already.

    Raises:
        JcsError: it is not JSON, or another spelling of it.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise JcsError(f"not JSON: {error}") from error
    if canonical(value) != data:
        raise JcsError("JSON, but not in canonical form")
    return value


def _text(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, dict):
        return _object(value)
    raise JcsError(f"{type(value).__name__} has no canonical form; write amounts as strings")


def _integer(value: int) -> str:
    if not -LARGEST <= value <= LARGEST:
        raise JcsError(f"{value} is beyond 2^53 - 1; write it as a string")
    return str(int(value))


def _object(value: dict[object, object]) -> str:
    if not all(isinstance(key, str) for key in value):
        raise JcsError("a key that is not a string")
    keys = sorted(value, key=_utf16)
    return "{" + ",".join(f"{_text(key)}:{_text(value[key])}" for key in keys) + "}"


def _utf16(key: object) -> bytes:
    # RFC 8785 section 3.2.3 orders keys by UTF-16 code units, which differs from code points.
    return str(key).encode("utf-16-be")
