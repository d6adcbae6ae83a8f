"""Pages of one registered item; where documents and lists lead."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from recovery.access.labels import action_label
from recovery.access.rights import ROLE_NAMES, Role
from recovery.evidence.dossiers import queries as dossiers
from recovery.evidence.dossiers import values
from recovery.evidence.house import house_store
from recovery.evidence.intake import receipts, texts
from recovery.evidence.intake.labels import RECEIPT_KINDS
from recovery.evidence.intake.models import DocumentDetail, PaperOriginal
from recovery.evidence.items import checking, queries, standing, touches, words
from recovery.evidence.models import EvidenceItem
from recovery.evidence.queries import KINDS
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.loans.belonging import find_of_loan
from recovery.loans.documents import store
from recovery.loans.models import Document, Loan
from recovery.loans.tape.showing import total_rows
from recovery.web.forms import EmptyForm
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import as_attachment

bp = Blueprint("items", __name__, url_prefix="/evidence/items")

PAGE_NAMES: dict[str, Text] = {
    "items.show": _("打开本页"),
    "items.proof": _("下载证明"),
    "items.recheck": _("重新核验"),
    "items.of_document": _("打开文件页"),
    "items.download": _("下载文件"),
}


@bp.get("/<int:intent_id>")
@allowed(Action.VIEW_EVIDENCE)
def show(intent_id: int) -> ResponseReturnValue:
    """Show where an item stands, what it proves and who touched it."""
    intent = queries.find_item(db.session(), intent_id, current_scope())
    return render_template("evidence/items/show.html", **values_of(intent), checks=None)


@bp.post("/<int:intent_id>/recheck")
@allowed(Action.VERIFY_EVIDENCE)
def recheck(intent_id: int) -> ResponseReturnValue:
    """Look at an item anew, now, and show what was found."""
    if not EmptyForm().validate_on_submit():
        return redirect(url_for(".show", intent_id=intent_id))
    with user_work() as work:
        checks = checking.recheck(work, intent_id)
        checked_at = work.now
    intent = queries.find_item(db.session(), intent_id, current_scope())
    values = values_of(intent)
    document = values["document"]
    prints = checking.fingerprints(document) if document is not None and _is_whole(checks) else None
    return render_template(
        "evidence/items/show.html",
        **values,
        checks=checks,
        checked_at=checked_at,
        fingerprints=prints,
    )


def _is_whole(checks: list[checking.Check]) -> bool:
    return all(check.holds is not False for check in checks)


@bp.get("/<int:intent_id>/proof.tlog-proof")
@allowed(Action.VIEW_EVIDENCE)
def proof(intent_id: int) -> ResponseReturnValue:
    """Send the proof that an item stands in the log (C2SP tlog-proof)."""
    intent = queries.find_item(db.session(), intent_id, current_scope())
    item = db.session.get(EvidenceItem, intent.id)
    if item is None or item.log_index is None or not standing.anchor_of(db.session(), item).head:
        raise NotFound(_("还没有检查点包含这条记录，暂时没有证明。"))
    text = house_store().prove(item.log_index)
    name = f"{item.log_index}.tlog-proof"
    return as_attachment(text.encode(), name=name, media_type="text/plain")


@bp.get("/documents/<int:document_id>")
@allowed(Action.VIEW_EVIDENCE)
def of_document(document_id: int) -> ResponseReturnValue:
    """Go to the item under which a document's bytes are registered."""
    document = find_of_loan(db.session(), Document, document_id, current_scope())
    intent = queries.item_of_document(db.session(), document.id)
    if intent is None:
        raise NotFound(_("这个文件没有登记。"))
    return redirect(url_for(".show", intent_id=intent.id))


@bp.get("/documents/<int:document_id>/file")
@allowed(Action.VIEW_EVIDENCE)
def download(document_id: int) -> Response:
    """Send a document's bytes as they came; the access log names the document."""
    document = find_of_loan(db.session(), Document, document_id, current_scope())
    content = store().open(document.sha256)
    return as_attachment(content, name=document.file_name, media_type=document.media_type)


def values_of(intent: RegistrationIntent) -> dict[str, Any]:
    """Return what the page shows of an item."""
    session, role = db.session(), current_actor().role
    item = session.get(EvidenceItem, intent.id)
    anchor = standing.anchor_of(session, item)
    loan = session.get(Loan, intent.loan_id) if intent.loan_id is not None else None
    fields, erased = queries.fields_of(session, item)
    generation = queries.generation_of(session, intent)
    return {
        "intent": intent,
        "item": item,
        "anchor": anchor,
        "unanchored": words.duration(anchor.unanchored(clock.now())),
        "offset": words.duration(anchor.clock_offset),
        "loan": loan,
        "kind": KINDS.get(intent.kind, Text(intent.kind)),
        "title": words.title_of(intent, fields),
        "fields": words.shown_fields(fields),
        "erased": erased,
        "generation": generation,
        "totals": total_rows(generation.batch) if generation.batch is not None else [],
        "role": ROLE_NAMES.get(Role(generation.role)) if generation.role in set(Role) else None,
        "origin": values.ORIGINS.get(fields.get("origin", ""), values.ORIGINS["born_here"]),
        "touches": [_line(one) for one in touches.touches_of(session, intent, role)],
        "dossiers": dossiers.covering(session, loan.id, item.log_index, current_actor())
        if item is not None and loan is not None and item.log_index is not None
        else [],
        "last_check": checking.last_check(session, intent, role),
        **_of_document(intent),
    }


def _line(touch: touches.Touch) -> dict[str, Any]:
    """Return a line of the custody and access log in words."""
    name = PAGE_NAMES.get(touch.what) if touch.is_page else action_label(touch.what)
    return {"at": touch.at, "person": touch.person, "what": name or touch.what}


def _of_document(intent: RegistrationIntent) -> dict[str, Any]:
    """Return what is shown of an item that is a document."""
    session = db.session()
    is_file = intent.subject_type == Document.__tablename__ and intent.kind == "file"
    document = session.get(Document, intent.subject_id) if is_file else None
    if document is None:
        original = touches.original_of(session, intent)
        return dict.fromkeys(("document", "detail"), None) | {
            "versions": [],
            "signatures": [],
            "receipts": [],
            "originals": [] if original is None else [original],
        }
    detail = session.get(DocumentDetail, document.id)
    kept = select(PaperOriginal).where(PaperOriginal.document_id == document.id)
    return {
        "document": document,
        "detail": detail,
        "versions": queries.versions_of(session, document),
        "signatures": [words.signature_words(one) for one in texts.signatures_of(detail)],
        "receipts": receipts.receipts_of(session, document.id),
        "receipt_kinds": RECEIPT_KINDS,
        "originals": session.scalars(kept).all(),
    }
