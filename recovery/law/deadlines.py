"""Procedural deadlines that all count alike: a period after a day, rolled over rest days.

The first day is not counted; a document posted before the end is in time (民事诉讼法 art. 85).
"""

from datetime import date, datetime, timedelta
from typing import TypedDict

from recovery.kernel.text import _
from recovery.law.paper import Paper
from recovery.law.periods import next_hour
from recovery.law.registry import Rule, rule
from recovery.law.results import Deadline


class HourDeadline(TypedDict):
    """When an hour period begins and ends, local time."""

    counting_starts: datetime
    ruling_due: datetime


def _after_trigger(name: str) -> "Rule[...]":
    @rule(name, dated_by="trigger")
    def deadline(paper: Paper, *, trigger: date) -> Deadline:
        """Last day of the period of the same name after `trigger`, the day of the event."""
        return _deadline(paper, name, trigger)

    return deadline


def _deadline(paper: Paper, name: str, start: date) -> Deadline:
    nominal, rolled = paper.deadline(start, paper.period(name))
    return {"deadline": rolled, "nominal_last_day": nominal}


def _trial_term(name: str) -> "Rule[...]":
    @rule(name, dated_by="trigger")
    def deadline(paper: Paper, *, trigger: date) -> Deadline:
        """Last day of the trial term of the same name after `trigger`, the day of case filing."""
        paper.read("trial.term_start")
        return _deadline(paper, name, trigger)

    return deadline


answer = _after_trigger("deadline.answer")
jurisdiction_objection = _after_trigger("deadline.jurisdiction_objection")
appeal_of_judgment = _after_trigger("deadline.appeal.judgment")
appeal_of_ruling = _after_trigger("deadline.appeal.ruling")
distribution_plan_objection = _after_trigger("deadline.distribution_plan_objection")
close_enforcement = _after_trigger("deadline.enforcement.close")
escalate_enforcement = _after_trigger("deadline.enforcement.escalate")
enforcement_conduct_reconsideration = _after_trigger("deadline.enforcement_conduct_reconsideration")
judicial_confirmation = _after_trigger("deadline.judicial_confirmation")
payment_order_objection = _after_trigger("deadline.payment_order.debtor_objection")
payment_order_refusal_of_conversion = _after_trigger("deadline.payment_order.refuse_conversion")
payment_order_service_window = _after_trigger("deadline.payment_order.service_window")
enforcement_after_post_judgment_preservation = _after_trigger(
    "deadline.post_judgment_preservation.apply_enforcement"
)
suit_after_pre_suit_preservation = _after_trigger("deadline.pre_suit_preservation.sue")
prepay_acceptance_fee = _after_trigger("deadline.prepay_acceptance_fee")
preservation_reconsideration = _after_trigger("deadline.preservation_ruling_reconsideration")
retrial_application = _after_trigger("deadline.retrial_application")
security_realization_ruling_objection = _after_trigger(
    "deadline.security_realization.party_objection_to_ruling"
)
security_realization_respondent_objection = _after_trigger(
    "deadline.security_realization.respondent_objection"
)
third_party_objection_suit = _after_trigger("deadline.third_party_objection_suit")
ordinary_trial = _trial_term("deadline.trial.ordinary")
second_instance_trial = _trial_term("deadline.trial.second_instance")
small_claims_trial = _trial_term("deadline.trial.small_claims")
summary_trial = _trial_term("deadline.trial.summary")

case_filing = _after_trigger("deadline.case_filing")
restoration = _after_trigger("deadline.restoration")
fee_refund = _after_trigger("deadline.fee_refund")
summary_to_ordinary_topup = _after_trigger("deadline.summary_to_ordinary_topup")
payment_order_acceptance = _after_trigger("deadline.payment_order.acceptance")
payment_order_issue = _after_trigger("deadline.payment_order.issue")
in_suit_preservation_ruling = _after_trigger("deadline.in_suit_preservation.ruling")
preservation_start = _after_trigger("deadline.preservation.start")
enforcement_notice = _after_trigger("deadline.enforcement.notice")
security_realization_non_party_objection = _after_trigger(
    "deadline.security_realization.non_party_objection"
)
appraisal_start = _after_trigger("deadline.appraisal.start")
substitution_decision = _after_trigger("deadline.substitution.decision")
enforcement_proceeds_payout = _after_trigger("deadline.enforcement_proceeds_payout")
priority_transfer_hand_over = _after_trigger("deadline.priority_transfer.hand_over")
online_sale_window = _after_trigger("deadline.sale.online_window")
close_enforcement_extended = _after_trigger("deadline.enforcement.close.extended")
retrial_review = _after_trigger("deadline.retrial_review")
second_instance_ruling = _trial_term("deadline.trial.second_instance_ruling")
special_procedure_trial = _trial_term("deadline.trial.special")
ordinary_trial_extended = _trial_term("deadline.trial.ordinary.extended")
summary_trial_extended = _trial_term("deadline.trial.summary.extended")
small_claims_trial_extended = _trial_term("deadline.trial.small_claims.extended")


@rule("deadline.dishonest_debtor.decision", dated_by="application_received")
def dishonest_debtor_decision(paper: Paper, *, application_received: date) -> Deadline:
    """Last day for the court to decide on listing a dishonest judgment debtor (失信被执行人).

    Source: 失信名单规定 art. 5.
    """
    return _deadline(paper, "deadline.dishonest_debtor.decision", application_received)


@rule("deadline.preservation_ruling_48h")
def urgent_preservation_ruling(paper: Paper, *, accepted_at: datetime) -> HourDeadline:
    """When the ruling on pre-suit or urgent preservation is due; local time, no rest days.

    Source: 民事诉讼法 arts. 103, 104; 民诉法解释 art. 125 (from the next hour).
    """
    paper.read("period.hours")
    starts = next_hour(accepted_at)
    hours = paper.whole("deadline.preservation_ruling_48h")
    due = starts + timedelta(hours=hours)
    paper.say(
        _(
            "自次时 {start} 起算，{hours} 小时，至 {due} 届满。",
            start=f"{starts:%Y-%m-%d %H:%M}",
            hours=hours,
            due=f"{due:%Y-%m-%d %H:%M}",
        )
    )
    return {"counting_starts": starts, "ruling_due": due}
