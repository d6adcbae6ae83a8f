"""The frame's own pages: choosing language and theme, and the style page."""

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.links import NavItem
from recovery.kernel.text import _
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
    page = NavItem(_("样式"), "web.style", Action.VIEW_STYLE, "layout-list", _("系统"))
    links.navigation.put("style", page, order=990)
    app.register_blueprint(preferences.bp)
