"""Takes documents in, keeps paper originals in custody, and counts them."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this part's pages, jobs and links with `app`."""
    from recovery.evidence.intake import (
        custody_queries,
        custody_views,
        jobs,
        reach,
        scan_views,
        stocktake_report,
        stocktake_views,
        texts,
        views,
    )
    from recovery.kernel import links, search_index

    for pages in (views, scan_views, custody_views, stocktake_views):
        if pages.bp.name not in app.blueprints:
            app.register_blueprint(pages.bp)
    jobs.register()
    stocktake_report.register()
    reach.register()
    search_index.sources.put("document", texts.search_entries)
    search_index.followers.put("loan", texts.follow_loans)
    links.subject_links.put(
        "document", lambda number: ("items.of_document", {"document_id": number})
    )
    links.timeline.put("custody", custody_queries.timeline)
    _put_into_menus()


def _put_into_menus() -> None:
    """Lead to the pages of this part from the menu and from each loan."""
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    links.loan_tabs.put(
        "originals",
        links.RecordTab(_("原件"), "custody.of_loan", Action.VIEW_CUSTODY),
        order=62,
    )
    links.navigation.put(
        "originals",
        links.NavItem(
            _("纸质原件"), "custody.index", Action.VIEW_CUSTODY, "certificate", _("证据")
        ),
        order=62,
    )
    links.navigation.put(
        "intake",
        links.NavItem(_("文件收录"), "intake.index", Action.ADD_EVIDENCE, "file-import", _("证据")),
        order=61,
    )
