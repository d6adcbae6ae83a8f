"""Who sees a sample: its auditor, named colleagues of the same engagement, and nobody else.

Whoever operates the book must not know what is looked at: neither items nor seed, conditions or
files. An administrator sees that a sample exists (`existing`), as the list of engagements shows who
audits. A sample of an external auditor is open while its engagement is. What an auditor opens
elsewhere (a loan's page) stands in the access log like everybody's, and pages show it to auditors
alone (`access.auditing`); the workbook of a sample holds what is needed without that.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, select
from sqlalchemy.orm import Session, aliased

from recovery.access.models import Engagement, UserAccount
from recovery.access.rights import Role
from recovery.evidence.sampling.models import AuditSample, SampleReader
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.text import _
from recovery.kernel.work import Work


def visible_to(actor: Actor, today: date) -> ColumnElement[bool]:
    """Return the condition for the samples that `actor` may see on the day `today`."""
    named = select(SampleReader.sample_id).where(SampleReader.user_id == actor.id)
    own = (AuditSample.auditor_id == actor.id) | AuditSample.id.in_(named)
    if actor.role == Role.AUDITOR:
        return own & AuditSample.engagement_id.is_(None)
    if actor.role == Role.EXTERNAL_AUDITOR:
        return own & _engaged(actor, today)
    return false()


def _engaged(actor: Actor, today: date) -> ColumnElement[bool]:
    """Return the condition that the engagement is open, for a colleague the same one too."""
    theirs = aliased(Engagement)
    return exists(
        select(theirs.id).where(
            theirs.user_id == actor.id,
            *_open(theirs, today),
            AuditSample.engagement_id == Engagement.id,
            *_open(Engagement, today),
            theirs.purpose == Engagement.purpose,
        )
    )


def _open(engagement: Any, today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        engagement.ended_at.is_(None),
        engagement.first_day <= today,
        engagement.last_day >= today,
    )


def samples(actor: Actor, today: date) -> Select[Any]:
    """Return the statement of the samples that `actor` may see."""
    return select(AuditSample).where(visible_to(actor, today))


def existing() -> Select[Any]:
    """Return the statement of all samples as an administrator sees them: number, whose, state."""
    shown: tuple[Any, ...] = (
        AuditSample.id,
        AuditSample.number,
        AuditSample.state,
        AuditSample.created_at,
        UserAccount.username.label("auditor"),
    )
    return select(*shown).join(UserAccount, UserAccount.id == AuditSample.auditor_id)


def find_sample(session: Session, sample_id: int, actor: Actor, today: date) -> AuditSample:
    """Return a sample.

    Raises:
        NotFound: there is none, or it is not for this person.
    """
    statement = samples(actor, today).where(AuditSample.id == sample_id)
    sample: AuditSample | None = session.scalars(statement).one_or_none()
    if sample is None:
        raise NotFound
    return sample


def sample_for_change(work: Work, sample_id: int) -> AuditSample:
    """Return a sample for a change by who may see it; NotFound otherwise."""
    return find_sample(work.session, sample_id, work.actor, work.today)


def engagement_of(session: Session, actor: Actor, today: date) -> int | None:
    """Return the newest open engagement of an external auditor; None for an internal one.

    Raises:
        RuleViolation: an external auditor without one.
    """
    if actor.role != Role.EXTERNAL_AUDITOR:
        return None
    open_ones = select(Engagement.id).where(
        Engagement.user_id == actor.id, *_open(Engagement, today)
    )
    newest = session.scalars(open_ones.order_by(Engagement.id.desc()).limit(1)).one_or_none()
    if newest is None:
        raise RuleViolation(_("您目前没有有效的审计委托。"))
    return newest


def colleagues(session: Session, sample: AuditSample, today: date) -> list[UserAccount]:
    """Return who may be named: of the same engagement, or internal auditors among themselves."""
    people = select(UserAccount).where(
        UserAccount.ended_at.is_(None), UserAccount.id != sample.auditor_id
    )
    if sample.engagement_id is None:
        people = people.where(UserAccount.role == Role.AUDITOR)
    else:
        mandate = session.get_one(Engagement, sample.engagement_id)
        same = select(Engagement.user_id).where(
            Engagement.purpose == mandate.purpose, *_open(Engagement, today)
        )
        people = people.where(UserAccount.id.in_(same), UserAccount.role == Role.EXTERNAL_AUDITOR)
    return list(session.scalars(people.order_by(UserAccount.username)))


def readers(session: Session, sample: AuditSample) -> list[UserAccount]:
    """Return the colleagues who were named."""
    named = select(SampleReader.user_id).where(SampleReader.sample_id == sample.id)
    people = select(UserAccount).where(UserAccount.id.in_(named))
    return list(session.scalars(people.order_by(UserAccount.username)))


def add_reader(work: Work, sample_id: int, user_id: int) -> None:
    """Let a colleague of the same engagement work on the sample.

    Raises:
        RuleViolation: the sample is another's, or the person is no such colleague.
    """
    sample = sample_for_change(work, sample_id)
    if sample.auditor_id != work.actor.id:
        raise RuleViolation(_("只有建立样本的审计人员可以让同事参与。"))
    if user_id not in {person.id for person in colleagues(work.session, sample, work.today)}:
        raise RuleViolation(_("只能让同一审计委托的同事参与。"))
    if user_id in {person.id for person in readers(work.session, sample)}:
        return
    work.add(SampleReader(sample_id=sample.id, user_id=user_id, added_at=work.now))
    work.record(Action.DRAW_SAMPLE, sample, reader=user_id)
