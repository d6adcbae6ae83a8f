"""What comes onto a list, and what is done to it as a whole: signed, submitted."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.exhibits import adding, queries, service
from recovery.evidence.exhibits.adding import NewPaper
from recovery.evidence.exhibits.arranging import LineText
from recovery.evidence.exhibits.change_views import changing, number, shown
from recovery.evidence.exhibits.forms import PaperForm, SignatureForm
from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.exhibits.page import list_page
from recovery.evidence.exhibits.pages import count_pages
from recovery.evidence.exhibits.standing import documents_in_force
from recovery.evidence.exhibits.subjects import find_subject
from recovery.evidence.exhibits.views import bp, page_values
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.web.messages import flash
from recovery.web.people import current_actor, current_scope
from recovery.web.rights import allowed


@bp.post("/<int:list_id>/documents")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def add_documents(list_id: int) -> ResponseReturnValue:
    """Add the documents and registered records that were ticked."""
    documents = request.form.getlist("document", type=int)
    records = request.form.getlist("record", type=int)
    pages = _pages(list_id)
    with changing(list_id) as (work, one):
        if documents or not records:
            adding.add_documents(work, one, documents, pages)
        if records:
            adding.add_records(work, one, records)
    flash(_("已加入 {count} 项证据。", count=len(documents) + len(records)))
    return shown(list_id)


@bp.post("/<int:list_id>/proposal")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def use_proposal(list_id: int) -> ResponseReturnValue:
    """Add every document that the checklist asks for."""
    pages = _pages(list_id)
    with changing(list_id) as (work, one):
        adding.use_proposal(work, one, pages)
    flash(_("已按建议加入现有文件。"))
    return shown(list_id)


def _pages(list_id: int) -> dict[str, int]:
    """Count the pages of the loan's documents, before the writer is asked for."""
    row = queries.find_list(db.session(), list_id, current_scope())
    return count_pages(db.session(), documents_in_force(db.session(), row.loan_id))


@bp.post("/<int:list_id>/statement")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def add_statement(list_id: int) -> ResponseReturnValue:
    """Print the ledger up to today and add it."""
    service.add_statement(current_actor(), list_id, number("version"), clock.today())
    flash(_("已打印还款明细，登记存证并加入目录。"))
    return shown(list_id)


@bp.route("/<int:list_id>/paper", methods=["GET", "POST"])
@allowed(Action.CHANGE_EVIDENCE_LIST)
def add_paper(list_id: int) -> ResponseReturnValue:
    """Add an exhibit that is on paper only."""
    row = queries.find_list(db.session(), list_id, current_scope())
    form = PaperForm(form="original", copies=1)
    form.show_version(row.version)
    if form.validate_on_submit():
        with form.refusal_shown():
            with changing(list_id) as (work, one):
                last = len(queries.arrangement_of(work.session, one)) - 1
                adding.add_paper(work, one, NewPaper(form.kind.data, _text(form)), group=last)
            flash(_("已加入证据“{name}”。", name=form.name.data))
            return shown(list_id)
    return _form_page("evidence/exhibits/paper.html", form, row)


def _text(form: PaperForm) -> LineText:
    return LineText(
        name=form.name.data,
        source=form.source.data,
        form=form.form.data,
        copies=form.copies.data or 0,
        pages=form.pages.data,
        purpose=form.purpose.data.replace("\r\n", "\n"),
    )


def _form_page(template: str, form: PaperForm, row: EvidenceList) -> ResponseReturnValue:
    subject = find_subject(db.session(), row.subject_type, row.subject_id, current_scope())
    return render_template(template, form=form, row=row, subject=subject), form.status


@bp.post("/<int:list_id>/case-type")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def change_case_type(list_id: int) -> ResponseReturnValue:
    """Measure the list against another checklist."""
    with changing(list_id) as (work, one):
        service.change_case_type(work, one, request.form.get("case_type", ""))
    return shown(list_id)


@bp.post("/<int:list_id>/signature")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def sign(list_id: int) -> ResponseReturnValue:
    """Fill the signature block."""
    form = SignatureForm()
    if form.validate():
        with form.refusal_shown():
            signature = service.Signature(
                submitter=form.submitter.data,
                agent=form.agent.data,
                court=form.court.data,
                submitted_on=form.submitted_on.data,
                copies=form.copies.data or 0,
            )
            with changing(list_id) as (work, one):
                service.sign(work, one, signature)
            flash(_("已保存署名。"))
            return shown(list_id)
    page = list_page(db.session(), list_id, current_scope(), clock.today())
    values = page_values(page) | {"signature": form}
    return render_template("evidence/exhibits/show.html", **values), form.status


@bp.post("/<int:list_id>/submit")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def submit(list_id: int) -> ResponseReturnValue:
    """Freeze the list."""
    one = service.submit_list(current_actor(), list_id, number("version"))
    flash(_("第 {number} 版证据目录已提交并登记存证。", number=one.number))
    return redirect(url_for("exhibits.show", list_id=list_id))
