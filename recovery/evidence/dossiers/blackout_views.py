"""Pages on which a person blacks out parts of a scan."""

from dataclasses import astuple, dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.dossiers import blackout, queries
from recovery.evidence.dossiers.blackout_child import Box
from recovery.evidence.dossiers.forms import BlackoutForm
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.belonging import find_of_loan
from recovery.loans.models import Document
from recovery.web.messages import flash
from recovery.web.people import current_actor, current_scope
from recovery.web.rights import allowed

bp = Blueprint("blackout", __name__, url_prefix="/evidence/blackout")

PARTS = ("page", "left", "top", "width", "height")
EMPTY = 3
"""Rows for further boxes under those filled in."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A row of the table of boxes, as it was typed."""

    page: str = ""
    left: str = ""
    top: str = ""
    width: str = ""
    height: str = ""


@bp.route("/<int:document_id>", methods=["GET", "POST"])
@allowed(Action.BLACK_OUT)
def new(document_id: int) -> ResponseReturnValue:
    """Show the pages of a scan, take the boxes, and make the derivative."""
    document = find_of_loan(db.session(), Document, document_id, current_scope())
    count = blackout.pages_of(document)
    form = BlackoutForm()
    typed = _typed()
    if form.validate_on_submit():
        with form.refusal_shown():
            given = blackout.Blackout(_boxes(typed), form.reason.data)
            blackout.black_out(current_actor(), document.id, given)
            flash(_("遮盖件已保存并登记，可以在导出卷宗时勾选。"))
            return redirect(url_for(".new", document_id=document.id))
    made = [
        one
        for one in queries.redactions_of(db.session(), document.loan_id)
        if one.document_id == document.id
    ]
    return (
        render_template(
            "evidence/dossiers/blackout.html",
            form=form,
            document=document,
            made=made,
            rows=[*typed, *[Typed()] * EMPTY],
            pages=[
                url_for(".page", document_id=document.id, number=number)
                for number in range(1, count + 1)
            ],
        ),
        form.status,
    )


@bp.get("/<int:document_id>/pages/<int:number>.png")
@allowed(Action.BLACK_OUT)
def page(document_id: int, number: int) -> ResponseReturnValue:
    """Answer a page of the scan as a picture."""
    document = find_of_loan(db.session(), Document, document_id, current_scope())
    answer = Response(blackout.page_picture(document, number), mimetype="image/png")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _typed() -> list[Typed]:
    """Return the rows in which something was typed."""
    columns = [request.form.getlist(part) for part in PARTS]
    rows = [Typed(*(text.strip() for text in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if any(astuple(row))]


def _boxes(rows: list[Typed]) -> list[Box]:
    """Return the boxes typed.

    Raises:
        RuleViolation: something is no number.
    """
    try:
        return [
            (int(row.page), float(row.left), float(row.top), float(row.width), float(row.height))
            for row in rows
        ]
    except ValueError as error:
        raise RuleViolation(_("遮盖框的数字不对：页为整数，其余为 0 到 100。")) from error
