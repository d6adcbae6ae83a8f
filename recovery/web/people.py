"""The person of this request, for views: who acts, and the unit of work in their name."""

from contextlib import AbstractContextManager

from flask_login import current_user

from recovery.kernel.errors import Forbidden
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.text import _
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
