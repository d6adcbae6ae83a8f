"""Passwords and codes: Argon2id, one-time passwords, tokens, and their digests."""

import hashlib
import secrets
from functools import cache

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that are taken for one another."""

_hasher = [PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)]
"""Argon2id with the parameters of RFC 9106 section 4 for machines short of memory."""


def use_parameters(parameters: Parameters) -> None:
    """Hash with `parameters` from now on in this process; older hashes renew at sign-in."""
    _hasher[:] = [PasswordHasher.from_parameters(parameters)]
    nobodys_hash.cache_clear()


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password, its parameters and salt included."""
    return _hasher[0].hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Return whether `password` is the one that was hashed."""
    try:
        return _hasher[0].verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with weaker parameters than today's."""
    return _hasher[0].check_needs_rehash(password_hash)


@cache
def nobodys_hash() -> str:
    """Return a hash to compare with where there is no account, so that both take as long."""
    return hashed(secrets.token_hex(16))


def new_one_time_password() -> str:
    """Return a password to hand out: four groups of four, 79 random bits."""
    return _grouped(groups=4)


def new_recovery_codes(count: int = 10) -> list[str]:
    """Return codes that each stand in once for the second factor, 79 random bits each."""
    return [_grouped(groups=4) for _number in range(count)]


def _grouped(*, groups: int) -> str:
    """Return groups of four random characters, joined by hyphens."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(groups)
    )


def new_token() -> str:
    """Return a session token: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> bytes:
    """Return the SHA-256 of a token or code, which are random and need no slow hash."""
    return hashlib.sha256(text.encode()).digest()


def typed_code(text: str) -> str:
    """Return a code as it is compared, however it was typed."""
    return "".join(letter for letter in text.lower() if letter.isalnum())
