"""Administration of the law: parameters and their sources, changes, settings, rest days."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.law.book import LawBook
from recovery.law.citations import cite
from recovery.law.parameters import Parameter
from recovery.rulebook import execution, lists, proposals, queries
from recovery.rulebook.book import RETRACTION, book_with, in_force
from recovery.rulebook.followers import Moves, moves_under
from recovery.rulebook.forms import (
    LOCAL_FORMS,
    ReasonForm,
)
from recovery.rulebook.models import LawChange
from recovery.rulebook.service import current_book
from recovery.rulebook.words import parameter_title, subject_of, subjects, unit_label
from recovery.web.forms import BaseForm
from recovery.web.messages import flash
from recovery.web.pagination import Count, Page, bounded_count
from recovery.web.people import user_work
from recovery.web.rights import allowed

bp = Blueprint("rulebook", __name__, url_prefix="/rulebook")


@bp.get("/")
@allowed(Action.VIEW_RULEBOOK)
def index() -> ResponseReturnValue:
    """List the parameters with the version of today, its source, mark and standing."""
    asked = lists.PARAMETERS.read(request.args)
    rows = queries.parameter_rows(current_book(), clock.today(), asked.filters)
    shown = asked.show(
        Page(rows, next=None, previous=None, size=len(rows)),
        Count(len(rows), beyond=False),
        row_url=lambda row: url_for(".show", name=row.name),
        row_id=lambda row: row.name,
    )
    return render_template(
        "rulebook/index.html", list=shown, pending=queries.pending_count(db.session())
    )


def parameter(name: str) -> Parameter:
    """Return a parameter of the book in force.

    Raises:
        NotFound: there is none.
    """
    found = current_book().parameters.get(name)
    if found is None:
        raise NotFound(_("没有这个法律参数。"))
    return found


@bp.get("/parameters/<name>")
@allowed(Action.VIEW_RULEBOOK)
def show(name: str) -> ResponseReturnValue:
    """Show one parameter: versions, sources, settings of courts and provinces, changes."""
    one, book = parameter(name), current_book()
    return render_template(
        "rulebook/parameter.html",
        parameter=one,
        title=parameter_title(one),
        subject=subjects()[subject_of(name)],
        unit=unit_label(one.unit),
        today_version=queries.version_today(one, clock.today()),
        versions=list(reversed(one.versions)),
        shipped=LawBook.standard().parameters[name].versions,
        settings=queries.settings_of(book, name),
        changes=queries.changes_of(db.session(), name),
        is_local=name in LOCAL_FORMS,
        cite=cite,
        place_label=lists.place_label,
        kind_labels=lists.KIND_LABELS,
        change_badge=lists.change_badge,
    )


Propose = Callable[[Work], LawChange]


def proposed(form: BaseForm, propose: Propose) -> ResponseReturnValue | None:
    """Propose a change and lead to it; None where it was refused, which the form then shows."""
    with form.refusal_shown():
        with user_work() as work:
            change = propose(work)
        flash(_("已提交审批，同意后生效。"))
        return redirect(url_for(".show_change", change_id=change.id))
    return None


@bp.route("/parameters/<name>/confirm/<since>", methods=["GET", "POST"])
@allowed(Action.CHANGE_RULEBOOK)
def confirm(name: str, since: str) -> ResponseReturnValue:
    """Propose to vouch for a version."""
    one, day = parameter(name), a_day(since)
    version = next((known for known in one.versions if known.since == day), None)
    if version is None:
        raise NotFound(_("没有这个版本。"))
    form = ReasonForm()
    if form.validate_on_submit():
        reason = form.reason.data or ""
        done = proposed(
            form, lambda work: proposals.propose_confirmation(work, name, day, reason=reason)
        )
        if done is not None:
            return done
    return (
        render_template(
            "rulebook/confirm.html",
            form=form,
            parameter=one,
            title=parameter_title(one),
            version=version,
            citation=cite(version, version.since),
        ),
        form.status,
    )


def a_day(text: str) -> date:
    """Return the day of an address.

    Raises:
        NotFound: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("没有这个版本。")) from None


def moves_of(change: LawChange) -> Moves:
    """Return what a change that is not in force would move."""
    session = db.session()
    book = book_with([*in_force(session), change])
    return moves_under(session, book)


@bp.get("/changes")
@allowed(Action.VIEW_RULEBOOK)
def changes() -> ResponseReturnValue:
    """List the changes with the state of their requests."""
    asked = lists.CHANGES.read(request.args)
    statement = queries.changes(asked.filters)
    session = db.session()
    shown = asked.show(asked.page(session, statement), bounded_count(session, statement))
    return render_template("rulebook/changes.html", list=shown)


@bp.get("/changes/<int:change_id>")
@allowed(Action.VIEW_RULEBOOK)
def show_change(change_id: int) -> ResponseReturnValue:
    """Show a change, its request, and what it would move."""
    session = db.session()
    change = queries.change(session, change_id)
    asked = queries.request_of(session, change_id)
    retracted = proposals.is_retracted(session, change_id)
    standing = _Standing(change, asked.status if asked else None, retracted)
    in_book = change.in_force_at is not None and change.kind != RETRACTION
    may_be_retracted = in_book and not retracted
    return render_template(
        "rulebook/change.html",
        change=change,
        content=execution.content(session, change_id),
        title=lists.title_of(change),
        kind=lists.KIND_LABELS[change.kind],
        place=lists.place_label(change.place),
        request_=asked,
        badge_of=lists.change_badge(standing),
        may_be_retracted=may_be_retracted,
        days=_grouped(change.rest_days),
        worked=[date.fromisoformat(day) for day in change.working_days],
    )


@bp.route("/changes/<int:change_id>/retract", methods=["GET", "POST"])
@allowed(Action.CHANGE_RULEBOOK)
def retract(change_id: int) -> ResponseReturnValue:
    """Propose to take a change out of the law book again."""
    change, form = queries.change(db.session(), change_id), ReasonForm()
    if form.validate_on_submit():
        reason = form.reason.data or ""
        done = proposed(
            form, lambda work: proposals.propose_retraction(work, change_id, reason=reason)
        )
        if done is not None:
            return done
    return (
        render_template(
            "rulebook/retract.html",
            form=form,
            change=change,
            title=lists.title_of(change),
            place=lists.place_label(change.place),
            content=execution.content(db.session(), change_id),
        ),
        form.status,
    )


class _Standing:
    """What the badge of a change reads."""

    def __init__(self, change: LawChange, status: str | None, is_retracted: bool) -> None:
        self.in_force_at = change.in_force_at
        self.status = status
        self.is_retracted = is_retracted


def _grouped(days: Sequence[str]) -> list[tuple[date, date]]:
    """Return days as ranges, the first and the last of each."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(date.fromisoformat(text) for text in days):
        if ranges and (day - ranges[-1][1]).days == 1:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges


@bp.get("/changes/<int:change_id>/moves")
@allowed(Action.VIEW_RULEBOOK)
def moves(change_id: int) -> ResponseReturnValue:
    """Show which stored days a change would move, as a fragment."""
    change = queries.change(db.session(), change_id)
    if change.in_force_at is not None:
        return render_template("rulebook/_moves.html", moves=None)
    return render_template("rulebook/_moves.html", moves=moves_of(change))
