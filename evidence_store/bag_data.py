"""What a dossier shows of the log, as files below data/: head, keys, records, proofs, tokens."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import note, proof
from .leaves import Entry, stream_id
from .store import Store

Content = bytes | Path
"""A file's bytes, or the path from which it is copied."""


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
    return json_line(row)


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
        yield "data/map-proof.json", json_line({"v": 1, "map": place, "streams": rows})


def _tokens(store: Store, size: int) -> Iterator[tuple[str, bytes]]:
    for path in sorted(store.storage.names(f"tokens/{size}")):
        yield f"data/tokens/{path.rpartition('/')[2]}", store.storage.read(path) or b""


def _proof_path(index: int) -> str:
    return f"data/proofs/{index:09}.tlog-proof"


def json_line(value: object) -> bytes:
    """Return a value as one line of JSON, always spelt alike."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"
