"""The words of full-text search, and queries over them in the language of each engine."""

import re
import unicodedata

APART = "="
"""A word that no query holds, between two names or numbers: a phrase does not run across."""

SHORTEST_NAME = 2
PART = 3
"""Characters of a part of a number: the shortest that can be searched for."""

Phrases = list[list[str]]
"""Phrases any of which will do; a phrase is its words in order."""

_NAME_WORDS = re.compile(r"[a-z0-9]+|[^\W_]")
_NOT_CODE = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Return `text` as it is compared: full-width forms made plain, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def name_words(name: str) -> list[str]:
    """Return each Chinese character and each run of Latin letters or digits of a folded name.

    A run is marked, so that looking for its beginning never walks the parts of numbers.
    """
    return [f"_{word}" if word.isascii() else word for word in _NAME_WORDS.findall(name)]


def parts_of(code: str) -> list[str]:
    """Return each three characters in a row of a folded number, punctuation left out."""
    plain = _NOT_CODE.sub("", code)
    return [plain[start : start + PART] for start in range(max(len(plain) - PART + 1, 1))]


def alternatives(word: str) -> Phrases:
    """Return the phrases any of which a word of the query may be found as; none: too short."""
    plain = _NOT_CODE.sub("", word)
    shortest = PART if plain.isascii() else SHORTEST_NAME
    if len(plain) < shortest:
        return []
    phrases = [name_words(word)]
    if len(plain) >= PART and parts_of(plain) not in phrases:
        phrases.append(parts_of(plain))
    return phrases


def fts5(alternatives: list[Phrases], scope: list[str]) -> str:
    """Return the query in the language of FTS5."""
    clauses = [" OR ".join(_fts5_phrase(phrase) for phrase in one) for one in alternatives]
    if scope:
        clauses.append(" OR ".join(f'"{word}"' for word in scope))
    return " AND ".join(f"({clause})" for clause in clauses)


def _fts5_phrase(phrase: list[str]) -> str:
    """Return a phrase; a last word of letters matches by its beginning."""
    return f'"{" ".join(phrase)}"' + ("*" if _may_continue(phrase) else "")


def tsquery(alternatives: list[Phrases], scope: list[str]) -> str:
    """Return the query in the language of PostgreSQL."""
    clauses = [" | ".join(_tsquery_phrase(phrase) for phrase in one) for one in alternatives]
    if scope:
        clauses.append(" | ".join(f"'{word}'" for word in scope))
    return " & ".join(f"({clause})" for clause in clauses)


def _tsquery_phrase(phrase: list[str]) -> str:
    """Return a phrase; a last word of letters matches by its beginning."""
    joined = " <-> ".join(f"'{word}'" for word in phrase)
    return f"({joined}{':*' if _may_continue(phrase) else ''})"


def _may_continue(phrase: list[str]) -> bool:
    """Return whether the last word may be the beginning of a longer one."""
    return phrase[-1].startswith("_")


def tsvector(words: list[str]) -> str:
    """Return the words with their places, as PostgreSQL writes them."""
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words, 1) if word != APART)
