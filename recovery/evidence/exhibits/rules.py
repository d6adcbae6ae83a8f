"""How the lines of an evidence list are arranged, and which pages they take. Pure values.

An arrangement holds each line exactly once; whoever changes it gets a new one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _


@dataclass(frozen=True, slots=True)
class Group:
    """A group of lines under one title, in their order."""

    title: str
    lines: tuple[int, ...] = ()


Arrangement = tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class PageRange:
    """The pages that a line takes in the merged file, from 1, both inclusive."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def lines_of(arrangement: Arrangement) -> tuple[int, ...]:
    """Return every line in the order of the list."""
    return tuple(line for group in arrangement for line in group.lines)


def place_of(arrangement: Arrangement, line: int) -> tuple[int, int]:
    """Return the group and the place in it of a line, both from 0.

    Raises:
        NotFound: the list has no such line (any more).
    """
    for number, group in enumerate(arrangement):
        if line in group.lines:
            return number, group.lines.index(line)
    raise NotFound(_("目录中没有这一项，可能已被移除。请刷新后再试。"))


def move(arrangement: Arrangement, line: int, *, group: int, place: int) -> Arrangement:
    """Return the arrangement with `line` at `place` (from 0) of `group`, as they are without it.

    A place past the end is the end.

    Raises:
        NotFound: no such line or group.
    """
    without = take_out(arrangement, line)
    lines = list(_group(without, group).lines)
    lines.insert(max(0, place), line)
    return _with(without, group, tuple(lines))


def lift(arrangement: Arrangement, line: int) -> Arrangement:
    """Return it with `line` one place higher; the first of a group ends the group above."""
    group, place = place_of(arrangement, line)
    if place > 0:
        return move(arrangement, line, group=group, place=place - 1)
    if group == 0:
        return arrangement
    above = group - 1
    return move(arrangement, line, group=above, place=len(arrangement[above].lines))


def lower(arrangement: Arrangement, line: int) -> Arrangement:
    """Return it with `line` one place lower; the last of a group begins the group below."""
    group, place = place_of(arrangement, line)
    if place < len(arrangement[group].lines) - 1:
        return move(arrangement, line, group=group, place=place + 1)
    if group == len(arrangement) - 1:
        return arrangement
    return move(arrangement, line, group=group + 1, place=0)


def put(arrangement: Arrangement, lines: Iterable[int], *, group: int) -> Arrangement:
    """Return it with new `lines` at the end of `group`.

    Raises:
        NotFound: no such group.
        RuleViolation: a line stands in the list already.
    """
    new = tuple(lines)
    if len(set(new)) < len(new) or set(new) & set(lines_of(arrangement)):
        raise RuleViolation(_("同一份证据在目录中只能列一次。"))
    return _with(arrangement, group, _group(arrangement, group).lines + new)


def take_out(arrangement: Arrangement, line: int) -> Arrangement:
    """Return it without `line`.

    Raises:
        NotFound: no such line.
    """
    group, _place = place_of(arrangement, line)
    lines = tuple(one for one in arrangement[group].lines if one != line)
    return _with(arrangement, group, lines)


def exchange(arrangement: Arrangement, old: int, new: int) -> Arrangement:
    """Return it with the line `new` where `old` stood.

    Raises:
        NotFound: no line `old`.
    """
    group, _place = place_of(arrangement, old)
    lines = tuple(new if one == old else one for one in arrangement[group].lines)
    return _with(arrangement, group, lines)


def add_group(arrangement: Arrangement, title: str) -> Arrangement:
    """Return it with an empty group at the end."""
    return (*arrangement, Group(title))


def rename_group(arrangement: Arrangement, group: int, title: str) -> Arrangement:
    """Return it with another title over `group`.

    Raises:
        NotFound: no such group.
    """
    one = replace(_group(arrangement, group), title=title)
    return (*arrangement[:group], one, *arrangement[group + 1 :])


def lift_group(arrangement: Arrangement, group: int) -> Arrangement:
    """Return it with `group` before the group above it; the first stays.

    Raises:
        NotFound: no such group.
    """
    one = _group(arrangement, group)
    if group == 0:
        return arrangement
    above = arrangement[group - 1]
    return (*arrangement[: group - 1], one, above, *arrangement[group + 1 :])


def drop_group(arrangement: Arrangement, group: int) -> Arrangement:
    """Return it without the empty `group`.

    Raises:
        NotFound: no such group.
        RuleViolation: it has lines.
    """
    if _group(arrangement, group).lines:
        raise RuleViolation(_("组内还有证据，请先移到其他组或移除。"))
    return (*arrangement[:group], *arrangement[group + 1 :])


def without_empty_groups(arrangement: Arrangement) -> Arrangement:
    """Return only the groups that have lines: what is submitted."""
    return tuple(group for group in arrangement if group.lines)


def page_ranges(pages: Sequence[int | None]) -> list[PageRange | None]:
    """Return the pages of each line, one after the other from 1; None where it has none."""
    ranges: list[PageRange | None] = []
    reached = 0
    for count in pages:
        ranges.append(PageRange(reached + 1, reached + count) if count else None)
        reached += count or 0
    return ranges


def _group(arrangement: Arrangement, group: int) -> Group:
    if not 0 <= group < len(arrangement):
        raise NotFound(_("目录中没有这一组，可能已被移除。请刷新后再试。"))
    return arrangement[group]


def _with(arrangement: Arrangement, group: int, lines: tuple[int, ...]) -> Arrangement:
    one = replace(_group(arrangement, group), lines=lines)
    return (*arrangement[:group], one, *arrangement[group + 1 :])
