"""What stands around every page: environment, clock, person, language, theme."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from recovery.kernel import clock
from recovery.kernel.text import Text, _
from recovery.web.addresses import back_to
from recovery.web.language import COOKIE_AGE

THEMES = (("light", _("浅色")), ("dark", _("深色")), ("auto", _("跟随设备")))
THEME_COOKIE = "theme"

ENVIRONMENTS = {"demo": _("演示"), "test": _("测试"), "production": _("生产")}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Pages of other features that the frame leads to, where they exist."""

    search: str = "search.index"
    job_indicator: str = "jobs.indicator"
    account: str = "access.account"
    sign_out: str = "access.sign_out"


@dataclass(frozen=True, slots=True)
class Frame:
    """The values that `base.html` shows around a page."""

    environment_code: str
    environment: Text | str
    clock_shifted: bool
    person: str
    role: Text | str
    theme: str
    here: str
    searched: str
    themes: tuple[tuple[str, Text], ...] = THEMES
    endpoints: Endpoints = field(default_factory=Endpoints)


def present() -> Frame:
    """Return the frame of the page being served."""
    settings = current_app.config.get("SETTINGS")
    code = getattr(settings, "environment", "production")
    signed_in = bool(current_user and current_user.is_authenticated)
    theme = request.cookies.get(THEME_COOKIE, "light")
    return Frame(
        environment_code=code,
        environment=ENVIRONMENTS.get(code, code),
        clock_shifted=clock.is_shifted(),
        person=current_user.name if signed_in else "",
        role=getattr(current_user, "role_label", "") if signed_in else "",
        theme=theme if theme in dict(THEMES) else "light",
        here=request.full_path.rstrip("?") if request.method == "GET" else request.path,
        searched=request.args.get("q", "") if request.endpoint == Endpoints().search else "",
    )


def choose_theme() -> ResponseReturnValue:
    """Remember the light or dark scheme for this browser."""
    response = redirect(back_to())
    theme = request.form.get("theme", "")
    if theme in dict(THEMES):
        response.set_cookie(
            THEME_COOKIE, theme, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure
        )
    return response


def register(app: Flask) -> None:
    """Give every template the frame."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {"frame": present()}
