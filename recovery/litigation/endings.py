"""What people record of a deadline: that it was met or missed, and that this was a mistake."""

from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.litigation.deadlines import refresh_next, running
from recovery.litigation.models import Deadline, LitigationFile
from recovery.litigation.rules import CLOSING


def end_deadline(
    work: Work, deadline_id: int, version: int, *, outcome: str, reason: str = ""
) -> Deadline:
    """Record that a deadline was met, or that it lapsed and why.

    Raises:
        NotFound: absent, or not for this actor to see.
        Conflict: someone else changed it.
        RuleViolation: it has ended, `outcome` is neither, or it lapsed without a reason.
    """
    deadline, file = _found(work, deadline_id)
    if outcome not in {"met", "lapsed"}:
        raise RuleViolation(_("请选择期限的结果：已办理或已错过。"))
    if deadline.ended_on is not None:
        raise RuleViolation(_("这个期限已经结束。"))
    work.require_version(deadline, version)
    if outcome == "lapsed" and not reason.strip():
        raise RuleViolation(_("请写明错过期限的原因。"))
    deadline.ended_on, deadline.outcome = work.today, outcome
    _record(work, file, deadline, (None, outcome), reason.strip())
    return deadline


def reopen_deadline(work: Work, deadline_id: int, version: int, *, reason: str) -> Deadline:
    """Let a deadline run again that was recorded as met or missed by mistake.

    Raises:
        NotFound: absent, or not for this actor to see.
        Conflict: someone else changed it.
        RuleViolation: nobody recorded its end, the file is closed, another of its rule runs, or
            there is no reason.
    """
    deadline, file = _found(work, deadline_id)
    work.require_version(deadline, version)
    if deadline.outcome not in {"met", "lapsed"}:
        raise RuleViolation(_("只能更正登记为已办理或已错过的期限。"))
    if file.stage in CLOSING or running(work, file, deadline.rule):
        raise RuleViolation(_("案件已结案，或同一期限已重新起算，不能恢复。"))
    if not reason.strip():
        raise RuleViolation(_("请写明更正的理由。"))
    before, deadline.outcome, deadline.ended_on = deadline.outcome, None, None
    _record(work, file, deadline, (before, None), reason.strip())
    return deadline


def _found(work: Work, deadline_id: int) -> tuple[Deadline, LitigationFile]:
    deadline = work.session.get(Deadline, deadline_id)
    if deadline is None:
        raise NotFound
    return deadline, work.get(LitigationFile, deadline.file_id)


def _record(
    work: Work,
    file: LitigationFile,
    deadline: Deadline,
    outcome: tuple[str | None, str | None],
    reason: str,
) -> None:
    """Keep the file's next day and the reason, which is kept beside the audit log too."""
    if reason:
        deadline.outcome_reason = "\n".join(filter(None, (deadline.outcome_reason, reason)))
    refresh_next(work, file)
    work.record(Action.CHANGE_DEADLINE, file, reason=reason, rule=deadline.rule, outcome=outcome)
