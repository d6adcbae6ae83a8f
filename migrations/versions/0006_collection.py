"""Make the tables of `collection`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "collection_record",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("contacted", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("document_id", Id, nullable=True),
        sa.Column("conduct", Json, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("supersedes_id", Id, nullable=True),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_index", sa.LargeBinary(), nullable=True),
        sa.Column("remark_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_collection_record_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_collection_record_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_collection_record_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["collection_record.id"],
            name=op.f("fk_collection_record_supersedes_id_collection_record"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_record")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_collection_record_supersedes_id")),
    )
    op.create_index(
        "ix_collection_record_address_day",
        "collection_record",
        ["address_index", "happened_on"],
        unique=False,
    )
    op.create_index("ix_collection_record_at", "collection_record", ["at", "id"], unique=False)
    op.create_index(
        "ix_collection_record_loan", "collection_record", ["loan_id", "at", "id"], unique=False
    )
    op.create_index(
        "ix_collection_record_person_day",
        "collection_record",
        ["person_id", "happened_on"],
        unique=False,
    )
    op.create_table(
        "contact",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("is_recorded", sa.Boolean(), nullable=False),
        sa.Column("has_consent", sa.Boolean(), nullable=False),
        sa.Column("promised_amount", sa.BigInteger(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("platform", sa.String(), nullable=True),
        sa.Column("platform_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["collection_record.id"], name=op.f("fk_contact_id_collection_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint(
            "platform", "platform_id", name=op.f("uq_contact_platform_platform_id")
        ),
    )
    op.create_table(
        "demand",
        sa.Column("id", Id, nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("waybill_no", sa.String(), nullable=True),
        sa.Column("address_basis", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("owed_principal", sa.BigInteger(), nullable=False),
        sa.Column("owed_interest", sa.BigInteger(), nullable=False),
        sa.Column("owed_penalty", sa.BigInteger(), nullable=False),
        sa.Column("owed_costs", sa.BigInteger(), nullable=False),
        sa.Column("owed_total", sa.BigInteger(), nullable=False),
        sa.Column("owed_due", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["collection_record.id"], name=op.f("fk_demand_id_collection_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_table(
        "field_visit",
        sa.Column("id", Id, nullable=False),
        sa.Column("visitors", sa.String(), nullable=False),
        sa.Column("met", sa.String(), nullable=False),
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("mileage", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("has_consent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["collection_record.id"], name=op.f("fk_field_visit_id_collection_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_visit")),
    )
    op.create_table(
        "repayment_agreement",
        sa.Column("id", Id, nullable=False),
        sa.Column("agreement_kind", sa.String(), nullable=False),
        sa.Column("new_last_due_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("terms_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("signers", Json, nullable=False),
        sa.Column("guarantor_consent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"],
            ["collection_record.id"],
            name=op.f("fk_repayment_agreement_id_collection_record"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayment_agreement")),
    )
    op.create_table(
        "demand_delivery",
        sa.Column("id", Id, nullable=False),
        sa.Column("demand_id", Id, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demand.id"], name=op.f("fk_demand_delivery_demand_id_demand")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["collection_record.id"], name=op.f("fk_demand_delivery_id_collection_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_delivery")),
    )
    op.create_index(
        op.f("ix_demand_delivery_demand_id"), "demand_delivery", ["demand_id"], unique=False
    )
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_demand_delivery_demand_id"), table_name="demand_delivery")
    op.drop_table("demand_delivery")
    op.drop_table("repayment_agreement")
    op.drop_table("field_visit")
    op.drop_table("demand")
    op.drop_table("contact")
    op.drop_index("ix_collection_record_person_day", table_name="collection_record")
    op.drop_index("ix_collection_record_loan", table_name="collection_record")
    op.drop_index("ix_collection_record_at", table_name="collection_record")
    op.drop_index("ix_collection_record_address_day", table_name="collection_record")
    op.drop_table("collection_record")
    # generated: end
