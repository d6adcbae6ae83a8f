"""The evidence store of this installation: opened once per process, made where it is absent."""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from flask import current_app
from sqlalchemy import inspect, select

from evidence_store import keys, note
from evidence_store.base import KEY_VARIABLE
from evidence_store.storage import StoreError
from evidence_store.store import Store
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent

ORIGIN_VARIABLE = "RECOVERY_LOG_ORIGIN"


def house_store() -> Store:
    """Return the store of the current application.

    Raises:
        StoreError, OSError: it is out of reach; the business goes on and catches up.
    """
    settings: Settings = current_app.config["SETTINGS"]
    return _open(settings.blob_url, str(settings.keys))


@lru_cache(maxsize=8)
def _open(url: str, key_folder: str) -> Store:
    reference = os.environ.get(KEY_VARIABLE) or f"file:{_own_key(Path(key_folder))}"
    try:
        return Store.open(url, reference)
    except StoreError:
        return _create(url, reference)


def _create(url: str, reference: str) -> Store:
    """Make the store; of two processes that try, the second opens what the first made.

    Raises:
        StoreError: the database knows a log: a second one in its place would be a fork of it.
    """
    if _is_known():
        raise StoreError("the log that the database knows is not there")
    if url.startswith("file://"):
        Path(url.removeprefix("file://")).mkdir(mode=0o700, parents=True, exist_ok=True)
    origin = os.environ.get(ORIGIN_VARIABLE, keys.load(reference).vkey.name)
    try:
        return Store.create(url, origin, reference)
    except StoreError:
        return Store.open(url, reference)


def _is_known() -> bool:
    """Tell whether anything was registered already; before the tables are made, nothing was."""
    with db.engines[None].connect() as connection:
        if not inspect(connection).has_table(RegistrationIntent.__tablename__):
            return False
        known = select(RegistrationIntent.id).where(RegistrationIntent.log_index.is_not(None))
        return connection.execute(known.limit(1)).first() is not None


def _own_key(folder: Path) -> Path:
    """Return the file of the log's private key, made with a name of its own when absent."""
    path = folder / "log.key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        key = note.generate(f"recovery-{os.urandom(4).hex()}")
        keys.write(path, key, os.environ.get(keys.PASSPHRASE))
    return path
