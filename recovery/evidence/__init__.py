"""Registers files and records in the evidence store; evidence lists; dossiers."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, jobs and links with `app`."""
    from recovery.evidence import (
        audit_words,
        documents,
        dossiers,
        exhibits,
        intake,
        items,
        jobs,
        keeping,
        public,
        sampling,
        totals,
        views,
        witnessing,
    )
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    jobs.register()
    for part in (exhibits, dossiers, witnessing, keeping, public, totals, sampling, intake, items):
        part.register(app)
    audit_words.register()
    links.document_store.put("evidence", documents.HouseDocuments())
    links.navigation.put(
        "evidence",
        links.NavItem(
            _("存证与卷宗"), "evidence.index", Action.VIEW_EVIDENCE, "fingerprint", _("证据")
        ),
        order=60,
    )
    links.loan_tabs.put(
        "evidence",
        links.RecordTab(_("存证"), "evidence.of_loan", Action.VIEW_EVIDENCE),
        order=60,
    )
