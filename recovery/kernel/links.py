"""Typed registries through which lower features show and do what higher ones know.

Features above fill them in `register(app)`; features below read them. Keyed by name, so that
creating a second application replaces rather than repeats.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.gate import Scope
from recovery.kernel.text import Listed, Text

if TYPE_CHECKING:
    from recovery.kernel.models import AuditEvent
    from recovery.kernel.work import Work

V = TypeVar("V")


@dataclass(slots=True)
class Registry(Generic[V]):
    """Named values, in the order of `order` given when they were put in."""

    _values: dict[str, tuple[int, V]] = field(default_factory=dict)

    def put(self, name: str, value: V, *, order: int = 100) -> None:
        """Register `value` as `name`; the same name again replaces it."""
        self._values[name] = (order, value)

    def get(self, name: str) -> V:
        """Return the value registered as `name`; KeyError when there is none."""
        return self._values[name][1]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self) -> list[V]:
        """Return every value, lowest order first."""
        return [value for _, value in sorted(self._values.values(), key=lambda pair: pair[0])]

    def items(self) -> list[tuple[str, V]]:
        """Return every name with its value, lowest order first."""
        pairs = sorted(self._values.items(), key=lambda item: item[1][0])
        return [(name, value) for name, (_, value) in pairs]


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the left navigation; shown to those who may do `action`."""

    label: Text
    endpoint: str
    action: Action
    icon: str
    group: Text


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something that happened to a loan, for its timeline. `kind` chooses icon and colour."""

    at: datetime
    kind: str
    title: Text
    detail: Text | str = ""
    amount: Decimal | None = None
    endpoint: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do next on a loan: the primary button of its page. Lowest `urgency` first."""

    label: Text
    endpoint: str
    arguments: dict[str, Any]
    action: Action
    due: date | None = None
    urgency: int = 100


@dataclass(frozen=True, slots=True)
class RecordTab:
    """A part of the loan page that a feature above renders: a partial loaded by its own request."""

    label: Text
    endpoint: str
    action: Action


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An act that the loan list offers on selected rows or on all that match the filter.

    `endpoint` takes the `selection_id` of a frozen selection of the person's own: its GET shows
    what will be done with the count, its POST does it.
    """

    label: Text
    endpoint: str
    action: Action
    icon: str


@dataclass(frozen=True, slots=True)
class DossierRequest:
    """What a chapter of a dossier is written for. What came after the head must not show in it."""

    session: Session
    subject: str
    """Code of the subject's kind: `loan`, `file`, `package`."""

    subject_id: int
    loan_ids: tuple[int, ...]
    size: int
    """Leaves under the signed head; records with a log index from here on are left out."""

    at: datetime
    """When the head was signed; logs are cut here."""

    hides: Callable[[str], bool]
    """Whether the recipient is not shown the field of this name: `actor`, `phone`, `name` …"""


@dataclass(frozen=True, slots=True)
class DossierPart:
    """A chapter of a dossier: its heading, and the template (without heading) of what follows.

    `load(request)` returns the template's variables; None leaves the chapter out.
    """

    title: Text
    template: str
    load: Callable[[DossierRequest], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class DossierLoan:
    """A loan of a dossier; of a package also its frozen figures."""

    loan_id: int
    cells: tuple[str, ...] = ()
    """Under the subject's `columns`."""

    line: bytes = b""
    """Of the annex: the canonical row over which the subject's registered digest was taken."""


@dataclass(frozen=True, slots=True)
class DossierSubject:
    """A kind of record that dossiers are about, keyed by its code: `loan`, `file`, `package`.

    A dossier rests on what was registered, and on nothing else. So `particulars(session, record)`
    returns the texts that it prints of the record and that no other registration holds (parties,
    collateral, deadlines); they are registered before the head is signed, when they have changed.
    """

    label: Text
    model: Any
    """A guarded record with an id; `number` names the attribute that people know it by."""

    number: str
    action: Action
    """Who may see such records."""

    title: Callable[[Any], Text]
    """What stands on the cover under the heading."""

    loans: Callable[[Session, Any], Iterator[DossierLoan]]
    """In the order of the dossier, each row the same for ever."""

    particulars: Callable[[Session, Any], dict[str, str]]
    template: str | None = None
    """Chapter about the record; `values` has `facts` (its registered particulars, disclosed ones
    only; `numbered("step")` reads `step.1.…`), `records` (its other registrations) and `words`."""

    words: Mapping[str, Any] = field(default_factory=dict)
    """Closed lists by name, for the template: code → label."""

    columns: tuple[Text, ...] = ()
    loan_of: Callable[[Any], int | None] = lambda _record: None
    """The one loan in whose stream the record's own registrations are; None: the house's."""


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What the audit events of one table say to people."""

    fields: Mapping[str, Text] = field(default_factory=dict)
    """Field → its name, where it is not called what it is elsewhere."""

    codes: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    """Field → its codes in words."""

    lists: frozenset[str] = frozenset()
    """Fields whose value is a list, never a pair of before and after."""


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """What approving a request of this kind means.

    `execute(work, subject_id, content)` does what was approved, in the same transaction;
    `content(session, subject_id)` is the canonical content as it stands now: when its digest
    differs from the one shown, the request is void.
    """

    label: Text
    content: Callable[[Session, int], dict[str, Any]]
    execute: Callable[["Work", int, dict[str, Any]], None]
    amount: Callable[[dict[str, Any]], Decimal] | None
    """Yuan that an approver's limit is compared with; None: the kind moves no money.

    A limit is an amount, so whoever decides requests and sees this one needs none for such a kind.
    """

    template: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is durably in the evidence store."""

    sha256: str
    size: int
    media_type: str
    """Type by content, never by name."""


class DocumentStore(Protocol):
    """Where uploaded files go; `evidence` provides it as `document_store["evidence"]`."""

    def keep(self, file: BinaryIO, file_name: str) -> StoredFile:
        """Store the bytes durably and return their digest, before the business transaction.

        An object whose transaction then fails is swept later; a row never lacks its object.

        Raises:
            RuleViolation: empty, too large, or of a type that is not taken; store out of reach.
        """

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes; NotFound when the store does not hold them."""


RecordFields = Callable[[Session, Sequence[int]], dict[int, dict[str, str]]]
"""Given row ids of one table, the fields (texts) to commit to, per id."""

navigation: Registry[NavItem] = Registry()
timeline: Registry[Callable[[Session, int, Scope, int], list[TimelineItem]]] = Registry()
"""`(session, loan_id, scope, limit)` → its newest items, for the loan page."""

document_store: Registry[DocumentStore] = Registry()
next_actions: Registry[Callable[[Session, int, date, Scope], NextAction | None]] = Registry()
"""`(session, loan_id, today, scope)` → what comes next, for who sees `scope`."""

loan_tabs: Registry[RecordTab] = Registry()
bulk_actions: Registry[BulkAction] = Registry()
dossier_parts: Registry[DossierPart] = Registry()
dossier_subjects: Registry[DossierSubject] = Registry()
event_words: Registry[Callable[[Mapping[str, str]], Text]] = Registry()
"""By the `event` that a registered record names: its disclosed fields as one sentence."""

loan_sets: Registry[Callable[[Scope, str], Select[Any]]] = Registry()
"""By name of a filter of the loan list: `(scope, typed)` → statement of the ids of its loans."""

change_words: Registry[ChangeWords] = Registry()
"""By table name: how the audit log words the changes of its records."""

field_codes: Registry[Mapping[str, Text]] = Registry()
"""By the name of a registered field: what its codes are called."""

approval_kinds: Registry[ApprovalKind] = Registry()
record_fields: Registry[RecordFields] = Registry()
"""By table name: how the sequencer reads the committed fields of rows that never change."""

on_start: Registry[Callable[[], None]] = Registry()
"""What is done when a version of the program begins to work here: after a migration, at the start
of a worker."""

actors_called: Registry[Callable[[Session, Collection[str]], Mapping[str, Text | str]]] = Registry()
"""`(session, names that rows keep of actors)` → what to call them."""

changes_said: Registry[Callable[["AuditEvent"], Text | Listed]] = Registry()
"""What an event of the audit log changed, as part of a sentence."""

subject_links: Registry[Callable[[int], tuple[str, dict[str, Any]]]] = Registry()
"""By table name: `(record id)` → endpoint and arguments of the record's page."""
