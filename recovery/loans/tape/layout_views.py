"""Pages of layouts: which there are, which headers each knows, and their editor."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.loans.models import TapeLayout
from recovery.loans.tape.amounts import RATE_UNITS, YUAN_UNITS
from recovery.loans.tape.days import FORMS
from recovery.loans.tape.forms import CopyLayoutForm, LayoutForm
from recovery.loans.tape.layout_editing import (
    DAYS,
    change_layout,
    copy_layout,
    filled_in,
    layout_with,
    lines_of,
)
from recovery.loans.tape.layouts import Layout
from recovery.loans.tape.service import layout_named
from recovery.loans.tape.staging import all_layouts
from recovery.loans.tape.views import bp
from recovery.web.messages import flash
from recovery.web.people import user_work
from recovery.web.rights import allowed


@bp.get("/layouts")
@allowed(Action.IMPORT_TAPE)
def layouts() -> ResponseReturnValue:
    """List the layouts: the lenders' own, and those that come with the program."""
    found: list[Layout] = list(all_layouts(db.session()).values())
    return render_template("loans/tape/layouts.html", layouts=found)


@bp.get("/layouts/<name>")
@allowed(Action.IMPORT_TAPE)
def layout(name: str) -> ResponseReturnValue:
    """Show which headers a layout knows for each field."""
    kept = layout_named(db.session(), name)
    return render_template(
        "loans/tape/layout.html",
        layout=_layout(name),
        kept=kept,
        units=YUAN_UNITS | RATE_UNITS,
        notations=FORMS,
        day_kinds=DAYS,
    )


@bp.route("/layouts/<name>/edit", methods=["GET", "POST"])
@allowed(Action.CHANGE_LAYOUT)
def edit_layout(name: str) -> ResponseReturnValue:
    """Edit headers, units and notations of a lender's own layout, without a file."""
    base, kept = _layout(name), _own(name)
    form = LayoutForm()
    form.show_version(kept.version)
    groups = filled_in(base, request.form) if form.is_submitted() else lines_of(base)
    if form.validate_on_submit():
        with form.refusal_shown():
            edited = layout_with(base, (line for _group, lines in groups for line in lines))
            with user_work() as work:
                version = change_layout(work, name, form.seen, edited).version
            flash(_("版式“{name}”已保存为第 {version} 版。", name=name, version=version))
            return redirect(url_for(".layout", name=name))
        form.compare_with(_own(name).version, {})
    page = render_template("loans/tape/layout_edit.html", layout=base, form=form, groups=groups)
    return page, form.status


@bp.route("/layouts/<name>/copy", methods=["GET", "POST"])
@allowed(Action.CHANGE_LAYOUT)
def new_layout(name: str) -> ResponseReturnValue:
    """Begin a layout of one's own from another, without a file, and lead to its editor."""
    base, form = _layout(name), CopyLayoutForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                kept = copy_layout(work, base, form.name.data)
            return redirect(url_for(".edit_layout", name=kept.name))
    return render_template("loans/tape/layout_copy.html", layout=base, form=form), form.status


def _layout(name: str) -> Layout:
    """Return the layout called `name`.

    Raises:
        NotFound: there is none.
    """
    found = all_layouts(db.session()).get(name)
    if found is None:
        raise NotFound
    return found


def _own(name: str) -> TapeLayout:
    """Return the row of a lender's own layout.

    Raises:
        NotFound: it comes with the program, so that it is only copied.
    """
    kept = layout_named(db.session(), name)
    if kept is None:
        raise NotFound(_("随程序提供的版式不能修改，请先复制。"))
    return kept
