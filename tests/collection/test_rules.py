"""When a contact may be made, and what a contact or demand proves: both sides of each threshold."""

from datetime import date, time

import pytest

from recovery.collection.rules import (
    Attempt,
    breaches_of,
    contact_interrupts,
    demand_interrupts,
)
from recovery.law.book import LawBook

BOOK = LawBook.standard()
DAY = date(2026, 3, 16)


def broken(
    at: time = time(10),
    *,
    on: date = DAY,
    channel: str = "call",
    outcome: str = "reached",
    ours: bool = True,
    consent: bool = False,
    effective: int = 0,
    unanswered: int = 0,
) -> list[str]:
    """Return the rules that an attempt breaks."""
    attempt = Attempt(on, at, channel, outcome, is_ours=ours, has_consent=consent)
    found = breaches_of(BOOK, attempt, effective_today=effective, unanswered_today=unanswered)
    return [one.rule for one in found]


@pytest.mark.parametrize(
    ("at", "breaks"),
    [
        (time(7, 59), True),
        (time(8), False),
        (time(21, 59), False),
        (time(22), True),
        (time(0), True),
    ],
)
@pytest.mark.parametrize("channel", ["call", "text_message", "visit"])
def test_nobody_is_contacted_from_ten_in_the_evening_to_eight(
    at: time, breaks: bool, channel: str
) -> None:
    assert broken(at, channel=channel) == (["collection.contact_hours"] if breaks else [])


def test_at_night_what_was_agreed_what_they_begin_and_a_letter_break_nothing() -> None:
    assert broken(time(23), consent=True) == []
    assert broken(time(23), ours=False) == []
    assert broken(time(23), channel="letter", outcome="sent") == []


def test_the_fourth_effective_call_of_a_day_is_one_too_many() -> None:
    assert broken(effective=2) == []
    assert broken(effective=3) == ["collection.effective_calls"]
    assert broken(effective=3, channel="text_message") == []
    assert broken(effective=3, outcome="not_answered") == []


def test_the_seventh_unanswered_call_to_a_number_is_one_too_many() -> None:
    assert broken(outcome="not_answered", unanswered=5) == []
    assert broken(outcome="not_answered", unanswered=6) == ["collection.unanswered_attempts"]
    assert broken(outcome="reached", unanswered=6) == []


def test_a_day_before_a_rule_was_in_force_breaks_nothing_of_it() -> None:
    assert broken(time(23), on=date(2025, 2, 27)) == []
    assert broken(time(23), on=date(2025, 2, 28)) == ["collection.contact_hours"]
    assert broken(outcome="not_answered", unanswered=6, on=date(2026, 1, 29)) == []


def test_only_a_demand_that_provably_arrived_where_it_had_to_interrupts() -> None:
    arrived = frozenset({("unknown", "none"), ("delivered", "signed_receipt")})
    assert demand_interrupts("agreed", arrived)
    assert demand_interrupts("confirmed", arrived)
    assert not demand_interrupts("other", arrived)
    assert not demand_interrupts("agreed", frozenset({("delivered", "none")}))
    assert not demand_interrupts("agreed", frozenset({("refused", "courier_record")}))
    assert not demand_interrupts("agreed", frozenset())


def test_only_a_recorded_call_with_the_identity_confirmed_interrupts() -> None:
    assert contact_interrupts("call", "reached_confirmed", is_recorded=True)
    assert not contact_interrupts("call", "reached_confirmed", is_recorded=False)
    assert not contact_interrupts("call", "reached", is_recorded=True)
    assert not contact_interrupts("text_message", "replied", is_recorded=True)
