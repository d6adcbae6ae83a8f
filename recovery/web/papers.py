"""Papers: a template filled with data becomes a PDF/A-3b, in a child process with limits.

The engine is WeasyPrint. It may fetch nothing but the program's own fonts and styles, whatever
a name or text in the data says; a character without a glyph stops the paper and is named, for it
would be printed as a box.
"""

import multiprocessing
import unicodedata
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from html.parser import HTMLParser
from threading import Lock
from typing import Any

from flask import Flask, current_app

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.web import paper_child

FONT = paper_child.STATIC / "vendor" / "NotoSansSC-Regular.ttf"
SECONDS = 300
"""How long one paper may take."""

WORKERS = 2
PAPERS_PER_CHILD = 100


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
    refuse_missing_glyphs(html)
    try:
        return submit(html).result(timeout=SECONDS)
    except (BrokenProcessPool, MemoryError, TimeoutError) as error:
        _discard_pool()
        raise RuleViolation(
            _("文件太大，未能在限定的内存和时间内排版。请缩小范围后重试。")
        ) from error


def submit(html: str) -> "Future[bytes]":
    """Begin to render `html`, which has no missing glyph, in one of the children."""
    return _pool().submit(paper_child.render, html)


def refuse_missing_glyphs(html: str) -> None:
    """Refuse text that our font cannot print, naming the character and where it stands.

    Raises:
        RuleViolation: with the first such character.
    """
    glyphs = _glyphs()
    for text in _texts(html):
        for place, character in enumerate(text):
            if ord(character) in glyphs or character.isspace() or _is_invisible(character):
                continue
            around = text[max(0, place - 12) : place + 12].strip()
            raise RuleViolation(
                _(
                    "字库中没有“{character}”（U+{code}），不能打印。它出现在：{around}",
                    character=character,
                    code=f"{ord(character):04X}",
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


class _TextReader(HTMLParser):
    """Collects what is printed: text outside styles."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def _texts(html: str) -> Iterator[str]:
    reader = _TextReader()
    reader.feed(html)
    yield from reader.texts


_lock = Lock()
_pools: list[ProcessPoolExecutor] = []


def _pool() -> ProcessPoolExecutor:
    """Return the children of this process, started at the first paper."""
    with _lock:
        if not _pools:
            _pools.append(
                ProcessPoolExecutor(
                    WORKERS,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=paper_child.limit_memory,
                    max_tasks_per_child=PAPERS_PER_CHILD,
                )
            )
        return _pools[0]


def _discard_pool() -> None:
    """End children that hang or were ended; the next paper starts new ones."""
    with _lock:
        while _pools:
            pool = _pools.pop()
            for process in list(pool._processes.values()):
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)


def register(app: Flask) -> None:
    """Let document templates name the fonts."""
    app.jinja_env.globals["font_url"] = font_url
