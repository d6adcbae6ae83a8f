"""Outside totals and their monthly reconciliation; contracts registered by other systems."""

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, API, jobs and approval of this part."""
    from recovery.evidence.totals import api, reconciling
    from recovery.kernel import links
    from recovery.kernel.text import _

    app.register_blueprint(api.bp)
    links.approval_kinds.put(
        reconciling.APPROVAL,
        links.ApprovalKind(
            label=_("月度对账签署"),
            content=reconciling.content,
            execute=reconciling.sign,
            amount=None,
        ),
    )
