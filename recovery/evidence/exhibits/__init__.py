"""Evidence lists (证据目录) of loans and files, from the proposal to the submitted paper."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this part's pages and links with `app`."""
    from recovery.evidence.exhibits import change_views, service, views, whole_views  # noqa: F401
    from recovery.evidence.exhibits.models import EvidenceList
    from recovery.evidence.exhibits.subjects import LOAN, loan_subject, subjects
    from recovery.evidence.keeping.objects import Reference, references
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    subjects.put(LOAN, loan_subject)
    references.put(
        "evidence_list",
        Reference(_("证据目录"), EvidenceList.id, EvidenceList.paper_sha256, EvidenceList.loan_id),
        order=50,
    )
    links.event_words.put(service.SUBMITTED, service.submitted_words)
    links.loan_tabs.put(
        "evidence_lists",
        links.RecordTab(_("证据目录"), "exhibits.of_loan", Action.VIEW_EVIDENCE),
        order=58,
    )
    links.subject_links.put(
        "evidence_list", lambda record_id: ("exhibits.show", {"list_id": record_id})
    )
