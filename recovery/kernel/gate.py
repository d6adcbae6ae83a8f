"""The one gate of visibility: every query for a loan, file, package or dossier passes it.

A record carries its scope in its own columns (`Scoped`), set through the owning service; the
actor's `Scope` is resolved by `access` for each request. Absent and forbidden look the same.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ForeignKey, Select, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from recovery.kernel.errors import NotFound

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Scope:
    """What records a person may see: everything, or the union of what is named.

    An empty scope sees nothing.
    """

    everything: bool = False
    branches: frozenset[int] = frozenset()
    owner_id: int | None = None
    agency_id: int | None = None
    packages: frozenset[int] = frozenset()


EVERYTHING = Scope(everything=True)
NOTHING = Scope()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, or a named process of the system itself (`id` is None)."""

    id: int | None
    name: str
    role: str
    scope: Scope

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Return the actor for what the system does by itself, as `system:name`."""
        return cls(id=None, name=f"system:{name}", role="system", scope=EVERYTHING)


class Scoped:
    """The scope columns of a record that the gate guards. Sorts are indexed `(scope, sort, id)`."""

    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"), index=True)
    """Branch whose book the record belongs to."""

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    """User who works the record (counsel of a file, collector of a loan)."""

    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    """Collection agency with which the record is placed; None: with nobody."""

    package_id: Mapped[int | None] = mapped_column(index=True)
    """Package that holds the record since its freeze; None: none. Its table is made later."""


def condition(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Return the condition that `scope` puts on rows of `model`; None where it sees everything."""
    if scope.everything:
        return None
    named: list[tuple[Any, list[int]]] = [
        (model.branch_id, sorted(scope.branches)),
        (model.owner_id, [] if scope.owner_id is None else [scope.owner_id]),
        (model.agency_id, [] if scope.agency_id is None else [scope.agency_id]),
        (model.package_id, sorted(scope.packages)),
    ]
    parts = [(column, numbers) for column, numbers in named if numbers]
    if len(parts) > 1:
        # Of a union each part has an index, but reading them means sorting all they hold for one
        # page. As expressions they are tested along the index that the list is sorted by.
        parts = [(column + 0, numbers) for column, numbers in parts]
    return or_(*(_one_of(column, numbers) for column, numbers in parts)) if parts else false()


def _one_of(column: Any, numbers: list[int]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of the numbers."""
    return column == numbers[0] if len(numbers) == 1 else column.in_(numbers)  # type: ignore[no-any-return]


def visible(statement: S, model: Any, scope: Scope) -> S:
    """Return `statement`, narrowed to the rows of `model` that `scope` may see."""
    where = condition(model, scope)
    return statement if where is None else statement.where(where)


def find(session: Session, model: type[R], record_id: int, scope: Scope) -> R:
    """Return the record, through the gate.

    Raises:
        NotFound: there is none, or `scope` may not see it.
    """
    statement = select(model).where(model.id == record_id)  # type: ignore[attr-defined]
    record = session.scalars(visible(statement, model, scope)).one_or_none()
    if record is None:
        raise NotFound
    return record
