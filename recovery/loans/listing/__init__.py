"""The list of loans: its filters, pages, totals, selections, exports, and what finds a loan."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the list's pages, its bulk acts, its jobs, and global search."""
    from recovery.kernel import links, planner  # noqa: F401 - lists rest on what it measures
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _
    from recovery.loans.listing import finding, jobs, printing, search_views, views  # noqa: F401

    finding.register()
    app.register_blueprint(search_views.bp)
    loans = links.NavItem(_("贷款"), "loans.index", Action.VIEW_LOANS, "car", _("资产"))
    links.navigation.put("loans", loans, order=10)
    links.bulk_actions.put(
        "assign",
        links.BulkAction(_("分配经办人或委外"), "loans.assign", Action.ASSIGN_LOANS, "user-check"),
        order=20,
    )
    links.bulk_actions.put(
        "export",
        links.BulkAction(_("导出"), "loans.export_selected", Action.EXPORT_LOANS, "table-export"),
        order=90,
    )
    links.bulk_actions.put(
        "print",
        links.BulkAction(_("打印"), "loans.print_selected", Action.EXPORT_LOANS, "printer"),
        order=95,
    )
    if "loan" not in links.subject_links:
        links.subject_links.put("loan", lambda loan_id: ("loans.show", {"loan_id": loan_id}))
