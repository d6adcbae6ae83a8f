"""Borrowers, loans, collateral, the transaction ledger, claims on any date, tape import."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
    from recovery.kernel import links
    from recovery.loans import (  # noqa: F401
        accounting_views,
        acts,
        collateral_views,
        concession_views,
        concessions,
        history,
        jobs,
        listing,
        tape,
        timeline,
        views,
    )
    from recovery.loans.blueprint import bp
    from recovery.loans.registration import ledger_fields

    links.record_fields.put("ledger_entry", ledger_fields)
    links.change_words.put("loan", history.WORDS)
    links.subject_links.put("loan", lambda loan_id: ("loans.show", {"loan_id": loan_id}))
    concessions.register()
    timeline.register()
    listing.register(app)
    tape.register(app)
    app.register_blueprint(bp)
