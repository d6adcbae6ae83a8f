"""Renewing the tokens over heads before their certificates end or their hash weakens (RFC 4998).

The first renewal makes an evidence record of the token that is there and stamps it; later ones
carry the last record on. Every record is kept: the longest counts.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from . import ers, tokens
from .store import Store
from .tokens import Authority, TokenError


def due(store: Store, before: datetime, algorithm: str) -> Iterator[int]:
    """Yield the stamped heads whose last token ends before that moment or has another hash.

    Raises:
        RecordError, TokenError: what stamps a head does not hold.
    """
    for size in sorted({int(path.split("/")[1]) for path in store.storage.names("tokens")}):
        record = record_of(store, size)
        if ers.valid_until(record) < before or ers.algorithm_of(record) != algorithm:
            yield size


def renew(store: Store, authorities: Sequence[Authority], size: int, algorithm: str) -> str:
    """Stamp anew what stamps a head, under this hash, and keep the record; return its path.

    Raises:
        RecordError, TokenError: the head is not stamped, or no authority gives a good token.
    """
    record, stamp = record_of(store, size), ers.stamper(authorities)
    if ers.algorithm_of(record) == algorithm:
        renewed = ers.renew_token(record, stamp)
    else:
        renewed = ers.renew_hash(record, store.head(size).encode(), stamp, algorithm)
    return tokens.add_record(store.storage, size, renewed)


def record_of(store: Store, size: int) -> bytes:
    """Return the longest evidence record over a head, or one made of its earliest token.

    Raises:
        RecordError, TokenError: the head is not stamped, or what stamps it does not hold.
    """
    head = store.head(size).encode()
    paths = [path for path in store.storage.names(f"tokens/{size}") if path.endswith(".ers")]
    records = [store.storage.read(path) or b"" for path in paths]
    if records:
        return max(records, key=lambda record: ers.verify(record, head).tokens)
    stamped = [tokens.read(store.storage, path) for path in tokens.stored(store.storage, size)]
    if not stamped:
        raise TokenError(f"the head of {size} leaves is not time-stamped")
    first = min(stamped, key=lambda token: token.time)
    return ers.create(head, lambda _data, _algorithm: first.response)
