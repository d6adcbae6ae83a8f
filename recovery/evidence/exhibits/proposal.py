"""What of a checklist a loan's documents answer, and what is missing. Pure values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recovery.evidence.exhibits.checklist import HELD, CaseType, Item

LISTED, AVAILABLE, MISSING = "listed", "available", "missing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document of the loan that could stand on the list."""

    id: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item of the checklist stands: on the list, to be added, or missing."""

    item: Item
    state: str
    candidates: tuple[Candidate, ...] = ()
    """The documents that answer it and are not on the list yet."""


@dataclass(frozen=True, slots=True)
class ProposedGroup:
    """A group of the checklist with how its needed items stand."""

    title: str
    items: tuple[Standing, ...]


def propose(
    case_type: CaseType,
    holding: frozenset[str],
    *,
    documents: Sequence[Candidate],
    listed: Sequence[Candidate],
) -> tuple[ProposedGroup, ...]:
    """Return how each needed item of `case_type` stands.

    `holding` are the conditions that hold for the loan; `listed` the lines of the list, of which
    those about a document carry its id. A document answers the first item that asks for it.
    """
    on_list = {one.id for one in listed}
    free = [one for one in documents if one.id not in on_list]
    groups = []
    for group in case_type.groups:
        standings = []
        for item in group.items:
            if item.when not in holding | {HELD}:
                continue
            found = tuple(one for one in free if answers(item, one))
            free = [one for one in free if one not in found]
            standing = Standing(item, _state(item, found, listed), found)
            if item.when != HELD or standing.state != MISSING:
                standings.append(standing)
        groups.append(ProposedGroup(group.title.key, tuple(standings)))
    return tuple(group for group in groups if group.items)


def answers(item: Item, candidate: Candidate) -> bool:
    """Tell whether a document of this kind and title is what the item asks for."""
    return candidate.kind == item.kind and item.named in candidate.title


def missing(groups: Iterable[ProposedGroup]) -> list[Standing]:
    """Return the items that nothing answers."""
    return [one for group in groups for one in group.items if one.state == MISSING]


def item_for(case_type: CaseType, candidate: Candidate) -> tuple[int, Item] | None:
    """Return the item that a document answers, with the number of its group from 0."""
    for number, group in enumerate(case_type.groups):
        for item in group.items:
            if answers(item, candidate):
                return number, item
    return None


def _state(item: Item, found: tuple[Candidate, ...], listed: Sequence[Candidate]) -> str:
    if any(answers(item, one) for one in listed):
        return LISTED
    return AVAILABLE if found else MISSING
