"""The custody and access chapter of dossiers: what was registered under the head, nothing later."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, or_, select

from recovery.access.auditing import AUDITORS
from recovery.access.models import AccessEntry, UserAccount
from recovery.access.rights import ROLE_NAMES, Role
from recovery.evidence.intake.labels import ACTS
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal
from recovery.evidence.items.touches import DOCUMENT_PAGES, ITEM_PAGES
from recovery.kernel import clock
from recovery.kernel.links import DossierPart, DossierRequest
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.loans.models import Document

LATEST = timedelta(minutes=1)
"""The access log is written some seconds late: its last minute before a head is left out."""

MOST = 2_000
WITHHELD = "—"
ORIGINAL_PAGES = ("custody.show", "custody.label")
FIRST_NUMBER = re.compile(r"<int:(\w+)>")


@dataclass(frozen=True, slots=True)
class Kept:
    """An act of custody as the chapter prints it."""

    at: datetime
    barcode: str
    title: str
    act: str
    from_holder: str
    to_holder: str
    place: str
    log_index: int


@dataclass(frozen=True, slots=True)
class Visit:
    """How often somebody opened pages of the loans on one day."""

    day: date
    person: Text | str
    count: int


def load(request: DossierRequest) -> dict[str, Any] | None:
    """Return what the chapter's template is given; None where there is nothing to tell."""
    rows, visits = acts_of(request), visits_of(request)
    return {"rows": rows, "visits": visits, "acts": ACTS} if rows or visits else None


def acts_of(request: DossierRequest) -> list[Kept]:
    """Return the acts of custody that are registered under the head, in the order of the log."""
    rows = request.session.execute(
        select(CustodyEvent, PaperOriginal, RegistrationIntent.log_index)
        .join(PaperOriginal, PaperOriginal.id == CustodyEvent.original_id)
        .join(RegistrationIntent, RegistrationIntent.subject_id == CustodyEvent.id)
        .where(
            RegistrationIntent.subject_type == CustodyEvent.__tablename__,
            RegistrationIntent.log_index < request.size,
            PaperOriginal.loan_id.in_(request.loan_ids),
        )
        .order_by(RegistrationIntent.log_index)
        .limit(MOST)
    )
    hidden = request.hides("actor")
    return [
        Kept(
            at=event.at,
            barcode=original.barcode,
            title=WITHHELD if request.hides("title") else original.title,
            act=event.act,
            from_holder=WITHHELD if hidden else event.from_holder or WITHHELD,
            to_holder=WITHHELD if hidden else event.to_holder,
            place=event.place,
            log_index=int(index),
        )
        for event, original, index in rows
        if index is not None
    ]


def visits_of(request: DossierRequest) -> list[Visit]:
    """Return who opened the pages of the loans, added up by day; by role where names are hidden.

    Auditors are left out: whoever exports the dossier would learn what they examine.
    """
    rows = request.session.execute(
        select(AccessEntry.at, UserAccount.username, UserAccount.role)
        .join(UserAccount, UserAccount.id == AccessEntry.user_id)
        .where(
            _is_of(request.loan_ids),
            AccessEntry.status < 400,
            AccessEntry.at < request.at - LATEST,
            UserAccount.role.not_in(sorted(AUDITORS)),
        )
    )
    hidden = request.hides("actor")
    counted = Counter(
        (clock.business_day(at), role if hidden else username) for at, username, role in rows
    )
    return [
        Visit(day, ROLE_NAMES[Role(who)] if hidden else who, count)
        for (day, who), count in sorted(counted.items())
    ][-MOST:]


def _is_of(loan_ids: tuple[int, ...]) -> ColumnElement[bool]:
    """Return the condition that a page shows one of the loans, or an item, paper or scan of it."""
    intents = select(RegistrationIntent.id).where(RegistrationIntent.loan_id.in_(loan_ids))
    documents = select(Document.id).where(Document.loan_id.in_(loan_ids))
    originals = select(PaperOriginal.id).where(PaperOriginal.loan_id.in_(loan_ids))
    return or_(
        AccessEntry.endpoint.in_(pages_of_loans()) & AccessEntry.record_id.in_(loan_ids),
        AccessEntry.endpoint.in_(ITEM_PAGES) & AccessEntry.record_id.in_(intents),
        AccessEntry.endpoint.in_(DOCUMENT_PAGES) & AccessEntry.record_id.in_(documents),
        AccessEntry.endpoint.in_(ORIGINAL_PAGES) & AccessEntry.record_id.in_(originals),
    )


def pages_of_loans() -> list[str]:
    """Return the pages whose address begins with the number of a loan."""
    return list(_pages(tuple(_rules())))


def _rules() -> list[tuple[str, str]]:
    return sorted((rule.rule, rule.endpoint) for rule in current_app.url_map.iter_rules())


@cache
def _pages(rules: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the endpoints whose first number is a loan's; the access log keeps that number."""
    found = []
    for rule, endpoint in rules:
        first = FIRST_NUMBER.search(rule)
        if first is not None and first[1] == "loan_id":
            found.append(endpoint)
    return tuple(dict.fromkeys(found))


PART = DossierPart(_("保管与查阅记录"), "documents/evidence/intake/custody.html", load)
