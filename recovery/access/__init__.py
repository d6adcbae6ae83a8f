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
        token_views,
        views,
    )

    login.register(app)
    pages = (views, people_views, token_views, place_views, approval_views, audit_views)
    for module in pages:
        app.register_blueprint(module.bp)
    menu.register()
