"""Evidence lists (证据目录): the list, the lines that ever stood on it, how they were arranged.

A line never changes: a corrected line is a new row that names the old. A change of the list adds
a revision that says which lines stand where, so that any earlier state can be put back.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment, Versioned


class EvidenceList(Base, Versioned):
    """An evidence list of a loan or of a litigation file; seen by those who see the loan.

    Once submitted it never changes: the next number of the same subject supersedes it.
    """

    __tablename__ = "evidence_list"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    subject_type: Mapped[str]
    """`loan`, or the table of what a feature above registered (`litigation_file`)."""

    subject_id: Mapped[int]
    number: Mapped[int] = mapped_column(Integer)
    """1, 2 … of the subject; the highest is the one in force or being written."""

    case_type: Mapped[str]
    """Code of the checklist: `loan_suit`, `security_realization` …"""

    revision: Mapped[int] = mapped_column(Integer)
    """Number of the revision that shows how the list stands."""

    submitter: Mapped[str]
    """Who submits it: the lender's full name. Empty: not yet entered."""

    agent: Mapped[str]
    """Litigation agent (委托诉讼代理人). Empty: none."""

    court: Mapped[str]
    submitted_on: Mapped[date | None]
    """Day written in the signature block; None: left blank for the pen."""

    copies: Mapped[int] = mapped_column(Integer)
    """Sets of the whole list that are handed in."""

    submitted_at: Mapped[Moment | None]
    """When it was frozen; None: still being written."""

    submitted_by: Mapped[str | None]
    paper_sha256: Mapped[str | None]
    """The Chinese PDF as submitted, in the evidence store."""

    digest: Mapped[str | None]
    """SHA-256 of the content as submitted (canonical JSON)."""


class EvidenceListRevision(Base):
    """How an evidence list stood after one change. Never changed."""

    __tablename__ = "evidence_list_revision"
    __table_args__ = (UniqueConstraint("list_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("evidence_list.id"))
    number: Mapped[int] = mapped_column(Integer)
    change: Mapped[str]
    """Code of what was done: `started`, `moved`, `corrected`, `restored` …"""

    arrangement: Mapped[list[Any]]
    """`[{"title": "一、主体资格", "lines": [line ids]}, …]` in the order of the list."""

    restores: Mapped[int | None] = mapped_column(Integer)
    """Number of the earlier revision that was put back; None: an ordinary change."""

    at: Mapped[Moment]
    actor_name: Mapped[str]


class EvidenceListLine(Base):
    """One exhibit as a line of a list says it. Never changed: a correction is a new row."""

    __tablename__ = "evidence_list_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("evidence_list.id"), index=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_list_line.id"))
    kind: Mapped[str]
    """Document kind of the checklist, or `record` for a registered record without a file."""

    name: Mapped[str]
    source: Mapped[str]
    """From whom the exhibit comes."""

    form: Mapped[str]
    """`original`, `copy`, `electronic`."""

    copies: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int | None] = mapped_column(Integer)
    """Pages of one copy; None: it has no pages (a registered record)."""

    purpose: Mapped[str]
    """Object and content of proof (证明对象和内容)."""

    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    intent_id: Mapped[int | None] = mapped_column(ForeignKey("registration_intent.id"))
    """The registered record that the line is about; None: a document, or on paper only."""


class OriginalPages(Base):
    """How many pages a file has, counted once."""

    __tablename__ = "original_pages"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    pages: Mapped[int] = mapped_column(Integer)
