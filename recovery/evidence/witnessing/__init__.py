"""Witnesses: others who check the log and cosign its heads, and where they read it."""

from flask import Flask


def register(app: Flask) -> None:
    """Register the pages of witnesses and the published log."""
    from recovery.evidence.witnessing import views
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    app.register_blueprint(views.log)
    links.navigation.put(
        "witnesses",
        links.NavItem(_("见证人"), "witnesses.index", Action.VIEW_EVIDENCE, "eye", _("证据")),
        order=68,
    )
