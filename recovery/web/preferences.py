"""What a person chose for a list and this product remembers: columns, and saved views."""

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.web.addresses import back_to
from recovery.web.messages import flash
from recovery.web.models import ListChoice
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed

if TYPE_CHECKING:
    from recovery.web.worklist import View

MOST_VIEWS = 20
LONGEST_NAME = 40
LONGEST_QUERY = 2000

bp = Blueprint("lists", __name__, url_prefix="/-/lists")


def find_choice(session: Session, user_id: int | None, list_key: str) -> ListChoice | None:
    """Return what the person chose for the list; None when nothing."""
    statement = select(ListChoice).where(
        ListChoice.user_id == user_id, ListChoice.list_key == list_key
    )
    return session.scalars(statement).one_or_none()


def _own_choice(list_key: str) -> ListChoice | None:
    """Return the reading person's choice, read once a request."""
    if not current_user.is_authenticated:
        return None
    if "list_choices" not in g:
        g.list_choices = {}
    if list_key not in g.list_choices:
        g.list_choices[list_key] = find_choice(db.session(), current_actor().id, list_key)
    choice: ListChoice | None = g.list_choices[list_key]
    return choice


def chosen_columns(list_key: str) -> frozenset[str] | None:
    """Return the names of the columns chosen for a list; None when nothing was chosen."""
    choice = _own_choice(list_key)
    return None if choice is None or choice.columns is None else frozenset(choice.columns)


def saved_views(list_key: str) -> "list[View]":
    """Return the views that the person saved of a list."""
    from recovery.web.worklist import View

    choice = _own_choice(list_key)
    return [View(one["name"], one["query"], saved=True) for one in choice.views] if choice else []


def keep_columns(work: Work, list_key: str, columns: list[str]) -> ListChoice:
    """Show these columns of the list from now on; none at all means as declared."""
    choice = _choice_for_change(work, list_key)
    choice.columns = columns or None
    work.record(Action.SAVE_VIEW, choice, columns=len(columns))
    return choice


def save_view(work: Work, list_key: str, name: str, query: str) -> ListChoice:
    """Keep the conditions `query` as the view `name`; the same name again replaces it.

    Raises:
        RuleViolation: the name is blank or too long, or there are too many views.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise RuleViolation(_("视图名称须为 1 至 {limit} 个字。", limit=LONGEST_NAME))
    choice = _choice_for_change(work, list_key)
    others = [view for view in choice.views if view["name"] != name]
    if len(others) >= MOST_VIEWS:
        raise RuleViolation(_("每个清单最多保存 {limit} 个视图，请先去掉一个。", limit=MOST_VIEWS))
    choice.views = [*others, {"name": name, "query": query}]
    work.record(Action.SAVE_VIEW, choice, views=len(choice.views))
    return choice


def drop_view(work: Work, list_key: str, name: str) -> ListChoice:
    """Show the view `name` no longer."""
    choice = _choice_for_change(work, list_key)
    choice.views = [view for view in choice.views if view["name"] != name]
    work.record(Action.SAVE_VIEW, choice, views=len(choice.views))
    return choice


def _choice_for_change(work: Work, list_key: str) -> ListChoice:
    """Return the acting person's choice for the list, made where there is none."""
    choice = find_choice(work.session, work.actor.id, list_key)
    if choice is None:
        assert work.actor.id is not None
        choice = work.add(
            ListChoice(
                user_id=work.actor.id,
                list_key=list_key[:80],
                columns=None,
                views=[],
                changed_at=work.now,
            )
        )
    choice.changed_at = work.now
    return choice


@bp.post("/columns")
@allowed(Action.SAVE_VIEW)
def columns() -> ResponseReturnValue:
    """Keep which columns of a list are shown."""
    with user_work() as work:
        keep_columns(work, request.form.get("list", ""), request.form.getlist("column"))
    return redirect(back_to())


@bp.post("/views")
@allowed(Action.SAVE_VIEW)
def views() -> ResponseReturnValue:
    """Keep the present conditions of a list under a name."""
    name = request.form.get("name", "")
    with user_work() as work:
        save_view(work, request.form.get("list", ""), name, request.form.get("query", ""))
    flash(_("已保存视图“{name}”。", name=name.strip()))
    return redirect(back_to())


@bp.post("/views/drop")
@allowed(Action.SAVE_VIEW)
def dropped_view() -> ResponseReturnValue:
    """Take a saved view off a list."""
    name = request.form.get("name", "")
    with user_work() as work:
        drop_view(work, request.form.get("list", ""), name)
    flash(_("已去掉视图“{name}”。", name=name))
    return redirect(back_to())
