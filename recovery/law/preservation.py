"""How long restraints (查封、扣押、冻结) last, and until when to apply for their renewal.

Court measures and days counted backwards never roll over rest days. Applying moves no expiry: only
the court's paper with the new last day does. Source: 民诉法解释 art. 485; 财产保全规定 art. 18.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypedDict

from recovery.kernel.money import to_fen
from recovery.kernel.text import _
from recovery.law.inputs import Yuan
from recovery.law.paper import Paper, period
from recovery.law.periods import before
from recovery.law.registry import rule

Restrained = Literal["bank_deposit", "movable_vehicle", "other_property_right", "real_property"]


class RestraintExpiry(TypedDict):
    """The last day of a restraint by both conventions in use."""

    expiry_start_day_excluded: date
    expiry_start_day_included_conservative: date


class Renewal(TypedDict):
    """The latest day to apply for renewal, and the last working day not after it."""

    latest_date_7_days_before: date
    safe_workday: date


class Security(TypedDict):
    """The most that security may be asked for, in yuan."""

    max_security: Decimal


@rule("preservation.security")
def preservation_security(
    paper: Paper, *, stage: Literal["pre_suit", "in_suit"], amount_requested: Yuan
) -> Security:
    """Largest security (保全担保) for preserving `amount_requested`: all of it before suit.

    Institutions that the financial regulator approved may be exempt in suit (财产保全规定 art. 9).
    """
    share = paper.rate(f"preservation.security.{stage}")
    paper.say(_("担保数额不超过请求保全数额的 {share}。", share=share))
    return {"max_security": to_fen(amount_requested * share)}


@rule("preservation.expiry", dated_by="measure_date")
def restraint_expiry(paper: Paper, *, type_: Restrained, measure_date: date) -> RestraintExpiry:
    """Longest that a restraint made on `measure_date` can last; the court's own date prevails.

    Courts also write spans that count the first day: warn by the earlier of the two dates.
    """
    length = period(paper.table("preservation.duration")[type_])
    excluded = paper.count(measure_date, length)
    included = excluded - timedelta(days=1)
    paper.say(_("法院也有将首日计入的，按保守口径为 {day}；均不顺延。", day=included))
    paper.nominal = included
    return {
        "expiry_start_day_excluded": excluded,
        "expiry_start_day_included_conservative": included,
    }


@rule("preservation.renewal")
def restraint_renewal(paper: Paper, *, expiry_date_per_court_notice: date) -> Renewal:
    """Latest day to apply for renewal before the expiry that the court's notice states."""
    days = paper.whole("preservation.renewal")
    latest = before(expiry_date_per_court_notice, days)
    safe = paper.book.calendar.last_working_day(latest)
    paper.say(
        _(
            "{expiry} 届满前 {days} 日为 {latest}，倒数期间不顺延；此前最后一个工作日为 {safe}。",
            expiry=expiry_date_per_court_notice,
            days=days,
            latest=latest,
            safe=safe,
        )
    )
    paper.note_year(safe)
    paper.nominal = safe
    return {"latest_date_7_days_before": latest, "safe_workday": safe}
