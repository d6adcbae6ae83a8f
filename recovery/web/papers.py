"""Papers: a template filled with data becomes a PDF/A-3b, in a child process with limits.

The engine is WeasyPrint. It may fetch nothing but the program's own fonts and styles, whatever
a name or text in the data says; a character without a glyph stops the paper and is named, for it
would be printed as a box.
"""

import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app

from recovery.kernel.children import Children
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.web import paper_child
from recovery.web.paper_texts import texts_of

FONT = paper_child.STATIC / "vendor" / "NotoSansSC-Regular.ttf"
SECONDS = 300
"""How long one paper may take."""

Given = ParamSpec("Given")
Made = TypeVar("Made")

WORKERS = 2
_children = Children(WORKERS, prepare=paper_child.prepare, tasks=200)


def font_url(name: str) -> str:
    """Return the address by which a paper names one of our fonts."""
    return f"{paper_child.PREFIX}vendor/{name}"


def render_paper(template: str, **values: Any) -> bytes:
    """Return the PDF of `template` filled with `values`.

    Raises:
        RuleViolation: a character has no glyph, or the paper is too large for the limits.
    """
    return pdf_of(current_app.jinja_env.get_template(template).render(values))


def pdf_of(html: str) -> bytes:
    """Return `html` as PDF/A-3b; the same text gives the same bytes.

    Raises:
        RuleViolation: as `render_paper`.
    """
    with too_large_refused():
        return submit(html).result(timeout=SECONDS)


def submit(html: str) -> "Future[bytes]":
    """Begin to render `html` in one of the children.

    Raises:
        RuleViolation: a character has no glyph.
    """
    refuse_missing_glyphs(html)
    return in_child(paper_child.render, html)


def in_child(act: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Future[Made]:
    """Begin `act` in one of the children, within its limits of memory."""
    return _children.submit(act, *args, **kwargs)


@contextmanager
def too_large_refused() -> Iterator[None]:
    """Turn a child that outgrew its limits into a refusal, and begin anew with fresh children."""
    try:
        yield
    except (BrokenProcessPool, MemoryError, TimeoutError) as error:
        _children.discard()
        raise RuleViolation(
            _("文件太大，未能在限定的内存和时间内排版。请缩小范围后重试。")
        ) from error


def refuse_missing_glyphs(html: str) -> None:
    """Refuse text that our font cannot print, naming the character and where it stands.

    Raises:
        RuleViolation: with the first such character.
    """
    glyphs = _glyphs()
    for place, text in texts_of(html):
        for at, character in enumerate(text):
            if ord(character) in glyphs or character.isspace() or _is_invisible(character):
                continue
            around = text[max(0, at - 12) : at + 12].strip()
            raise RuleViolation(
                _(
                    "字库中没有“{character}”（U+{code}），不能打印。它出现在{place}：{around}",
                    character=character,
                    code=f"{ord(character):04X}",
                    place=place,
                    around=around,
                )
            )


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def register(app: Flask) -> None:
    """Let document templates name the fonts."""
    app.jinja_env.globals["font_url"] = font_url
