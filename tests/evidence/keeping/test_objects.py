"""What fixity, copies and restore know of objects is complete: every column that names one."""

from flask import Flask
from sqlalchemy import Table

from recovery.evidence.keeping.objects import holders, references
from recovery.kernel.db import Base, db

SPEAKING = ("sha256", "digest")
"""What a column that names a digest has in its name."""

NO_OBJECT = {
    "approval_request.digest": "of the content that was approved",
    "audit_leaf.digest": "of an audit event",
    "audit_sample.digest": "of the population and of the sample",
    "contract_registration.sha256": "of a contract that another system keeps",
    "control_total.file_sha256": "of an imported file whose rows were kept, and it not",
    "dossier.plain_sha256": "of the bag without signature and watermark, which is not kept",
    "erased_record.digests": "of fields",
    "evidence_list.digest": "of the list's content",
    "evidence_stream.digest": "of the stream's name with its salt",
    "fixity_finding.sha256": "an alarm about an object, which may be gone for good",
    "import_batch.sha256": "of an imported tape whose rows were kept, and it not",
    "job_exception.digest": "of an exception's text",
    "original_pages.sha256": "how many pages a file has, whoever keeps it",
    "package.digest": "of the frozen rows",
    "reconciliation.digest": "of the figures",
    "recovery_code.digest": "of a sign-in code",
    "redaction.source_sha256": "of a document, which names it itself",
    "scan_attestation.sha256": "of a document, which names it itself",
    "user_session.token_digest": "of a sign-in",
}


def speaking_columns(tables: list[Table]) -> set[str]:
    """Return the columns whose name says that they hold a digest."""
    return {
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if any(word in column.name for word in SPEAKING)
    }


def test_every_column_with_a_digest_names_an_object_that_is_looked_for_or_none(app: Flask) -> None:
    looked_for = {f"{name}.{one.digest.key}" for name, one in references.items()}
    columns = speaking_columns(list(Base.metadata.tables.values()))
    assert columns - looked_for - NO_OBJECT.keys() == set(), "decide: `references`, or why none"
    assert looked_for | NO_OBJECT.keys() <= columns, "a column that is no more"
    assert not looked_for & NO_OBJECT.keys()


def test_every_reference_can_be_read(app: Flask) -> None:
    for name, one in references.items():
        assert one.digest.class_.__tablename__ == name
        assert db.session.execute(one.after(0)).all() == []
    assert holders(db.session(), "0" * 64) == []
