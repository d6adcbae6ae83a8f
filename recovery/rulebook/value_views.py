"""Administration of values: new versions of a parameter, settings of courts and provinces."""

from datetime import date

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import RecoveryError
from recovery.kernel.text import Text
from recovery.kernel.work import Work
from recovery.law.citations import cite
from recovery.law.parameters import Parameter
from recovery.rulebook import drafts, lists, proposals, queries
from recovery.rulebook.followers import Moves
from recovery.rulebook.forms import (
    LOCAL_FORMS,
    OtherSettingForm,
    SettingForm,
    SmallClaimsForm,
    SourceForm,
    VersionForm,
)
from recovery.rulebook.models import LawChange
from recovery.rulebook.service import current_book
from recovery.rulebook.values import write_value
from recovery.rulebook.views import bp, moves_of, parameter, proposed
from recovery.rulebook.words import parameter_title
from recovery.web.rights import allowed


@bp.route("/parameters/<name>/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_RULEBOOK)
def new_version(name: str) -> ResponseReturnValue:
    """Propose a version with its first day in force."""
    one, form = parameter(name), VersionForm()
    if not form.is_submitted():
        form.begin_with(one.versions[-1] if one.versions else None)
    return _valued(one, form, url_for(".preview_version", name=name))


@bp.route("/settings/<name>/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_RULEBOOK)
def new_setting(name: str) -> ResponseReturnValue:
    """Propose what a court or province does."""
    return _valued(parameter(name), local_form(name), url_for(".preview_setting", name=name))


def local_form(name: str) -> SourceForm:
    """Return the form of what courts and provinces do about a parameter."""
    form = LOCAL_FORMS.get(name, OtherSettingForm)()
    if isinstance(form, SmallClaimsForm):
        day = form.since.data if isinstance(form.since.data, date) else clock.today()
        standing = queries.version_today(parameter(name), day)
        form.standing = standing.value if standing is not None else {}
    return form


def _valued(one: Parameter, form: SourceForm, live_url: str) -> ResponseReturnValue:
    """Show a form of a value, and propose what it says."""
    if form.validate_on_submit():
        done = proposed(form, lambda work: _propose_value(work, one.name, form))
        if done is not None:
            return done
    return (
        render_template(
            "rulebook/new_value.html",
            form=form,
            parameter=one,
            title=parameter_title(one),
            is_setting=isinstance(form, SettingForm | SmallClaimsForm),
            current=queries.version_today(one, clock.today()),
            cite=cite,
            live_url=live_url,
        ),
        form.status,
    )


def _propose_value(work: Work, name: str, form: SourceForm) -> LawChange:
    new, reason = form.new_value(name), form.reason.data or ""
    if isinstance(form, SettingForm):
        return proposals.propose_setting(work, form.place, new, reason=reason)
    return proposals.propose_version(work, new, reason=reason)


@bp.post("/parameters/<name>/preview")
@allowed(Action.CHANGE_RULEBOOK)
def preview_version(name: str) -> ResponseReturnValue:
    """Show which stored days the version being typed would move; nothing is written."""
    parameter(name)
    return previewed(VersionForm(), name)


@bp.post("/settings/<name>/preview")
@allowed(Action.CHANGE_RULEBOOK)
def preview_setting(name: str) -> ResponseReturnValue:
    """Show which stored days the setting being typed would move; nothing is written."""
    parameter(name)
    return previewed(local_form(name), name)


def previewed(form: SourceForm, name: str) -> ResponseReturnValue:
    """Return the fragment of what the typed value would move, or what it lacks yet."""
    moves: Moves | None = None
    refusal: Text | str = ""
    form.validate()
    if form.since.data is not None and not _value_missing(form):
        try:
            new = form.new_value(name)
            place = form.place if isinstance(form, SettingForm) else None
            change = drafts.tentative(new, place)
            moves = moves_of(change)
        except RecoveryError as error:
            refusal = error.message
    return render_template("rulebook/_preview.html", moves=moves, refusal=refusal, check=None)


def _value_missing(form: SourceForm) -> bool:
    """Return whether a field of the value itself is blank or unreadable so far."""
    about = {"instrument", "article", "edition", "mark", "is_confirmed", "reason", "since"}
    return any(field.errors for field in form if field.name not in about)


@bp.get("/settings")
@allowed(Action.VIEW_RULEBOOK)
def settings() -> ResponseReturnValue:
    """Show what courts and provinces do, and what may be set for them."""
    book = current_book()
    return render_template(
        "rulebook/settings.html",
        settings=sorted(book.settings, key=lambda one: (one.place, one.parameter)),
        local=[(name, parameter_title(book.parameters[name])) for name in LOCAL_FORMS],
        titles={name: parameter_title(one) for name, one in book.parameters.items()},
        published=queries.published_limits(book, clock.today()),
        write=write_value,
        place_label=lists.place_label,
    )
