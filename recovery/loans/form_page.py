"""The page of any form on a loan: shown, refused with everything typed, or done and back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel.db import db
from recovery.kernel.text import Text
from recovery.kernel.work import Work
from recovery.loans import labels
from recovery.loans.models import Loan
from recovery.loans.page import find_loan
from recovery.web.forms import BaseForm
from recovery.web.people import current_scope, user_work


def asked_loan(loan_id: int) -> Loan:
    """Return the loan that a form is on, through the gate.

    Raises:
        NotFound: absent, or not for this reader to see.
    """
    return find_loan(db.session(), loan_id, current_scope())


def loan_form(
    loan_id: int, form: BaseForm, act: Callable[[Work], Text], **values: Any
) -> ResponseReturnValue:
    """Show a form on a loan, or do what it asks and go back to the loan.

    `act` returns the sentence that says what was done; `done_url` is where it is shown.
    `before` is called first, while nothing holds the writer: large files are stored by it.
    `on_refusal` is called when the service refused, before the page is shown again.
    """
    loan = asked_loan(loan_id)
    done_url = values.pop("done_url", url_for("loans.money", loan_id=loan_id))
    before: Callable[[], None] = values.pop("before", _nothing)
    on_refusal: Callable[[], None] = values.pop("on_refusal", _nothing)
    if form.validate_on_submit():
        with form.refusal_shown():
            before()
            with user_work() as work:
                message = act(work)
            flash(str(message), "success")
            return redirect(done_url)
        on_refusal()
    crumbs = [(loan.contract_no, url_for("loans.show", loan_id=loan_id)), (values["heading"], None)]
    page = render_template(
        "loans/form.html",
        form=form,
        loan=loan,
        breadcrumbs=crumbs,
        cancel_url=done_url,
        entry_kinds=labels.ENTRY_KINDS,
        **values,
    )
    return page, form.status


def _nothing() -> None:
    """Do nothing more."""
