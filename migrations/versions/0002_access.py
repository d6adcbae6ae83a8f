"""Make the tables of `access`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "agency",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
    )
    op.create_table(
        "branch",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("code", name=op.f("uq_branch_code")),
    )
    op.create_table(
        "throttle",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle")),
        sa.UniqueConstraint("key", name=op.f("uq_throttle_key")),
    )
    op.create_index(
        op.f("ix_throttle_last_failed_at"), "throttle", ["last_failed_at"], unique=False
    )
    op.create_table(
        "user_account",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("one_time_last_day", sa.Date(), nullable=True),
        sa.Column("totp_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", Id, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_user_account_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_user_account_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "approval_limit",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_approval_limit_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_limit")),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_approval_limit_user_id_kind")),
    )
    op.create_table(
        "approval_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", Id, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("on_behalf_of", Id, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_approval_request_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_approval_request_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["user_account.id"],
            name=op.f("fk_approval_request_decided_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_of"],
            ["user_account.id"],
            name=op.f("fk_approval_request_on_behalf_of_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user_account.id"],
            name=op.f("fk_approval_request_owner_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"],
            ["user_account.id"],
            name=op.f("fk_approval_request_requested_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_request")),
    )
    op.create_index(
        op.f("ix_approval_request_agency_id"), "approval_request", ["agency_id"], unique=False
    )
    op.create_index(
        op.f("ix_approval_request_branch_id"), "approval_request", ["branch_id"], unique=False
    )
    op.create_index(
        op.f("ix_approval_request_owner_id"), "approval_request", ["owner_id"], unique=False
    )
    op.create_index(
        op.f("ix_approval_request_package_id"), "approval_request", ["package_id"], unique=False
    )
    op.create_index(
        op.f("ix_approval_request_requested_by"), "approval_request", ["requested_by"], unique=False
    )
    op.create_index(
        "ix_approval_request_status_branch_id_id",
        "approval_request",
        ["status", "branch_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_approval_request_status_id", "approval_request", ["status", "id"], unique=False
    )
    op.create_index(
        "uq_approval_request_pending",
        "approval_request",
        ["subject_type", "subject_id"],
        unique=True,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "uq_approval_request_pending_loan",
        "approval_request",
        ["kind", "loan_id"],
        unique=True,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "delegation",
        sa.Column("id", Id, nullable=False),
        sa.Column("from_user_id", Id, nullable=False),
        sa.Column("to_user_id", Id, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_user_id"],
            ["user_account.id"],
            name=op.f("fk_delegation_from_user_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["to_user_id"], ["user_account.id"], name=op.f("fk_delegation_to_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(
        op.f("ix_delegation_from_user_id"), "delegation", ["from_user_id"], unique=False
    )
    op.create_index(
        "ix_delegation_to_user_id_last_day", "delegation", ["to_user_id", "last_day"], unique=False
    )
    op.create_table(
        "engagement",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_engagement_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
    )
    op.create_index(
        "ix_engagement_user_id_last_day", "engagement", ["user_id", "last_day"], unique=False
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_recovery_code_user_id_digest")),
    )
    op.create_table(
        "user_session",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_user_session_token_digest")),
    )
    op.create_index(
        "ix_user_session_user_id_started_at",
        "user_session",
        ["user_id", "started_at"],
        unique=False,
    )
    op.create_table(
        "access_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("session_id", Id, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("record_id", Id, nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["user_session.id"],
            name=op.f("fk_access_entry_session_id_user_session"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_access_entry_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
    )
    op.create_index(op.f("ix_access_entry_at"), "access_entry", ["at"], unique=False)
    op.create_index(
        "ix_access_entry_record", "access_entry", ["record_id", "endpoint"], unique=False
    )
    op.create_index("ix_access_entry_user_id_at", "access_entry", ["user_id", "at"], unique=False)
    op.create_table(
        "engagement_part",
        sa.Column("id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_engagement_part_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_engagement_part_engagement_id_engagement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_part")),
        sa.UniqueConstraint(
            "engagement_id",
            "branch_id",
            "package_id",
            name=op.f("uq_engagement_part_engagement_id_branch_id_package_id"),
        ),
    )
    # generated: end
    # The audit log is written once: the database itself refuses to change or delete an event.
    for statement in GUARD[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    for statement in UNGUARD[op.get_bind().dialect.name]:
        op.execute(statement)
    # generated: begin
    op.drop_table("engagement_part")
    op.drop_index("ix_access_entry_user_id_at", table_name="access_entry")
    op.drop_index("ix_access_entry_record", table_name="access_entry")
    op.drop_index(op.f("ix_access_entry_at"), table_name="access_entry")
    op.drop_table("access_entry")
    op.drop_index("ix_user_session_user_id_started_at", table_name="user_session")
    op.drop_table("user_session")
    op.drop_table("recovery_code")
    op.drop_index("ix_engagement_user_id_last_day", table_name="engagement")
    op.drop_table("engagement")
    op.drop_index("ix_delegation_to_user_id_last_day", table_name="delegation")
    op.drop_index(op.f("ix_delegation_from_user_id"), table_name="delegation")
    op.drop_table("delegation")
    op.drop_index(
        "uq_approval_request_pending_loan",
        table_name="approval_request",
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index(
        "uq_approval_request_pending",
        table_name="approval_request",
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index("ix_approval_request_status_id", table_name="approval_request")
    op.drop_index("ix_approval_request_status_branch_id_id", table_name="approval_request")
    op.drop_index(op.f("ix_approval_request_requested_by"), table_name="approval_request")
    op.drop_index(op.f("ix_approval_request_package_id"), table_name="approval_request")
    op.drop_index(op.f("ix_approval_request_owner_id"), table_name="approval_request")
    op.drop_index(op.f("ix_approval_request_branch_id"), table_name="approval_request")
    op.drop_index(op.f("ix_approval_request_agency_id"), table_name="approval_request")
    op.drop_table("approval_request")
    op.drop_table("approval_limit")
    op.drop_table("user_account")
    op.drop_index(op.f("ix_throttle_last_failed_at"), table_name="throttle")
    op.drop_table("throttle")
    op.drop_table("branch")
    op.drop_table("agency")
    # generated: end


GUARD = {
    "sqlite": [
        f"CREATE TRIGGER audit_event_no_{act.lower()} BEFORE {act} ON audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events are never changed'; END $$",
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
        "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
    ],
}
UNGUARD = {
    "sqlite": [f"DROP TRIGGER audit_event_no_{act}" for act in ("update", "delete")],
    "postgresql": [
        "DROP TRIGGER audit_event_no_truncate ON audit_event",
        "DROP TRIGGER audit_event_no_change ON audit_event",
        "DROP FUNCTION refuse_audit_change()",
    ],
}
