"""Guarantee periods (保证期间). They know no suspension, interruption or extension.

Source: 民法典 arts. 692, 203; 担保制度解释 art. 32.
"""

from datetime import date
from typing import Literal

from recovery.kernel.text import _
from recovery.law.paper import Paper
from recovery.law.registry import rule
from recovery.law.results import Expiry


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
