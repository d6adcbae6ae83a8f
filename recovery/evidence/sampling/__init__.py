"""The auditor's workspace (审计抽样): populations, samples, results, confirmations, exports."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this part's pages, jobs and links with `app`."""
    from recovery.evidence.sampling import (
        control_views,
        jobs,
        reach,
        result_views,
        versions,
        views,
    )
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    app.register_blueprint(result_views.bp)
    app.register_blueprint(control_views.bp)
    jobs.register()
    reach.register()
    links.on_start.put("program_version", versions.note_version)
    links.navigation.put(
        "sampling",
        links.NavItem(_("审计抽样"), "sampling.index", Action.VIEW_SAMPLES, "target", _("证据")),
        order=66,
    )
    links.navigation.put(
        "controls",
        links.NavItem(
            _("审计导出"), "controls.index", Action.EXPORT_CONTROLS, "file-export", _("证据")
        ),
        order=67,
    )
