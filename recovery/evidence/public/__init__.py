"""A page for people without an account: does the log know this dossier or file?"""

from flask import Flask


def register(app: Flask) -> None:
    """Register the page with `app`; whether it answers is decided at each request."""
    from recovery.evidence.public import views

    app.register_blueprint(views.bp)
