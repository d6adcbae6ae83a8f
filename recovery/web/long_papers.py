"""Long papers in parts: several children set them at a time, then they are joined.

A document template prints its long tables from `part.slices`, what comes before them where
`part.first`, what comes after where `part.last`:

    {% if part.first %}…{% endif %}
    {% with slice = part.slices.ledger %}{% if slice %}
    {% if slice.begins %}<h2 id="ledger">…</h2>{% else %}<p class="continued">…</p>{% endif %}
    <table class="fixed"><colgroup>…</colgroup><thead>…{% for row in slice.rows %}…
    {% endif %}{% endwith %}
    {% if part.last %}…{% endif %}

A short paper is one part with everything. Of a long one every part begins a new page; the first
says on which page everything else stands, so it is set twice: once to see how many pages it takes,
once with the numbers (`places`).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
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

ROWS = 600
"""Rows of a table above which a paper is set in parts, and the rows of one part: about 14 pages,
with which all processes together stay below 1 GB; larger parts are no faster."""

Front = Callable[[Mapping[str, int]], str]
"""Gives the HTML of the front from the page of every named place; an unknown one is absent."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of a long table that one part prints."""

    rows: Sequence[Any]
    begins: bool
    """Whether the table begins here: its heading comes first."""

    ends: bool
    """Whether the table ends here: its totals follow."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a paper prints."""

    first: bool
    last: bool
    slices: Mapping[str, Slice]


def print_in_parts(template: str, tables: Mapping[str, Sequence[Any]], **values: Any) -> Measured:
    """Return the PDF of a document template with its long tables, in the order of the paper.

    Raises:
        RuleViolation: a character has no glyph, or a part is too large for the limits.
    """
    parts = parts_of(tables, ROWS)
    page = current_app.jinja_env.get_template(template)

    def html(part: Part, places: Mapping[str, int] | None = None) -> str:
        return page.render(values, part=part, places=places, parted=len(parts) > 1)

    if len(parts) == 1:
        return whole_paper(html(parts[0]))
    return joined_paper(lambda places: html(parts[0], places), map(html, parts[1:]))


def parts_of(tables: Mapping[str, Sequence[Any]], most: int) -> list[Part]:
    """Return the parts over which tables spread, `most` rows in each; a table may be empty."""
    parts: list[dict[str, Slice]] = [{}]
    left = most
    for name, rows in tables.items():
        at = 0
        while at < len(rows) or name not in parts[-1]:
            if not left and at < len(rows):
                parts.append({})
                left = most
            taken = rows[at : at + left]
            stop = at + len(taken)
            parts[-1][name] = Slice(taken, begins=not at, ends=stop >= len(rows))
            at, left = stop, left - len(taken)
    last = len(parts) - 1
    return [Part(not number, number == last, slices) for number, slices in enumerate(parts)]


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
