"""Keeps the registry whole: audit batches, fixity, copies, retention, holds, erasure, backup."""

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, jobs and approvals of this part."""
    from recovery.evidence import queries
    from recovery.evidence.keeping import (  # noqa: F401
        erasure_views,
        jobs,
        labels,
        objects,
        periods,
        person_views,
        reach,
        staged,
        typed,
        views,
    )

    jobs.register()
    objects.register()
    reach.register()
    staged.register()
    typed.register()
    app.register_blueprint(views.bp)
    app.jinja_env.globals.update(
        erasure_field_name=labels.field_name,
        erasure_grounds=periods.GROUNDS,
        erasure_period=periods.approved_period,
        evidence_kinds=queries.KINDS,
    )
    _offer_pages()
    _offer_approval()


def _offer_pages() -> None:
    """Lead to the pages, also from what audit events are about."""
    from recovery.evidence.keeping import jobs
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    links.on_start.put("erasures", jobs.replay_on_start)
    links.navigation.put(
        "keeping",
        links.NavItem(
            _("存证保管"), "keeping.index", Action.VIEW_KEEPING, "shield-check", _("证据")
        ),
        order=66,
    )
    for table in ("fixity_finding", "audit_batch"):
        links.subject_links.put(table, lambda _number: ("keeping.index", {}))
    links.subject_links.put(
        "erasure", lambda number: ("keeping.show_erasure", {"erasure_id": number})
    )


def _offer_approval() -> None:
    """Let a second person decide on erasures."""
    from recovery.evidence.keeping import erasure, persons
    from recovery.kernel import links
    from recovery.kernel.text import _

    links.approval_kinds.put(
        erasure.APPROVAL,
        links.ApprovalKind(
            label=_("删除个人信息"),
            content=erasure.content,
            execute=persons.execute,
            amount=None,
            template="evidence/keeping/_approval.html",
        ),
    )
