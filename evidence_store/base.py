"""Opening a store, and its keys."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from . import keys, merkle, note, proof
from .keys import KeyRing, RingKey
from .log import Log
from .note import NoteError, Signer
from .proof import Checkpoint
from .storage import Storage, StoreError, connect

KEY_VARIABLE = "EVIDENCE_STORE_KEY"
"""A reference in it (see `keys`) comes before the one that the store remembers."""

_REFERENCE = "private/key-reference"
_LOCAL = "private/log.key"
_NEXT = "private/next-key-reference"
"""Where the key is that signs, that key itself, and where the one is to which a rotation turns."""


class StoreBase:
    """A storage, the ring of the log's keys, and the log once it is read."""

    def __init__(self, storage: Storage, origin: str, skey: str | None = None) -> None:
        self.storage = storage
        self.origin = origin
        """The name of the log."""
        self._skey = skey
        self._lock = threading.RLock()
        self._log: Log | None = None

    @classmethod
    def create(cls, url: str | os.PathLike[str], origin: str, skey: str) -> Self:
        """Make a store in a folder or bucket that has none.

        `skey` is a reference to the log's private key, see `keys`. A key given literally is kept
        in `private/log.key` of a local store; refer to a file, a variable or a token instead
        when it should be kept apart.

        Raises:
            StoreError: there is a store already.
            NoteError: the key or the origin is malformed.
        """
        storage, signer = connect(url), keys.load(skey)
        proof.parse_checkpoint(str(Checkpoint(origin, 0, merkle.EMPTY_ROOT)))
        ring = KeyRing(origin, (RingKey(str(signer.vkey), datetime.now(UTC).date(), 0),))
        if not storage.create("keys", note.sign_with(str(ring), signer).encode()):
            raise StoreError(f"{url} holds a store already")
        if skey.startswith("PRIVATE+KEY+") and not os.fspath(url).startswith("s3://"):
            path = Path(os.fspath(url).removeprefix("file://")) / "private"
            path.mkdir(mode=0o700, exist_ok=True)
            keys.write(path / "log.key", note.parse_skey(skey), os.environ.get(keys.PASSPHRASE))
        elif not skey.startswith("PRIVATE+KEY+"):
            storage.create(_REFERENCE, skey.encode())
        return cls(storage, origin, skey)

    @classmethod
    def open(cls, url: str | os.PathLike[str], skey: str | None = None) -> Self:
        """Open a store; `skey` refers to its private key where the store does not know it.

        Raises:
            StoreError: there is none.
            NoteError: its ring of keys is malformed.
        """
        storage = connect(url)
        data = storage.read("keys")
        if data is None:
            raise StoreError(f"{url} holds no evidence store")
        return cls(storage, keys.parse_ring(data.decode()).origin, skey)

    @property
    def ring(self) -> KeyRing:
        """The log's keys as they are now: another process may have rotated or revoked one."""
        return self._read_ring()[0]

    def _read_ring(self) -> tuple[KeyRing, bytes]:
        data = self.storage.read("keys") or b""
        return keys.parse_ring(data.decode()), data

    def sign(self, text: str) -> str:
        """Sign a text of another kind than a head, such as the manifest of a dossier.

        Raises:
            StoreError: it could be taken for a head of this log.
            NoteError: there is no private key, or the text is malformed.
        """
        if text.partition("\n")[0] == self.origin:
            raise StoreError("heads are signed by checkpoint() only")
        return note.sign_with(text, self._signer())

    def _opened(self) -> Log:
        if self._log is None:
            data = self.storage.read("checkpoint")
            size = 0
            if data is not None:
                size = proof.parse_checkpoint(note.split(data.decode())[0]).size
            self._log = Log(self.storage, size)
        return self._log

    def _signer(self) -> Signer:
        """Return the private key in use."""
        return self._in_use()[0]

    def _in_use(self) -> tuple[Signer, str]:
        """Return the private key in use and the reference to it.

        What was given or set before a rotation names the old key, which may be gone: then the one
        that the store remembers signs. Of a rotation that was cut off the old or the new one does.
        """
        in_use = self.ring.keys[-1].vkey
        given = self._skey or os.environ.get(KEY_VARIABLE)
        known = given or self._remembered(_REFERENCE) or self._remembered(_LOCAL)
        references = [known, self._remembered(_REFERENCE), self._remembered(_NEXT)]
        problem = NoteError(f"no private key: name one in {KEY_VARIABLE}")
        for reference in dict.fromkeys(one.strip() for one in references if one):
            try:
                signer = keys.load(reference)
            except NoteError as error:
                problem = error
                continue
            if str(signer.vkey) == in_use:
                return signer, reference
            problem = NoteError("the private key is not the one in use by this log")
        raise problem

    def _remembered(self, path: str) -> str | None:
        data = self.storage.read(path)
        return None if data is None else data.decode()

    def _keep_ring(self, signed: str, before: bytes) -> None:
        """Replace the ring that was read; the caller holds `exclusive("checkpoint")`.

        Raises:
            StoreError: another process changed the ring meanwhile.
        """
        if not self.storage.replace_if("keys", signed.encode(), before):
            raise StoreError("the log's keys were changed by somebody else meanwhile; try again")
