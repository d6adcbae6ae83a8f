"""Borrowers, loans, collateral, the transaction ledger, claims on any date, tape import."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
    from recovery.loans import listing
    from recovery.loans.blueprint import bp

    listing.register(app)
    app.register_blueprint(bp)
