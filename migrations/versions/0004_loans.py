"""Make the tables of `loans`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "import_batch",
        sa.Column("id", Id, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("created_count", sa.Integer(), nullable=False),
        sa.Column("updated_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("control_totals", Json, nullable=False),
        sa.Column("source", Json, nullable=False),
        sa.Column("definition", Json, nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("findings", Json, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", Id, nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_sha256"), "import_batch", ["sha256"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("province", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_id_number_index"), "person", ["id_number_index"], unique=False)
    op.create_index(op.f("ix_person_name"), "person", ["name"], unique=False)
    op.create_index(op.f("ix_person_phone_index"), "person", ["phone_index"], unique=False)
    op.create_table(
        "selection",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
    )
    op.create_index(op.f("ix_selection_user_id"), "selection", ["user_id"], unique=False)
    op.create_table(
        "tape_layout",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tape_layout")),
        sa.UniqueConstraint("name", name=op.f("uq_tape_layout_name")),
    )
    op.create_table(
        "selection_row",
        sa.Column("selection_id", Id, nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_selection_row_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("selection_id", "record_id", name=op.f("pk_selection_row")),
    )
    op.create_table(
        "staged_row",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("contract_no", sa.String(), nullable=True),
        sa.Column("data_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_staged_row_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_row")),
    )
    op.create_index("ix_staged_row_batch", "staged_row", ["batch_id", "state", "id"], unique=False)
    op.create_index(
        "ix_staged_row_contract",
        "staged_row",
        ["batch_id", "contract_no"],
        unique=False,
        sqlite_where=sa.text("part <> 'loans'"),
        postgresql_where=sa.text("part <> 'loans'"),
    )
    op.create_table(
        "loan",
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_no", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("borrower_id", Id, nullable=False),
        sa.Column("borrower_name", sa.String(), nullable=True),
        sa.Column("province", sa.String(), nullable=True),
        sa.Column("disbursed_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("matures_on", sa.Date(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("disbursed_amount", sa.BigInteger(), nullable=False),
        sa.Column("instalment_amount", sa.BigInteger(), nullable=True),
        sa.Column("rate_per_year", sa.BigInteger(), nullable=False),
        sa.Column("penalty_rate_per_year", sa.BigInteger(), nullable=True),
        sa.Column("compound_rate_per_year", sa.BigInteger(), nullable=True),
        sa.Column("day_count", sa.String(), nullable=False),
        sa.Column("appropriation_order", sa.String(), nullable=False),
        sa.Column("repayment_method", sa.String(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("billed_interest", sa.BigInteger(), nullable=False),
        sa.Column("penalty_due", sa.BigInteger(), nullable=False),
        sa.Column("compound_due", sa.BigInteger(), nullable=False),
        sa.Column("costs_due", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("paid_total", sa.BigInteger(), nullable=False),
        sa.Column("overdue_since", sa.Date(), nullable=True),
        sa.Column(
            "overdue_order",
            sa.Date(),
            sa.Computed("coalesce(overdue_since, '9999-12-31')", persisted=True),
            nullable=False,
        ),
        sa.Column("last_paid_on", sa.Date(), nullable=True),
        sa.Column("accelerated_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.Column("written_off_on", sa.Date(), nullable=True),
        sa.Column("assigned_class", sa.String(), nullable=True),
        sa.Column("class_floor", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("mortgage_state", sa.String(), nullable=False),
        sa.Column("vehicle_state", sa.String(), nullable=False),
        sa.Column("guarantee", sa.String(), nullable=False),
        sa.Column("import_batch_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_loan_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["borrower_id"], ["person.id"], name=op.f("fk_loan_borrower_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_loan_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_loan_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_loan_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    op.create_index(
        "ix_loan_agency_overdue",
        "loan",
        [
            "agency_id",
            "overdue_order",
            "id",
            "balance",
            "overdue_since",
            "contract_no",
            "branch_id",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "package_id",
        ],
        unique=False,
        sqlite_where=sa.text("agency_id IS NOT NULL"),
        postgresql_where=sa.text("agency_id IS NOT NULL"),
    )
    op.create_index(
        "ix_loan_branch_balance",
        "loan",
        [
            "branch_id",
            "balance",
            "id",
            "overdue_since",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_index(
        "ix_loan_branch_overdue",
        "loan",
        [
            "branch_id",
            "overdue_order",
            "id",
            "balance",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_index("ix_loan_contract_no", "loan", ["contract_no"], unique=True)
    op.create_index(
        "ix_loan_owner_overdue",
        "loan",
        [
            "owner_id",
            "overdue_order",
            "id",
            "balance",
            "overdue_since",
            "contract_no",
            "branch_id",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "agency_id",
            "package_id",
        ],
        unique=False,
        sqlite_where=sa.text("owner_id IS NOT NULL"),
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_loan_package_id"), "loan", ["package_id"], unique=False)
    op.create_index(
        "ix_loan_package_overdue",
        "loan",
        [
            "package_id",
            "overdue_order",
            "id",
            "balance",
            "overdue_since",
            "contract_no",
            "branch_id",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
        ],
        unique=False,
        sqlite_where=sa.text("package_id IS NOT NULL"),
        postgresql_where=sa.text("package_id IS NOT NULL"),
    )
    op.create_index(
        "ix_loan_sort_balance",
        "loan",
        [
            "balance",
            "id",
            "branch_id",
            "overdue_since",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_index(
        "ix_loan_sort_contract",
        "loan",
        [
            "contract_no",
            "id",
            "branch_id",
            "overdue_since",
            "balance",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_index(
        "ix_loan_sort_overdue",
        "loan",
        [
            "overdue_order",
            "id",
            "branch_id",
            "balance",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_index(
        "ix_loan_stage_overdue",
        "loan",
        [
            "stage",
            "overdue_order",
            "id",
            "branch_id",
            "balance",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_index(
        "ix_loan_totals",
        "loan",
        [
            "borrower_id",
            "principal",
            "billed_interest",
            "balance",
            "overdue_since",
            "branch_id",
            "stage",
            "province",
            "mortgage_state",
            "vehicle_state",
            "assigned_class",
            "class_floor",
            "written_off_on",
            "closed_on",
            "owner_id",
            "agency_id",
            "package_id",
        ],
        unique=False,
    )
    op.create_table(
        "accounting_fact",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("gross_carrying_amount", sa.BigInteger(), nullable=True),
        sa.Column("allowance", sa.BigInteger(), nullable=True),
        sa.Column("ifrs9_stage", sa.Integer(), nullable=True),
        sa.Column("effective_rate_per_year", sa.BigInteger(), nullable=True),
        sa.Column("written_off_on", sa.Date(), nullable=True),
        sa.Column("import_batch_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_accounting_fact_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_accounting_fact_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_fact")),
        sa.UniqueConstraint("loan_id", "as_of", name=op.f("uq_accounting_fact_loan_id_as_of")),
    )
    op.create_table(
        "application_data",
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("import_batch_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_application_data_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_application_data_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("loan_id", name=op.f("pk_application_data")),
    )
    op.create_table(
        "document",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", Id, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", Id, nullable=True),
        sa.Column("supersedes_id", Id, nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_document_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["document.id"], name=op.f("fk_document_supersedes_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_loan_id"), "document", ["loan_id"], unique=False)
    op.create_index(op.f("ix_document_sha256"), "document", ["sha256"], unique=False)
    op.create_table(
        "instalment",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("schedule", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("principal_paid", sa.BigInteger(), nullable=False),
        sa.Column("interest_paid", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_instalment_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint(
            "loan_id", "schedule", "number", name=op.f("uq_instalment_loan_id_schedule_number")
        ),
    )
    op.create_index("ix_instalment_due", "instalment", ["due_on", "loan_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("penalty", sa.BigInteger(), nullable=False),
        sa.Column("compound", sa.BigInteger(), nullable=False),
        sa.Column("costs", sa.BigInteger(), nullable=False),
        sa.Column("appropriation_order", sa.String(), nullable=True),
        sa.Column("instalment_number", sa.Integer(), nullable=True),
        sa.Column("accrued_until", sa.Date(), nullable=True),
        sa.Column("reverses_id", Id, nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("import_batch_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["import_batch.id"],
            name=op.f("fk_ledger_entry_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_ledger_entry_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_entry_reverses_id_ledger_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("loan_id", "number", name=op.f("uq_ledger_entry_loan_id_number")),
    )
    op.create_index(
        "ix_ledger_entry_kind_month", "ledger_entry", ["kind", "value_date"], unique=False
    )
    op.create_index(
        "ix_ledger_entry_value_date",
        "ledger_entry",
        ["loan_id", "value_date", "number"],
        unique=False,
    )
    op.create_table(
        "loan_ownership",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_loan_ownership_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_ownership")),
    )
    op.create_index(op.f("ix_loan_ownership_loan_id"), "loan_ownership", ["loan_id"], unique=False)
    op.create_table(
        "loan_party",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("guarantee_mode", sa.String(), nullable=True),
        sa.Column("guarantee_last_day", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_party_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_loan_party_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_party")),
    )
    op.create_index(op.f("ix_loan_party_loan_id"), "loan_party", ["loan_id"], unique=False)
    op.create_index(op.f("ix_loan_party_person_id"), "loan_party", ["person_id"], unique=False)
    op.create_table(
        "month_end_snapshot",
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("month_end", sa.Date(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("billed_interest", sa.BigInteger(), nullable=False),
        sa.Column("days_past_due", sa.Integer(), nullable=True),
        sa.Column("asset_class", sa.String(), nullable=True),
        sa.Column("reported_balance", sa.BigInteger(), nullable=True),
        sa.Column("difference", sa.BigInteger(), nullable=True),
        sa.Column("difference_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_month_end_snapshot_loan_id_loan")
        ),
        sa.PrimaryKeyConstraint("loan_id", "month_end", name=op.f("pk_month_end_snapshot")),
    )
    op.create_table(
        "vehicle",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("vin", sa.String(), nullable=True),
        sa.Column("vin_check", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=True),
        sa.Column("engine_no", sa.String(), nullable=True),
        sa.Column("make", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("model_year", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("mortgage_state", sa.String(), nullable=False),
        sa.Column("mortgage_registered_on", sa.Date(), nullable=True),
        sa.Column("mortgage_certificate_no", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=True),
        sa.Column("last_place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_vehicle_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
    )
    op.create_index(op.f("ix_vehicle_loan_id"), "vehicle", ["loan_id"], unique=False)
    op.create_index(op.f("ix_vehicle_plate"), "vehicle", ["plate"], unique=False)
    op.create_index(op.f("ix_vehicle_vin"), "vehicle", ["vin"], unique=False)
    op.create_table(
        "concession",
        sa.Column("id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("penalty", sa.BigInteger(), nullable=False),
        sa.Column("compound", sa.BigInteger(), nullable=False),
        sa.Column("costs", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", Id, nullable=True),
        sa.Column("entry_id", Id, nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_concession_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_concession_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_concession_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_concession_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_concession_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concession")),
    )
    op.create_index(op.f("ix_concession_agency_id"), "concession", ["agency_id"], unique=False)
    op.create_index(op.f("ix_concession_branch_id"), "concession", ["branch_id"], unique=False)
    op.create_index(op.f("ix_concession_loan_id"), "concession", ["loan_id"], unique=False)
    op.create_index(op.f("ix_concession_owner_id"), "concession", ["owner_id"], unique=False)
    op.create_index(op.f("ix_concession_package_id"), "concession", ["package_id"], unique=False)
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    op.drop_index(op.f("ix_concession_package_id"), table_name="concession")
    op.drop_index(op.f("ix_concession_owner_id"), table_name="concession")
    op.drop_index(op.f("ix_concession_loan_id"), table_name="concession")
    op.drop_index(op.f("ix_concession_branch_id"), table_name="concession")
    op.drop_index(op.f("ix_concession_agency_id"), table_name="concession")
    op.drop_table("concession")
    op.drop_index(op.f("ix_vehicle_vin"), table_name="vehicle")
    op.drop_index(op.f("ix_vehicle_plate"), table_name="vehicle")
    op.drop_index(op.f("ix_vehicle_loan_id"), table_name="vehicle")
    op.drop_table("vehicle")
    op.drop_table("month_end_snapshot")
    op.drop_index(op.f("ix_loan_party_person_id"), table_name="loan_party")
    op.drop_index(op.f("ix_loan_party_loan_id"), table_name="loan_party")
    op.drop_table("loan_party")
    op.drop_index(op.f("ix_loan_ownership_loan_id"), table_name="loan_ownership")
    op.drop_table("loan_ownership")
    op.drop_index("ix_ledger_entry_value_date", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_kind_month", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index("ix_instalment_due", table_name="instalment")
    op.drop_table("instalment")
    op.drop_index(op.f("ix_document_sha256"), table_name="document")
    op.drop_index(op.f("ix_document_loan_id"), table_name="document")
    op.drop_table("document")
    op.drop_table("application_data")
    op.drop_table("accounting_fact")
    op.drop_index("ix_loan_totals", table_name="loan")
    op.drop_index("ix_loan_stage_overdue", table_name="loan")
    op.drop_index("ix_loan_sort_overdue", table_name="loan")
    op.drop_index("ix_loan_sort_contract", table_name="loan")
    op.drop_index("ix_loan_sort_balance", table_name="loan")
    op.drop_index(
        "ix_loan_package_overdue",
        table_name="loan",
        sqlite_where=sa.text("package_id IS NOT NULL"),
        postgresql_where=sa.text("package_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_loan_package_id"), table_name="loan")
    op.drop_index(
        "ix_loan_owner_overdue",
        table_name="loan",
        sqlite_where=sa.text("owner_id IS NOT NULL"),
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.drop_index("ix_loan_contract_no", table_name="loan")
    op.drop_index("ix_loan_branch_overdue", table_name="loan")
    op.drop_index("ix_loan_branch_balance", table_name="loan")
    op.drop_index(
        "ix_loan_agency_overdue",
        table_name="loan",
        sqlite_where=sa.text("agency_id IS NOT NULL"),
        postgresql_where=sa.text("agency_id IS NOT NULL"),
    )
    op.drop_table("loan")
    op.drop_index(
        "ix_staged_row_contract",
        table_name="staged_row",
        sqlite_where=sa.text("part <> 'loans'"),
        postgresql_where=sa.text("part <> 'loans'"),
    )
    op.drop_index("ix_staged_row_batch", table_name="staged_row")
    op.drop_table("staged_row")
    op.drop_table("selection_row")
    op.drop_table("tape_layout")
    op.drop_index(op.f("ix_selection_user_id"), table_name="selection")
    op.drop_table("selection")
    op.drop_index(op.f("ix_person_phone_index"), table_name="person")
    op.drop_index(op.f("ix_person_name"), table_name="person")
    op.drop_index(op.f("ix_person_id_number_index"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_import_batch_sha256"), table_name="import_batch")
    op.drop_table("import_batch")
    # generated: end
