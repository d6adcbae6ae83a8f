"""Which language a reader gets, and the catalogues that turn the Chinese keys into English.

Every feature keeps its own PO file (`recovery/<feature>/translations/en/LC_MESSAGES`); they are
read on first use, from the compiled MO beside them where that is newer. A word that two folders
put into English differently is read as the folder says it that says the word.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import Translations
from blinker import Namespace
from flask import Flask, has_request_context, redirect, request
from flask.json.tag import JSONTag
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context

from recovery.kernel import text
from recovery.web.addresses import back_to

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
COOKIE = "language"
COOKIE_AGE = 400 * 24 * 3600
"""Seconds a choice of language or theme is remembered without an account."""

PACKAGE = Path(__file__).parent.parent
EVERYWHERE = "*"
"""Stands for all folders where a sentence's own is not known, as in what a row keeps."""

language_chosen = Namespace().signal("language-chosen")
"""Sent with `language=` when a signed-in person chooses one; `access` keeps it on the account."""


FOUND = "recovery.language"
"""Where a request keeps the language of its reader."""

_reading: ContextVar[str | None] = ContextVar("reading", default=None)


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Write in `language` inside the block, whoever asks: a paper, a job's file."""
    token = _reading.set(language)
    try:
        with text.reading(translate_for(language)):
            yield
    finally:
        _reading.reset(token)


def current_language() -> str:
    """Return `zh` or `en`: of the paper, else the person's, else the cookie's, else Chinese."""
    if (chosen := _reading.get()) is not None:
        return chosen
    if not has_request_context():
        return DEFAULT
    environ = request.environ
    if (found := environ.get(FOUND)) is None:
        # A page asks for a thousand sentences: who reads it is looked up once.
        wanted = (getattr(current_user, "language", None), request.cookies.get(COOKIE))
        found = next((code for code in wanted if code in LANGUAGES), DEFAULT)
        environ[FOUND] = found
    return str(found)


def locale_code() -> str:
    """Return the language as the `lang` attribute writes it."""
    return {"zh": "zh-CN", "en": "en"}[current_language()]


def translate_for(language: str) -> text.Translator:
    """Return the translator into `language`, for a job or command that writes for one person."""
    return _chinese if language == DEFAULT else _english


def _translate(key: str, origin: str) -> str:
    """Translate `key` for whoever reads now."""
    return translate_for(current_language())(key, origin)


def _chinese(key: str, _origin: str) -> str:
    return key


def _english(key: str, origin: str) -> str:
    """Translate as the folder of the origin says it, else as any folder does."""
    known = catalogues()
    return known[folder_of(origin)].get(key) or known[EVERYWHERE].get(key) or key


@cache
def catalogues() -> dict[str, dict[str, str]]:
    """Return folder → Chinese sentence → English; under `EVERYWHERE` what any folder says."""
    found: dict[str, dict[str, str]] = {EVERYWHERE: {}}
    for source in sorted(PACKAGE.glob("**/translations/en/LC_MESSAGES/*.po")):
        sentences = _load(source)
        found[source.relative_to(PACKAGE).parents[3].as_posix()] = sentences
        found[EVERYWHERE] |= sentences
    return found


@cache
def folder_of(origin: str) -> str:
    """Return the folder whose catalogue holds the sentences of a module or template."""
    parts = origin.removeprefix("recovery.").replace(".", "/").split("/")
    parts = parts[1:] if parts[0] == "documents" else parts
    places = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((place for place in places if place in catalogues()), EVERYWHERE)


def _load(source: Path) -> dict[str, str]:
    """Return one catalogue, from the compiled file beside it where that is fresh."""
    pairs: Iterable[tuple[Any, Any]]
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        with compiled.open("rb") as file:
            pairs = Translations(file)._catalog.items()
    else:
        with source.open("rb") as file:
            pairs = [(message.id, message.string) for message in read_po(file, locale="en")]
    return {key: english for key, english in pairs if isinstance(key, str) and key and english}


@pass_context
def _said(context: Context, key: str, **values: object) -> text.Text:
    """Mark a template's sentence for translation; see `text._`."""
    return text.Text(key, values, context.name or "")


def choose(code: str) -> ResponseReturnValue:
    """Remember the language `code` for this browser, and for the person who is signed in."""
    response = redirect(back_to())
    if code in LANGUAGES:
        response.set_cookie(
            COOKIE, code, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure
        )
        if current_user and current_user.is_authenticated:
            language_chosen.send(current_user._get_current_object(), language=code)
    return response


class TextTag(JSONTag):
    """Keeps a `Text` in the session, so that a flashed message is read in the language then."""

    key = " text"

    def check(self, value: object) -> bool:
        """Return whether `value` is ours to keep."""
        return isinstance(value, text.Text)

    def to_json(self, value: text.Text) -> dict[str, object]:
        """Return the sentence's key and what fills its places."""
        values = {name: str(one) for name, one in value.values.items()}
        return {"key": value.key, "values": values, "origin": value.origin}

    def to_python(self, value: dict[str, Any]) -> text.Text:
        """Return the sentence."""
        return text.Text(value["key"], value["values"], value["origin"])


def register(app: Flask) -> None:
    """Set up Flask-Babel (formats) and the translator that all texts go through."""
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_timezone="Asia/Shanghai",
        locale_selector=lambda: {"zh": "zh_Hans_CN", "en": "en"}[current_language()],
    )
    text.install_translator(_translate)
    if isinstance(app.session_interface, SecureCookieSessionInterface):
        serializer = app.session_interface.serializer
        if TextTag.key not in serializer.tags:
            serializer.register(TextTag, index=0)
    app.jinja_env.globals.update(
        _=_said, LANGUAGES=LANGUAGES, language=current_language, locale_code=locale_code
    )
