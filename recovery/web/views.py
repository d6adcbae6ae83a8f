"""The frame's own pages: choosing language and theme, and the style page."""

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from recovery.web import frame, language
from recovery.web.rights import public

bp = Blueprint("web", __name__, url_prefix="/-")


@bp.post("/language/<code>")
@public
def choose_language(code: str) -> ResponseReturnValue:
    """Show everything in the language `code` from now on."""
    return language.choose(code)


@bp.post("/theme")
@public
def choose_theme() -> ResponseReturnValue:
    """Show everything in the chosen scheme from now on."""
    return frame.choose_theme()


def register(app: Flask) -> None:
    """Add the frame's pages."""
    from recovery.web import preferences, style  # noqa: F401 - style adds its views to `bp`

    app.register_blueprint(bp)
    app.register_blueprint(preferences.bp)
