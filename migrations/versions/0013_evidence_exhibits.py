"""Make the tables of `evidence.exhibits`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "original_pages",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_original_pages")),
    )
    op.create_table(
        "evidence_list",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_type", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submitter", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("court", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(), nullable=True),
        sa.Column("paper_sha256", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_evidence_list_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_list")),
        sa.UniqueConstraint(
            "subject_type",
            "subject_id",
            "number",
            name=op.f("uq_evidence_list_subject_type_subject_id_number"),
        ),
    )
    op.create_index(op.f("ix_evidence_list_loan_id"), "evidence_list", ["loan_id"], unique=False)
    op.create_table(
        "evidence_list_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_id", Id, nullable=False),
        sa.Column("corrects_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("document_id", Id, nullable=True),
        sa.Column("intent_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["evidence_list_line.id"],
            name=op.f("fk_evidence_list_line_corrects_id_evidence_list_line"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_evidence_list_line_document_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["registration_intent.id"],
            name=op.f("fk_evidence_list_line_intent_id_registration_intent"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["evidence_list.id"],
            name=op.f("fk_evidence_list_line_list_id_evidence_list"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_list_line")),
    )
    op.create_index(
        op.f("ix_evidence_list_line_list_id"), "evidence_list_line", ["list_id"], unique=False
    )
    op.create_table(
        "evidence_list_revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("arrangement", Json, nullable=False),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["evidence_list.id"],
            name=op.f("fk_evidence_list_revision_list_id_evidence_list"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_list_revision")),
        sa.UniqueConstraint(
            "list_id", "number", name=op.f("uq_evidence_list_revision_list_id_number")
        ),
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_table("evidence_list_revision")
    op.drop_index(op.f("ix_evidence_list_line_list_id"), table_name="evidence_list_line")
    op.drop_table("evidence_list_line")
    op.drop_index(op.f("ix_evidence_list_loan_id"), table_name="evidence_list")
    op.drop_table("evidence_list")
    op.drop_table("original_pages")
    # generated: end
