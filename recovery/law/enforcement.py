"""From judgment to enforcement: effectiveness, performance, ending a round, the dishonest list.

Source: 民事诉讼法 arts. 158, 171, 250, 264; 终本规定 (法〔2016〕373号) art. 1;
失信名单规定 arts. 2, 10.
"""

from datetime import date, timedelta
from typing import Literal, TypedDict

from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Count, Positive
from recovery.law.paper import Paper, whole
from recovery.law.periods import Period, end_of_period
from recovery.law.registry import rule
from recovery.law.results import Deadline


class JudgmentChain(TypedDict):
    """Every date from service of a judgment to the end of the enforcement application period."""

    appeal_deadline_plaintiff: date
    appeal_deadline_defendant: date
    effective_date: date
    performance_last_day: date
    doubled_interest_first_day: date
    enforcement_application_deadline: date


class Effective(TypedDict):
    """The last day of all parties to appeal, and the day the judgment takes effect."""

    last_appeal_day: date
    effective_date: date


class Eligible(TypedDict):
    """Whether all conditions are met."""

    eligible: bool


class ListingTerm(TypedDict):
    """Last day on the list, and the day by which the entry must be deleted."""

    end: date
    delete_by: date


class Transfer(TypedDict):
    """Whether transfer may be asked for, and from which day at the earliest."""

    may_request: bool
    earliest_day: date


class Requery(TypedDict):
    """The next day to search for assets again, and the day after which that ends."""

    next_query: date
    until: date


class RelistBar(TypedDict):
    """The last day on which the applicant cannot have the debtor listed again."""

    barred_until: date


class MediationTerm(TypedDict):
    """The last day of mediation."""

    last_day: date


@rule("chain.judgment_to_enforcement")
def judgment_to_enforcement(
    paper: Paper,
    *,
    served_plaintiff: date,
    served_defendant: date,
    no_appeal: bool,
    performance_days: Positive,
) -> JudgmentChain:
    """Dates that follow from service of a first-instance judgment that nobody appealed.

    Each party has its own period to appeal; the judgment takes effect the day after the last ends.
    """
    if not no_appeal:
        raise BadInput("no_appeal", _("已提起上诉，一审判决不生效，须按二审裁判计算。"))
    appeal = paper.period("deadline.appeal.judgment")
    paper.say(_("原告于 {day} 收到判决。", day=served_plaintiff))
    _n, plaintiff = paper.deadline(served_plaintiff, appeal)
    paper.say(_("被告于 {day} 收到判决。", day=served_defendant))
    _n, defendant = paper.deadline(served_defendant, appeal)
    paper.read("judgment.effectiveness")
    effective = max(plaintiff, defendant) + timedelta(days=1)
    paper.say(_("最后一方上诉期届满的次日 {day} 判决生效。", day=effective))
    paper.say(_("判决确定的履行期间为 {days} 日。", days=performance_days))
    _n, performance = paper.deadline(effective, Period(performance_days, "day"))
    doubled_from = performance + timedelta(days=1)
    paper.read("interest.doubled.start")
    paper.say(_("履行期间届满次日 {day} 起计算加倍利息，并起算申请执行期间。", day=doubled_from))
    enforcement = paper.period("limitation.enforcement_application")
    _n, application = paper.deadline(performance, enforcement)
    return {
        "appeal_deadline_plaintiff": plaintiff,
        "appeal_deadline_defendant": defendant,
        "effective_date": effective,
        "performance_last_day": performance,
        "doubled_interest_first_day": doubled_from,
        "enforcement_application_deadline": application,
    }


def _appeal_end(paper: Paper, served: date, appeal: Period) -> date:
    paper.say(_("{day} 收到判决的一方：", day=served))
    return paper.deadline(served, appeal)[1]


@rule("judgment.effective")
def judgment_effective(paper: Paper, *, served: tuple[date, ...]) -> Effective:
    """Day on which a judgment that no party appealed takes effect, however many parties there are.

    `served` are the days on which each party was served; each has its own period to appeal.
    """
    appeal = paper.period("deadline.appeal.judgment")
    last = max(_appeal_end(paper, day, appeal) for day in served)
    paper.read("judgment.effectiveness")
    effective = last + timedelta(days=1)
    paper.say(_("最后一方上诉期届满的次日 {day} 判决生效。", day=effective))
    return {"last_appeal_day": last, "effective_date": effective}


@rule("deadline.enforcement.close_excluding", dated_by="trigger")
def close_enforcement_excluding(paper: Paper, *, trigger: date, excluded_days: Count) -> Deadline:
    """Period to close an enforcement, without the days that do not count towards it.

    Excluded are publication, appraisal, jurisdiction disputes, deferral and suspension.
    Source: 法释〔2000〕29号 art. 5; 执行程序解释 art. 13.
    """
    paper.read("enforcement.close_exclusions")
    counted = paper.count(trigger, paper.period("deadline.enforcement.close"))
    nominal = counted + timedelta(days=excluded_days)
    paper.say(_("扣除不计入的 {days} 日，至 {last} 届满。", days=excluded_days, last=nominal))
    last = paper.roll(nominal)
    paper.nominal, paper.rolled = nominal, last
    return {"deadline": last, "nominal_last_day": nominal}


@rule("enforcement.round_termination")
def round_termination(
    paper: Paper,
    *,
    filed: date,
    as_of: date,
    enforcement_notice_and_report_order: bool,
    consumption_limit_and_list_if_eligible: bool,
    exhausted_property_search: bool,
    missing_debtor_search_done: bool,
) -> Eligible:
    """Whether an enforcement round may be terminated (终本): all conditions, and over three months.

    Besides, the applicant signs, or the panel decides and the president approves.
    """
    if as_of < filed:
        raise BadInput("as_of", _("不得早于执行立案之日。"))
    three_months = end_of_period(filed, paper.period("enforcement.round_termination"))
    conditions = (
        (enforcement_notice_and_report_order, _("已发出执行通知、责令报告财产")),
        (consumption_limit_and_list_if_eligible, _("已限制消费，符合条件的已列入失信名单")),
        (exhausted_property_search, _("已穷尽财产调查措施")),
        (missing_debtor_search_done, _("下落不明的已依法查找")),
        (as_of > three_months, _("自立案之日起已超过三个月（{day} 之后）", day=three_months)),
    )
    for met, what in conditions:
        paper.say(_("{what}：是。", what=what) if met else _("{what}：否。", what=what))
    return {"eligible": all(met for met, _what in conditions)}


@rule("dishonest_debtor.term", dated_by="decision_effective")
def dishonest_debtor_term(
    paper: Paper, *, decision_effective: date, grounds: Literal["grounds_2_to_6"]
) -> ListingTerm:
    """Term of a listing on grounds (2) to (6): two years, then deletion within three working days.

    Ground (1) has no fixed term. The court may add one to three years. Source: arts. 2, 10.
    """
    end = paper.count(decision_effective, paper.period("dishonest_debtor.term"))
    days = paper.whole("dishonest_debtor.deletion")
    delete_by = paper.book.calendar.add_working_days(end, days)
    paper.say(_("期满后 {days} 个工作日内删除，至 {day}。", days=days, day=delete_by))
    paper.note_year(delete_by)
    return {"end": end, "delete_by": delete_by}


@rule("dishonest_debtor.term.extended", dated_by="decision_effective")
def dishonest_debtor_term_extended(
    paper: Paper, *, decision_effective: date, extra_years: Positive
) -> ListingTerm:
    """Term of a listing on grounds (2) to (6) that the court extended by one to three years."""
    law = paper.table("dishonest_debtor.extension")
    if not whole(law["least"]) <= extra_years <= whole(law["most"]):
        raise BadInput("extra_years", _("延长须为 {least} 至 {most} 年。", **law))
    term = paper.period("dishonest_debtor.term")
    end = paper.count(decision_effective, Period(term.count + extra_years, "year"))
    days = paper.whole("dishonest_debtor.deletion")
    delete_by = paper.book.calendar.add_working_days(end, days)
    paper.say(_("期满后 {days} 个工作日内删除，至 {day}。", days=days, day=delete_by))
    paper.note_year(delete_by)
    return {"end": end, "delete_by": delete_by}


@rule("dishonest_debtor.relist_bar", dated_by="deleted_on")
def relist_bar(paper: Paper, *, deleted_on: date) -> RelistBar:
    """Until when an applicant who consented to deletion cannot apply for listing again."""
    last = paper.count(deleted_on, paper.period("dishonest_debtor.relist_bar"))
    return {"barred_until": last}


@rule("enforcement.priority_transfer")
def priority_transfer(
    paper: Paper,
    *,
    first_seizure: date,
    as_of: date,
    prior_ranking_security_in_enforcement: bool,
    auction_announced_or_sold: bool,
) -> Transfer:
    """Whether our court may ask the court of the first seizure to hand the property over.

    More than sixty days since the first seizure, and no auction notice or sale yet.
    """
    days = paper.whole("enforcement.priority_transfer")
    earliest = first_seizure + timedelta(days=days + 1)
    paper.say(
        _(
            "首先查封 {seized} 起超过 {days} 日，最早 {earliest} 可商请移送。",
            seized=first_seizure,
            days=days,
            earliest=earliest,
        )
    )
    conditions = prior_ranking_security_in_enforcement and not auction_announced_or_sold
    return {"may_request": conditions and as_of >= earliest, "earliest_day": earliest}


@rule("enforcement.requery")
def requery(paper: Paper, *, terminated_on: date, last_query: date | None = None) -> Requery:
    """When to search for the debtor's assets again after a round was terminated (终本)."""
    law = paper.table("enforcement.requery")
    months = whole(law["every_months"])
    until = paper.count(terminated_on, Period(whole(law["years"]), "year"))
    following = end_of_period(last_query or terminated_on, Period(months, "month"))
    paper.say(_("每 {months} 个月查询一次，下次不晚于 {day}。", months=months, day=following))
    return {"next_query": min(following, until), "until": until}


@rule("mediation.term")
def mediation_term(
    paper: Paper,
    *,
    procedure: Literal["ordinary", "summary"],
    signed_for: date,
    extended_by_consent: bool,
) -> MediationTerm:
    """Last day of mediation after docketing, from the mediator's signature."""
    law = paper.table("mediation.term")
    days = whole(law[procedure]) + (whole(law["extension"]) if extended_by_consent else 0)
    _nominal, last = paper.deadline(signed_for, Period(days, "day"))
    return {"last_day": last}
