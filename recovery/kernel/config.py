"""Where this installation works: read once from the environment, then passed on."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation.

    `environment` is shown in the top bar: 演示, 测试 or 生产.
    """

    home: Path
    database_url: str
    blob_url: str
    queue_url: str
    secret_key: str
    environment: str
    public_url: str | None

    @property
    def keys(self) -> Path:
        """The folder of keys, mode 0700; never in a backup of the database."""
        return self.home / "keys"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that `environ` names, with defaults elsewhere.

    Makes the home folder and the session secret where they are missing.
    """
    home = Path(environ.get("RECOVERY_HOME", "instance")).resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Settings(
        home=home,
        database_url=_psycopg3(environ.get("DATABASE_URL", f"sqlite:///{home / 'recovery.db'}")),
        blob_url=environ.get("BLOB_URL", f"file://{home / 'evidence'}"),
        queue_url=environ.get("QUEUE_URL", f"sqlite:///{home / 'queue.db'}"),
        secret_key=environ.get("RECOVERY_SECRET_KEY") or secret_file(home / "keys" / "session"),
        environment=environ.get("RECOVERY_ENVIRONMENT", "production"),
        public_url=environ.get("RECOVERY_PUBLIC_URL"),
    )


def _psycopg3(url: str) -> str:
    """Return `url` with the driver we ship for PostgreSQL, however it was written."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def secret_file(path: Path) -> str:
    """Return the secret kept in `path` (hex, 32 bytes), making it with mode 0600 when absent."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_hex(32)
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return secret
