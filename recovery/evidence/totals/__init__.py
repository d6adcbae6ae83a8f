"""Outside totals and their monthly reconciliation; contracts registered by other systems."""

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, API, jobs and approval of this part."""
    from recovery.evidence.totals import api, jobs, reach, reconciling, rules, views
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(api.bp)
    app.register_blueprint(views.bp)
    app.jinja_env.globals["totals_rules"] = rules
    jobs.register()
    reach.register()
    links.navigation.put(
        "totals",
        links.NavItem(_("外部对账"), "totals.index", Action.VIEW_TOTALS, "scale", _("证据")),
        order=67,
    )
    links.subject_links.put(
        "control_difference", lambda number: ("totals.show", {"difference_id": number})
    )
    links.subject_links.put(
        "reconciliation", lambda number: ("totals.reconciliation", {"reconciliation_id": number})
    )
    links.approval_kinds.put(
        reconciling.APPROVAL,
        links.ApprovalKind(
            label=_("月度对账签署"),
            content=reconciling.content,
            execute=reconciling.sign,
            amount=None,
            template="evidence/totals/_approval.html",
        ),
    )
