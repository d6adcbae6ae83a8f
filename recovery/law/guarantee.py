"""Guarantee periods (保证期间). They know no suspension, interruption or extension.

Source: 民法典 arts. 692, 203; 担保制度解释 art. 32.
"""

from datetime import date
from typing import Literal, TypedDict

from recovery.kernel.text import _
from recovery.law.paper import Paper
from recovery.law.registry import rule
from recovery.law.results import Expiry

Mode = Literal["general", "joint"]


class Preserved(TypedDict):
    """Whether the guarantee was claimed in time, and the day at whose end its period expires."""

    preserved: bool
    expires_end_of: date


class Accelerated(TypedDict):
    """Dates that follow from calling a loan due early, beside those of the schedule."""

    accelerated_due: date
    limitation_if_accelerated: date
    limitation_by_schedule: date
    guarantee_if_accelerated: date
    warn_limitation_by: date
    warn_guarantee_by: date


@rule("guarantee.period")
def guarantee_period(
    paper: Paper, *, principal_due: date, clause: Literal["until_paid_off"] | None = None
) -> Expiry:
    """When the guarantee period ends that was not, or not clearly, agreed: six months after due."""
    if clause == "until_paid_off":
        paper.read("guarantee.unclear_term")
        paper.say(_("约定承担责任“直至还清为止”，视为约定不明。"))
    nominal = paper.count(principal_due, paper.period("guarantee.period"))
    last = paper.roll(nominal, "civil_period.rolling")
    paper.nominal, paper.rolled = nominal, last
    return {"expires_end_of": last, "nominal_last_day": nominal}


@rule("guarantee.preserved")
def guarantee_preserved(
    paper: Paper,
    *,
    principal_due: date,
    mode: Mode | None = None,
    agreed_end: date | None = None,
    acted_on: date | None = None,
) -> Preserved:
    """Whether the act that the mode calls for came within the guarantee period.

    A general guarantee is kept by suing the debtor, a joint-and-several one by a demand on that
    guarantor; a mode not agreed is general. Each guarantor counts separately, and the court
    examines it on its own motion.
    An agreed end not after the due day counts as none. Source: 民法典 arts. 686, 692, 693.
    """
    agreed_mode = mode or paper.text("guarantee.default_mode")
    act = str(paper.table("guarantee.preservation")[agreed_mode])
    names = {
        "suit_or_arbitration_against_debtor": _("对债务人提起诉讼或者申请仲裁"),
        "demand_on_guarantor": _("请求保证人承担保证责任"),
    }
    if agreed_end is not None and agreed_end > principal_due:
        nominal = agreed_end
        paper.say(_("约定的保证期间至 {day} 届满。", day=agreed_end))
    else:
        nominal = paper.count(principal_due, paper.period("guarantee.period"))
    last = paper.roll(nominal, "civil_period.rolling")
    paper.nominal, paper.rolled = nominal, last
    paper.say(_("须在保证期间内{act}。", act=names[act]))
    in_time = acted_on is not None and principal_due <= acted_on <= last
    return {"preserved": in_time, "expires_end_of": last}


@rule("limitation.guarantee_debt")
def guarantee_debt_limitation(paper: Paper, *, mode: Mode, starts: date) -> Expiry:
    """When limitation of the guarantee debt expires.

    `starts` is the day of the demand on a joint-and-several guarantor within the period, or the day
    a general guarantor lost the right to refuse. Source: 民法典 art. 694.
    """
    if mode == "joint":
        paper.say(_("连带责任保证：自 {day} 请求保证人承担责任之日起计算。", day=starts))
    else:
        paper.say(_("一般保证：自 {day} 保证人拒绝承担责任的权利消灭之日起计算。", day=starts))
    nominal = paper.count(starts, paper.period("limitation.guarantee_debt"))
    last = paper.roll(nominal, "civil_period.rolling")
    paper.nominal, paper.rolled = nominal, last
    return {"expires_end_of": last, "nominal_last_day": nominal}


@rule("acceleration.dates")
def acceleration_dates(
    paper: Paper, *, last_instalment_due: date, acceleration_arrived: date
) -> Accelerated:
    """Dates to warn by after acceleration (提前到期): the accelerated ones where they are earlier.

    `acceleration_arrived` is when the notice, or the complaint, reached the debtor.
    """
    paper.read("acceleration")
    due = min(acceleration_arrived, last_instalment_due)
    paper.say(_("提前到期通知 {day} 到达，按较早的到期日预警。", day=acceleration_arrived))
    civil, own = paper.period("limitation.civil"), paper.period("guarantee.period")
    limitation, guarantee = paper.count(due, civil), paper.count(due, own)
    schedule = paper.count(last_instalment_due, civil)
    rolled = [paper.roll(day, "civil_period.rolling") for day in (limitation, schedule, guarantee)]
    paper.nominal, paper.rolled = limitation, rolled[0]
    return {
        "accelerated_due": due,
        "limitation_if_accelerated": rolled[0],
        "limitation_by_schedule": rolled[1],
        "guarantee_if_accelerated": rolled[2],
        "warn_limitation_by": min(limitation, schedule),
        "warn_guarantee_by": guarantee,
    }
