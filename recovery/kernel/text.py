"""Texts that a user reads: written in Chinese, translated when shown, without Flask.

`_("共 {count} 笔", count=3)` makes a `Text`; `str()` of it is the sentence in the reader's
language.
The web and the command line install the translator; without one the Chinese sentence is shown.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Translator = Callable[[str, str], str]
"""`(sentence, origin)` → the sentence in a language; one word may be two in English."""

_translator: ContextVar[Translator | None] = ContextVar("translator", default=None)
_default: list[Translator] = []


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence with its Chinese text as key and the values that fill its `{places}`."""

    key: str
    values: dict[str, object] = field(default_factory=dict)
    origin: str = field(default="", compare=False)
    """Module or template that says it: its folder's English counts."""

    def __str__(self) -> str:
        translated = translate(self.key, self.origin)
        return translated.format(**self.values) if self.values else translated

    def __hash__(self) -> int:
        return hash(self.key)


def _(key: str, **values: object) -> Text:
    """Mark `key` for translation; `values` fill its `{places}` when it is shown."""
    return Text(key, values, sys._getframe(1).f_globals["__name__"])


@dataclass(frozen=True, slots=True)
class Listed:
    """Words inside a sentence, each read and all joined in the reader's language."""

    words: tuple[Text | str, ...]

    def __str__(self) -> str:
        return str(_("、")).join(map(str, self.words))


def translate(key: str, origin: str = "") -> str:
    """Return the sentence `key` in the language of whoever reads now."""
    translator = _translator.get() or (_default[0] if _default else None)
    return translator(key, origin) if translator else key


def use_translator(translator: Translator) -> None:
    """Translate through `translator` from now on in this context (a request, a command, a job)."""
    _translator.set(translator)


@contextmanager
def reading(translator: Translator) -> Iterator[None]:
    """Show sentences through `translator` inside the block: a paper in another language."""
    token = _translator.set(translator)
    try:
        yield
    finally:
        _translator.reset(token)


def install_translator(translator: Translator) -> None:
    """Translate through `translator` wherever no context has chosen its own."""
    _default[:] = [translator]
