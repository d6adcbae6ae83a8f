"""Pages of evidence lists: of a loan or file, one list, its papers."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.exhibits import queries
from recovery.evidence.exhibits.content import ListView
from recovery.evidence.exhibits.forms import SignatureForm, StartForm
from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.exhibits.page import ListPage, list_page
from recovery.evidence.exhibits.papers import file_stem, group_title, list_docx, list_pdf
from recovery.evidence.exhibits.service import open_paper, start_list, submitted
from recovery.evidence.exhibits.subjects import LOAN, Subject, find_subject
from recovery.evidence.exhibits.words import CHANGES, FORMS
from recovery.kernel import clock, gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.loans.models import Loan
from recovery.web.language import LANGUAGES, current_language
from recovery.web.messages import flash
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import DOCX, PDF, as_attachment

bp = Blueprint("exhibits", __name__, url_prefix="/evidence/lists")


@bp.get("/of-loan/<int:loan_id>")
@allowed(Action.VIEW_EVIDENCE)
def of_loan(loan_id: int) -> ResponseReturnValue:
    """Answer the evidence lists of a loan and its files, for the tab of its page."""
    gate.find(db.session(), Loan, loan_id, current_scope())
    return render_template(
        "evidence/exhibits/_of_loan.html",
        loan_id=loan_id,
        lists=list(_seen(queries.lists_of_loan(db.session(), loan_id))),
    )


def _seen(lists: Iterable[EvidenceList]) -> Iterator[tuple[EvidenceList, Subject, ListView]]:
    """Yield the lists whose loan or file may be seen: a loan may be lent out, its files not."""
    for one in lists:
        with suppress(NotFound):
            subject = _subject(one.subject_type, one.subject_id)
            yield one, subject, queries.view_of(db.session(), one)


def _subject(subject_type: str, subject_id: int) -> Subject:
    return find_subject(db.session(), subject_type, subject_id, current_scope())


@bp.get("/of/<subject_type>/<int:subject_id>")
@allowed(Action.VIEW_EVIDENCE)
def of_subject(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Go to the newest list of a loan or file; where there is none, offer to start one."""
    subject = _subject(subject_type, subject_id)
    found = queries.lists_of(db.session(), subject_type, subject_id)
    if found:
        return redirect(url_for(".show", list_id=found[0].id))
    form = StartForm(case_type=subject.case_type)
    return _start_page(subject, form)


def _start_page(subject: Subject, form: StartForm) -> ResponseReturnValue:
    page = render_template("evidence/exhibits/start.html", form=form, subject=subject)
    return page, form.status


@bp.post("/of/<subject_type>/<int:subject_id>")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def start(subject_type: str, subject_id: int) -> ResponseReturnValue:
    """Start a list, or its next version."""
    subject = _subject(subject_type, subject_id)
    form = StartForm()
    if not form.validate():
        return _start_page(subject, form)
    with user_work() as work:
        subject = find_subject(work.session, subject_type, subject_id, work.actor.scope)
        one = start_list(work, subject, form.case_type.data)
    flash(_("已建立第 {number} 版证据目录。", number=one.number))
    return redirect(url_for(".show", list_id=one.id))


@bp.get("/<int:list_id>")
@allowed(Action.VIEW_EVIDENCE)
def show(list_id: int) -> ResponseReturnValue:
    """Show a list; who may, changes it here until it is submitted."""
    page = list_page(db.session(), list_id, current_scope(), clock.today())
    return render_template("evidence/exhibits/show.html", **page_values(page))


def page_values(page: ListPage) -> dict[str, object]:
    """Return the variables of the page of a list."""
    row = page.row
    signature = SignatureForm(
        formdata=None,
        submitter=row.submitter,
        agent=row.agent,
        court=row.court,
        submitted_on=row.submitted_on,
        copies=row.copies,
    )
    signature.show_version(row.version)
    return {
        "page": page,
        "row": row,
        "view": page.view,
        "subject": page.subject,
        "signature": signature,
        "case_types": StartForm(formdata=None, case_type=row.case_type).case_type,
        "changes_named": CHANGES,
        "forms": FORMS,
        "kinds": DOCUMENT_KINDS,
        "group_title": group_title,
        "is_loan": row.subject_type == LOAN,
    }


@bp.get("/<int:list_id>/paper.pdf")
@allowed(Action.VIEW_EVIDENCE)
def pdf(list_id: int) -> ResponseReturnValue:
    """Send a list as PDF; the Chinese one of a submitted list is the very file submitted."""
    row, view, subject = _paper(list_id)
    if row.submitted_at is not None and _language() == "zh":
        data = open_paper(row)
    else:
        data = list_pdf(view, subject, _language())
    name = f"{file_stem(view, subject)}.pdf"
    return as_attachment(data, name=name, media_type=PDF.media_type)


@bp.get("/<int:list_id>/paper.docx")
@allowed(Action.VIEW_EVIDENCE)
def docx(list_id: int) -> ResponseReturnValue:
    """Send a list as a Word document."""
    _row, view, subject = _paper(list_id)
    data = list_docx(view, subject, _language())
    return as_attachment(data, name=f"{file_stem(view, subject)}.docx", media_type=DOCX.media_type)


def _paper(list_id: int) -> tuple[EvidenceList, ListView, Subject]:
    """Return a list as it is printed: without empty groups."""
    row = queries.find_list(db.session(), list_id, current_scope())
    view = submitted(queries.view_of(db.session(), row))
    return row, view, _subject(row.subject_type, row.subject_id)


def _language() -> str:
    asked = request.args.get("language", current_language())
    return asked if asked in LANGUAGES else "zh"
