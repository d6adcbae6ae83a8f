"""Make the tables of `evidence.intake`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "stocktake",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", Id, nullable=True),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("summary", Json, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_stocktake_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
        sa.UniqueConstraint("number", name=op.f("uq_stocktake_number")),
    )
    op.create_index(op.f("ix_stocktake_branch_id"), "stocktake", ["branch_id"], unique=False)
    op.create_table(
        "intake_batch",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", Id, nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_intake_batch_created_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_batch")),
    )
    op.create_index(
        op.f("ix_intake_batch_created_by_id"), "intake_batch", ["created_by_id"], unique=False
    )
    op.create_table(
        "document_detail",
        sa.Column("document_id", Id, nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("pages", Id, nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("signature_count", Id, nullable=True),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("signatures_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_detail_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_detail")),
        sa.UniqueConstraint("row_uuid", name=op.f("uq_document_detail_row_uuid")),
    )
    op.create_table(
        "intake_row",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", Id, nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("contract_no", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("pages", Id, nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("supersedes_id", Id, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", Json, nullable=True),
        sa.Column("note", Json, nullable=True),
        sa.Column("document_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["intake_batch.id"], name=op.f("fk_intake_row_batch_id_intake_batch")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_intake_row_document_id_document")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_intake_row_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["document.id"], name=op.f("fk_intake_row_supersedes_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_row")),
    )
    op.create_index("ix_intake_row_batch_id", "intake_row", ["batch_id", "id"], unique=False)
    op.create_table(
        "outside_receipt",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_outside_receipt_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["document.id"], name=op.f("fk_outside_receipt_file_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_outside_receipt_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_receipt")),
    )
    op.create_index(
        op.f("ix_outside_receipt_document_id"), "outside_receipt", ["document_id"], unique=False
    )
    op.create_index(
        op.f("ix_outside_receipt_loan_id"), "outside_receipt", ["loan_id"], unique=False
    )
    op.create_table(
        "paper_original",
        sa.Column("id", Id, nullable=False),
        sa.Column("barcode", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("document_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("seal_no", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("page_count", Id, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_paper_original_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_paper_original_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"],
            ["user_account.id"],
            name=op.f("fk_paper_original_received_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_original")),
        sa.UniqueConstraint("barcode", name=op.f("uq_paper_original_barcode")),
    )
    op.create_index(op.f("ix_paper_original_loan_id"), "paper_original", ["loan_id"], unique=False)
    op.create_index("ix_paper_original_place", "paper_original", ["place", "id"], unique=False)
    op.create_table(
        "scan_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", Id, nullable=True),
        sa.Column("document_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_scan_draft_created_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_scan_draft_document_id_document")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_scan_draft_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_draft")),
    )
    op.create_index(op.f("ix_scan_draft_loan_id"), "scan_draft", ["loan_id"], unique=False)
    op.create_table(
        "custody_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("original_id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("from_holder", sa.String(), nullable=False),
        sa.Column("to_holder", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("seal_no", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("page_count", Id, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["paper_original.id"],
            name=op.f("fk_custody_event_original_id_paper_original"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_event")),
        sa.UniqueConstraint("number", name=op.f("uq_custody_event_number")),
    )
    op.create_index(
        "ix_custody_event_original_id", "custody_event", ["original_id", "id"], unique=False
    )
    op.create_table(
        "scan_attestation",
        sa.Column("id", Id, nullable=False),
        sa.Column("original_id", Id, nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages_compared", Id, nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attested_by_id", Id, nullable=True),
        sa.Column("attested_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_scan_attestation_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["paper_original.id"],
            name=op.f("fk_scan_attestation_original_id_paper_original"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_attestation")),
    )
    op.create_index(
        op.f("ix_scan_attestation_document_id"), "scan_attestation", ["document_id"], unique=False
    )
    op.create_index(
        op.f("ix_scan_attestation_original_id"), "scan_attestation", ["original_id"], unique=False
    )
    op.create_table(
        "scan_page",
        sa.Column("id", Id, nullable=False),
        sa.Column("draft_id", Id, nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["scan_draft.id"], name=op.f("fk_scan_page_draft_id_scan_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_page")),
    )
    op.create_index("ix_scan_page_draft_id", "scan_page", ["draft_id", "position"], unique=False)
    op.create_table(
        "stocktake_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("stocktake_id", Id, nullable=False),
        sa.Column("barcode", sa.String(), nullable=False),
        sa.Column("original_id", Id, nullable=True),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["paper_original.id"],
            name=op.f("fk_stocktake_line_original_id_paper_original"),
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"],
            ["stocktake.id"],
            name=op.f("fk_stocktake_line_stocktake_id_stocktake"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_line")),
    )
    op.create_index(
        "ix_stocktake_line_barcode", "stocktake_line", ["stocktake_id", "barcode"], unique=True
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index("ix_stocktake_line_barcode", table_name="stocktake_line")
    op.drop_table("stocktake_line")
    op.drop_index("ix_scan_page_draft_id", table_name="scan_page")
    op.drop_table("scan_page")
    op.drop_index(op.f("ix_scan_attestation_original_id"), table_name="scan_attestation")
    op.drop_index(op.f("ix_scan_attestation_document_id"), table_name="scan_attestation")
    op.drop_table("scan_attestation")
    op.drop_index("ix_custody_event_original_id", table_name="custody_event")
    op.drop_table("custody_event")
    op.drop_index(op.f("ix_scan_draft_loan_id"), table_name="scan_draft")
    op.drop_table("scan_draft")
    op.drop_index("ix_paper_original_place", table_name="paper_original")
    op.drop_index(op.f("ix_paper_original_loan_id"), table_name="paper_original")
    op.drop_table("paper_original")
    op.drop_index(op.f("ix_outside_receipt_loan_id"), table_name="outside_receipt")
    op.drop_index(op.f("ix_outside_receipt_document_id"), table_name="outside_receipt")
    op.drop_table("outside_receipt")
    op.drop_index("ix_intake_row_batch_id", table_name="intake_row")
    op.drop_table("intake_row")
    op.drop_table("document_detail")
    op.drop_index(op.f("ix_intake_batch_created_by_id"), table_name="intake_batch")
    op.drop_table("intake_batch")
    op.drop_index(op.f("ix_stocktake_branch_id"), table_name="stocktake")
    op.drop_table("stocktake")
    # generated: end
