"""What a child process of `papers` runs. Only there is the engine loaded: it takes a second."""

import gc
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
PREFIX = "recovery:/static/"
MEMORY = 3 << 30
"""Bytes of address space of a child; a thousand pages of table take about a third of it."""

PLACE = "recovery:/place/"
"""A link to this and a name leads to the place of that name in another part of a paper."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A paper: its bytes, and the page, from 1, of every named place (`id="…"`)."""

    data: bytes
    pages: int
    places: Mapping[str, int]


def prepare() -> None:
    """Bound the memory of this child, so that one paper cannot take the machine's.

    A paper is many small objects that live to its end: looking among them for garbage as often
    as Python does by itself takes a quarter of the time.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    gc.set_threshold(100_000, 20, 100)


def render(html: str) -> bytes:
    """Return `html` as PDF/A-3b, identified by its own digest."""
    from recovery.web import paper_engine

    data = paper_engine.render(html)
    gc.collect()  # what the paper was made of, before the next one needs as much
    return data


def render_measured(html: str) -> Measured:
    """Return `html` as PDF/A-3b with its pages and named places."""
    from recovery.web import paper_joining

    return paper_joining.measure(render(html))


def join(parts: Sequence[bytes], numbers: Sequence[bytes]) -> bytes:
    """Return the parts of a long paper as one; see `paper_joining.join`."""
    from recovery.web import paper_joining

    return paper_joining.join(parts, numbers)
