"""A writer that the fault campaigns kill, starve and cut off: registers, then says so.

    evidence_store_child.py STORE MODE COUNT

MODE `once` registers COUNT files with fixed ids and signs a head, skipping what the log has;
`forever` goes on with new ids in groups. Each line `registered ID SHA256` is a promise.
"""

import io
import sys
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from evidence_store import Leaf, Store, new_id

STREAM = "ab" * 32


def content(place: str) -> bytes:
    """Return the bytes of a file: some kilobytes that depend on its place."""
    return sha256(place.encode()).digest() * 100


def register(store: Store, ids: list[str], known: set[str]) -> None:
    """Store the files of these ids, register those not known, and promise them all."""
    infos = store.put_objects([io.BytesIO(content(place)) for place in ids])
    leaves = [
        Leaf(place, "file", STREAM, info.sha256, "child")
        for place, info in zip(ids, infos, strict=True)
    ]
    store.append([leaf for leaf in leaves if leaf.id not in known])
    for leaf in leaves:
        sys.stdout.write(f"registered {leaf.id} {leaf.commitment}\n")
    sys.stdout.flush()


def main() -> None:
    """Run."""
    folder, mode, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    Path("/").stat()  # the campaign counts system calls from here on
    store = Store.open(folder)
    store.storage.sweep()  # type: ignore[attr-defined]
    if mode == "once":
        known = {entry.id for entry in store.leaves_from(0)}
        register(store, [f"{number:032x}" for number in range(count)], known)
        store.checkpoint()
        return
    while True:
        register(store, [new_id() for _ in range(count)], set())
        store.checkpoint()


main()
