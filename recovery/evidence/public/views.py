"""The public page: one form, one answer. Open to all, for courts and buyers have no account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from recovery.access.login import origin
from recovery.access.throttle import Throttled
from recovery.evidence.public import queries, service
from recovery.evidence.public.forms import VerifyForm
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.web.rights import public
from recovery.web.security import largest_request

bp = Blueprint("public", __name__, url_prefix="/verify")


@bp.before_request
def refuse_when_closed() -> None:
    """Answer nothing where the page is switched off."""
    if not service.is_open():
        raise NotFound(_("没有这个页面。"))


@bp.route("/", methods=["GET", "POST"])
@public
@largest_request(service.LARGEST + 1_000_000)
def check() -> ResponseReturnValue:
    """Take a dossier or file and say whether the log knows it.

    Public, because whoever received a dossier has no account. Nothing is kept.
    """
    form, answer = VerifyForm(), None
    if form.validate_on_submit():
        try:
            service.count_check(origin())
        except Throttled as error:
            form.file.errors = [error.message]
            return _page(form), 429, error.retry_after
        with form.refusal_shown():
            answer = service.answer(db.session(), form.file.data.stream)
    return _page(form, answer=answer), form.status


@bp.get("/<number>")
@public
def of_dossier(number: str) -> ResponseReturnValue:
    """Say whether there is a dossier of this number; the codes in page footers lead here.

    Public, because whoever holds the printed page has no account.
    """
    try:
        service.count_check(origin())
    except Throttled as error:
        form = VerifyForm()
        form.file.errors = [error.message]
        return _page(form), 429, error.retry_after
    found = queries.known_dossier(db.session(), number)
    status = 200 if found else 404
    return _page(VerifyForm(), number=number, found=found), status


def _page(
    form: VerifyForm,
    *,
    answer: service.Answer | None = None,
    number: str = "",
    found: queries.KnownDossier | None = None,
) -> str:
    return render_template(
        "evidence/public/verify.html", form=form, answer=answer, number=number, found=found
    )
