"""Writes a dossier: gathers what is registered, sets the paper, and fills the bag."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pypdfium2

from evidence_store import Store
from evidence_store.bag import Bag, Content, PageItem, evidence, page_index, write
from recovery import __version__
from recovery.evidence.dossiers.chapters import Chapter, chapters_of
from recovery.evidence.dossiers.contents import Basis, Contents, gather
from recovery.evidence.dossiers.finishing import finished
from recovery.evidence.dossiers.package_chapters import package_chapters
from recovery.evidence.dossiers.packages import gather_many
from recovery.evidence.dossiers.papers import Cover, paper
from recovery.evidence.dossiers.records import LogReader
from recovery.evidence.dossiers.states import anchors
from recovery.rulebook.service import current_book
from recovery.web.paper_child import Measured

PAPER = "data/dossier.pdf"
PAGE_INDEX = "data/page-index.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """A dossier that is ready to be written: everything but the finishing of its paper."""

    cover: Cover
    bag: Bag
    paper: Measured
    counts: Mapping[str, int]
    items: tuple[PageItem, ...] = ()


def drafted(reader: LogReader, store: Store, basis: Basis, language: str, folder: Path) -> Draft:
    """Return the dossier in its deterministic form; large files of it are below `folder`.

    Raises:
        RuleViolation: nothing is registered, a record is not what was registered, or a
            character cannot be printed.
    """
    number = number_of(store, basis, language)
    if basis.subject.is_one_loan:
        return _of_one(reader, store, gather(reader, store, basis), (number, language, folder))
    return _of_many(reader, store, basis, (number, language, folder))


def _of_one(
    reader: LogReader, store: Store, contents: Contents, given: tuple[str, str, Path]
) -> Draft:
    number, language, folder = given
    head = contents.basis.checkpoint.size
    payload = evidence(store, contents.bag_records(), contents.bag_streams(), head)
    pages = {}
    for path, digest in contents.originals.items():
        payload[path] = copy = folder / digest
        with store.open_object(digest) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target)
        pages[digest] = page_count(copy)
    anchored = anchors(reader.session, store, contents.basis.checkpoint)
    cover = Cover(
        number=number,
        basis=contents.basis,
        record_count=len(contents.records),
        borrower=contents.told.fields.get("party.1.name"),
        is_one_loan=True,
        is_own_log_only=anchored.are_missing,
    )
    chapters = chapters_of(reader, contents, anchored, pages)
    counts = {
        "loans": 1,
        "records": len(contents.records) + len(contents.house),
        "originals": len(contents.originals),
        "withheld": contents.withheld_count,
    }
    draft = _set(cover, chapters, language, payload)
    return replace(
        draft, counts={**counts, "pages": draft.paper.pages}, items=_items(draft, contents)
    )


def _of_many(reader: LogReader, store: Store, basis: Basis, given: tuple[str, str, Path]) -> Draft:
    number, language, folder = given
    many = gather_many(reader, store, basis, folder)
    anchored = anchors(reader.session, store, basis.checkpoint)
    cover = Cover(
        number=number,
        basis=basis,
        record_count=many.record_count,
        borrower=None,
        is_one_loan=False,
        is_own_log_only=anchored.are_missing,
        loan_count=len(many.lines),
    )
    draft = _set(cover, package_chapters(reader, basis, many, anchored), language, many.payload)
    counts = {
        "loans": len(many.lines),
        "records": many.record_count,
        "originals": 0,
        "withheld": many.withheld_count,
        "pages": draft.paper.pages,
    }
    return replace(draft, counts=counts)


def _set(
    cover: Cover, chapters: list[Chapter], language: str, payload: Mapping[str, Content]
) -> Draft:
    subject = cover.basis.subject
    info = {
        "Bagging-Date": cover.basis.day.isoformat(),
        "External-Description": f"Evidence dossier of {subject.code} {subject.number}",
    }
    printed = paper(cover, chapters, language)
    return Draft(cover, Bag(cover.number, payload, info), printed, {})


def _items(draft: Draft, contents: Contents) -> tuple[PageItem, ...]:
    """Return on which page of the paper each original stands in the evidence list."""
    indexes = {one.fields.get("sha256"): one.entry.index for one in contents.records}
    found = []
    for path, digest in contents.originals.items():
        number = path.rpartition("/")[2].partition(".")[0]
        page = draft.paper.places.get(number)
        if page is not None:
            found.append(PageItem(number, PAPER, (page, page), indexes[digest]))
    return tuple(found)


def write_plain(out: BinaryIO, store: Store, draft: Draft) -> None:
    """Write the dossier as its inputs give it again, byte for byte."""
    _write(out, store, draft, draft.paper.data)


def write_finished(out: BinaryIO, store: Store, draft: Draft, recipient: str | None) -> bool:
    """Write the dossier as it is handed out; False: nothing is to be finished on it."""
    data = finished(draft.paper.data, recipient)
    if data == draft.paper.data:
        return False
    _write(out, store, draft, data)
    return True


def _write(out: BinaryIO, store: Store, draft: Draft, pdf: bytes) -> None:
    payload = {**draft.bag.payload, PAPER: pdf}
    payload[PAGE_INDEX] = page_index(payload, draft.items, {PAPER: draft.paper.pages})
    info = {**draft.bag.info, "Source-Organization": store.origin}
    write(out, replace(draft.bag, payload=payload, info=info), store)


def number_of(store: Store, basis: Basis, language: str) -> str:
    """Return the number that follows from what the dossier is a function of."""
    head = basis.checkpoint
    inputs = {
        "subject": [basis.subject.code, basis.subject.number],
        "root": head.root,
        "size": head.size,
        "anchors": _anchor_digests(store, head.size),
        "disclosure": basis.disclosure.canonical(),
        "language": language,
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


def page_count(path: Path) -> int:
    """Return the pages of an original: of a PDF its own, of anything else one."""
    with path.open("rb") as file:
        if file.read(5) != b"%PDF-":
            return 1
    try:
        return len(pypdfium2.PdfDocument(path))
    except pypdfium2.PdfiumError:
        return 1
