"""Make the tables of `evidence.keeping`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "audit_batch",
        sa.Column("id", Id, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("highest_id", Id, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_batch")),
    )
    op.create_table(
        "comparison_run",
        sa.Column("id", Id, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf_count", Id, nullable=False),
        sa.Column("difference_count", sa.Integer(), nullable=False),
        sa.Column("differences", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_run")),
    )
    op.create_table(
        "fixity_cycle",
        sa.Column("id", Id, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("log_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("object_total", sa.Integer(), nullable=False),
        sa.Column("object_count", sa.Integer(), nullable=False),
        sa.Column("byte_count", Id, nullable=False),
        sa.Column("reference_cursor", sa.String(), nullable=False),
        sa.Column("run_count", sa.Integer(), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_cycle")),
    )
    op.create_table(
        "audit_leaf",
        sa.Column("event_id", Id, autoincrement=False, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["audit_batch.id"], name=op.f("fk_audit_leaf_batch_id_audit_batch")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_leaf")),
    )
    op.create_index("ix_audit_leaf_batch", "audit_leaf", ["batch_id", "event_id"], unique=False)
    op.create_table(
        "fixity_finding",
        sa.Column("id", Id, nullable=False),
        sa.Column("cycle_id", Id, nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("remark", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["fixity_cycle.id"], name=op.f("fk_fixity_finding_cycle_id_fixity_cycle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_finding")),
    )
    op.create_index("ix_fixity_finding_open", "fixity_finding", ["resolved_at", "id"], unique=False)
    op.create_index(op.f("ix_fixity_finding_sha256"), "fixity_finding", ["sha256"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(), nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("intent_id", Id, nullable=True),
        sa.Column("field_names", Json, nullable=False),
        sa.Column("person_uuid", sa.LargeBinary(), nullable=True),
        sa.Column("further", Json, nullable=False),
        sa.Column("objects", Json, nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_erasure_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_erasure_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["registration_intent.id"],
            name=op.f("fk_erasure_intent_id_registration_intent"),
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_erasure_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_erasure_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("uuid", name=op.f("uq_erasure_uuid")),
    )
    op.create_index(op.f("ix_erasure_agency_id"), "erasure", ["agency_id"], unique=False)
    op.create_index(op.f("ix_erasure_branch_id"), "erasure", ["branch_id"], unique=False)
    op.create_index(op.f("ix_erasure_loan_id"), "erasure", ["loan_id"], unique=False)
    op.create_index(op.f("ix_erasure_owner_id"), "erasure", ["owner_id"], unique=False)
    op.create_index(op.f("ix_erasure_package_id"), "erasure", ["package_id"], unique=False)
    op.create_index("ix_erasure_state", "erasure", ["state", "id"], unique=False)
    op.create_table(
        "legal_hold",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("release_reason", sa.String(), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_legal_hold_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_legal_hold_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_legal_hold_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_legal_hold_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_agency_id"), "legal_hold", ["agency_id"], unique=False)
    op.create_index(op.f("ix_legal_hold_branch_id"), "legal_hold", ["branch_id"], unique=False)
    op.create_index(op.f("ix_legal_hold_loan_id"), "legal_hold", ["loan_id"], unique=False)
    op.create_index(op.f("ix_legal_hold_owner_id"), "legal_hold", ["owner_id"], unique=False)
    op.create_index(op.f("ix_legal_hold_package_id"), "legal_hold", ["package_id"], unique=False)
    op.create_index(
        "uq_legal_hold_open",
        "legal_hold",
        ["loan_id"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "erased_record",
        sa.Column("intent_id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("erasure_id", Id, nullable=False),
        sa.Column("erased_names", Json, nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("digests", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.id"], name=op.f("fk_erased_record_erasure_id_erasure")
        ),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["registration_intent.id"],
            name=op.f("fk_erased_record_intent_id_registration_intent"),
        ),
        sa.PrimaryKeyConstraint("intent_id", name=op.f("pk_erased_record")),
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_table("erased_record")
    op.drop_index(
        "uq_legal_hold_open",
        table_name="legal_hold",
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.drop_index(op.f("ix_legal_hold_package_id"), table_name="legal_hold")
    op.drop_index(op.f("ix_legal_hold_owner_id"), table_name="legal_hold")
    op.drop_index(op.f("ix_legal_hold_loan_id"), table_name="legal_hold")
    op.drop_index(op.f("ix_legal_hold_branch_id"), table_name="legal_hold")
    op.drop_index(op.f("ix_legal_hold_agency_id"), table_name="legal_hold")
    op.drop_table("legal_hold")
    op.drop_index("ix_erasure_state", table_name="erasure")
    op.drop_index(op.f("ix_erasure_package_id"), table_name="erasure")
    op.drop_index(op.f("ix_erasure_owner_id"), table_name="erasure")
    op.drop_index(op.f("ix_erasure_loan_id"), table_name="erasure")
    op.drop_index(op.f("ix_erasure_branch_id"), table_name="erasure")
    op.drop_index(op.f("ix_erasure_agency_id"), table_name="erasure")
    op.drop_table("erasure")
    op.drop_index(op.f("ix_fixity_finding_sha256"), table_name="fixity_finding")
    op.drop_index("ix_fixity_finding_open", table_name="fixity_finding")
    op.drop_table("fixity_finding")
    op.drop_index("ix_audit_leaf_batch", table_name="audit_leaf")
    op.drop_table("audit_leaf")
    op.drop_table("fixity_cycle")
    op.drop_table("comparison_run")
    op.drop_table("audit_batch")
    # generated: end
