"""Backup and restore (备份与恢复): database first, then the store; the keys apart, sealed.

A backup is a tar file: `manifest.json`, `database/…`, `store/…`. Beside it stands `FILE.keys`,
the folder of keys under a passphrase. Because the database is read first, every row's object and
leaf is in the store's part; leaves that came later have no row, and are kept after a restore.
"""

import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from evidence_store import keys, note
from evidence_store.proof import parse_checkpoint
from evidence_store.storage import Storage, connect
from recovery import __version__
from recovery.evidence.keeping import backup_database
from recovery.kernel.config import Settings
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

VERSION = 1
COST = 1 << 15
"""Of scrypt: 32 MiB and about a tenth of a second for each guess."""

FIRST = ("keys", "checkpoint")
LOG = ("checkpoints", "cosignatures", "tokens", "map", "tile", "commits", "private", "objects")
"""Folders of the store, in the order in which they are read: a head before what it covers."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    made_at: str
    program: str
    engine: str
    revision: str
    files: int
    """Files of the store."""


def back_up(settings: Settings, file: Path, passphrase: str, now: datetime) -> Contents:
    """Write a backup to `file` and its keys to `file.keys`; neither appears before it is whole.

    Raises:
        RuleViolation: the passphrase is too short.
    """
    sealed = seal_keys(settings.keys, passphrase)
    partial = file.with_name(f".{file.name}.part")
    with TemporaryDirectory(dir=settings.home, prefix="backup-") as folder:
        database = Path(folder) / "database"
        revision = backup_database.revision_of(settings.database_url)
        engine = backup_database.snapshot(settings.database_url, database)
        with partial.open("wb") as target, tarfile.open(fileobj=target, mode="w") as archive:
            os.fchmod(target.fileno(), 0o600)
            archive.add(database, "database")
            files = _add_store(archive, connect(settings.blob_url))
            made = Contents(now.isoformat(), __version__, engine, revision, files)
            _add(archive, "manifest.json", _manifest(made))
        _sync(partial)
    _write_whole(file.with_name(f"{file.name}.keys"), sealed)
    partial.replace(file)
    return made


def _manifest(made: Contents) -> bytes:
    values = {name: getattr(made, name) for name in Contents.__slots__}
    return json.dumps({"v": VERSION} | values, sort_keys=True).encode()


def _add_store(archive: tarfile.TarFile, storage: Storage) -> int:
    """Add the files of the store; heads signed after the first one read are left out."""
    count, size = 0, 0
    for path in FIRST:
        data = storage.read(path)
        if data is not None:
            _add(archive, f"store/{path}", data)
            count += 1
            if path == "checkpoint":
                size = parse_checkpoint(note.split(data.decode())[0]).size
    for path in _store_files(storage):
        if path.startswith("checkpoints/") and int(path.rpartition("/")[2]) > size:
            continue
        _add_file(archive, storage, path)
        count += 1
    return count


def _store_files(storage: Storage) -> Iterator[str]:
    for folder in LOG:
        yield from sorted(storage.names(folder))


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, io.BytesIO(data))


def _add_file(archive: tarfile.TarFile, storage: Storage, path: str) -> None:
    size = storage.size(path)
    if size is None:
        return  # erased since it was listed
    info = tarfile.TarInfo(f"store/{path}")
    info.size, info.mode = size, 0o600
    with storage.open(path) as source:
        archive.addfile(info, source)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_whole(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def restore(settings: Settings, file: Path, passphrase: str) -> Contents:
    """Restore keys, store and database into an installation without a database.

    A store that is there is kept as it is, and given what it lacks: of two copies of one log the
    longer one stays. The erasure log in the installation's home stays as well.

    Raises:
        RuleViolation: wrong passphrase, no backup of ours, another log or other keys are here,
            or a database is.
    """
    with TemporaryDirectory(dir=settings.home, prefix="restore-") as folder:
        with tarfile.open(file) as archive:
            made = _read_manifest(archive)
            _open_keys(file.with_name(f"{file.name}.keys"), passphrase, settings.keys)
            _restore_store(archive, connect(settings.blob_url))
            for member in archive.getmembers():
                if member.isfile() and member.name.startswith("database/"):
                    target = Path(folder) / _inside(member.name, "database")
                    with target.open("wb") as out:
                        shutil.copyfileobj(_content(archive, member), out)
        backup_database.load(settings.database_url, Path(folder), made.revision)
    return made


def _read_manifest(archive: tarfile.TarFile) -> Contents:
    try:
        member = archive.getmember("manifest.json")
        values = json.load(_content(archive, member))
        if values.pop("v") != VERSION:
            raise ValueError
        return Contents(**values)
    except (KeyError, ValueError, TypeError) as error:
        raise RuleViolation(_("这不是本系统的备份文件。")) from error


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> io.BufferedReader:
    content = archive.extractfile(member)
    assert content is not None
    return content  # type: ignore[return-value]


def _inside(name: str, folder: str) -> str:
    """Return the path of a member below `folder`; one that leads out of it is refused."""
    path = PurePosixPath(name).relative_to(folder)
    if path.is_absolute() or ".." in path.parts:
        raise RuleViolation(_("这不是本系统的备份文件。"))
    return str(path)


def _restore_store(archive: tarfile.TarFile, storage: Storage) -> None:
    """Give the store what it lacks; what it has is never replaced."""
    members = [one for one in archive.getmembers() if one.isfile()]
    stored = [(one, _inside(one.name, "store")) for one in members if one.name[:6] == "store/"]
    _refuse_other_log(archive, stored, storage)
    is_new = storage.read("keys") is None
    for member, path in stored:
        if path.startswith("objects/"):
            if storage.size(path) is None:
                storage.put_objects([_content(archive, member)])
        elif is_new or path not in FIRST:
            storage.create(path, _content(archive, member).read())


def _refuse_other_log(
    archive: tarfile.TarFile, stored: list[tuple[tarfile.TarInfo, str]], storage: Storage
) -> None:
    here = storage.read("keys")
    theirs = [_content(archive, one).read() for one, path in stored if path == "keys"]
    if here is None or not theirs:
        return
    if keys.parse_ring(here.decode()).origin != keys.parse_ring(theirs[0].decode()).origin:
        raise RuleViolation(_("这里已有另一个存证日志，不能恢复到它上面。"))


def seal_keys(folder: Path, passphrase: str) -> bytes:
    """Return the files of the key folder, sealed under a passphrase (scrypt, AES-256-GCM).

    Raises:
        RuleViolation: the passphrase is shorter than twelve characters.
    """
    if len(passphrase) < 12:
        raise RuleViolation(_("备份口令至少 12 个字符。"))
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes().hex()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, json.dumps(files).encode(), b"keys")
    return salt + nonce + sealed


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())


def _open_keys(file: Path, passphrase: str, folder: Path) -> None:
    """Put the keys into their folder; keys that are there must be the same."""
    data = file.read_bytes()
    try:
        opened = AESGCM(_key(passphrase, data[:16])).decrypt(data[16:28], data[28:], b"keys")
    except InvalidTag as error:
        raise RuleViolation(_("口令不对，或密钥文件已损坏。")) from error
    for name, content in json.loads(opened).items():
        path = folder / _inside(f"keys/{name}", "keys")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_whole(path, bytes.fromhex(content))
        elif path.read_bytes() != bytes.fromhex(content) and path.name != "session":
            raise RuleViolation(_("这里的密钥 {name} 与备份中的不同。", name=name))
