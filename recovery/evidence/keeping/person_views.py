"""The page on which the erasure of a person from all records is asked for."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence import queries as registry
from recovery.evidence.keeping import hold, labels, person_files, persons
from recovery.evidence.keeping.forms import ErasureForm
from recovery.evidence.keeping.person_files import PersonFile
from recovery.evidence.keeping.reach import loans_of
from recovery.evidence.keeping.views import bp
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.loans.labels import DOCUMENT_KINDS, PARTY_ROLES
from recovery.loans.models import Loan
from recovery.web.messages import flash
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed


def _label(one: PersonFile) -> str:
    document = one.document
    kind = DOCUMENT_KINDS.get(document.kind, document.kind)
    return f"{kind} · {document.title} · {one.contract_no}"


def _offer(form: ErasureForm, files: Sequence[PersonFile]) -> None:
    """Let the reader choose among files of this person alone; what is proposed is ticked."""
    form.files.choices = [(one.document.id, _label(one)) for one in files if not one.others]
    if not form.is_submitted():
        form.files.data = [one.document.id for one in files if one.is_proposed]


@bp.route("/erase-person/<int:loan_id>/<int:person_id>", methods=["GET", "POST"])
@allowed(Action.REQUEST_ERASURE)
def erase_person(loan_id: int, person_id: int) -> ResponseReturnValue:
    """Ask for the erasure of a person from every record, which are listed first."""
    session = db.session()
    loan = gate.find(session, Loan, loan_id, current_scope())
    role, person = persons.person_at(session, loan, person_id)
    loans = [gate.find(session, Loan, one.id, current_scope()) for one in loans_of(session, person)]
    form = ErasureForm()
    del form.names, form.parts  # all that is listed goes
    files = person_files.files_of(session, person, loans)
    _offer(form, files)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                asked = persons.request_person_erasure(
                    work,
                    loan_id,
                    person_id,
                    ground=form.ground.data,
                    basis=form.basis.data,
                    reason=form.reason.data,
                    document_ids=form.files.data,
                )
            flash(_("已提交删除申请，等待另一人审批。"))
            return redirect(url_for(".show_erasure", erasure_id=asked.id))
    page = render_template(
        "evidence/keeping/erase_person.html",
        form=form,
        loan=loan,
        loans=loans,
        role=PARTY_ROLES[role],
        person=person,
        records=persons.records_of(session, person),
        shared=[one for one in files if one.others],
        document_kinds=DOCUMENT_KINDS,
        why_left=labels.why_left,
        kinds=registry.KINDS,
        field_name=labels.field_name,
        holds=hold.holds_of(session, [one.id for one in loans]),
    )
    return page, form.status
