"""Which rows name which objects of the store: what must be there, and whose it is."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.keeping.models import Erasure
from recovery.kernel.links import Registry
from recovery.kernel.text import Text, _
from recovery.loans.models import Document

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names objects: `row_id`, `digest` and `loan_id` of the same table."""

    label: Text
    row_id: Any
    digest: Any
    loan_id: Any = None
    """None: its objects belong to no loan."""

    is_there: Any = field(default_factory=true)
    """Condition of the rows whose object has not been destroyed."""

    def after(self, row: int) -> Select[*tuple[Any, ...]]:
        """Return the statement of the rows after `row`, in order: number and digest."""
        return (
            select(self.row_id, self.digest)
            .where(self.row_id > row, self.digest.is_not(None), self.is_there)
            .order_by(self.row_id)
            .limit(BATCH)
        )


references: Registry[Reference] = Registry()
"""By table: filled by each part that keeps files in the store."""


def register() -> None:
    """Name the objects of documents and dossiers."""
    references.put(
        "document", Reference(_("文件"), Document.id, Document.sha256, Document.loan_id), order=10
    )
    references.put(
        "dossier", Reference(_("卷宗"), Dossier.id, Dossier.sha256, Dossier.loan_id), order=20
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """A row that names an object."""

    table: str
    row_id: int
    loan_id: int | None


def holders(session: Session, sha256: str) -> list[Holder]:
    """Return every row that names an object."""
    found = []
    for table, one in references.items():
        columns = [one.row_id] if one.loan_id is None else [one.row_id, one.loan_id]
        for row in session.execute(select(*columns).where(one.digest == sha256, one.is_there)):
            found.append(Holder(table, row[0], row[1] if len(row) > 1 else None))
    return found


def others_of(session: Session, sha256: str, loan_ids: Set[int | None]) -> set[int]:
    """Return the loans, beside `loan_ids`, that have an object too."""
    found = {holder.loan_id for holder in holders(session, sha256)} - loan_ids
    return {loan_id for loan_id in found if loan_id is not None}


def named_after(session: Session, cursor: str) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Yield batches of named objects after `cursor`: the next cursor, and (row, digest) pairs."""
    at, _colon, last = cursor.partition(":")
    tables = list(references.items())
    names = [name for name, _one in tables]
    start = names.index(at) if at in names else 0
    for name, one in tables[start:]:
        row = int(last) if name == at and last else 0
        while rows := session.execute(one.after(row)).all():
            row = rows[-1][0]
            yield f"{name}:{row}", [(f"{name} {number}", digest) for number, digest in rows]


def erased_objects(session: Session) -> set[str]:
    """Return the objects that were destroyed by an approved erasure: their absence is right."""
    lists = session.scalars(select(Erasure.objects).where(Erasure.state != "requested"))
    return {digest for one in lists for digest in one}
