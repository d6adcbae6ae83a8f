"""The person of this request, for views: who acts, their unit of work; what to call people."""

from contextlib import AbstractContextManager

from flask import Flask, g
from flask_login import current_user

from recovery.kernel import links
from recovery.kernel.db import db
from recovery.kernel.errors import Forbidden
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work, work_as


def current_actor() -> Actor:
    """Return the signed-in person as the one who acts, with the scope of this request.

    Raises:
        Forbidden: nobody is signed in; views are guarded, so only a programming fault asks.
    """
    if not current_user.is_authenticated:
        raise Forbidden(_("请先登录。"))
    actor: Actor = current_user.actor
    return actor


def current_scope() -> Scope:
    """Return what the signed-in person may see; every query of a page passes it to the gate."""
    return current_actor().scope


def user_work() -> AbstractContextManager[Work]:
    """Run a unit of work in the name of the signed-in person."""
    return work_as(current_actor())


def called(name: str | None) -> Text | str:
    """Return what to call whom a row names: a person, the system, or what was typed there."""
    if not name:
        return ""
    known: dict[str, Text | str] = g.setdefault("people_called", {})
    if name not in known:
        known[name] = name
        for names in links.actors_called.all():
            known.update(names(db.session(), {name}))
    return known[name]


def register(app: Flask) -> None:
    """Let templates write `{{ row.made_by|person }}`."""
    app.jinja_env.filters["person"] = called
