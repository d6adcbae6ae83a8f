"""Which act a view is: every view carries one, or is marked as open to all."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, url_for
from flask_login import current_user

from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.errors import Forbidden
from recovery.kernel.text import _

View = TypeVar("View", bound=Callable[..., Any])


def allowed(action: Action) -> Callable[[View], View]:
    """Let only people through who may do `action`; the view carries it as `view.action`.

    Who is not signed in is asked to; who lacks the right gets `Forbidden`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if not current_user.may(action):
                raise Forbidden(_("您的角色没有这项权限。如有需要，请联系管理员。"))
            return view(*args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def signed_in(view: View) -> View:
    """Let every signed-in person through, whatever the role; marked `view.signed_in`."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return view(*args, **kwargs)

    guarded.signed_in = True  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def public(view: View) -> View:
    """Mark a view that needs no right and no sign-in (`view.public`)."""
    view.public = True  # type: ignore[attr-defined]
    return view


def polled(view: View) -> View:
    """Mark a view that pages ask again and again by themselves (`view.polled`).

    Put it under `allowed`. What htmx asks of it keeps nobody signed in.
    """
    view.polled = True  # type: ignore[attr-defined]
    return view


def may_open(endpoint: str) -> bool:
    """Return whether the page `endpoint` is there and its act is one of whoever reads now."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return False
    action = getattr(view, "action", None)
    return action is None or may(action)


def record_url(table: str | None, number: int | None) -> str | None:
    """Return the address of the record `number` of `table`.

    None where it has no page, or none that whoever reads may open.
    """
    if table is None or number is None or table not in links.subject_links:
        return None
    endpoint, arguments = links.subject_links.get(table)(number)
    return url_for(endpoint, **arguments) if may_open(endpoint) else None


def may(action: Action | str) -> bool:
    """Return whether the person who reads now may do `action`; for templates and menus."""
    return bool(current_user.is_authenticated and current_user.may(Action(action)))
