"""Addresses inside this application: where to go back to, and links that may not exist."""

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.routing import BuildError


def is_inside(address: str) -> bool:
    """Return whether `address` is a path of this application and cannot lead elsewhere."""
    parts = urlsplit(address)
    plain = not parts.scheme and not parts.netloc
    return plain and address.startswith("/") and not address.startswith(("//", "/\\"))


def back_to(default: str = "/") -> str:
    """Return the page that the request names in `next`, when it is one of ours."""
    asked = request.values.get("next", "")
    return asked if is_inside(asked) else default


def url_if(endpoint: str, **values: object) -> str | None:
    """Return the address of `endpoint`, or None where this installation has no such page."""
    if endpoint not in current_app.view_functions:
        return None
    try:
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    except BuildError:
        return None
