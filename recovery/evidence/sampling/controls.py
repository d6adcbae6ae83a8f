"""Exports on the controls around the book: rights on a day, privileged acts, changes, restores.

They name people of the house and numbers of records, never debtors. To an external auditor the
details of acts on loans and files are not shown, for these may lie outside the engagement.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from recovery.access.labels import action_label, subject_label
from recovery.access.models import ApprovalRequest, UserAccount
from recovery.access.rights import Role
from recovery.evidence.sampling import control_columns as columns
from recovery.evidence.sampling.rights_at import names_of, parts_of, rights_at, role_name
from recovery.evidence.sampling.sheets import Sheet, notes_of
from recovery.evidence.sampling.versions import versions
from recovery.kernel import clock
from recovery.kernel.gate import Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import Text, _
from recovery.rulebook.models import LawChange
from recovery.web.spreadsheets import Cell

CHUNK = 2_000

PRIVILEGED = (
    "user", "branch", "engagement", "approval", "personal_data", "rulebook", "layout", "erasure",
    "object", "backup", "hold", "witness", "concession", "audit", "controls", "tape",
)  # fmt: skip
"""Subjects of privileged acts: the part of an act's name before the point."""

RESTORES = ("object", "backup")
PUBLIC = {"user_account", "branch", "agency", "engagement", "delegation", "law_change"}
"""Tables whose changes an external auditor sees too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for an export, and for which days, both inclusive."""

    session: Session
    actor: Actor
    first_day: date
    last_day: date


Rows = Iterator[Sequence[Cell]]


def _on(subjects: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an act is on one of `subjects`."""
    acts = (AuditEvent.action.startswith(f"{one}.", autoescape=True) for one in subjects)
    return or_(*acts)


def _by_administrators() -> ColumnElement[bool]:
    """Return the condition that an administrator acted, beyond their own sign-in and account."""
    people = select(UserAccount.id).where(UserAccount.role == Role.ADMINISTRATOR)
    own = AuditEvent.action.startswith("session.") | AuditEvent.action.startswith("account.")
    return AuditEvent.actor_id.in_(people) & ~own


def _acts(asked: Asked, condition: ColumnElement[bool]) -> Rows:
    """Yield the acts of the days that meet the condition, oldest first."""
    statement = select(AuditEvent).where(
        condition,
        AuditEvent.at >= clock.start_of(asked.first_day),
        AuditEvent.at < clock.end_of(asked.last_day),
    )
    last = 0
    while True:
        part = statement.where(AuditEvent.id > last).order_by(AuditEvent.id).limit(CHUNK)
        found = asked.session.scalars(part).all()
        yield from (_act(event, asked.actor) for event in found)
        if len(found) < CHUNK:
            return
        last = found[-1].id
        asked.session.expunge_all()


def _act(event: AuditEvent, actor: Actor) -> Sequence[Cell]:
    open_ = actor.scope.everything or event.subject_type in PUBLIC
    changes = json.dumps(event.changes, ensure_ascii=False, sort_keys=True)
    return (
        event.id,
        event.at,
        event.actor_name,
        event.action,
        _shown(action_label(event.action)),
        _shown(subject_label(event.subject_type or "")),
        event.subject_id,
        changes if open_ else _("（委托范围外，不显示）"),
    )


def _shown(text: Text | str) -> str:
    return str(text)


def privileged_acts(asked: Asked) -> list[Sheet]:
    """Return what was done with more than ordinary rights within the days."""
    rows = _acts(asked, _on(PRIVILEGED) | _by_administrators())
    return [Sheet(_("特权操作"), "privileged_acts", columns.ACTS, rows)]


def restores(asked: Asked) -> list[Sheet]:
    """Return backups and restores within the days."""
    rows = _acts(asked, _on(RESTORES))
    return [Sheet(_("备份与恢复"), "restores", columns.ACTS, rows)]


def law_changes(asked: Asked) -> list[Sheet]:
    """Return the changes of law parameters proposed within the days, with who approved them."""
    return [Sheet(_("参数变更"), "law_changes", columns.LAW_CHANGES, _law_changes(asked))]


def _law_changes(asked: Asked) -> Rows:
    proposer, approver = aliased(UserAccount), aliased(UserAccount)
    shown: tuple[Any, ...] = (LawChange, proposer.username, approver.username, ApprovalRequest)
    rows = (
        select(*shown)
        .join(proposer, proposer.id == LawChange.proposed_by_id)
        .outerjoin(
            ApprovalRequest,
            (ApprovalRequest.subject_type == LawChange.__tablename__)
            & (ApprovalRequest.subject_id == LawChange.id),
        )
        .outerjoin(approver, approver.id == ApprovalRequest.decided_by)
        .where(
            LawChange.proposed_at >= clock.start_of(asked.first_day),
            LawChange.proposed_at < clock.end_of(asked.last_day),
        )
        .order_by(LawChange.id, ApprovalRequest.id)
    )
    for change, proposed_by, decided_by, request in asked.session.execute(rows):
        yield (
            change.id,
            change.kind,
            change.parameter,
            change.place,
            change.since,
            change.value if change.year is None else str(change.year),
            change.instrument,
            change.article,
            change.edition,
            proposed_by,
            change.proposed_at,
            decided_by,
            request.status if request else None,
            request.decided_at if request else None,
            change.in_force_at,
        )


def program_versions(asked: Asked) -> list[Sheet]:
    """Return which version of the program worked here from when on."""
    rows = ((one.version, one.revision, one.law, one.began_at) for one in versions(asked.session))
    return [Sheet(_("程序版本"), "program_versions", columns.VERSIONS, rows)]


def rights_on_day(asked: Asked) -> list[Sheet]:
    """Return who could do what at the end of the last day asked for."""
    return [
        Sheet(_("人员"), "people", columns.PEOPLE, _people(asked)),
        Sheet(_("权限"), "rights", columns.RIGHTS, _rights(asked)),
        Sheet(_("委托"), "delegations", columns.STANDING, _standing(asked)),
    ]


def _people(asked: Asked) -> Rows:
    at, names = rights_at(asked.session, asked.last_day), names_of(asked.session)
    for held in at.people:
        yield (
            held.account.username,
            held.account.name,
            str(role_name(held.role)),
            names["branch"].get(held.branch_id or 0),
            names["agency"].get(held.agency_id or 0),
            _("已停用") if held.ended else _("在用"),
            "；".join(f"{kind} {amount}" for kind, amount in sorted(held.limits.items())),
            held.account.created_at,
        )


def _rights(asked: Asked) -> Rows:
    at = rights_at(asked.session, asked.last_day)
    for held in at.people:
        for act in at.acts_of(held):
            role = str(role_name(held.role))
            yield held.account.username, role, act, _shown(action_label(act))


def _standing(asked: Asked) -> Rows:
    at, names = rights_at(asked.session, asked.last_day), names_of(asked.session)
    for one in at.engagements:
        parts = parts_of(asked.session, one)
        opened = [names["branch"].get(part.branch_id, "") for part in parts if part.branch_id]
        opened += [f"#{part.package_id}" for part in parts if part.package_id]
        who = names["person"].get(one.user_id)
        yield _("审计委托"), who, "、".join(opened), one.first_day, one.last_day, one.purpose
    for lent in at.delegations:
        who, lender = names["person"].get(lent.to_user_id), names["person"].get(lent.from_user_id)
        yield _("审批委托"), who, lender, lent.first_day, lent.last_day, lent.reason


@dataclass(frozen=True, slots=True)
class Kind:
    """An export: what it is called, what it says, and its sheets."""

    label: Text
    what: Text
    sheets: Callable[[Asked], list[Sheet]]


KINDS: dict[str, Kind] = {
    "rights": Kind(
        _("某日的权限"),
        _("最后一日终了时每个账户的角色、机构、权限、审批额度，以及当日有效的审计委托和审批委托。"),
        rights_on_day,
    ),
    "acts": Kind(
        _("特权操作"),
        _("期间内管理员的操作，以及人员、审批、个人信息、规则、删除、备份恢复等操作。"),
        privileged_acts,
    ),
    "law": Kind(_("参数变更"), _("期间内提出的法律参数变更，及提出人、审批人。"), law_changes),
    "versions": Kind(_("程序版本"), _("历来运行的程序版本及开始时间。"), program_versions),
    "restores": Kind(_("备份与恢复"), _("期间内的备份、恢复操作。"), restores),
}


def sheets_of(kind: str, asked: Asked) -> list[Sheet]:
    """Return the sheets of an export, the explanation first."""
    tables = KINDS[kind].sheets(asked)
    facts = [
        (_("内容"), str(KINDS[kind].what)),
        (_("期间"), f"{asked.first_day} – {asked.last_day}"),
    ]
    if kind == "rights":
        noted = rights_at(asked.session, asked.last_day).version
        unknown = _("当日没有版本记录，权限表取自现行版本")
        facts.append((_("权限表的程序版本"), noted or str(unknown)))
    return [notes_of(tables, facts), *tables]
