"""What is done to the lines and groups of a list that is being written.

Every act takes the version that the page showed, and answers with the list as it is now.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.exhibits import arranging, queries
from recovery.evidence.exhibits.arranging import LineText, open_list
from recovery.evidence.exhibits.checklist import said
from recovery.evidence.exhibits.forms import LineForm
from recovery.evidence.exhibits.models import EvidenceList, EvidenceListLine
from recovery.evidence.exhibits.subjects import find_subject
from recovery.evidence.exhibits.views import bp
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.web.messages import flash
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed


def number(name: str) -> int:
    """Return a whole number of the posted form; −1, which nothing has, where there is none."""
    return request.form.get(name, default=-1, type=int)


@contextmanager
def changing(list_id: int) -> Iterator[tuple[Work, EvidenceList]]:
    """Open a list at the version that the page showed, for one change."""
    with user_work() as work:
        yield work, open_list(work, list_id, number("version"))


def shown(list_id: int) -> ResponseReturnValue:
    """Answer with the list as it is now."""
    return redirect(url_for("exhibits.show", list_id=list_id))


@bp.post("/<int:list_id>/lines/<int:line_id>/up")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def lift_line(list_id: int, line_id: int) -> ResponseReturnValue:
    """Move a line one place up."""
    with changing(list_id) as (work, one):
        arranging.lift_line(work, one, line_id)
    return shown(list_id)


@bp.post("/<int:list_id>/lines/<int:line_id>/down")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def lower_line(list_id: int, line_id: int) -> ResponseReturnValue:
    """Move a line one place down."""
    with changing(list_id) as (work, one):
        arranging.lower_line(work, one, line_id)
    return shown(list_id)


@bp.post("/<int:list_id>/move")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def move_line(list_id: int) -> ResponseReturnValue:
    """Put the `line` where it was dragged: `group` and `place`, from 0, as they are without it."""
    with changing(list_id) as (work, one):
        group, place = number("group"), number("place")
        arranging.move_line(work, one, number("line"), group=group, place=place)
    return shown(list_id)


@bp.post("/<int:list_id>/lines/<int:line_id>/remove")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def remove_line(list_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line off the list."""
    with changing(list_id) as (work, one):
        arranging.remove_line(work, one, line_id)
    flash(_("已移除，可以撤销。"))
    return shown(list_id)


@bp.post("/<int:list_id>/lines/<int:line_id>/purpose")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def write_purpose(list_id: int, line_id: int) -> ResponseReturnValue:
    """Write what a line proves, in its row."""
    typed = request.form.get("purpose", "").replace("\r\n", "\n")
    with changing(list_id) as (work, one):
        line = queries.line_of(work.session, one, line_id)
        text = replace(arranging.text_of(line), purpose=as_kept(typed, line.purpose))
        arranging.correct_line(work, one, line_id, text)
    flash(_("已保存证明对象和内容。"))
    return shown(list_id)


def as_kept(typed: str, kept: str) -> str:
    """Return what to keep: a translation that was shown and left as it was is no change."""
    return kept if typed.strip() == str(said(kept)) else typed


@bp.route("/<int:list_id>/lines/<int:line_id>", methods=["GET", "POST"])
@allowed(Action.CHANGE_EVIDENCE_LIST)
def correct_line(list_id: int, line_id: int) -> ResponseReturnValue:
    """Write a line anew."""
    row = queries.find_list(db.session(), list_id, current_scope())
    line = queries.line_of(db.session(), row, line_id)
    form = LineForm(data=_shown_text(line))
    form.show_version(row.version)
    if form.validate_on_submit():
        with form.refusal_shown():
            _correct(form, list_id, line_id)
            flash(_("已修改证据“{name}”。", name=form.name.data))
            return shown(list_id)
    page = render_template(
        "evidence/exhibits/line.html",
        form=form,
        row=row,
        subject=find_subject(db.session(), row.subject_type, row.subject_id, current_scope()),
    )
    return page, form.status


def _correct(form: LineForm, list_id: int, line_id: int) -> None:
    """Write the line, provided that nobody changed the list since the form was shown."""
    try:
        with changing(list_id) as (work, one):
            line = queries.line_of(work.session, one, line_id)
            arranging.correct_line(work, one, line_id, written(form, line))
    except Conflict:
        row = queries.find_list(db.session(), list_id, current_scope())
        form.compare_with(row.version, _shown_text(queries.line_of(db.session(), row, line_id)))
        raise


def written(form: LineForm, line: EvidenceListLine) -> LineText:
    """Return what was written in the form over a line."""
    return LineText(
        name=as_kept(form.name.data, line.name),
        source=as_kept(form.source.data, line.source),
        form=form.form.data,
        copies=form.copies.data or 0,
        pages=form.pages.data,
        purpose=as_kept(form.purpose.data.replace("\r\n", "\n"), line.purpose),
    )


def _shown_text(line: EvidenceListLine) -> dict[str, object]:
    """Return a line as its form shows it, in the reader's language where it was proposed."""
    text = arranging.text_of(line)
    return {
        **arranging.columns_of(text),
        "name": str(said(text.name)),
        "source": str(said(text.source)),
        "purpose": str(said(text.purpose)),
    }


@bp.post("/<int:list_id>/groups")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def add_group(list_id: int) -> ResponseReturnValue:
    """Add a group."""
    with changing(list_id) as (work, one):
        arranging.add_group(work, one, request.form.get("title", ""))
    return shown(list_id)


@bp.post("/<int:list_id>/groups/<int:group>")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def rename_group(list_id: int, group: int) -> ResponseReturnValue:
    """Give a group, counted from 0, another title."""
    with changing(list_id) as (work, one):
        kept = queries.arrangement_of(work.session, one)
        title = request.form.get("title", "")
        if group < len(kept):
            title = as_kept(title, kept[group].title)
        arranging.rename_group(work, one, group, title)
    return shown(list_id)


@bp.post("/<int:list_id>/groups/<int:group>/up")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def lift_group(list_id: int, group: int) -> ResponseReturnValue:
    """Move a group before the one above it."""
    with changing(list_id) as (work, one):
        arranging.lift_group(work, one, group)
    return shown(list_id)


@bp.post("/<int:list_id>/groups/<int:group>/remove")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def drop_group(list_id: int, group: int) -> ResponseReturnValue:
    """Remove an empty group."""
    with changing(list_id) as (work, one):
        arranging.drop_group(work, one, group)
    return shown(list_id)


@bp.post("/<int:list_id>/undo")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def undo(list_id: int) -> ResponseReturnValue:
    """Take the last change back."""
    with changing(list_id) as (work, one):
        arranging.undo(work, one)
    flash(_("已撤销上一步。"))
    return shown(list_id)


@bp.post("/<int:list_id>/restore")
@allowed(Action.CHANGE_EVIDENCE_LIST)
def restore(list_id: int) -> ResponseReturnValue:
    """Put an earlier state back."""
    with changing(list_id) as (work, one):
        arranging.restore(work, one, number("revision"))
    flash(_("已恢复到所选的状态。"))
    return shown(list_id)
