"""The limitation ledger (时效台账): every interruption and obstacle of a debt, whoever it reached.

Only what is proven belongs here: a message that names creditor, contract and demand and arrived at
an agreed address, a recorded call with the identity confirmed; never a failed automatic debit.
Source: 民法典 arts. 194, 195; 诉讼时效规定 arts. 8-17.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from recovery.kernel.text import Text, _
from recovery.law.errors import BadInput
from recovery.law.limitation import Course, Interruption, Obstacle, expiry
from recovery.law.paper import Paper
from recovery.law.registry import rule
from recovery.law.results import Expiry

Person = Literal["borrower", "co_borrower", "guarantor"]
What = Literal[
    "acknowledgement",
    "assignment",
    "demand",
    "equivalent",
    "part_claim",
    "report",
    "suit",
    "withdrawal_after_service",
]


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """A proven event: what happened, whom it reached, and on which day it took effect."""

    day: date
    what: What
    person: Person = "borrower"


def _named(what: What) -> tuple[str, Text]:
    """Return the parameter that makes `what` an interruption, and its name for readers."""
    names: dict[What, tuple[str, Text]] = {
        "acknowledgement": ("acknowledgement", _("债务人同意履行")),
        "assignment": ("assignment", _("债权转让通知到达债务人")),
        "demand": ("demand", _("催收到达债务人")),
        "equivalent": ("equivalent", _("与起诉具有同等效力的事项")),
        "part_claim": ("part_claim", _("主张部分债权，及于剩余债权")),
        "report": ("report", _("向有关机关报案")),
        "suit": ("suit", _("提起诉讼")),
        "withdrawal_after_service": ("withdrawal", _("撤诉裁定生效（起诉状已送达）")),
    }
    return names[what]


def reaches(event: LedgerEvent, debtor: Person) -> bool:
    """Return whether an event that reached one person interrupts against `debtor` too.

    Joint debtors share interruptions; for a joint-and-several guarantor that is disputed and counts
    as no.
    """
    joint = {"borrower", "co_borrower"}
    return event.person == debtor or {event.person, debtor} <= joint


@rule("limitation.ledger")
def limitation_by_ledger(
    paper: Paper,
    *,
    start: date,
    debtor: Person,
    events: tuple[LedgerEvent, ...] | None = None,
    obstacles: tuple[Obstacle, ...] | None = None,
) -> Expiry:
    """When limitation against `debtor` expires, from the day `start` that the debt was due."""
    for index, obstacle in enumerate(obstacles or ()):
        if obstacle.until < obstacle.since:
            raise BadInput(f"obstacles[{index}].until", _("不得早于开始之日。"))
    interruptions = []
    for event in events or ():
        if not reaches(event, debtor):
            continue
        if event.person != debtor:
            paper.read("limitation.interruption.joint_debtors")
        parameter, what = _named(event.what)
        interruptions.append(Interruption(event.day, f"limitation.interruption.{parameter}", what))
    return expiry(paper, Course(start, interruptions, obstacles or (), longest_from=start))
