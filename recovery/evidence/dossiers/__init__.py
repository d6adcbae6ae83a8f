"""Dossiers (证据卷宗): what was registered, in one zip that anyone checks."""

from flask import Flask


def register(app: Flask) -> None:
    """Register the pages, jobs and links of dossiers with `app`."""
    from recovery.evidence.dossiers import (
        blackout_views,
        choosing_views,
        jobs,
        papers,
        previews,
        queries,
        reconciliation,
        subjects,
        views,
    )
    from recovery.evidence.dossiers.models import Redaction
    from recovery.evidence.keeping.objects import Reference, references
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    for pages in (views, choosing_views, blackout_views):
        app.register_blueprint(pages.bp)
    references.put(
        "redaction",
        Reference(_("遮盖件"), Redaction.id, Redaction.sha256, Redaction.loan_id),
        order=30,
    )
    jobs.register()
    previews.register()
    papers.register(app)
    links.dossier_subjects.put("loan", subjects.LOAN, order=10)
    links.dossier_parts.put("reconciliation", reconciliation.PART, order=85)
    links.timeline.put("dossiers", queries.timeline)
    links.subject_links.put("dossier", lambda number: ("dossiers.show", {"dossier_id": number}))
    links.bulk_actions.put(
        "export_dossiers",
        links.BulkAction(
            _("导出证据卷宗"), "dossiers.export_selected", Action.EXPORT_DOSSIER, "file-zip"
        ),
        order=60,
    )
