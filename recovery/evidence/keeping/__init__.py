"""Keeps the registry whole: audit batches, fixity, copies, retention, holds, erasure, backup."""

from flask import Flask


def register(app: Flask) -> None:
    """Register pages, jobs and approvals of this part."""
    from recovery.evidence.keeping import erasure, jobs, objects, reach, views
    from recovery.kernel import links
    from recovery.kernel.text import _

    jobs.register()
    objects.register()
    reach.register()
    app.register_blueprint(views.bp)
    links.approval_kinds.put(
        erasure.APPROVAL,
        links.ApprovalKind(
            label=_("删除个人信息"),
            content=erasure.content,
            execute=erasure.execute,
            amount=None,
        ),
    )
