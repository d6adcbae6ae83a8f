"""Long papers in parts: several children set them at a time, then they are joined.

A part is a complete paper of 20 to 50 pages; every part begins a new page. The first is the front,
which says on which page everything else stands, so it is set twice: once to see how many pages it
takes, once with the numbers. What it links to in other parts it names `place_url("ledger")`,
an element `id="ledger"` there.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import chain
from typing import Any

from flask import Flask, current_app

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.web import paper_child, paper_stamps
from recovery.web.paper_child import PLACE, Measured
from recovery.web.papers import (
    SECONDS,
    WORKERS,
    in_child,
    refuse_missing_glyphs,
    submit,
    too_large_refused,
)

ROWS = 1200
"""Rows of a table above which a paper is set in parts, and the rows of one part: about 25 pages,
with which a child stays below 400 MB."""

Front = Callable[[Mapping[str, int]], str]
"""Gives the HTML of the front from the page of every named place; an unknown one is absent."""


def place_url(name: str) -> str:
    """Return the address by which one part of a paper leads to a named place in another."""
    return PLACE + name


def joined_paper(front: Front, parts: Iterable[str]) -> Measured:
    """Return front and parts as one PDF/A-3b; the same text gives the same bytes.

    Raises:
        RuleViolation: a character has no glyph, or a part is too large for the limits.
    """
    with too_large_refused():
        first, *rest = list(_set(chain([front({})], parts)))
        places = _places([first, *rest])
        told = _begin(front(places)).result(timeout=SECONDS)
        if (told.pages, told.places) != (first.pages, first.places):
            raise RuleViolation(_("目录所占的页数无法确定，文件没有生成。"))
        total = told.pages + sum(part.pages for part in rest)
        numbers = [submit(html) for html in paper_stamps.page_numbers(total)]
        stamps = [number.result(timeout=SECONDS) for number in numbers]
        datas = [told.data, *(part.data for part in rest)]
        whole = in_child(paper_child.join, datas, stamps).result(timeout=SECONDS)
    return Measured(whole, total, places)


def whole_paper(html: str) -> Measured:
    """Return a paper of one part with its pages and places; see `papers.pdf_of`."""
    with too_large_refused():
        return _begin(html).result(timeout=SECONDS)


def rendered(template: str, **values: Any) -> str:
    """Return the HTML of a document template."""
    return current_app.jinja_env.get_template(template).render(values)


def _begin(html: str) -> Future[Measured]:
    refuse_missing_glyphs(html)
    return in_child(paper_child.render_measured, html)


def _set(parts: Iterable[str]) -> Iterator[Measured]:
    """Yield each part as PDF; no more are begun at a time than keep the children busy."""
    waiting: deque[Future[Measured]] = deque()
    for part in parts:
        waiting.append(_begin(part))
        if len(waiting) > 2 * WORKERS:
            yield waiting.popleft().result(timeout=SECONDS)
    while waiting:
        yield waiting.popleft().result(timeout=SECONDS)


def _places(parts: Sequence[Measured]) -> dict[str, int]:
    """Return the page of every named place in the whole; of two of one name the first counts."""
    places: dict[str, int] = {}
    before = 0
    for part in parts:
        for name, page in part.places.items():
            places.setdefault(name, before + page)
        before += part.pages
    return places


def register(app: Flask) -> None:
    """Let document templates lead to places in other parts."""
    app.jinja_env.globals["place_url"] = place_url
