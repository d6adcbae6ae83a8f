"""Make the tables of `evidence.dossiers`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "dossier_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("choice", Json, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("with_merged", sa.Boolean(), nullable=False),
        sa.Column("checkpoint_size", Id, nullable=True),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_order")),
    )
    op.create_table(
        "dossier_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("choice", Json, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("checkpoint_size", Id, nullable=False),
        sa.Column("with_merged", sa.Boolean(), nullable=False),
        sa.Column("preview_job_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_dossier_draft_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_draft")),
    )
    op.create_index(op.f("ix_dossier_draft_user_id"), "dossier_draft", ["user_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("subject_number", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("choice", Json, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("checkpoint_size", Id, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("plain_sha256", sa.String(), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_id", Id, nullable=True),
        sa.Column("contents", Json, nullable=False),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_dossier_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_dossier_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_dossier_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_dossier_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_dossier_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
    )
    op.create_index(op.f("ix_dossier_agency_id"), "dossier", ["agency_id"], unique=False)
    op.create_index(op.f("ix_dossier_branch_id"), "dossier", ["branch_id"], unique=False)
    op.create_index(op.f("ix_dossier_job_id"), "dossier", ["job_id"], unique=False)
    op.create_index("ix_dossier_loan", "dossier", ["loan_id", "id"], unique=False)
    op.create_index(op.f("ix_dossier_number"), "dossier", ["number"], unique=False)
    op.create_index(op.f("ix_dossier_owner_id"), "dossier", ["owner_id"], unique=False)
    op.create_index(op.f("ix_dossier_package_id"), "dossier", ["package_id"], unique=False)
    op.create_index("ix_dossier_subject", "dossier", ["subject", "subject_id", "id"], unique=False)
    op.create_table(
        "redaction",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("boxes", Json, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_redaction_document_id_document")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_redaction_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    op.create_index(op.f("ix_redaction_document_id"), "redaction", ["document_id"], unique=False)
    op.create_index(op.f("ix_redaction_loan_id"), "redaction", ["loan_id"], unique=False)
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_redaction_loan_id"), table_name="redaction")
    op.drop_index(op.f("ix_redaction_document_id"), table_name="redaction")
    op.drop_table("redaction")
    op.drop_index("ix_dossier_subject", table_name="dossier")
    op.drop_index(op.f("ix_dossier_package_id"), table_name="dossier")
    op.drop_index(op.f("ix_dossier_owner_id"), table_name="dossier")
    op.drop_index(op.f("ix_dossier_number"), table_name="dossier")
    op.drop_index("ix_dossier_loan", table_name="dossier")
    op.drop_index(op.f("ix_dossier_job_id"), table_name="dossier")
    op.drop_index(op.f("ix_dossier_branch_id"), table_name="dossier")
    op.drop_index(op.f("ix_dossier_agency_id"), table_name="dossier")
    op.drop_table("dossier")
    op.drop_index(op.f("ix_dossier_draft_user_id"), table_name="dossier_draft")
    op.drop_table("dossier_draft")
    op.drop_table("dossier_order")
    # generated: end
