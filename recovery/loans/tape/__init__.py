"""Import of a loan tape (资产明细表): read as text, cast by our own rules, staged, then applied."""

from flask import Flask


def register(app: Flask) -> None:
    """Register the pages, jobs and menu entry of the import."""
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import Text, _
    from recovery.loans.tape import jobs, layout_views, purging, result_views  # noqa: F401
    from recovery.loans.tape.showing import STATES
    from recovery.loans.tape.views import bp

    entry = links.NavItem(_("导入"), "tape.index", Action.IMPORT_TAPE, "file-import", _("资产"))
    links.navigation.put("tape", entry, order=15)
    states = {code: badge.text for code, badge in STATES.items() if isinstance(badge.text, Text)}
    links.change_words.put("import_batch", links.ChangeWords(codes={"state": states}))
    links.subject_links.put("import_batch", lambda batch: ("tape.result", {"batch_id": batch}))
    app.register_blueprint(bp)
