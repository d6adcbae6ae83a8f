"""An append-only evidence store: objects, a Merkle log over them, signed heads, offline proofs.

The folder needs no database and works when copied elsewhere; `python -m evidence_store` is its
command line, README.md says what an auditor should know.

For a program that registers its records here (a *sequencer*):

    from evidence_store import Leaf, Store, commitment, stream_id

    store = Store.open("instance/evidence")            # or s3://bucket/prefix
    [info] = store.put_objects([stream])               # durable object; registers nothing
    # in the business transaction: an intent with id = new_id(), a sealed 32-byte secret, and
    root = commitment.commit(fields, secret).root.hex()
    # later, in the one sequencer, for pending intents of any number of streams in their order:
    entries = store.append([Leaf(intent.id, kind, stream, root, actor, generation), …], now)

- `append` makes one durable commit of the whole batch and returns an `Entry` per leaf in the
  order given, with index, seq, prev and registered_at. A few thousand leaves per call is best.
- Whenever it takes the lease, a sequencer first reads what is in the log past the last index it
  has marked, `for entry in store.leaves_from(last + 1)`, and marks those intents by `entry.id`:
  that is how a kill between log and mark registers nothing twice. The same after any exception
  of `append`. Ids that another process commits during an `append` are recognised by it.
- `stream` is `stream_id(salt, name)`, with a random salt per stream that the caller keeps;
  `actor` is pseudonymous; `generation` the SHA-256 of the generation record, hexadecimal.
- `checkpoint()` signs a head (every ten minutes when there is something new);
  `checkpoint_with_map()` also registers the map of all streams (hourly, before dossiers).
- `prove(index, size)` gives a tlog-proof, `prove_stream(stream, size)` the map proof,
  `cosigned_head(size)` the head with its cosignatures, `tokens.add` a time-stamp for a head.
- Every method takes and gives plain values; a `Store` may be shared by threads.
"""

from . import commitment, jcs, merkle, note, proof
from .findings import Finding
from .leaves import Entry, Leaf, LeafError, new_id, stream_id
from .log import ClockError
from .merkle import ProofError
from .note import NoteError
from .storage import ObjectInfo, StoreError, sm3
from .store import MapProof, Store

__all__ = [
    "ClockError",
    "Entry",
    "Finding",
    "Leaf",
    "LeafError",
    "MapProof",
    "NoteError",
    "ObjectInfo",
    "ProofError",
    "Store",
    "StoreError",
    "commitment",
    "jcs",
    "merkle",
    "new_id",
    "note",
    "proof",
    "sm3",
    "stream_id",
]
