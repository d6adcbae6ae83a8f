"""Registers files and records in the evidence store; evidence lists; dossiers."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, jobs and links with `app`."""
    from recovery.evidence import documents
    from recovery.kernel import links

    links.document_store.put("evidence", documents.HouseDocuments())
