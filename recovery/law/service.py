"""Service by publication (公告送达) and the periods for evidence (举证期限).

Source: 民事诉讼法 arts. 95, 128, 171; 民诉法解释 arts. 99, 138, 266, 275;
民事证据规定 arts. 51, 55.
"""

from datetime import date, timedelta
from typing import Literal, NotRequired, TypedDict

from recovery.kernel.text import _
from recovery.law.paper import Paper, table, whole
from recovery.law.periods import Period
from recovery.law.registry import rule


class Publication(TypedDict):
    """When a publication counts as service, and what runs from it."""

    deemed_served: date
    evidence_period_starts: date
    appeal_or_answer_deadline: date


class EvidencePeriod(TypedDict):
    """Bounds of the evidence period, and of the period to answer, in days."""

    min_days: NotRequired[int]
    max_days: NotRequired[int]
    answer_max_days: NotRequired[int]


@rule("service.by_publication", dated_by="publish_date")
def service_by_publication(paper: Paper, *, publish_date: date) -> Publication:
    """When service by publication is complete, by the law of the day of publication.

    `publish_date` is the last posting or printing. Whether the publication itself rolls over rest
    days is not said; it is not rolled. Not in the summary procedure, nor in small claims.
    """
    paper.read("service.publication_last_posting")
    served = paper.count(publish_date, Period(paper.whole("service.publication_days"), "day"))
    paper.say(_("公告期满视为送达；公告期本身不顺延。"))
    paper.read("service.publication_evidence")
    _nominal, deadline = paper.deadline(served, paper.period("deadline.answer"))
    return {
        "deemed_served": served,
        "evidence_period_starts": served + timedelta(days=1),
        "appeal_or_answer_deadline": deadline,
    }


@rule("evidence_period")
def evidence_period(
    paper: Paper,
    *,
    procedure: Literal["ordinary", "second_instance_new_evidence", "small_claims", "summary"],
) -> EvidencePeriod:
    """How long the court's evidence period must, or may, be in a procedure."""
    law = table(paper.table("evidence_period")[procedure])
    bounds: EvidencePeriod = {}
    if "min_days" in law:
        bounds["min_days"] = whole(law["min_days"])
        paper.say(_("举证期限不得少于 {days} 日。", days=bounds["min_days"]))
    if "max_days" in law:
        bounds["max_days"] = whole(law["max_days"])
        paper.say(_("举证期限不超过 {days} 日。", days=bounds["max_days"]))
    if "answer_max_days" in law:
        bounds["answer_max_days"] = whole(law["answer_max_days"])
        paper.say(_("答辩期限不超过 {days} 日。", days=bounds["answer_max_days"]))
    return bounds
