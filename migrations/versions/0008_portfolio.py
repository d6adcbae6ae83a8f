"""Make the tables of `portfolio`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "package",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("disposal", sa.String(), nullable=False),
        sa.Column("seller", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("criteria", sa.String(), nullable=False),
        sa.Column("cut_off_date", sa.Date(), nullable=True),
        sa.Column("loan_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_by", sa.String(), nullable=True),
        sa.Column("totals", Json, nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_package_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_package_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_package_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
        sa.UniqueConstraint("number", name=op.f("uq_package_number")),
    )
    op.create_index(op.f("ix_package_agency_id"), "package", ["agency_id"], unique=False)
    op.create_index(op.f("ix_package_branch_id"), "package", ["branch_id"], unique=False)
    op.create_index(op.f("ix_package_owner_id"), "package", ["owner_id"], unique=False)
    op.create_index(op.f("ix_package_package_id"), "package", ["package_id"], unique=False)
    op.create_index(op.f("ix_package_state"), "package", ["state"], unique=False)
    op.create_table(
        "package_loan",
        sa.Column("id", Id, nullable=False),
        sa.Column("package_id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("excluded_reason", sa.String(), nullable=True),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=True),
        sa.Column("excluded_words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contract_no", sa.String(), nullable=False),
        sa.Column("borrower_id", Id, nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=True),
        sa.Column("interest", sa.BigInteger(), nullable=True),
        sa.Column("costs", sa.BigInteger(), nullable=True),
        sa.Column("days_past_due", sa.Integer(), nullable=True),
        sa.Column("asset_class", sa.String(), nullable=True),
        sa.Column("borrower_age", sa.Integer(), nullable=True),
        sa.Column("credit_line", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("guarantee", sa.String(), nullable=True),
        sa.Column("mortgage_state", sa.String(), nullable=True),
        sa.Column("vehicle_state", sa.String(), nullable=True),
        sa.Column("province", sa.String(), nullable=True),
        sa.Column("written_off", sa.Boolean(), nullable=True),
        sa.Column("overdue_since", sa.Date(), nullable=True),
        sa.Column("matures_on", sa.Date(), nullable=True),
        sa.Column("disbursed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_package_loan_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_package_loan_package_id_package")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_loan")),
        sa.UniqueConstraint(
            "package_id", "loan_id", name=op.f("uq_package_loan_package_id_loan_id")
        ),
    )
    op.create_index("ix_package_loan_loan", "package_loan", ["loan_id"], unique=False)
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index("ix_package_loan_loan", table_name="package_loan")
    op.drop_table("package_loan")
    op.drop_index(op.f("ix_package_state"), table_name="package")
    op.drop_index(op.f("ix_package_package_id"), table_name="package")
    op.drop_index(op.f("ix_package_owner_id"), table_name="package")
    op.drop_index(op.f("ix_package_branch_id"), table_name="package")
    op.drop_index(op.f("ix_package_agency_id"), table_name="package")
    op.drop_table("package")
    # generated: end
