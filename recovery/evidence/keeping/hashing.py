"""Hashes single objects: whether what lies under a name is what the name says."""

from hashlib import sha256

from evidence_store.findings import Finding
from evidence_store.storage import Storage, chunks

MISSING, UNREADABLE, ALTERED = "object missing", "object unreadable", "object altered"


def path_of(digest: str) -> str:
    """Return where the object of a digest is, or would be were the digest well formed."""
    # Not `object_path`: a malformed digest in a row is a finding, no fault.
    return f"objects/{digest[:2]}/{digest[2:]}"


def hash_object(storage: Storage, path: str) -> tuple[Finding | None, int]:
    """Hash an object; return what is wrong with it, and how many bytes were read."""
    total, size = sha256(), 0
    try:
        with storage.open(path) as file:
            for piece in chunks(file):
                total.update(piece)
                size += len(piece)
    except FileNotFoundError:
        return None, 0  # erased since it was listed; a row that still names it is found later
    except OSError as error:
        return Finding(UNREADABLE, path, f"its content is lost: {error.strerror or error}"), size
    found = total.hexdigest()
    if path == path_of(found):
        return None, size
    return Finding(ALTERED, path, f"its content now has SHA-256 {found}"), size
