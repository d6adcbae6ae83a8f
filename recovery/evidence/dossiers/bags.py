"""Writes a dossier: gathers what is registered, sets the paper, and fills the bag."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from evidence_store import Store
from evidence_store.bag import Bag, PageItem, Stamp, page_index, write
from evidence_store.bag_data import Content, evidence
from recovery import __version__
from recovery.evidence.dossiers.chapters import Chapter, chapters_of
from recovery.evidence.dossiers.contents import OF_FILES, Basis, Contents, gather
from recovery.evidence.dossiers.finishing import finished
from recovery.evidence.dossiers.lines import (
    Attached,
    EvidenceGroup,
    evidence_list,
    number_in,
)
from recovery.evidence.dossiers.merged import merged_of
from recovery.evidence.dossiers.package_chapters import package_chapters
from recovery.evidence.dossiers.packages import gather_many
from recovery.evidence.dossiers.papers import Cover, paper
from recovery.evidence.dossiers.records import LogReader
from recovery.evidence.dossiers.states import anchors
from recovery.evidence.dossiers.watching import Watch, unwatched
from recovery.evidence.exhibits.pages import pages_in
from recovery.evidence.merging.service import Merged
from recovery.evidence.public.service import address_of
from recovery.evidence.stamping import authorities, stamped
from recovery.rulebook.service import current_book
from recovery.web.paper_child import Measured
from recovery.web.uploads import kind_of

PAPER = "data/dossier.pdf"
MERGED = "data/merged.pdf"
PAGE_INDEX = "data/page-index.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """A dossier that is ready to be written: everything but the finishing of its paper."""

    cover: Cover
    bag: Bag
    paper: Measured
    counts: Mapping[str, int]
    files: Mapping[str, int]
    """Pages of each PDF of the bag that its page index names."""

    items: tuple[PageItem, ...] = ()


def drafted(
    reader: LogReader, store: Store, basis: Basis, folder: Path, *, watch: Watch = unwatched
) -> Draft:
    """Return the dossier in its deterministic form; large files of it are below `folder`.

    Raises:
        RuleViolation: nothing is registered, a record is not what was registered, or a
            character cannot be printed.
    """
    if basis.subject.is_one_loan:
        return _of_one(reader, store, gather(reader, store, basis), folder, watch=watch)
    return _of_many(reader, store, basis, folder, watch=watch)


def _of_one(
    reader: LogReader, store: Store, contents: Contents, folder: Path, *, watch: Watch
) -> Draft:
    basis = contents.basis
    payload = evidence(store, contents.bag_records(), contents.bag_streams(), basis.checkpoint.size)
    payload.update(_copied(store, contents, folder))
    merged = merged_of(reader.session, contents, payload, folder)
    if merged.pages:
        payload[MERGED] = folder / "merged.pdf"
    anchored = anchors(reader.session, store, basis.checkpoint)
    cover = Cover(
        number=number_of(store, basis),
        basis=basis,
        record_count=len(contents.records),
        borrower=contents.told.fields.get("party.1.name"),
        is_one_loan=True,
        is_own_log_only=anchored.are_missing,
    )
    attached = Attached(_page_counts(contents, payload), merged)
    groups = evidence_list(reader.session, contents, attached)
    draft = _set(cover, chapters_of(reader, contents, anchored, groups), payload, watch)
    files = {PAPER: draft.paper.pages} | ({MERGED: merged.pages} if merged.pages else {})
    items = (*_items(draft, contents, merged), *_unfiled(draft, contents, groups))
    return replace(draft, counts=_counts(contents, draft), items=items, files=files)


def _counts(contents: Contents, draft: Draft) -> dict[str, int]:
    return {
        "loans": 1,
        "records": len(contents.records) + len(contents.house),
        "originals": len(contents.originals),
        "withheld": contents.withheld_count,
        "pages": draft.paper.pages,
    }


def _copied(store: Store, contents: Contents, folder: Path) -> dict[str, Content]:
    """Copy the originals out of the store; return each by its path in the bag."""
    copies: dict[str, Content] = {}
    for path, digest in contents.originals.items():
        copies[path] = copy = folder / digest
        with store.open_object(digest) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target)
    return copies


def _page_counts(contents: Contents, payload: Mapping[str, Content]) -> dict[str, int]:
    """Return the pages of each original by its SHA-256; what has none is left out."""
    counts = {}
    for path, digest in contents.originals.items():
        copy = payload[path]
        assert isinstance(copy, Path)
        with copy.open("rb") as file:
            kind = kind_of(file)
            found = pages_in(file, kind.media_type, copy.stat().st_size) if kind else None
        if found is not None:
            counts[digest] = found
    return counts


def _of_many(reader: LogReader, store: Store, basis: Basis, folder: Path, *, watch: Watch) -> Draft:
    many = gather_many(reader, store, basis, folder, watch=watch)
    anchored = anchors(reader.session, store, basis.checkpoint)
    cover = Cover(
        number=number_of(store, basis),
        basis=basis,
        record_count=many.record_count,
        borrower=None,
        is_one_loan=False,
        is_own_log_only=anchored.are_missing,
        loan_count=len(many.lines),
    )
    draft = _set(cover, package_chapters(reader, basis, many, anchored), many.payload, watch)
    counts = {
        "loans": len(many.lines),
        "records": many.record_count,
        "originals": 0,
        "withheld": many.withheld_count,
        "pages": draft.paper.pages,
    }
    return replace(draft, counts=counts, files={PAPER: draft.paper.pages})


def _set(
    cover: Cover, chapters: list[Chapter], payload: Mapping[str, Content], watch: Watch
) -> Draft:
    subject = cover.basis.subject
    info = {
        "Bagging-Date": cover.basis.day.isoformat(),
        "External-Description": f"Evidence dossier of {subject.code} {subject.number}",
    }
    made = paper(cover, chapters, watch)
    return Draft(cover, Bag(cover.number, payload, info), made, {}, {})


def _items(draft: Draft, contents: Contents, merged: Merged) -> tuple[PageItem, ...]:
    """Return where each original stands: in the evidence list, and in the merged file."""
    records = (one for one in contents.records if one.kind in OF_FILES)
    indexes = {one.fields.get("sha256"): one.entry.index for one in records}
    found = []
    for path, digest in contents.originals.items():
        number = number_in(path)
        page = draft.paper.places.get(number)
        if page is not None:
            found.append(PageItem(number, PAPER, (page, page), indexes[digest]))
        if number in merged.ranges:
            found.append(PageItem(number, MERGED, merged.ranges[number], indexes[digest]))
    return tuple(found)


def _unfiled(
    draft: Draft, contents: Contents, groups: Sequence[EvidenceGroup]
) -> Iterator[PageItem]:
    """Yield where in the paper everything else on the evidence list stands: whole, or by name."""
    places = draft.paper.places
    here = {record.entry.index for record in contents.records}
    for line in (line for group in groups for line in group.lines if line.file is None):
        place = line.chapter or line.mark
        pages = (places[place], places.get(f"{place}-end", places[place]))
        yield PageItem(
            line.number, PAPER, pages, line.log_index if line.log_index in here else None
        )


def write_plain(out: BinaryIO, store: Store, draft: Draft) -> None:
    """Write the dossier as its inputs give it again, byte for byte."""
    _write(out, store, draft, draft.paper.data)


def write_finished(out: BinaryIO, store: Store, draft: Draft, recipient: str | None) -> bool:
    """Write the dossier as it is handed out; False: nothing is to be finished on it.

    Its signed manifest is time-stamped where an authority is configured.
    """
    data = finished(draft.paper.data, recipient, draft.cover.basis.language)
    if data == draft.paper.data and not authorities():
        return False
    _write(out, store, draft, data, stamped)
    return True


def _write(
    out: BinaryIO, store: Store, draft: Draft, pdf: bytes, stamp: Stamp | None = None
) -> None:
    payload = {**draft.bag.payload, PAPER: pdf}
    payload[PAGE_INDEX] = page_index(payload, draft.items, draft.files)
    info = {**draft.bag.info, "Source-Organization": store.origin}
    write(out, replace(draft.bag, payload=payload, info=info), store, stamp)


def number_of(store: Store, basis: Basis) -> str:
    """Return the number that follows from what the dossier is a function of."""
    head = basis.checkpoint
    inputs = {
        "subject": [basis.subject.code, basis.subject.number],
        "root": head.root,
        "size": head.size,
        "anchors": _anchor_digests(store, head.size),
        "disclosure": basis.disclosure.canonical(),
        "language": basis.language,
        "merged": basis.with_merged,
        "address": address_of(""),
        "book": current_book().version,
        "program": __version__,
    }
    digest = sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return f"D{basis.day:%Y%m%d}-{digest[:10].upper()}"


def _anchor_digests(store: Store, size: int) -> list[str]:
    """Return digests of the tokens and cosignatures over a head: they go into the dossier."""
    tokens = [
        store.storage.read(path) or b"" for path in sorted(store.storage.names(f"tokens/{size}"))
    ]
    parts = [*tokens, store.cosigned_head(size).encode()]
    return [sha256(part).hexdigest() for part in parts]
