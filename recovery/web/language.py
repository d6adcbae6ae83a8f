"""Which language a reader gets, and the catalogues that turn the Chinese keys into English.

Every feature keeps its own PO file (`recovery/<feature>/translations/en/LC_MESSAGES`); they are
read together on first use, from the compiled MO beside them where that is newer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from blinker import Namespace
from flask import Flask, has_request_context, redirect, request
from flask.json.tag import JSONTag
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_login import current_user

from recovery.kernel import text
from recovery.web.addresses import back_to

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
COOKIE = "language"
COOKIE_AGE = 400 * 24 * 3600
"""Seconds a choice of language or theme is remembered without an account."""

PACKAGE = Path(__file__).parent.parent

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
    if language == DEFAULT:
        return str
    return english().gettext


def _translate(key: str) -> str:
    """Translate `key` for whoever reads now."""
    return translate_for(current_language())(key)


@cache
def english() -> NullTranslations:
    """Return all English catalogues as one."""
    merged = NullTranslations()
    for source in sorted(PACKAGE.glob("**/translations/en/LC_MESSAGES/*.po")):
        catalogue = _load(source)
        merged = catalogue if not isinstance(merged, Translations) else merged.merge(catalogue)
    return merged


def _load(source: Path) -> Translations:
    """Return one catalogue, compiled in memory unless a fresh MO lies beside it."""
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        with compiled.open("rb") as file:
            return Translations(file)
    buffer = BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file, locale="en"))
    buffer.seek(0)
    return Translations(buffer)


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
        return {"key": value.key, "values": {name: str(v) for name, v in value.values.items()}}

    def to_python(self, value: dict[str, Any]) -> text.Text:
        """Return the sentence."""
        return text.Text(value["key"], value["values"])


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
        _=text._, LANGUAGES=LANGUAGES, language=current_language, locale_code=locale_code
    )
