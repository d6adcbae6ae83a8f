"""Administration of the calendar: the years known, and the notice of a year's rest days."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RecoveryError
from recovery.kernel.text import Text
from recovery.law.calendar import Calendar
from recovery.rulebook import proposals, queries
from recovery.rulebook.drafts import NewYear, tentative_year
from recovery.rulebook.followers import Moves
from recovery.rulebook.forms import YearForm
from recovery.rulebook.rules import YearCheck, YearDays, check_year, new_years_day
from recovery.rulebook.service import current_book
from recovery.rulebook.views import bp, moves_of, proposed
from recovery.web.rights import allowed


@bp.get("/calendar")
@allowed(Action.VIEW_RULEBOOK)
def calendar() -> ResponseReturnValue:
    """Show the years whose rest days are known, and those that were entered."""
    return render_template(
        "rulebook/calendar.html",
        shipped=sorted(Calendar.standard().years),
        entered=queries.years(db.session()),
        next_year=max(current_book().calendar.years) + 1,
        version=current_book().calendar.version,
    )


@bp.route("/calendar/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_RULEBOOK)
def new_year() -> ResponseReturnValue:
    """Propose the rest days of a year by its notice; `year` names one to be corrected."""
    form, calendar = YearForm(), current_book().calendar
    if not form.is_submitted():
        form.begin_with(calendar, request.args.get("year", type=int) or max(calendar.years) + 1)
    if form.validate_on_submit():
        reason = form.reason.data or ""
        done = proposed(
            form, lambda work: proposals.propose_year(work, form.new_year(), reason=reason)
        )
        if done is not None:
            return done
    return render_template("rulebook/new_year.html", form=form), form.status


@bp.post("/calendar/preview")
@allowed(Action.CHANGE_RULEBOOK)
def preview_year() -> ResponseReturnValue:
    """Show what the days being typed add up to, and which stored days they would move."""
    form = YearForm()
    form.validate()
    moves: Moves | None = None
    check: YearCheck | None = None
    refusal: Text | str = ""
    if form.year.data and form.rest.data and not form.working.errors:
        try:
            days = YearDays(form.rest.data, form.working.data or ())
            check = checked(form.year.data, days)
            new = NewYear(form.year.data, days, "", check.days_off, is_checked=True)
            moves = moves_of(tentative_year(new))
        except RecoveryError as error:
            refusal = error.message
    return render_template(
        "rulebook/_preview.html",
        moves=moves,
        refusal=refusal,
        check=check,
        stated=form.stated_days_off.data,
    )


def checked(year: int, days: YearDays) -> YearCheck:
    """Return what the days of a year add up to."""
    law = current_book().in_force("calendar.statutory_holidays", new_years_day(year))
    return check_year(year, days, law.value)
