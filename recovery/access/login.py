"""Between a request and the session it belongs to: Flask-Login, timeouts, the access log."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask.signals import request_started
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy import insert, update

from recovery.access.identity import SignedIn, person_of_program, person_of_token
from recovery.access.models import AccessEntry, UserAccount, UserSession
from recovery.access.sessions import awaiting
from recovery.access.throttle import Origin
from recovery.kernel import clock
from recovery.kernel.access_log import ACCESS_LOG, AccessLog, Note
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.kernel.work import system_work
from recovery.web.errors import error_page, kept_input
from recovery.web.language import language_chosen
from recovery.web.people import user_work
from recovery.web.security import bearer_token

TOKEN = "token"  # noqa: S105 - the name under which the cookie holds it

OPEN_BEFORE_CHANGE = frozenset({"access.change_password", "access.sign_out"})
"""What a person may open who still has a one-time password; pages open to all besides."""


def access_log() -> AccessLog:
    """Return the access log of the current application."""
    log: AccessLog = current_app.extensions[ACCESS_LOG]
    return log


def origin() -> Origin:
    """Return where this request comes from."""
    return Origin(request.remote_addr or "", request.headers.get("User-Agent", ""))


def keep_token(token: str) -> None:
    """Give this browser a session of its own: nothing from before the sign-in stays."""
    session.clear()
    session[TOKEN] = token


def load_person(_request: object) -> SignedIn | None:
    """Return who sends this request; None for nobody.

    A program shows a token of its own in the header, for the API alone; its cookies count nothing.
    """
    if (shown := bearer_token()) is not None:
        if not request.path.startswith("/api/"):
            return None
        now = clock.machine_now()
        return person_of_program(db.session(), shown, now=now, today=clock.today())
    token = session.get(TOKEN)
    if not token:
        return None
    return person_of_token(
        db.session(),
        token,
        access_log().last_seen,
        now=clock.machine_now(),
        today=clock.today(),
    )


def begin_afresh(_app: Flask, **_extra: object) -> None:
    """Let nothing of an earlier request stay: no person, no token, no old view of the data.

    Requests of one application context follow each other only in tests and commands; a served
    request has a context of its own, and finds nothing to clear.
    """
    for name in tuple(g):
        g.pop(name)
    if db.session.registry.has():
        db.session.rollback()


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a visitor to the sign-in page and afterwards back to the page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    back = None if wanted == "/" else wanted
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("access.sign_in")})
    if request.path.startswith("/api/"):
        return {"error": str(_("请先登录。"))}, 401
    if request.method == "POST" and kept_input():
        return error_page(401, _("登录已结束，没有提交。您填写的内容列在下面，请登录后重新提交。"))
    if awaiting(db.session(), session.get(TOKEN, ""), clock.machine_now()):
        return redirect(url_for("access.show_code", next=back))
    if session.pop(TOKEN, None):
        flash(str(_("登录已结束，请重新登录。")), "warning")
    return redirect(url_for("access.sign_in", next=back))


def insist_on_own_password() -> ResponseReturnValue | None:
    """Let a person with a one-time password do nothing before choosing their own."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False) or request.endpoint == "static":
        return None
    if not current_user.is_authenticated or not current_user.must_change_password:
        return None
    if request.endpoint in OPEN_BEFORE_CHANGE:
        return None
    return redirect(url_for("access.change_password"))


def is_polling() -> bool:
    """Return whether the page asked by itself: that shows no person before the screen."""
    view = current_app.view_functions.get(request.endpoint or "")
    return "HX-Request" in request.headers and getattr(view, "polled", False)


def note_request(response: Response) -> Response:
    """Note the request of a signed-in person, and have notes written after the response."""
    person = g.get("_login_user")
    if not isinstance(person, SignedIn) or request.endpoint is None or is_polling():
        return response
    log = access_log()
    numbers = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    log.note(
        Note(
            at=clock.machine_now(),
            user_id=person.id,
            session_id=person.session_id,
            method=request.method,
            endpoint=request.endpoint,
            record_id=numbers[0] if numbers else None,
            status=response.status_code,
            request_id=g.get("request_id"),
        )
    )
    response.call_on_close(log.write_if_due)
    return response


def writer(app: Flask) -> AccessLog:
    """Return an access log that writes into the database of `app`."""

    def write(notes: Sequence[Note]) -> None:
        with app.app_context():
            write_notes(notes)

    return AccessLog(write)


def write_notes(notes: Sequence[Note]) -> None:
    """Keep the notes, and move the sessions' last-seen moments forward."""
    newest: dict[int, datetime] = {}
    for note in notes:
        newest[note.session_id] = max(note.at, newest.get(note.session_id, note.at))
    with system_work("access-log", now=notes[-1].at) as work:
        work.session.execute(insert(AccessEntry), [_row(note) for note in notes])
        for session_id, at in newest.items():
            work.session.execute(
                update(UserSession)
                .where(UserSession.id == session_id, UserSession.last_seen_at < at)
                .values(last_seen_at=at)
            )


def _row(note: Note) -> dict[str, object]:
    """Return the note as a row."""
    return {name: getattr(note, name) for name in Note.__slots__}


def keep_language(person: SignedIn, *, language: str) -> None:
    """Keep the language that a signed-in person chose on their account."""
    with user_work() as work:
        work.session.get_one(UserAccount, person.id).language = language


def register(app: Flask) -> None:
    """Set up Flask-Login on our own sessions, and the cookie that holds the token."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME="recovery",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(settings.public_url and settings.public_url.startswith("https")),
    )
    manager: LoginManager = getattr(app, "login_manager", None) or LoginManager(app)
    manager.session_protection = None
    manager.request_loader(load_person)
    manager.unauthorized_handler(ask_to_sign_in)
    app.extensions[ACCESS_LOG] = writer(app)
    request_started.connect(begin_afresh, app)
    language_chosen.connect(keep_language)
    app.before_request(insist_on_own_password)
    app.after_request(note_request)
