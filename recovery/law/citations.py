"""Which article to name: instruments are renumbered, citations follow the numbering of the day.

The tables in `numbering/` say, for each edition of an instrument, by how much its article
numbers differ from the edition whose numbers the parameters use.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from recovery.law.parameters import Version

FOLDER = Path(__file__).parent / "numbering"
_ARTICLE = re.compile(r"第(\d+)条")


@dataclass(frozen=True, slots=True)
class Shift:
    """Articles `first` to `last` of the reference edition move by `by` in another edition."""

    first: int
    last: int
    by: int


@dataclass(frozen=True, slots=True)
class Edition:
    """One numbering of an instrument."""

    name: str
    since: date
    shifts: tuple[Shift, ...]

    def number(self, reference: int) -> int | None:
        """Return the article's number in this edition, `None` where it has no counterpart."""
        for shift in self.shifts:
            if shift.first <= reference <= shift.last:
                return reference + shift.by
        return None


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of one edition of an instrument."""

    instrument: str
    edition: str
    article: str

    def __str__(self) -> str:
        edition = f"（{self.edition}）" if self.edition else ""
        return f"{self.instrument}{edition}{self.article}"


@cache
def editions() -> dict[str, tuple[Edition, ...]]:
    """Return the editions of every renumbered instrument, oldest first."""
    found: dict[str, tuple[Edition, ...]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        found[data["instrument"]] = tuple(
            Edition(
                name=row["edition"],
                since=row["from"],
                shifts=tuple(Shift(*shift) for shift in row["shifts"]),
            )
            for row in data["editions"]
        )
    return found


def edition_on(instrument: str, on: date) -> Edition | None:
    """Return the edition of `instrument` in force on `on`; `None` if it was never renumbered."""
    known = editions().get(instrument, ())
    return next((edition for edition in reversed(known) if edition.since <= on), None)


def cite(version: Version, on: date) -> Citation:
    """Return the source of `version` in the numbering in force on the day `on`."""
    edition = edition_on(version.instrument, on)
    name = edition.name if edition else version.edition
    return _cite(version.instrument, version.article, version.edition, name)


@cache
def _cite(instrument: str, article: str, written: str, wanted: str) -> Citation:
    """Return `article` of the reference edition as the edition `wanted` numbers it."""
    known = editions().get(instrument, ())
    edition = next((edition for edition in known if edition.name == wanted), None)
    if edition is None:
        return Citation(instrument, written, article)
    numbers = [int(found) for found in _ARTICLE.findall(article)]
    if any(edition.number(number) is None for number in numbers):
        return Citation(instrument, written, article)
    renumbered = _ARTICLE.sub(lambda found: f"第{edition.number(int(found[1]))}条", article)
    return Citation(instrument, wanted, renumbered)
