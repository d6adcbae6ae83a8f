"""Dashboards and reports."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages and jobs with `app`."""
    from recovery.insight import jobs, views
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    jobs.register()
    links.navigation.put(
        "dashboard",
        links.NavItem(
            _("总览"), "insight.dashboard", Action.VIEW_DASHBOARD, "dashboard", _("总览")
        ),
        order=0,
    )
