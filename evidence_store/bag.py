"""Writing dossiers: a BagIt 1.0 bag in one zip, with a signature over it.

The bag is a function of its inputs: files sorted by name, a fixed date, no compression.

    payload = bag_data.evidence(store, records, streams, size)     # proofs
    payload["data/dossier.pdf"] = pdf                              # bytes, or a path
    payload["data/page-index.json"] = bag.page_index(payload, items, pages)
    bag.write(out, bag.Bag(number, payload, info), store)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from .bag_data import Content, json_line
from .storage import CHUNK, StoreError
from .store import Store

MANIFEST = "evidence_store/manifest/v1"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_DATE = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16

Stamp = Callable[[bytes], tuple[bytes, bytes] | None]
"""Has bytes time-stamped (RFC 3161): token and certificates (PEM), None when nobody answers."""


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
    return json_line({"v": 1, "files": files, "items": rows})


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
