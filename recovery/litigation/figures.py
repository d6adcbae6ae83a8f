"""What the law says when a file is opened and at each step: fee, deadlines. Pure, given a book."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import recovery.law.rules  # noqa: F401 - completes the registry that `ask` looks into
from recovery.kernel.text import Text, _
from recovery.law.answer import Answer
from recovery.law.book import LawBook
from recovery.law.registry import ask


@dataclass(frozen=True, slots=True)
class Clock:
    """A period that an event of a file starts."""

    rule: str
    """Rule id of the law."""

    title: Text
    trigger: Text
    """The event, as the form asks for its day."""

    input: str = "trigger"
    """Name of the rule's input that takes the day of the event."""


LIMITATION = Clock(
    "limitation.civil", _("诉讼时效届满"), _("最后一期还款到期"), "last_instalment_due"
)

ACCELERATED = Clock("limitation.civil", _("诉讼时效届满"), _("贷款提前到期"), "last_instalment_due")

APPEAL = Clock("deadline.appeal.judgment", _("上诉"), _("判决书送达我方"))

CLOCKS: dict[str, tuple[Clock, ...]] = {
    "accepted": (Clock("deadline.prepay_acceptance_fee", _("预交案件受理费"), _("收到交费通知")),),
    "judged": (APPEAL,),
}
"""Stage → the periods that begin on the day a file enters it."""

PERFORMED = Clock(
    "limitation.enforcement_application",
    _("申请执行期间届满"),
    _("履行期间届满"),
    "last_day_of_performance_period",
)
EFFECTIVE = Clock(
    "limitation.enforcement_application.from_effectiveness",
    _("申请执行期间届满"),
    _("裁判生效（未规定履行期间）"),
    "effective",
)

EVERY_CLOCK = (
    LIMITATION,
    ACCELERATED,
    PERFORMED,
    EFFECTIVE,
    *(clock for clocks in CLOCKS.values() for clock in clocks),
)

OVER: dict[str, frozenset[str]] = {
    "effective": frozenset({APPEAL.rule}),
    "withdrawn": frozenset(clock.rule for clock in EVERY_CLOCK) - {LIMITATION.rule},
    **dict.fromkeys(
        ("satisfied", "enforcement_terminated"), frozenset(clock.rule for clock in EVERY_CLOCK)
    ),
}
"""Stage → rules whose periods nothing hangs on any more: nobody appeals from a judgment in force,
and of a closed file only limitation runs on, where the suit was withdrawn."""

PERFORMANCE_DAYS = 10
"""What judgments usually allow (“生效之日起十日内”): a proposal, the paper's own days prevail."""


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as computed: the period, the day of its event, the law's answer."""

    clock: Clock
    trigger_on: date
    answer: Answer

    @property
    def last_day(self) -> date:
        """The last lawful day, inclusive."""
        assert self.answer.rolled is not None
        return self.answer.rolled

    @property
    def nominal_last_day(self) -> date:
        """The last day before rolling over rest days."""
        return self.answer.nominal or self.last_day


def acceptance_fee(book: LawBook, amount: Decimal, procedure: str, on: date) -> Answer:
    """Return the acceptance fee (`fee`) of a claim of `amount` yuan filed on the day `on`."""
    inputs = {"amount": str(amount), "procedure": procedure, "on": on.isoformat()}
    return ask("court_fee.reduced", inputs, book, on)


def due(book: LawBook, clock: Clock, trigger_on: date, today: date) -> Due:
    """Return the deadline that the event on `trigger_on` starts."""
    answer = ask(clock.rule, {clock.input: trigger_on.isoformat()}, book, today)
    return Due(clock, trigger_on, answer)


def enforcement(
    book: LawBook, effective_on: date, performed_until: date | None, today: date
) -> Due:
    """Return when the period to apply for enforcement ends.

    It runs from the last day of the period to perform; from effectiveness where none was set.
    Source: 民事诉讼法250.
    """
    if performed_until is None:
        return due(book, EFFECTIVE, effective_on, today)
    return due(book, PERFORMED, performed_until, today)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a judgment served on a day leads to if nobody appeals: a proposal for the form."""

    effective_on: date
    performed_until: date


def expected(book: LawBook, served: date, today: date) -> Expected:
    """Return when a judgment served on `served` takes effect, and a usual period to perform."""
    answer = ask(
        "chain.judgment_to_enforcement",
        {
            "served_plaintiff": served.isoformat(),
            "served_defendant": served.isoformat(),
            "no_appeal": True,
            "performance_days": PERFORMANCE_DAYS,
        },
        book,
        today,
    )
    return Expected(answer.day("effective_date"), answer.day("performance_last_day"))


def clock_of(rule: str, trigger: str) -> Clock:
    """Return the period that a stored deadline counts, by its rule and what started it."""
    return next(one for one in EVERY_CLOCK if (one.rule, one.trigger.key) == (rule, trigger))
