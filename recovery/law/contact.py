"""When and how often a debtor may be contacted (催收行为规范).

Source: GB/T 45251-2025; 银行业协会催收工作指引 (2026), known from secondary sources, unconfirmed.
"""

from datetime import time

from recovery.kernel.text import _
from recovery.law.inputs import Count
from recovery.law.paper import Paper
from recovery.law.registry import rule
from recovery.law.results import Allowed, AnotherAllowed


@rule("collection.contact_hours")
def contact_hours(paper: Paper, *, time: time, debtor_consent_or_agreement: bool) -> Allowed:
    """Whether a contact at the local time is allowed: not from 22:00 to 8:00 unless agreed."""
    law = paper.table("collection.contact_hours")
    closes, opens = _clock(str(law["from"])), _clock(str(law["to"]))
    quiet = time >= closes or time < opens
    paper.say(
        _(
            "每日 {closes} 至次日 {opens} 不得催收，债务人同意或者约定的除外。",
            closes=f"{closes:%H:%M}",
            opens=f"{opens:%H:%M}",
        )
    )
    return {"allowed": debtor_consent_or_agreement or not quiet}


def _clock(text: str) -> time:
    return time.fromisoformat(text)


@rule("collection.effective_calls")
def effective_calls(paper: Paper, *, effective_voice_contacts_today: Count) -> AnotherAllowed:
    """Whether one more effective voice contact with the debtor is allowed today."""
    most = paper.whole("collection.effective_calls")
    paper.say(
        _(
            "每日主动有效通话不超过 {most} 次，今日已 {made} 次。",
            most=most,
            made=effective_voice_contacts_today,
        )
    )
    return {"another_allowed": effective_voice_contacts_today < most}


@rule("collection.unanswered_attempts")
def unanswered_attempts(paper: Paper, *, attempts_same_number_today: Count) -> AnotherAllowed:
    """Whether one more try to an unanswered number is allowed today."""
    most = paper.whole("collection.unanswered_attempts")
    paper.say(
        _(
            "同一号码每日拨打不超过 {most} 次，今日已 {made} 次。",
            most=most,
            made=attempts_same_number_today,
        )
    )
    return {"another_allowed": attempts_same_number_today < most}
