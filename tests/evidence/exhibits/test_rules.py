"""Whatever is moved, each line stands on the list once, and its pages follow one another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.evidence.exhibits import rules
from recovery.evidence.exhibits.rules import Arrangement, Group, PageRange
from recovery.kernel.errors import NotFound, RuleViolation

LIST: Arrangement = (Group("主体", (1, 2)), Group("合同", (3, 4, 5)), Group("空"))

numbers = st.lists(st.integers(1, 60), unique=True, max_size=14)


@st.composite
def arrangements(draw: st.DrawFn) -> Arrangement:
    """Draw one to four groups over distinct lines."""
    lines = draw(numbers)
    cuts = sorted(draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    edges = [0, *cuts, len(lines)]
    return tuple(
        Group(f"第{number}组", tuple(lines[start:end]))
        for number, (start, end) in enumerate(pairwise(edges), 1)
    )


MOVES = ("move", "lift", "lower", "lift_group", "add_group", "rename_group")
steps = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 30), st.integers(0, 5), st.integers(-2, 20)),
    max_size=25,
)


def applied(arrangement: Arrangement, step: tuple[str, int, int, int]) -> Arrangement:
    """Return the arrangement after one step, with its numbers taken to what there is."""
    name, nth, group, place = step
    lines, group = rules.lines_of(arrangement), group % len(arrangement)
    if name == "lift_group":
        return rules.lift_group(arrangement, group)
    if name == "add_group":
        return rules.add_group(arrangement, "新组")
    if name == "rename_group":
        return rules.rename_group(arrangement, group, "改名")
    if not lines:
        return arrangement
    line = lines[nth % len(lines)]
    if name == "move":
        return rules.move(arrangement, line, group=group, place=place)
    return getattr(rules, name)(arrangement, line)


@given(arrangements(), steps)
def test_any_sequence_of_moves_keeps_each_line_exactly_once(arrangement, moves):
    before = rules.lines_of(arrangement)
    for step in moves:
        arrangement = applied(arrangement, step)
        assert sorted(rules.lines_of(arrangement)) == sorted(before)


@given(arrangements(), steps, st.dictionaries(st.integers(1, 60), st.integers(0, 40)))
def test_page_ranges_are_continuous_in_any_order(arrangement, moves, pages):
    for step in moves:
        arrangement = applied(arrangement, step)
    counts = [pages.get(line) for line in rules.lines_of(arrangement)]
    ranges = rules.page_ranges(counts)
    taken = [page for one in ranges if one for page in range(one.first, one.last + 1)]
    assert taken == list(range(1, sum(count or 0 for count in counts) + 1))
    assert [one is None for one in ranges] == [not count for count in counts]


@given(arrangements(), st.integers(0, 30))
def test_lowering_undoes_lifting_and_the_ends_stay(arrangement, nth):
    lines = rules.lines_of(arrangement)
    if not lines:
        return
    line = lines[nth % len(lines)]
    lifted = rules.lift(arrangement, line)
    if lifted != arrangement:
        assert rules.lower(lifted, line) == arrangement
    elif rules.lower(arrangement, line) != arrangement:
        assert rules.lift(rules.lower(arrangement, line), line) == arrangement


def test_the_first_of_a_group_is_lifted_to_the_end_of_the_group_above():
    assert [group.lines for group in rules.lift(LIST, 3)] == [(1, 2, 3), (4, 5), ()]
    assert [group.lines for group in rules.lower(LIST, 5)] == [(1, 2), (3, 4), (5,)]


def test_a_line_is_moved_before_what_stood_there_without_it():
    moved = rules.move(LIST, 1, group=1, place=1)
    assert [group.lines for group in moved] == [(2,), (3, 1, 4, 5), ()]


def test_a_line_stands_on_a_list_only_once():
    with pytest.raises(RuleViolation, match="只能列一次"):
        rules.put(LIST, [9, 3], group=0)
    with pytest.raises(RuleViolation, match="只能列一次"):
        rules.put(LIST, [9, 9], group=0)


def test_a_corrected_line_takes_the_place_of_the_old():
    assert rules.lines_of(rules.exchange(LIST, 4, 9)) == (1, 2, 3, 9, 5)


def test_a_group_with_lines_is_not_dropped():
    with pytest.raises(RuleViolation, match="组内还有证据"):
        rules.drop_group(LIST, 1)
    assert len(rules.drop_group(LIST, 2)) == 2
    assert rules.without_empty_groups(LIST) == LIST[:2]


@pytest.mark.parametrize("group", [-1, 3])
def test_a_group_that_is_not_there_is_named(group):
    with pytest.raises(NotFound, match="没有这一组"):
        rules.move(LIST, 1, group=group, place=0)
    with pytest.raises(NotFound, match="没有这一组"):
        rules.lift_group(LIST, group)


def test_a_line_that_is_gone_is_said():
    with pytest.raises(NotFound, match="没有这一项"):
        rules.lift(rules.take_out(LIST, 3), 3)


def test_a_range_of_one_page_is_written_as_one_number():
    assert [str(one) for one in rules.page_ranges([1, None, 3])] == ["1", "None", "2–4"]
    assert rules.page_ranges([2])[0] == PageRange(1, 2)
