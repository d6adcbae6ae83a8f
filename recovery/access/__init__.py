"""Users, roles, rights, sessions, second factor, approvals (four eyes), audit pages."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
    from recovery.access import login, views

    login.register(app)
    app.register_blueprint(views.bp)
