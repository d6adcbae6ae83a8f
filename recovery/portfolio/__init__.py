"""Packages: built from a filter, frozen at a cut-off date, exported."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, jobs and links with `app`."""
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _
    from recovery.portfolio import dossiers, jobs, lists, queries, reach, views

    app.register_blueprint(views.bp)
    jobs.register()
    reach.register()
    links.navigation.put(
        "packages",
        links.NavItem(_("资产包"), "portfolio.index", Action.VIEW_PACKAGES, "packages", _("资产")),
        order=50,
    )
    links.timeline.put("portfolio", queries.timeline)
    links.change_words.put("package", lists.WORDS)
    links.loan_sets.put("package", queries.loan_ids_of)
    links.bulk_actions.put(
        "package",
        links.BulkAction(_("组成资产包"), "portfolio.new", Action.BUILD_PACKAGE, "packages"),
        order=50,
    )
    links.dossier_subjects.put("package", dossiers.SUBJECT, order=30)
    links.subject_links.put(
        "package", lambda record_id: ("portfolio.show", {"package_id": record_id})
    )
