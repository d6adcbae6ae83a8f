"""Writing dossiers: a BagIt 1.0 bag in one zip, with proofs inside and a signature over it.

The bag is a function of its inputs: files sorted by name, a fixed date, no compression.

    payload = bag.evidence(store, records, streams, size)     # data/… proofs
    payload["data/dossier.pdf"] = pdf                         # bytes, or a path
    payload["data/page-index.json"] = bag.page_index(payload, items, pages)
    bag.write(out, bag.Bag(number, payload, info), store)
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from . import note, proof
from .leaves import Entry, stream_id
from .storage import CHUNK, StoreError
from .store import Store

MANIFEST = "evidence_store/manifest/v1"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_DATE = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16

Content = bytes | Path
"""A file's bytes, or the path from which it is copied."""

Stamp = Callable[[bytes], tuple[bytes, bytes] | None]
"""Has bytes time-stamped (RFC 3161): token and certificates (PEM), None when nobody answers."""


@dataclass(frozen=True, slots=True)
class Record:
    """A registered record as a dossier shows it."""

    entry: Entry
    digests: Sequence[bytes]
    """Of all fields in order; see `commitment.Commitment`."""

    disclosed: Mapping[str, tuple[bytes, str]]
    """Salt and value of the fields shown; empty to withhold the record whole."""

    original: str | None = None
    """Path in the bag of the file registered by it; its field sha256 must be disclosed."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that the dossier shows whole; every leaf of it must be among the records."""

    name: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class PageItem:
    """Where a piece of evidence stands in a PDF of the bag."""

    evidence: str
    """Its number: E0001."""

    file: str
    """data/dossier.pdf or data/merged.pdf."""

    pages: tuple[int, int]
    """First and last page, from 1."""

    index: int | None
    """Log index; None for what is not registered."""


@dataclass(frozen=True, slots=True)
class Bag:
    """What is written."""

    number: str
    """Dossier number, ASCII; also the name of the folder in the zip."""

    payload: Mapping[str, Content]
    """Files by their path, all below data/."""

    info: Mapping[str, str] = field(default_factory=dict)
    """Lines of bag-info.txt: Source-Organization, Bagging-Date …"""


def evidence(
    store: Store, records: Sequence[Record], streams: Sequence[Stream], size: int | None = None
) -> dict[str, Content]:
    """Return checkpoint, keys, proofs, records, map proof and tokens under one signed head.

    Raises:
        StoreError: there is no such head, or no map covers a stream.
        ProofError: the head does not cover a record.
    """
    signed = store.head(size)
    head = proof.parse_checkpoint(note.split(signed)[0])
    payload: dict[str, Content] = {
        "data/checkpoint": signed.encode(),
        "data/keys": store.storage.read("keys") or b"",
    }
    cosigned = store.cosigned_head(head.size)
    if cosigned != signed:
        payload["data/checkpoint.cosigned"] = cosigned.encode()
    indexes = sorted(record.entry.index for record in records)
    for index, text in zip(indexes, store.prove_all(indexes, head.size), strict=True):
        payload[_proof_path(index)] = text.encode()
    payload["data/records.jsonl"] = b"".join(
        _record_line(record, _proof_path(record.entry.index)) for record in records
    )
    if streams:
        payload.update(_map_proof(store, streams, head.size))
    payload.update(_tokens(store, head.size))
    return payload


def long_evidence(
    store: Store, records: Iterable[Record], streams: Sequence[Stream], size: int, *, file: Path
) -> dict[str, Content]:
    """Return the same for very many records, whose lines are written to `file` as they come.

    Of a stream that is shown whole only the last record carries a proof: the map leads to it,
    and the chain from it to all others. `records` must come stream by stream.

    Raises:
        StoreError, ProofError: see `evidence`.
    """
    whole = {stream_id(stream.salt, stream.name) for stream in streams}
    covered = store.map_index(size) if streams else 0
    proved = []
    with file.open("wb") as out:
        for record, following in _with_next(records):
            entry = record.entry
            if (
                following is not None
                and following.entry.stream == entry.stream
                and following.entry.index < covered
                and entry.stream in whole
            ):
                out.write(_record_line(record, None))
            else:
                proved.append(entry.index)
                out.write(_record_line(record, _proof_path(entry.index)))
    payload = evidence(store, [], streams, size)
    indexes = sorted(proved)
    for index, text in zip(indexes, store.prove_all(indexes, size), strict=True):
        payload[_proof_path(index)] = text.encode()
    payload["data/records.jsonl"] = file
    return payload


def _with_next(records: Iterable[Record]) -> Iterator[tuple[Record, Record | None]]:
    """Yield each record with the one that follows it."""
    before = None
    for record in records:
        if before is not None:
            yield before, record
        before = record
    if before is not None:
        yield before, None


def page_index(
    payload: Mapping[str, Content], items: Sequence[PageItem], pages: Mapping[str, int]
) -> bytes:
    """Return page-index.json; `pages` gives the number of pages of each PDF named."""
    files = {
        name: {"sha256": _digest(payload[name]), "pages": count} for name, count in pages.items()
    }
    rows = [
        {"evidence": i.evidence, "file": i.file, "pages": list(i.pages), "index": i.index}
        for i in items
    ]
    return _json({"v": 1, "files": files, "items": rows})


def write(out: BinaryIO, bag: Bag, store: Store, stamp: Stamp | None = None) -> str:
    """Write the zip and return the SHA-256 of `manifest-sha256.txt`, the dossier's fingerprint.

    A `stamp` over the signed manifest shows when it was signed: should the log's key be revoked
    one day, what it signed before that day counts by this alone.

    Raises:
        StoreError: a path is not below data/, or not plain.
        NoteError: there is no private key.
    """
    digests = {name: _digest(content) for name, content in sorted(bag.payload.items())}
    for name in (*digests, f"data/{bag.number}"):
        _check_path(name)
    manifest = _manifest(digests)
    tags: dict[str, Content] = {
        "bagit.txt": BAGIT,
        "bag-info.txt": _info(bag, digests),
        "manifest-sha256.txt": manifest,
        "verify.py": Path(__file__).with_name("dossier_verify.py").read_bytes(),
        "VERIFY.md": Path(__file__).with_name("VERIFY.md").read_bytes(),
        "验证说明.md": Path(__file__).with_name("验证说明.md").read_bytes(),
    }
    signed = {name: _digest(content) for name, content in tags.items()}
    text = f"{MANIFEST}\n{store.origin}\n{bag.number}\n{_manifest(signed).decode()}"
    tags["manifest.note"] = note_ = store.sign(text).encode()
    if stamp is not None and (stamped := stamp(note_)) is not None:
        tags["manifest.tsr"], tags["manifest.pem"] = stamped
    tagged = {name: _digest(content) for name, content in tags.items()}
    tags["tagmanifest-sha256.txt"] = _manifest(tagged)
    with ZipFile(out, "w", ZIP_STORED, strict_timestamps=True) as archive:
        for name, content in sorted({**bag.payload, **tags}.items()):
            _add(archive, f"{bag.number}/{name}", content, digests.get(name))
    return sha256(manifest).hexdigest()


def _record_line(record: Record, proof: str | None) -> bytes:
    fields = {name: [salt.hex(), value] for name, (salt, value) in sorted(record.disclosed.items())}
    row: dict[str, Any] = {
        "index": record.entry.index,
        "leaf": record.entry.data.decode(),
        "proof": proof,
        "fields": fields,
        "digests": [digest.hex() for digest in record.digests],
    }
    if record.original is not None:
        row["original"] = record.original
    return _json(row)


def _map_proof(store: Store, streams: Sequence[Stream], size: int) -> Iterator[tuple[str, bytes]]:
    rows, leaf = [], None
    names = [stream_id(stream.salt, stream.name) for stream in streams]
    for stream, shown in zip(streams, store.prove_streams(names, size), strict=True):
        row = shown.to_json()
        rows.append({**row, "name": stream.name, "salt": stream.salt.hex()})
        leaf = store.entry(shown.map_index)
    if leaf is not None:
        path = _proof_path(leaf.index)
        place = {"index": leaf.index, "leaf": leaf.data.decode(), "proof": path}
        yield path, store.prove(leaf.index, size).encode()
        yield "data/map-proof.json", _json({"v": 1, "map": place, "streams": rows})


def _tokens(store: Store, size: int) -> Iterator[tuple[str, bytes]]:
    for path in sorted(store.storage.names(f"tokens/{size}")):
        yield f"data/tokens/{path.rpartition('/')[2]}", store.storage.read(path) or b""


def _proof_path(index: int) -> str:
    return f"data/proofs/{index:09}.tlog-proof"


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def _digest(content: Content) -> str:
    if isinstance(content, bytes):
        return sha256(content).hexdigest()
    total = sha256()
    with content.open("rb") as file:
        while piece := file.read(CHUNK):
            total.update(piece)
    return total.hexdigest()


def _check_path(name: str) -> None:
    parts = name.split("/")
    plain = name.isascii() and name.isprintable() and not set(name) & set('\\:%*?"<>|')
    if parts[0] != "data" or len(parts) < 2 or {"", ".", ".."} & set(parts) or not plain:
        raise StoreError(f"{name!r} is not a plain path below data/")


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def _info(bag: Bag, digests: Mapping[str, str]) -> bytes:
    total = sum(
        len(content) if isinstance(content, bytes) else content.stat().st_size
        for content in bag.payload.values()
    )
    lines = {**bag.info, "Bag-Size": f"{total} bytes", "Payload-Oxum": f"{total}.{len(digests)}"}
    lines["External-Identifier"] = bag.number
    clean = {name: " ".join(value.split()) for name, value in lines.items()}
    return "".join(f"{name}: {clean[name]}\n" for name in sorted(clean)).encode()


def _add(archive: ZipFile, name: str, content: Content, digest: str | None) -> None:
    """Add a file; one that changed since it was hashed stops the export."""
    info = ZipInfo(name, _DATE)
    info.external_attr = _FILE_MODE
    info.create_system = 3
    if isinstance(content, bytes):
        archive.writestr(info, content)
        return
    info.file_size = content.stat().st_size
    total = sha256()
    with content.open("rb") as source, archive.open(info, "w") as target:
        while piece := source.read(CHUNK):
            total.update(piece)
            target.write(piece)
    if total.hexdigest() != digest:
        raise StoreError(f"{content} changed while it was exported")


def fingerprint(manifest_digest: str) -> str:
    """Return the short fingerprint for page footers: 10 characters of base 32."""
    return base64.b32encode(bytes.fromhex(manifest_digest))[:10].decode()
