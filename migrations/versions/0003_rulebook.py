"""Make the tables of `rulebook`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "law_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("retracts_id", Id, nullable=True),
        sa.Column("parameter", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("year", Id, nullable=True),
        sa.Column("rest_days", Json, nullable=False),
        sa.Column("working_days", Json, nullable=False),
        sa.Column("proposed_by_id", Id, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["user_account.id"],
            name=op.f("fk_law_change_proposed_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["retracts_id"], ["law_change.id"], name=op.f("fk_law_change_retracts_id_law_change")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law_change")),
    )
    op.create_index("ix_law_change_in_force_at", "law_change", ["in_force_at", "id"], unique=False)
    op.create_index("ix_law_change_parameter", "law_change", ["parameter", "id"], unique=False)
    op.create_index(op.f("ix_law_change_retracts_id"), "law_change", ["retracts_id"], unique=False)
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_law_change_retracts_id"), table_name="law_change")
    op.drop_index("ix_law_change_parameter", table_name="law_change")
    op.drop_index("ix_law_change_in_force_at", table_name="law_change")
    op.drop_table("law_change")
    # generated: end
