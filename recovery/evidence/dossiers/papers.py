"""The paper of a dossier: cover, contents and chapters as one PDF, in parts where it is long."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, current_app

from recovery import __version__
from recovery.evidence.dossiers.chapters import Chapter
from recovery.evidence.dossiers.contents import Basis
from recovery.evidence.dossiers.watching import Watch, unwatched
from recovery.evidence.public.service import address_of
from recovery.kernel.text import Text, _
from recovery.rulebook.service import current_book
from recovery.web.language import current_language, reading
from recovery.web.long_papers import ROWS, joined_paper, whole_paper
from recovery.web.paper_child import Measured

TEMPLATE = "documents/evidence/dossiers/dossier.html"
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first page and every footer say."""

    number: str
    basis: Basis
    record_count: int
    borrower: str | None
    """None: withheld, or several."""

    is_one_loan: bool
    is_own_log_only: bool
    loan_count: int = 1


def paper(cover: Cover, chapters: Sequence[Chapter], watch: Watch = unwatched) -> Measured:
    """Return the paper in its language.

    Raises:
        RuleViolation: a character that cannot be printed, with its place; too large.
    """
    with reading(cover.basis.language):
        if sum(chapter.row_count for chapter in chapters) <= ROWS:
            return whole_paper(_html(cover, chapters, numbered(chapters), front=True))
        return _in_parts(cover, chapters, watch)


def _in_parts(cover: Cover, chapters: Sequence[Chapter], watch: Watch) -> Measured:
    titles, rows = numbered(chapters), sum(chapter.row_count for chapter in chapters)

    def front(places: Mapping[str, int]) -> str:
        return _html(cover, (), titles, front=True, parted=True, places=places)

    def parts() -> Iterator[str]:
        waiting: list[Chapter] = []
        begun = 0
        for piece in (piece for chapter in chapters for piece in chapter.pieces(ROWS)):
            if waiting and sum(one.row_count for one in waiting) + piece.row_count > ROWS:
                yield _html(cover, waiting, titles, front=False, parted=True)
                waiting = []
            watch(begun, rows, _("正在排版"))
            waiting.append(piece)
            begun += piece.row_count
        if waiting:
            yield _html(cover, waiting, titles, front=False, parted=True)

    return joined_paper(front, parts())


def _html(
    cover: Cover,
    chapters: Sequence[Chapter],
    titles: Sequence[tuple[str, str]],
    **values: Any,
) -> str:
    return current_app.jinja_env.get_template(TEMPLATE).render(
        cover=cover,
        basis=cover.basis,
        subject=cover.basis.subject,
        number=cover.number,
        code=_code(cover),
        chapters=chapters,
        titles=dict(titles),
        program=__version__,
        book=current_book().version,
        **values,
    )


def _code(cover: Cover) -> str:
    """Return what the code in the footer says: where to look the dossier up, else what it is."""
    head = cover.basis.checkpoint
    return address_of(cover.number) or f"{cover.number} {head.size} {head.root[:16]}"


def numbered(chapters: Sequence[Chapter]) -> list[tuple[str, str]]:
    """Return place and numbered heading of each chapter: 一、… in Chinese, 1. … in English."""
    return [
        (chapter.place, _numbered(number, chapter.title))
        for number, chapter in enumerate(chapters, 1)
    ]


def _numbered(number: int, title: Text) -> str:
    if current_language() == "en":
        return f"{number}. {title}"
    return f"{numeral(number)}、{title}"


def numeral(number: int) -> str:
    """Return a number up to 99 in Chinese: 十二."""
    tens, units = divmod(number, 10)
    before = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return before + (NUMERALS[units - 1] if units else "")


def utc(moment: datetime) -> str:
    """Return a moment to the second, in UTC: what a time-stamp and the log say."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def register(app: Flask) -> None:
    """Let the templates of dossiers print registered texts as amounts and moments."""
    app.jinja_env.filters |= {"decimal": Decimal, "utc": utc}
