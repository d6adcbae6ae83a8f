"""Evidence lists (证据目录) of loans and files, from the proposal to the submitted paper."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this part's pages and links with `app`."""
    from recovery.evidence.exhibits.subjects import LOAN, loan_subject, subjects
    from recovery.kernel import links

    subjects.put(LOAN, loan_subject)
    links.subject_links.put(
        "evidence_list", lambda record_id: ("exhibits.show", {"list_id": record_id})
    )
