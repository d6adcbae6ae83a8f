"""Make the tables of `kernel`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    op.create_table(
        "audit_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=True),
        sa.Column("subject_id", Id, nullable=True),
        sa.Column("changes", Json, nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("reason_commitment", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_action", "audit_event", ["action", "id"], unique=False)
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_index(
        "ix_audit_event_subject", "audit_event", ["subject_type", "subject_id", "id"], unique=False
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "job",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("actor", Json, nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", Id, nullable=False),
        sa.Column("fence", Id, nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("done", Id, nullable=False),
        sa.Column("total", Id, nullable=True),
        sa.Column("message", Json, nullable=True),
        sa.Column("error", Json, nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_creator", "job", ["created_by", "id"], unique=False)
    op.create_index("ix_job_due", "job", ["status", "due_at"], unique=False)
    op.create_index(
        "uq_job_key",
        "job",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL AND status IN ('queued', 'running', 'done')"),
        postgresql_where=sa.text("key IS NOT NULL AND status IN ('queued', 'running', 'done')"),
    )
    op.create_table(
        "registration_intent",
        sa.Column("id", Id, nullable=False),
        sa.Column("uuid", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_index", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_intent")),
        sa.UniqueConstraint("uuid", name=op.f("uq_registration_intent_uuid")),
    )
    op.create_index(
        "ix_registration_intent_loan", "registration_intent", ["loan_id", "id"], unique=False
    )
    op.create_index(
        "ix_registration_intent_pending",
        "registration_intent",
        ["id"],
        unique=False,
        sqlite_where=sa.text("log_index IS NULL"),
        postgresql_where=sa.text("log_index IS NULL"),
    )
    op.create_index(
        "ix_registration_intent_subject",
        "registration_intent",
        ["subject_type", "subject_id"],
        unique=False,
    )
    op.create_table(
        "search_entry",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("names", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("agency_id", Id, nullable=True),
        sa.Column("package_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    op.create_table(
        "audit_reason",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("row_uuid", sa.LargeBinary(), nullable=False),
        sa.Column("loan_id", Id, nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("salt_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erasure_uuid", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_audit_reason_event_id_audit_event")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_reason")),
    )
    op.create_index(op.f("ix_audit_reason_loan_id"), "audit_reason", ["loan_id"], unique=False)
    op.create_table(
        "job_exception",
        sa.Column("id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", Json, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_exception_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_exception")),
    )
    op.create_index("uq_job_exception", "job_exception", ["job_id", "digest"], unique=True)
    # generated: end
    make_search()


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DROP TABLE search_fts")
    # generated: begin
    op.drop_index("uq_job_exception", table_name="job_exception")
    op.drop_table("job_exception")
    op.drop_index(op.f("ix_audit_reason_loan_id"), table_name="audit_reason")
    op.drop_table("audit_reason")
    op.drop_table("search_entry")
    op.drop_index("ix_registration_intent_subject", table_name="registration_intent")
    op.drop_index(
        "ix_registration_intent_pending",
        table_name="registration_intent",
        sqlite_where=sa.text("log_index IS NULL"),
        postgresql_where=sa.text("log_index IS NULL"),
    )
    op.drop_index("ix_registration_intent_loan", table_name="registration_intent")
    op.drop_table("registration_intent")
    op.drop_index(
        "uq_job_key",
        table_name="job",
        sqlite_where=sa.text("key IS NOT NULL AND status IN ('queued', 'running', 'done')"),
        postgresql_where=sa.text("key IS NOT NULL AND status IN ('queued', 'running', 'done')"),
    )
    op.drop_index("ix_job_due", table_name="job")
    op.drop_index("ix_job_creator", table_name="job")
    op.drop_table("job")
    op.drop_table("counter")
    op.drop_index("ix_audit_event_subject", table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_at"), table_name="audit_event")
    op.drop_index("ix_audit_event_actor", table_name="audit_event")
    op.drop_index("ix_audit_event_action", table_name="audit_event")
    op.drop_table("audit_event")
    # generated: end


def make_search() -> None:
    """Make the full-text index of `search_entry`: its words come spaced from `kernel.search_index`.

    On SQLite it keeps no text of its own; on PostgreSQL the words are written as a tsvector, so
    that no parser, and no locale, decides what a word is.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5(words, content='', "
            "tokenize=\"unicode61 remove_diacritics 0 tokenchars '=_'\")"
        )
        return
    op.execute("CREATE TABLE search_fts (id bigint PRIMARY KEY, words tsvector NOT NULL)")
    op.execute("CREATE INDEX search_fts_words ON search_fts USING gin (words)")
