"""A filter bar is a query string, typed values and chips; each follows from the others."""

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from recovery.kernel.errors import RuleViolation
from recovery.web.filters import (
    AmountRange,
    Choices,
    CountRange,
    DayRange,
    FilterBar,
    FilterState,
    PercentRange,
    Range,
    Words,
)
from recovery.web.selection import AllMatching, SelectedRows, read_selection

BAR = FilterBar(
    (
        Words("q", "姓名"),
        Choices("class", "五级分类", options=(("b", "次级"), ("c", "可疑"), ("d", "损失"))),
        AmountRange("owed", "欠款"),
        DayRange("since", "起日"),
        CountRange("days", "逾期天数"),
        PercentRange("rate", "年利率"),
    )
)


def read(query: str) -> FilterState:
    """Return the conditions of a query string."""
    return BAR.read(MultiDict(parse_qsl(query)))


def test_a_query_string_becomes_typed_values() -> None:
    state = read("q=+张伟+&class=d&class=b&owed_from=1.2万&since_to=20240229&rate_from=4.9")
    assert state.values == {
        "q": "张伟",
        "class": ("b", "d"),
        "owed": Range(Decimal("12000.00"), None),
        "since": Range(None, date(2024, 2, 29)),
        "rate": Range(Decimal("0.049"), None),
    }
    assert state.get("days") is None


@pytest.mark.parametrize(
    "query",
    [
        "q=张伟",
        "class=b&class=d",
        "owed_from=12,000.00&owed_to=18,000.00",
        "since_from=2024-02-29",
        "days_from=31&days_to=60&rate_to=24",
        "",
    ],
)
def test_the_query_of_a_state_gives_the_same_state_again(query: str) -> None:
    state = read(query)
    assert read(state.query).values == state.values


def test_ends_typed_the_wrong_way_round_are_told() -> None:
    state = read("days_from=60&days_to=31")
    assert state.get("days") is None
    assert "起止颠倒：60 大于 31" in str(state.problems["days"])


def test_a_choice_that_does_not_exist_is_told_and_none_of_it_is_taken() -> None:
    state = read("class=b&class=gone")
    assert state.get("class") is None
    assert "“gone”不存在或已不可选" in str(state.problems["class"])
    assert (state.active, state.query) == (True, "")
    assert state.typed_query == "class=b&class=gone"


def test_what_acts_on_rows_insists_on_conditions_that_hold() -> None:
    state = read("class=b&days_from=31")
    assert state.require_whole() is state
    with pytest.raises(RuleViolation, match="欠款：“很多”不是金额"):
        read("owed_from=很多").require_whole()
    with pytest.raises(RuleViolation, match="没有执行"):
        read_selection(MultiDict([("all_matching", "1"), ("class", "gone")]), BAR)


def test_what_cannot_be_read_is_told() -> None:
    state = read("owed_from=很多&days_from=31")
    assert "不是金额" in str(state.problems["owed"])
    assert state.values == {"days": Range(31, None)}
    assert state.typed["owed_from"] == "很多"


def test_a_chip_says_its_condition_and_its_link_takes_only_that_away() -> None:
    state = read("q=张伟&class=b&class=c&owed_to=500")
    told = [(str(chip.label), chip.value) for chip in state.chips]
    assert told == [("姓名", "张伟"), ("五级分类", "次级、可疑"), ("欠款", "至 500.00")]
    assert read(state.chips[1].query).values == read("q=张伟&owed_to=500").values


def test_an_empty_bar_filters_nothing_and_shows_no_chip() -> None:
    state = read("q=&owed_from=&sort=-owed")
    assert (state.active, state.chips, state.query) == (False, [], "")


def test_ticked_rows_are_selected_once_each_in_their_order() -> None:
    form = MultiDict([("selected", "7"), ("selected", "3"), ("selected", "7"), ("selected", "x")])
    assert read_selection(form, BAR) == SelectedRows((7, 3))


def test_all_that_match_carries_the_conditions_and_not_the_rows_of_the_page() -> None:
    form = MultiDict([("selected", "7"), ("all_matching", "1"), ("class", "b")])
    chosen = read_selection(form, BAR)
    assert isinstance(chosen, AllMatching)
    assert chosen.filters.values == {"class": ("b",)}


def test_selecting_nothing_is_refused() -> None:
    with pytest.raises(RuleViolation, match="没有选中"):
        read_selection(MultiDict(), BAR)
