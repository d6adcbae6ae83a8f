"""What a child process of `papers` runs. Only there is the engine loaded: it takes a second."""

import resource
from pathlib import Path

STATIC = Path(__file__).parent / "static"
PREFIX = "recovery:/static/"
MEMORY = 3 << 30
"""Bytes of address space of a child; a thousand pages of table take about a third of it."""


def limit_memory() -> None:
    """Bound the memory of this child, so that one paper cannot take the machine's."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def render(html: str) -> bytes:
    """Return `html` as PDF/A-3b, identified by its own digest."""
    from recovery.web import paper_engine

    return paper_engine.render(html)
