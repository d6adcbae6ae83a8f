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

CLOCKS: dict[str, tuple[Clock, ...]] = {
    "accepted": (Clock("deadline.prepay_acceptance_fee", _("预交案件受理费"), _("收到交费通知")),),
    "judged": (Clock("deadline.appeal.judgment", _("上诉"), _("判决书送达我方")),),
    "effective": (
        Clock(
            "limitation.enforcement_application",
            _("申请执行期间届满"),
            _("判决确定的履行期间届满"),
            "last_day_of_performance_period",
        ),
    ),
}
"""Stage → the periods that begin when a file enters it."""


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


def clock_of(rule: str, trigger: str) -> Clock:
    """Return the period that a stored deadline counts, by its rule and what started it."""
    known = [LIMITATION, ACCELERATED, *(clock for clocks in CLOCKS.values() for clock in clocks)]
    return next(one for one in known if (one.rule, one.trigger.key) == (rule, trigger))
