"""What each type of case needs to prove, and with what: read from `checklist.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recovery.evidence.exhibits.words import Word, kind_name
from recovery.kernel.text import Text

FILE = Path(__file__).parent / "checklist.toml"

ALWAYS = "always"
HELD = "held"
"""Asked for only where it is: an agreement that was never made is not missing."""

CONDITIONS = frozenset({ALWAYS, HELD, "mortgaged", "guaranteed", "before_maturity"})
"""When an item is needed: `Needs` says which hold for a loan."""


@dataclass(frozen=True, slots=True)
class Basis:
    """An article that an exhibit serves; `confirmed` where its text was read."""

    article: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to prove, and the kind of document that proves it."""

    code: str
    kind: str
    named: str
    """Word that the title of a document of the kind `other` holds; empty: the kind decides."""

    when: str
    name: Text
    source: Word
    purpose: Word
    why: Word
    law: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items under one title."""

    title: Word
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class CaseType:
    """A type of case with its groups of items, in the order of the list."""

    code: str
    title: Word
    groups: tuple[ItemGroup, ...]


@dataclass(frozen=True, slots=True)
class _File:
    case_types: Mapping[str, CaseType]
    english: Mapping[str, str]
    """Every Chinese text of the file → the English."""


def case_types() -> Mapping[str, CaseType]:
    """Return every type of case by its code, in the order of the file."""
    return _read().case_types


def said(text: str) -> Text:
    """Return a text of a list for reading: what the file proposed also in English.

    What a person wrote stays as it was written; the name of a document kind is translated.
    """
    english = _read().english.get(text)
    return Word(text, english=english) if english else Text(text)


@cache
def _read() -> _File:
    data = tomllib.loads(FILE.read_text("utf-8"))
    items = {code: _item(code, item) for code, item in data["items"].items()}
    types = {
        code: CaseType(
            code,
            _word(one["title"]),
            tuple(
                ItemGroup(_word(group["title"]), tuple(items[item] for item in group["items"]))
                for group in one["groups"]
            ),
        )
        for code, one in data["case_types"].items()
    }
    words = [word for item in items.values() for word in (item.name, item.source, item.purpose)]
    words += [group.title for one in types.values() for group in one.groups]
    english = {word.key: word.english for word in words if isinstance(word, Word)}
    return _File(types, english)


def _item(code: str, data: dict[str, Any]) -> Item:
    given = data.get("name")
    return Item(
        code=code,
        kind=data["kind"],
        named=data.get("named", ""),
        when=data["when"],
        name=_word(given) if given else kind_name(data["kind"]),
        source=_word(data["source"]),
        purpose=_word(data["purpose"]),
        why=_word(data["why"]),
        law=tuple(Basis(**one) for one in data["law"]),
    )


def _word(pair: Sequence[str]) -> Word:
    return Word(pair[0], english=pair[1])
