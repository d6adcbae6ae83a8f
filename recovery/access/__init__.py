"""Users, roles, rights, sessions, second factor, approvals (four eyes), audit pages."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
    from recovery.access import (
        approval_views,
        audit_views,
        login,
        menu,
        people_views,
        place_views,
        views,
    )

    login.register(app)
    for module in (views, people_views, place_views, approval_views, audit_views):
        app.register_blueprint(module.bp)
    menu.register()
