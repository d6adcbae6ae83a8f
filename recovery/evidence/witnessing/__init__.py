"""Witnesses: others who check the log and cosign its heads, and where they read it."""

from flask import Flask


def register(app: Flask) -> None:
    """Register the pages of witnesses and the published log."""
    from recovery.evidence.witnessing import naming, views
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    app.register_blueprint(views.log)
    links.navigation.put(
        "witnesses",
        links.NavItem(_("见证人"), "witnesses.index", Action.VIEW_EVIDENCE, "eye", _("证据")),
        order=68,
    )
    links.subject_links.put("witness", lambda _number: ("witnesses.index", {}))
    for kind, label, execute in (
        (naming.NAMING, _("登记见证人"), naming.name_witness),
        (naming.ENDING, _("结束见证人"), naming.end_witness),
    ):
        links.approval_kinds.put(
            kind,
            links.ApprovalKind(
                label=label,
                content=naming.content,
                execute=execute,
                amount=None,
                template="evidence/witnessing/_approval.html",
            ),
        )
