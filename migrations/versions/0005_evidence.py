"""Make the tables of `evidence`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "checkpoint",
        sa.Column("size", Id, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "evidence_stream",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_evidence_stream_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_stream")),
        sa.UniqueConstraint("digest", name=op.f("uq_evidence_stream_digest")),
        sa.UniqueConstraint("loan_id", name=op.f("uq_evidence_stream_loan_id")),
    )
    op.create_table(
        "evidence_item",
        sa.Column("intent_id", Id, nullable=False),
        sa.Column("stream_id", Id, nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("log_index", Id, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("leaf_hash", sa.String(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["intent_id"],
            ["registration_intent.id"],
            name=op.f("fk_evidence_item_intent_id_registration_intent"),
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["evidence_stream.id"],
            name=op.f("fk_evidence_item_stream_id_evidence_stream"),
        ),
        sa.PrimaryKeyConstraint("intent_id", name=op.f("pk_evidence_item")),
    )
    op.create_index("ix_evidence_item_log_index", "evidence_item", ["log_index"], unique=True)
    op.create_index("ix_evidence_item_stream", "evidence_item", ["stream_id", "seq"], unique=False)
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index("ix_evidence_item_stream", table_name="evidence_item")
    op.drop_index("ix_evidence_item_log_index", table_name="evidence_item")
    op.drop_table("evidence_item")
    op.drop_table("evidence_stream")
    op.drop_table("checkpoint")
    # generated: end
