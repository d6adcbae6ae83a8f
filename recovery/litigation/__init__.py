"""Litigation files, stages, fees and deadlines."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, jobs and links with `app`."""
    from recovery.kernel import links, search_index
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _
    from recovery.litigation import deadlines, jobs, lists, queries, service, views
    from recovery.rulebook.courts import court_sources
    from recovery.rulebook.followers import Follower, followers

    app.register_blueprint(views.bp)
    jobs.register()
    search_index.sources.put("file", service.search_entries)
    followers.put("litigation", Follower(deadlines.moves_under, deadlines.open_count, jobs.REFRESH))
    links.change_words.put("litigation_file", lists.WORDS)
    court_sources.put("litigation", queries.courts)
    links.navigation.put(
        "files",
        links.NavItem(
            _("诉讼案件"), "litigation.index", Action.VIEW_FILES, "gavel", _("清收与诉讼")
        ),
        order=40,
    )
    links.timeline.put("litigation", queries.timeline)
    links.next_actions.put("litigation", queries.next_action)
    links.loan_tabs.put(
        "files", links.RecordTab(_("诉讼"), "litigation.of_loan", Action.VIEW_FILES), order=40
    )
    links.bulk_actions.put(
        "open_files",
        links.BulkAction(_("批量开案"), "litigation.open_selected", Action.OPEN_FILE, "gavel"),
    )
    links.subject_links.put(
        "litigation_file", lambda record_id: ("litigation.show", {"file_id": record_id})
    )
    _register_with_evidence()


def _register_with_evidence() -> None:
    """Let dossiers and evidence lists be of files, and an open file hold what is registered."""
    from recovery.evidence.exhibits.subjects import subjects
    from recovery.evidence.keeping.hold import implied_holds
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.litigation import dossiers, exhibits, holds, reach

    reach.register()
    implied_holds.put("litigation", holds.holds_of)
    links.dossier_subjects.put("file", dossiers.SUBJECT, order=20)
    subjects.put("litigation_file", exhibits.file_subject)
    links.event_words.put(Action.OPEN_FILE.value, dossiers.file_opened)
    links.event_words.put(Action.CHANGE_STAGE.value, dossiers.stage_changed)
