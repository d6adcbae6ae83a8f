"""Make the tables of `evidence.witnessing`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "witness",
        sa.Column("id", Id, nullable=False),
        sa.Column("vkey", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness")),
        sa.UniqueConstraint("vkey", name=op.f("uq_witness_vkey")),
    )
    op.create_table(
        "cosignature",
        sa.Column("id", Id, nullable=False),
        sa.Column("witness_id", Id, nullable=False),
        sa.Column("checkpoint_size", Id, nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_size"],
            ["checkpoint.size"],
            name=op.f("fk_cosignature_checkpoint_size_checkpoint"),
        ),
        sa.ForeignKeyConstraint(
            ["witness_id"], ["witness.id"], name=op.f("fk_cosignature_witness_id_witness")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cosignature")),
        sa.UniqueConstraint(
            "witness_id", "checkpoint_size", name=op.f("uq_cosignature_witness_id_checkpoint_size")
        ),
    )
    op.create_index(
        op.f("ix_cosignature_checkpoint_size"), "cosignature", ["checkpoint_size"], unique=False
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_cosignature_checkpoint_size"), table_name="cosignature")
    op.drop_table("cosignature")
    op.drop_table("witness")
    # generated: end
