"""Choosing field by field what a recipient is shown, with the pages to be seen before the export.

A draft belongs to the person who chooses. Preview and export rest on the head that was signed when
the choice began: what is handed out is what was seen, and nothing that came later slips in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from recovery.evidence.dossiers import queries, subjects
from recovery.evidence.dossiers.contents import REDACTION, Basis, batches_of
from recovery.evidence.dossiers.disclosure import CUSTOM, PERSONAL, Disclosure
from recovery.evidence.dossiers.models import DossierDraft
from recovery.evidence.dossiers.records import LogReader, Registered
from recovery.evidence.dossiers.service import (
    Wanted,
    check,
    choice_json,
    choice_of,
    prepared,
)
from recovery.evidence.dossiers.values import value_of
from recovery.evidence.dossiers.words import labels_of_last
from recovery.evidence.house import house_store
from recovery.evidence.models import Checkpoint
from recovery.evidence.queries import KINDS
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.text import Listed, Text, _
from recovery.kernel.work import work_as
from recovery.web.display import masked

SAMPLED = 5
"""Loans of a package whose records show which fields there are."""

LONGEST = 24


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field of a kind of record, to be ticked."""

    key: str
    """`transaction:amount`."""

    label: Text
    example: Text | str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class KindChoices:
    """The fields of one kind of record."""

    name: Text
    fields: tuple[FieldChoice, ...]


@dataclass(frozen=True, slots=True)
class FileChoice:
    """An original, or a black-boxed derivative of one, to be ticked."""

    sha256: str
    label: Text | str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """All that may be ticked for a dossier."""

    kinds: tuple[KindChoices, ...]
    originals: tuple[FileChoice, ...]
    derivatives: tuple[FileChoice, ...]


def begin(actor: Actor, record_id: int, wanted: Wanted) -> DossierDraft:
    """Begin a choice from a preset; what waits is registered and a head signed for its preview.

    Raises:
        NotFound, RuleViolation: as an export would.
    """
    check(wanted)
    basis = prepared(actor, record_id, wanted)
    found = _sampled(LogReader(db.session(), house_store(), basis.checkpoint.size), basis)
    choice = _spelt_out(wanted.disclosure, found, is_sample=not basis.subject.is_one_loan)
    with work_as(actor) as work:
        return work.add(
            DossierDraft(
                user_id=actor.id,
                subject=wanted.subject,
                subject_id=record_id,
                choice=choice_json(choice),
                language=wanted.language,
                recipient=wanted.recipient or "",
                purpose=wanted.purpose or "",
                checkpoint_size=basis.checkpoint.size,
                with_merged=wanted.with_merged,
                created_at=work.now,
            )
        )


def _spelt_out(preset: Disclosure, records: Sequence[Registered], *, is_sample: bool) -> Disclosure:
    """Return a preset as a choice: every withheld field and original by its own name."""
    offered = frozenset(key for record in records for key in _keys(record))
    keys = {key for key in offered if preset.hides(*_split(key))}
    digests = {one.fields["sha256"] for one in records if one.kind == "file"}
    hidden = {digest for digest in digests if not preset.shows_original(digest)}
    return Disclosure(
        CUSTOM, frozenset(keys), frozenset(hidden), offered=offered if is_sample else None
    )


def choices(actor: Actor, draft: DossierDraft) -> Choices:
    """Return what may be ticked, as it is ticked now."""
    basis, chosen = basis_of(actor, draft), choice_of(CUSTOM, draft.choice)
    records = _sampled(LogReader(db.session(), house_store(), draft.checkpoint_size), basis)
    files = {one.fields["sha256"]: one for one in records if one.kind == "file"}
    derived = {one.fields["sha256"]: one for one in records if one.kind == REDACTION}
    if not basis.subject.is_one_loan:
        files, derived = {}, {}
    return Choices(
        kinds=tuple(_kinds(draft.subject, records, chosen)),
        originals=tuple(
            FileChoice(digest, one.fields.get("title", ""), chosen.shows_original(digest))
            for digest, one in files.items()
        ),
        derivatives=tuple(
            FileChoice(digest, _of_derivative(one, files), digest in chosen.derivatives)
            for digest, one in derived.items()
        ),
    )


def _of_derivative(record: Registered, files: dict[str, Registered]) -> Text:
    source = files.get(record.fields.get("source_sha256", ""))
    title = source.fields.get("title", "") if source else ""
    return _("{title}（遮盖件：{reason}）", title=title, reason=record.fields.get("reason", ""))


def _kinds(
    subject: str, records: Sequence[Registered], chosen: Disclosure
) -> Iterable[KindChoices]:
    by_kind: dict[str, dict[str, FieldChoice]] = {}
    for record in records:
        fields = by_kind.setdefault(record.kind, {})
        for name, text in sorted(record.fields.items()):
            last = name.rpartition(".")[2]
            key = f"{record.kind}:{last}"
            if key not in fields or not fields[key].example:
                label = _label(subject, last)
                shown = not chosen.hides(last, record.kind)
                fields[key] = FieldChoice(key, label, _example(key, text), shown)
    for kind, fields in by_kind.items():
        yield KindChoices(KINDS.get(kind, Text(kind)), tuple(fields.values()))


def _example(key: str, text: str) -> Text | str:
    """Return an example of a field: of who somebody is only the end."""
    last = key.rpartition(":")[2]
    if text and (last in PERSONAL or key in PERSONAL):
        return masked(text)
    words = value_of(last, text)
    return words[:LONGEST] + "…" if isinstance(words, str) and len(words) > LONGEST else words


def labels_of(subject: str, withheld: Iterable[str]) -> list[Text]:
    """Return in words which fields a dossier about `subject` withholds."""
    return [_withheld(subject, key) for key in withheld]


def _label(subject: str, last: str) -> Text:
    """Return what fields are called that end in `last`: most often one."""
    names = labels_of_last(subject, last)
    if len(names) == 1:
        return names[0]
    return Text("{names}", {"names": Listed(names)}) if names else Text(last)


def _withheld(subject: str, key: str) -> Text:
    name, kind = _split(key)
    label = _("全部字段") if name == "*" else _label(subject, name)
    if not kind:
        return label
    return _("{kind}：{field}", kind=KINDS.get(kind, Text(kind)), field=label)


def _keys(record: Registered) -> set[str]:
    return {f"{record.kind}:{name.rpartition('.')[2]}" for name in record.fields}


def _split(key: str) -> tuple[str, str]:
    """Return name and kind of `kind:name`, or of a name by itself."""
    kind, colon, name = key.partition(":")
    return (name, kind) if colon else (kind, "")


def change(actor: Actor, draft_id: int, shown: Iterable[str], files: Iterable[str]) -> DossierDraft:
    """Keep what is ticked: keys of fields, and digests of originals and derivatives.

    Raises:
        NotFound: it is no choice of this person's.
    """
    draft = queries.own_draft(db.session(), draft_id, actor)
    known, ticked, taken = choices(actor, draft), frozenset(shown), frozenset(files)
    keys = {field.key for kind in known.kinds for field in kind.fields}
    choice = Disclosure(
        CUSTOM,
        frozenset(keys - ticked),
        frozenset(one.sha256 for one in known.originals if one.sha256 not in taken),
        frozenset(one.sha256 for one in known.derivatives if one.sha256 in taken),
        frozenset(keys) if draft.choice.get("offered") is not None else None,
    )
    with work_as(actor) as work:
        kept = queries.own_draft(work.session, draft_id, actor)
        kept.choice = choice_json(choice)
        return kept


def wanted_of(draft: DossierDraft) -> Wanted:
    """Return the export that a draft asks for."""
    return Wanted(
        subject=draft.subject,
        preset=CUSTOM,
        language=draft.language,
        recipient=draft.recipient,
        purpose=draft.purpose,
        choice=choice_of(CUSTOM, draft.choice),
        with_merged=draft.with_merged,
        checkpoint=draft.checkpoint_size,
    )


def basis_of(actor: Actor, draft: DossierDraft) -> Basis:
    """Return what the preview of a draft shows; the subject passes the gate again."""
    subject = subjects.find(db.session(), draft.subject, draft.subject_id, actor.scope)
    head = db.session.get_one(Checkpoint, draft.checkpoint_size)
    choice = choice_of(CUSTOM, draft.choice)
    return Basis(subject, head, choice, draft.language, draft.with_merged)


def _sampled(reader: LogReader, basis: Basis) -> list[Registered]:
    """Return the records that show which fields there are: all of one loan, of many the first."""
    kind, record = basis.subject.kind, basis.subject.record
    ids = [loan.loan_id for loan in islice(kind.loans(reader.session, record), SAMPLED)]
    streams = reader.streams_of(ids)
    found = [one for stream in streams.values() for one in reader.of_stream(stream)]
    if not basis.subject.is_one_loan:
        found += reader.of_subject(basis.subject.table, [basis.subject.id], "freeze")
        found += reader.of_subject(basis.subject.table, [basis.subject.id], "particulars")
        return found
    return found + reader.of_subject("import_batch", batches_of(found), "batch")
