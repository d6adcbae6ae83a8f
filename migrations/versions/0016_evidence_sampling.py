"""Make the tables of `evidence.sampling`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "program_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("rights", Json, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_version")),
    )
    op.create_table(
        "audit_sample",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("auditor_id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", Json, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("log_size", Id, nullable=True),
        sa.Column("log_root", sa.String(), nullable=True),
        sa.Column("waiting_count", Id, nullable=True),
        sa.Column("item_count", Id, nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("positive_count", Id, nullable=True),
        sa.Column("positive_value", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("seed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("salt_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("bounds", Json, nullable=False),
        sa.Column("allocation", sa.String(), nullable=True),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("strata", Json, nullable=False),
        sa.Column("interval", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.String(), nullable=True),
        sa.Column("tolerable", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("seeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_count", sa.Integer(), nullable=True),
        sa.Column("conclusion_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["auditor_id"],
            ["user_account.id"],
            name=op.f("fk_audit_sample_auditor_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_audit_sample_engagement_id_engagement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_sample_number")),
    )
    op.create_index(
        op.f("ix_audit_sample_auditor_id"), "audit_sample", ["auditor_id"], unique=False
    )
    op.create_table(
        "confirmation",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("sample_id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("penalty", sa.BigInteger(), nullable=False),
        sa.Column("costs", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("alternative_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_confirmation_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_confirmation_sample_id_audit_sample")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint("sample_id", "loan_id", name=op.f("uq_confirmation_sample_id_loan_id")),
    )
    op.create_table(
        "sample_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("sample_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_sample_file_sample_id_audit_sample")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_file")),
        sa.UniqueConstraint(
            "sample_id", "kind", "sha256", name=op.f("uq_sample_file_sample_id_kind_sha256")
        ),
    )
    op.create_table(
        "sample_item",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("sample_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("entry_id", Id, nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("examined", sa.BigInteger(), nullable=True),
        sa.Column("exception", sa.String(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("examined_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_sample_item_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_sample_item_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_sample_item_sample_id_audit_sample")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_item")),
        sa.UniqueConstraint("sample_id", "place", name=op.f("uq_sample_item_sample_id_place")),
    )
    op.create_table(
        "sample_reader",
        sa.Column("id", Id, nullable=False),
        sa.Column("sample_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_sample_reader_sample_id_audit_sample")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sample_reader_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_reader")),
        sa.UniqueConstraint(
            "sample_id", "user_id", name=op.f("uq_sample_reader_sample_id_user_id")
        ),
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_table("sample_reader")
    op.drop_table("sample_item")
    op.drop_table("sample_file")
    op.drop_table("confirmation")
    op.drop_index(op.f("ix_audit_sample_auditor_id"), table_name="audit_sample")
    op.drop_table("audit_sample")
    op.drop_table("program_version")
    # generated: end
