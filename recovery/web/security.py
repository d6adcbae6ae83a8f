"""What every response carries, and what a request may be: headers, request id, CSRF."""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Request, Response, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict

from recovery.kernel import work

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
TWO_YEARS = int(timedelta(days=730).total_seconds())
LARGEST_REQUEST = 512 * 1024 * 1024
"""Octets of a whole request; each kind of upload has its own, smaller cap."""

BEARER = "Bearer "
View = TypeVar("View", bound=Callable[..., Any])


def bearer_token() -> str | None:
    """Return the token that a program shows in the header `Authorization`; None without one."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(BEARER).strip() if header.startswith(BEARER) else None


class Protection(CSRFProtect):  # type: ignore[misc]
    """Protects every POST but those of programs: no browser sends their header by itself."""

    def protect(self, *args: Any, **named: Any) -> None:
        """Refuse a POST without the token of its page; who shows a bearer token has no cookie."""
        if bearer_token() is None:
            super().protect(*args, **named)


csrf = Protection()


class Typed(ImmutableMultiDict[str, Any]):
    """What a request carries, without NUL: nobody types it, and PostgreSQL stores no such text."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__(
            (name, value.replace("\0", "") if isinstance(value, str) else value)
            for name, value in pairs
        )


class Asked(Request):
    """A request whose form and query are `Typed`."""

    parameter_storage_class = Typed


def begin_request() -> None:
    """Give the request its id, which the log, the audit and an error page name."""
    g.request_id = secrets.token_hex(8)
    work.request_id.set(g.request_id)
    if "\0" in request.path:
        abort(404)
    view = current_app.view_functions.get(request.endpoint or "")
    if (largest := getattr(view, "largest_request", None)) is not None:
        request.max_content_length = largest


def largest_request(octets: int) -> Callable[[View], View]:
    """Cap the requests that a view takes (`view.largest_request`); put it next to the view."""

    def decorate(view: View) -> View:
        view.largest_request = octets  # type: ignore[attr-defined]
        return view

    return decorate


def add_headers(response: Response) -> Response:
    """Put the security headers on a response; pages are never kept by a cache."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure or current_app.config.get("SESSION_COOKIE_SECURE"):
        response.headers.setdefault(
            "Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains"
        )
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if "request_id" in g:
        response.headers["X-Request-ID"] = g.request_id
    return response


def register(app: Flask) -> None:
    """Protect every POST, and put the headers on every response."""
    app.config.setdefault("MAX_CONTENT_LENGTH", LARGEST_REQUEST)
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.request_class = Asked
    csrf.init_app(app)
    app.before_request(begin_request)
    app.after_request(add_headers)
