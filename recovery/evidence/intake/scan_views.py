"""Pages that join photographed or scanned pages: choose, put in order, join."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.intake import bounded, pdf_child, scans
from recovery.evidence.intake.forms import ScanForm
from recovery.evidence.intake.models import ScanPage
from recovery.evidence.intake.views import bp
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.loans.documents import Papers, keep_file, store
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.loans.models import Loan
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed

SHIFTS = {"earlier": -1, "later": 1}


@bp.route("/scans/new/<int:loan_id>", methods=["GET", "POST"])
@allowed(Action.ADD_EVIDENCE)
def new_scan(loan_id: int) -> ResponseReturnValue:
    """Take pictures that become one document of a loan."""
    loan = gate.find(db.session(), Loan, loan_id, current_scope())
    form = ScanForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            kept = [keep_file(one.stream, one.name) for one in form.pages.data]
            papers = Papers(form.kind.data, "scanned", form.title.data)
            with user_work() as work:
                draft_id = scans.start_draft(work, loan.id, papers, kept).id
            return redirect(url_for(".scan", draft_id=draft_id))
    return render_template("evidence/intake/new_scan.html", form=form, loan=loan), form.status


@bp.get("/scans/<int:draft_id>")
@allowed(Action.ADD_EVIDENCE)
def scan(draft_id: int) -> ResponseReturnValue:
    """Show the pages in their order, to be dragged or moved by keys."""
    draft = scans.find_draft(db.session(), draft_id, current_scope())
    return render_template(
        "evidence/intake/scan.html",
        draft=draft,
        loan=db.session.get_one(Loan, draft.loan_id),
        kind=DOCUMENT_KINDS.get(draft.kind, draft.kind),
        pages=scans.pages_of(db.session(), draft.id),
    )


@bp.post("/scans/<int:draft_id>/order")
@allowed(Action.ADD_EVIDENCE)
def order_scan(draft_id: int) -> ResponseReturnValue:
    """Put the pages in another order, move one, or leave some out."""
    scans.find_draft(db.session(), draft_id, current_scope())
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            scans.reorder(work, draft_id, *_arranged())
            for name, by in SHIFTS.items():
                if name in request.form:
                    scans.shift(work, draft_id, request.form.get(name, 0, type=int), by)
    return redirect(url_for(".scan", draft_id=draft_id))


def _arranged() -> tuple[list[str], list[str]]:
    """Return the order that the page shows, and what is ticked to be left out."""
    return request.form.getlist("page"), request.form.getlist("out")


@bp.post("/scans/<int:draft_id>/join")
@allowed(Action.ADD_EVIDENCE)
def join_scan(draft_id: int) -> ResponseReturnValue:
    """Join the pages as they are arranged on the page and add the document to its loan."""
    draft = scans.find_draft(db.session(), draft_id, current_scope())
    if not EmptyForm().validate_on_submit():
        return redirect(url_for(".scan", draft_id=draft_id))
    file = scans.joined(db.session(), draft, *_arranged())
    with user_work() as work:
        scans.reorder(work, draft_id, *_arranged())
        document_id = scans.finish(work, draft_id, file).id
    flash(_("已合成一份 PDF 并登记；请另一人核对原件。"))
    return redirect(url_for("items.of_document", document_id=document_id))


@bp.get("/scans/pages/<int:page_id>.png")
@allowed(Action.ADD_EVIDENCE)
def scan_picture(page_id: int) -> ResponseReturnValue:
    """Send a small picture of one page of a draft."""
    page = db.session.get(ScanPage, page_id)
    if page is None:
        raise NotFound
    scans.find_draft(db.session(), page.draft_id, current_scope())
    with store().open(page.sha256) as file:
        data = file.read()
    try:
        small = bounded.run(pdf_child.thumbnail, page.media_type, data)
    except ValueError as error:
        raise NotFound(_("这一页无法显示。")) from error
    headers = {"Cache-Control": "private, max-age=3600"}
    return small, 200, {"Content-Type": "image/png", **headers}
