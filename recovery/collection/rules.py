"""When a contact may be made, and what a contact or demand proves of interrupting limitation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time

from recovery.kernel.text import _
from recovery.law.answer import Answer
from recovery.law.book import LawBook
from recovery.law.contact import contact_hours, effective_calls, unanswered_attempts
from recovery.law.errors import NoLawInForce

TIMED_CHANNELS = frozenset({"call", "text_message", "app", "email", "other"})
"""Channels that reach a person at the hour of the contact; a letter does not."""

EFFECTIVE = frozenset({"reached_confirmed", "reached", "refused_further"})
"""Outcomes of a call in which somebody spoke."""

UNANSWERED = frozenset({"not_answered"})

ADDRESS_OF_THEIRS = frozenset({"agreed", "confirmed"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """A contact as the rules of conduct look at it."""

    on: date
    time: time
    """Local, in the business zone."""

    channel: str
    outcome: str
    is_ours: bool
    """Whether we contacted them: what they begin is no collection by us."""

    has_consent: bool


INTERRUPTS = _("可用于证明诉讼时效中断")
NOT_PROVABLE = _("不足以证明诉讼时效中断")


def demand_interrupts(address_basis: str, deliveries: frozenset[tuple[str, str]]) -> bool:
    """Whether a demand can be shown to have interrupted limitation: it arrived where it had to.

    `deliveries` are pairs of outcome and proof. That the paper names creditor, contract and demand
    is for a reader of it. Source: 民法典195; 诉讼时效规定8 (unconfirmed).
    """
    arrived = any(outcome == "delivered" and proof != "none" for outcome, proof in deliveries)
    return arrived and address_basis in ADDRESS_OF_THEIRS


def contact_interrupts(channel: str, outcome: str, *, is_recorded: bool) -> bool:
    """Whether a contact can be shown to have: a recorded call with the identity confirmed.

    Source: 民法典195 (unconfirmed).
    """
    return channel == "call" and outcome == "reached_confirmed" and is_recorded


def breaches_of(
    book: LawBook, attempt: Attempt, *, effective_today: int, unanswered_today: int
) -> list[Answer]:
    """Return the answers that do not allow the contact as it was made.

    The counts are of the other contacts of that day: effective calls to the person, and calls to
    the number that nobody answered. A day before a rule was in force breaks nothing of it.

    Source: GB/T 45251-2025; 银行业协会催收工作指引 (2026); see `recovery.law.contact`.
    """
    if not attempt.is_ours:
        return []
    asked = _answers(book, attempt, effective_today, unanswered_today)
    return [one for one in asked if not one.values[_RESULT[one.rule]]]


_RESULT = {
    contact_hours.id: "allowed",
    effective_calls.id: "another_allowed",
    unanswered_attempts.id: "another_allowed",
}


def _answers(book: LawBook, attempt: Attempt, effective: int, unanswered: int) -> Iterator[Answer]:
    on = attempt.on
    if attempt.channel in TIMED_CHANNELS | {"visit"}:
        agreed = attempt.has_consent
        yield from _in_force(
            lambda: contact_hours(book, on, time=attempt.time, debtor_consent_or_agreement=agreed)
        )
    if attempt.channel == "call" and attempt.outcome in EFFECTIVE:
        yield from _in_force(
            lambda: effective_calls(book, on, effective_voice_contacts_today=effective)
        )
    if attempt.channel == "call" and attempt.outcome in UNANSWERED:
        yield from _in_force(
            lambda: unanswered_attempts(book, on, attempts_same_number_today=unanswered)
        )


def _in_force(ask: Callable[[], Answer]) -> Iterator[Answer]:
    try:
        yield ask()
    except NoLawInForce:
        return
