"""Make the tables of `evidence.totals`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "control_total",
        sa.Column("id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("computed", sa.BigInteger(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("file_sha256", sa.String(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_total")),
    )
    op.create_index(
        "uq_control_total",
        "control_total",
        ["day", "source", "measure", "scope"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "ledger_sum",
        sa.Column("scope", Id, autoincrement=False, nullable=False),
        sa.Column("days", Json, nullable=False),
        sa.Column("entries_to", Id, nullable=False),
        sa.Column("loans_to", Id, nullable=False),
        sa.Column("loans", sa.String(), nullable=False),
        sa.Column("next_to", Id, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_ledger_sum")),
    )
    op.create_table(
        "reconciliation",
        sa.Column("id", Id, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
        sa.UniqueConstraint("month", "number", name=op.f("uq_reconciliation_month_number")),
    )
    op.create_table(
        "control_difference",
        sa.Column("id", Id, nullable=False),
        sa.Column("total_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closing", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user_account.id"],
            name=op.f("fk_control_difference_owner_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["total_id"],
            ["control_total.id"],
            name=op.f("fk_control_difference_total_id_control_total"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_difference")),
        sa.UniqueConstraint("total_id", name=op.f("uq_control_difference_total_id")),
    )
    op.create_index(
        "ix_control_difference_open", "control_difference", ["closed_at", "day", "id"], unique=False
    )
    op.create_table(
        "contract_registration",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_no", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("disbursed_on", sa.Date(), nullable=False),
        sa.Column("source_system", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_contract_registration_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_registration")),
        sa.UniqueConstraint(
            "contract_no", "sha256", name=op.f("uq_contract_registration_contract_no_sha256")
        ),
    )
    op.create_index(
        op.f("ix_contract_registration_loan_id"), "contract_registration", ["loan_id"], unique=False
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_contract_registration_loan_id"), table_name="contract_registration")
    op.drop_table("contract_registration")
    op.drop_index("ix_control_difference_open", table_name="control_difference")
    op.drop_table("control_difference")
    op.drop_table("reconciliation")
    op.drop_table("ledger_sum")
    op.drop_index(
        "uq_control_total",
        table_name="control_total",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_table("control_total")
    # generated: end
