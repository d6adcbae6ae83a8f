"""RFC 4998 evidence records: a time-stamp that is renewed before its key or its hash grows weak.

A record covers one object (here, a signed head). `renew_token` stamps the last token anew;
`renew_hash` stamps the object and all tokens so far under another hash. What the tokens inside
are worth is asked of `tokens`, or left open where no roots are given.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp

from . import tokens
from .storage import StoreError

Stamp = Callable[[bytes, str], bytes]
"""Gets a token (RFC 3161 response) whose imprint is the hash of these bytes by this algorithm."""

CheckToken = Callable[[bytes, bytes], datetime]
"""Verifies a token response over bytes that were hashed, and returns its time."""

HASHES = ("sha256", "sha384", "sha512")


class RecordError(StoreError):
    """An evidence record is malformed or does not cover the object."""


class _PartialHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class _ReducedHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _PartialHashtree


class _Algorithms(core.SequenceOf):  # type: ignore[misc]
    _child_spec = algos.DigestAlgorithm


class _Attributes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = cms.CMSAttribute


class _EncryptionInfo(core.Sequence):  # type: ignore[misc]
    _fields = [("type", core.ObjectIdentifier), ("value", core.Any)]  # noqa: RUF012


class _ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", _ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _ArchiveTimeStamp


class _Chains(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Chain


class _EvidenceRecord(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("digest_algorithms", _Algorithms),
        ("crypto_infos", _Attributes, {"implicit": 0, "optional": True}),
        ("encryption_info", _EncryptionInfo, {"implicit": 1, "optional": True}),
        ("chains", _Chains),
    ]


@dataclass(frozen=True, slots=True)
class Checked:
    """An evidence record that holds."""

    first: datetime
    """Time of its first token: the object existed by then."""

    tokens: int
    signatures_checked: bool
    """False when no roots were given: then only hashes and order were checked."""


def create(data: bytes, stamp: Stamp, algorithm: str = "sha256") -> bytes:
    """Return a new record over `data` with a first token."""
    token = _token_of(stamp(data, algorithm))
    return _encode([[_time_stamp(token, algorithm)]])


def renew_token(record: bytes, stamp: Stamp) -> bytes:
    """Add a token over the last one, under the same hash (RFC 4998 section 5.2)."""
    chains = _load(record)
    last = chains[-1][-1]
    algorithm = _algorithm(last)
    token = _token_of(stamp(last["time_stamp"].dump(), algorithm))
    return _encode([*chains[:-1], [*chains[-1], _time_stamp(token, algorithm)]])


def renew_hash(record: bytes, data: bytes, stamp: Stamp, algorithm: str) -> bytes:
    """Add a chain that covers object and all chains so far, under another hash (section 5.3)."""
    chains = _load(record)
    token = _token_of(stamp(_renewed(data, chains, algorithm), algorithm))
    return _encode([*chains, [_time_stamp(token, algorithm)]])


def stamper(authorities: Sequence[tokens.Authority]) -> Stamp:
    """Return what has tokens made by the first good authority."""

    def stamp(data: bytes, algorithm: str) -> bytes:
        return tokens.request(data, authorities, algorithm)[1].response

    return stamp


def checker(roots: bytes) -> CheckToken:
    """Return what verifies tokens against trusted roots (PEM), without a network."""
    return lambda response, data: tokens.verify(response, data, roots).time


def verify(record: bytes, data: bytes, check: CheckToken | None = None) -> Checked:
    """Check that a record covers `data` through every chain, in order of time.

    Raises:
        RecordError: malformed, of another version, or it does not cover the object.
    """
    chains = _load(record)
    times: list[datetime] = []
    for number, chain in enumerate(chains):
        covered = data if number == 0 else None
        for place, stamped in enumerate(chain):
            algorithm = _algorithm(stamped)
            if place and algorithm != _algorithm(chain[0]):
                raise RecordError("a chain mixes hashes")
            if place:
                covered = chain[place - 1]["time_stamp"].dump()
            elif number:
                covered = _renewed(data, chains[:number], algorithm)
            times.append(_check_time_stamp(stamped, covered or b"", algorithm, check))
    if times != sorted(times):
        raise RecordError("a token is older than the one it renews")
    return Checked(times[0], len(times), check is not None)


def algorithm_of(record: bytes) -> str:
    """Return the hash under which the record was stamped last."""
    return _algorithm(_load(record)[-1][-1])


def valid_until(record: bytes) -> datetime:
    """Return the end of the certificate that signed the last token.

    Raises:
        RecordError: malformed, or the certificate is not in the token.
    """
    content = _load(record)[-1][-1]["time_stamp"]["content"]
    certificates = [one.chosen for one in content["certificates"] or ()]
    ends: list[datetime] = [
        one["tbs_certificate"]["validity"]["not_after"].native
        for one in certificates
        if one.extended_key_usage_value is not None
        and "time_stamping" in one.extended_key_usage_value.native
    ]
    if not ends:
        raise RecordError("the last token holds no certificate of its authority")
    return min(ends)


def _check_time_stamp(
    stamped: Any, covered: bytes, algorithm: str, check: CheckToken | None
) -> datetime:
    """Climb the reduced hash tree to the token's imprint (section 4.3)."""
    info = _info(stamped["time_stamp"])
    imprint = info["message_imprint"]["hashed_message"].native
    if info["message_imprint"]["hash_algorithm"]["algorithm"].native != algorithm:
        raise RecordError("the token has another hash than its chain")
    stands = [climbed for climbed in _climb(stamped, covered, algorithm) if climbed[0] == imprint]
    if not stands:
        raise RecordError("the token stamps something else")
    if check is None:
        moment: datetime = info["gen_time"].native
        return moment
    return check(_response(stamped["time_stamp"]), stands[0][1])


def _climb(stamped: Any, covered: bytes, algorithm: str) -> list[tuple[bytes, bytes]]:
    """Return the hashes that the token may have, each with the bytes whose hash it is.

    Of a tree of one leaf some take the leaf for the root, others hash it once more as the text
    of section 4.3 says: both commit to the object and both are in use.
    """
    total = hashlib.new(algorithm, covered).digest()
    found = [(total, covered)]
    for place, row in enumerate(stamped["reduced_hashtree"].native or []):
        if place == 0 and total not in row:
            raise RecordError("the record is over another object: its hash is not in the tree")
        hashed = b"".join(sorted({*row, total}))
        alone = place == 0 and len(row) == 1
        total = hashlib.new(algorithm, hashed).digest()
        found = [*found, (total, hashed)] if alone else [(total, hashed)]
    return found


def _renewed(data: bytes, chains: Sequence[Sequence[Any]], algorithm: str) -> bytes:
    """Return what a new chain covers: hash of the object, then hash of the chains before."""
    before = _Chains([_Chain(list(chain)) for chain in chains]).dump()
    digest = hashlib.new(algorithm, data).digest()
    return digest + hashlib.new(algorithm, before).digest()


def _load(record: bytes) -> list[list[Any]]:
    try:
        parsed = _EvidenceRecord.load(record, strict=True)
        if parsed["version"].native != 1:
            raise RecordError(f"an evidence record of version {parsed['version'].native}")
        chains = [list(chain) for chain in parsed["chains"]]
        for stamped in (stamped for chain in chains for stamped in chain):
            _check_form(stamped)
    except (ValueError, TypeError, KeyError) as error:
        raise RecordError(f"not an evidence record: {error}") from error
    if not chains or not all(chains):
        raise RecordError("an evidence record without time-stamps")
    return chains


def _check_form(stamped: Any) -> None:
    """Refuse a token whose CMS cannot be that of RFC 3161: version 3 and up, one signer."""
    content = stamped["time_stamp"]["content"]
    if content["version"].native not in ("v3", "v4", "v5") or len(content["signer_infos"]) != 1:
        raise RecordError("a token whose CMS is not of version 3 or later with one signer")
    _algorithm(stamped)
    _info(stamped["time_stamp"])


def _algorithm(stamped: Any) -> str:
    """Return the hash of a time-stamp: its own, or that of its token's imprint (section 4.1)."""
    if stamped["digest_algorithm"].native is not None:
        name: str = stamped["digest_algorithm"]["algorithm"].native
    else:
        imprint = _info(stamped["time_stamp"])["message_imprint"]
        name = imprint["hash_algorithm"]["algorithm"].native
    if name not in HASHES:
        raise RecordError(f"a hash that is not accepted: {name}")
    return name


def _info(token: Any) -> Any:
    info = token["content"]["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise RecordError("not a time-stamp token")
    return info


def _response(token: Any) -> bytes:
    """Wrap a token as the answer of an authority."""
    status = tsp.PKIStatusInfo({"status": "granted"})
    response = tsp.TimeStampResp({"status": status, "time_stamp_token": token})
    encoded: bytes = response.dump()
    return encoded


def _token_of(response: bytes) -> Any:
    return tsp.TimeStampResp.load(response)["time_stamp_token"]


def _time_stamp(token: Any, algorithm: str) -> Any:
    named = algos.DigestAlgorithm({"algorithm": algorithm})
    return _ArchiveTimeStamp({"digest_algorithm": named, "time_stamp": token})


def _encode(chains: Sequence[Sequence[Any]]) -> bytes:
    used = dict.fromkeys(_algorithm(stamped) for chain in chains for stamped in chain)
    record = _EvidenceRecord(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": name} for name in used],
            "chains": _Chains([_Chain(list(chain)) for chain in chains]),
        }
    )
    encoded: bytes = record.dump()
    return encoded
