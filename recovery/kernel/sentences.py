"""Sentences kept by their keys, so that each reader gets them in their own language."""

import json
from typing import Any

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from recovery.kernel.text import Listed, Text


class Sentence(TypeDecorator[Text | str]):
    """A `Text` as its key and values; what a person typed, a plain `str`, as it is."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Text | str | None, dialect: Dialect) -> str | None:
        """Return the sentence as JSON."""
        return None if value is None else json.dumps(pack_text(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Text | str | None:
        """Return the sentence that the JSON holds."""
        return None if value is None else unpack_text(json.loads(value))


def pack_text(sentence: Text | str | None) -> dict[str, Any] | None:
    """Return a sentence as JSON, so that each reader gets it in their own language."""
    if sentence is None:
        return None
    if isinstance(sentence, str):
        return {"text": sentence}
    return {"key": sentence.key, "values": {k: _packed(v) for k, v in sentence.values.items()}}


def _packed(value: object) -> object:
    """Return what fills a place of a sentence: words stay words, to be read by each reader."""
    if isinstance(value, Text):
        return pack_text(value)
    if isinstance(value, Listed):
        return {"words": [pack_text(word) for word in value.words]}
    return str(value)


def unpack_text(packed: dict[str, Any] | None) -> Text | str:
    """Return the sentence that `pack_text` packed; nothing as an empty one."""
    if packed is None:
        return ""
    if "text" in packed:
        return str(packed["text"])
    return Text(packed["key"], {name: _unpacked(one) for name, one in packed["values"].items()})


def _unpacked(packed: object) -> object:
    """Return what `_packed` packed."""
    if not isinstance(packed, dict):
        return packed
    if "words" in packed:
        return Listed(tuple(Text(word["key"], word["values"]) for word in packed["words"]))
    return unpack_text(packed)
