"""Make the tables of `litigation`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "litigation_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("court", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("claim_day", sa.Date(), nullable=False),
        sa.Column("claim_principal", sa.BigInteger(), nullable=False),
        sa.Column("claim_interest", sa.BigInteger(), nullable=False),
        sa.Column("claim_penalty", sa.BigInteger(), nullable=False),
        sa.Column("claim_costs", sa.BigInteger(), nullable=False),
        sa.Column("claim_total", sa.BigInteger(), nullable=False),
        sa.Column("acceptance_fee", sa.BigInteger(), nullable=False),
        sa.Column("acceptance_fee_law", Json, nullable=False),
        sa.Column("next_last_day", sa.Date(), nullable=True),
        sa.Column("next_sort", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=True),
        sa.Column("remark_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_litigation_file_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_litigation_file_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_litigation_file_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_litigation_file_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_litigation_file")),
        sa.UniqueConstraint("number", name=op.f("uq_litigation_file_number")),
    )
    op.create_index(
        op.f("ix_litigation_file_agency_id"), "litigation_file", ["agency_id"], unique=False
    )
    op.create_index(
        op.f("ix_litigation_file_branch_id"), "litigation_file", ["branch_id"], unique=False
    )
    op.create_index(
        "ix_litigation_file_branch_next",
        "litigation_file",
        ["branch_id", "next_sort", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_litigation_file_case_number"), "litigation_file", ["case_number"], unique=False
    )
    op.create_index(
        op.f("ix_litigation_file_loan_id"), "litigation_file", ["loan_id"], unique=False
    )
    op.create_index("ix_litigation_file_next", "litigation_file", ["next_sort", "id"], unique=False)
    op.create_index(
        op.f("ix_litigation_file_owner_id"), "litigation_file", ["owner_id"], unique=False
    )
    op.create_index(
        op.f("ix_litigation_file_package_id"), "litigation_file", ["package_id"], unique=False
    )
    op.create_index("ix_litigation_file_stage", "litigation_file", ["stage", "id"], unique=False)
    op.create_index(
        "uq_litigation_file_open",
        "litigation_file",
        ["loan_id"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("trigger_on", sa.Date(), nullable=False),
        sa.Column("nominal_last_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("law", Json, nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=True),
        sa.Column("outcome_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("superseded_by_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["litigation_file.id"], name=op.f("fk_deadline_file_id_litigation_file")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["deadline.id"],
            name=op.f("fk_deadline_superseded_by_id_deadline"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_file", "deadline", ["file_id", "last_day"], unique=False)
    op.create_index("ix_deadline_open", "deadline", ["ended_on", "last_day", "id"], unique=False)
    op.create_table(
        "stage_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("from_stage", sa.String(), nullable=True),
        sa.Column("to_stage", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["litigation_file.id"],
            name=op.f("fk_stage_change_file_id_litigation_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
    )
    op.create_index(op.f("ix_stage_change_file_id"), "stage_change", ["file_id"], unique=False)
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_stage_change_file_id"), table_name="stage_change")
    op.drop_table("stage_change")
    op.drop_index("ix_deadline_open", table_name="deadline")
    op.drop_index("ix_deadline_file", table_name="deadline")
    op.drop_table("deadline")
    op.drop_index(
        "uq_litigation_file_open",
        table_name="litigation_file",
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.drop_index("ix_litigation_file_stage", table_name="litigation_file")
    op.drop_index(op.f("ix_litigation_file_package_id"), table_name="litigation_file")
    op.drop_index(op.f("ix_litigation_file_owner_id"), table_name="litigation_file")
    op.drop_index("ix_litigation_file_next", table_name="litigation_file")
    op.drop_index(op.f("ix_litigation_file_loan_id"), table_name="litigation_file")
    op.drop_index(op.f("ix_litigation_file_case_number"), table_name="litigation_file")
    op.drop_index("ix_litigation_file_branch_next", table_name="litigation_file")
    op.drop_index(op.f("ix_litigation_file_branch_id"), table_name="litigation_file")
    op.drop_index(op.f("ix_litigation_file_agency_id"), table_name="litigation_file")
    op.drop_table("litigation_file")
    # generated: end
