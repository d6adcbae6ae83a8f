"""RFC 3161 time-stamp tokens (可信时间戳) over heads: had over HTTP, verified without a network.

A token stamps the bytes of a signed head as the log signed them, without cosignatures. With it
the store keeps the certificates that led to a configured root when it came.
"""

import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http.client import HTTPException

import rfc3161_client
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
)

from .findings import Finding
from .remote import read_all
from .storage import Storage, StoreError
from .store import Store

LARGEST = 1 << 20
"""Bytes of an answer that are read at all."""


class TokenError(StoreError):
    """No authority gave a good token, or a token does not stamp what it should."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamp authority."""

    name: str
    """Short, ASCII; names the token's file."""

    url: str
    roots: bytes
    """Root certificates that are trusted for it, PEM (or one, DER)."""

    timeout: float = 15.0
    """Seconds without a byte; an answer has four times as long."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was verified."""

    time: datetime
    """What the authority states: the provable time, aware."""

    serial: int
    policy: str
    signer: str
    """Subject of the certificate that signed."""

    valid_until: datetime
    """End of that certificate; renew before (see `ers`)."""

    response: bytes
    chain: bytes
    """Certificates from the token and the trusted root, PEM."""


def request(
    data: bytes, authorities: Sequence[Authority], algorithm: str = "sha256"
) -> tuple[Authority, Token]:
    """Have `data` stamped, by its sha256 or sha512, by the first authority that does it well.

    Raises:
        TokenError: none does; the message says why each did not.
    """
    failures = []
    for authority in authorities:
        try:
            return authority, _request(data, authority, algorithm)
        except (TokenError, ValueError, KeyError) as error:
            failures.append(f"{authority.name}: {error}")
    raise TokenError("no authority gave a good token: " + ("; ".join(failures) or "none is known"))


def verify(response: bytes, data: bytes, roots: bytes, nonce: int | None = None) -> Token:
    """Verify a token over `data`: imprint, signature, certificate chain at the time it states.

    Works without a network: revocation is not asked for.

    Raises:
        TokenError: it does not hold.
    """
    try:
        answer = _decode(response)
        trusted = _certificates(roots)
        embedded = [x509.load_der_x509_certificate(der) for der in answer.signed_data.certificates]
        _check(answer, data, trusted, nonce)
        signer, info = _signer(answer, [*embedded, *trusted]), answer.tst_info
    except (VerificationError, ValueError, TypeError) as error:
        raise TokenError(f"the token is refused: {error}") from error
    except BaseException as error:
        # The library panics on some malformed certificates; its exception is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise TokenError("the token is refused: a certificate is malformed") from error
    return Token(
        time=info.gen_time,
        serial=info.serial_number,
        policy=info.policy.dotted_string,
        signer=signer.subject.rfc4514_string(),
        valid_until=signer.not_valid_after_utc,
        response=response,
        chain=_pem([*embedded, *trusted]),
    )


def check_roots(data: bytes) -> None:
    """Refuse what cannot be read as root certificates.

    Raises:
        TokenError: it is neither PEM nor DER.
    """
    try:
        _certificates(data)
    except ValueError as error:
        raise TokenError(f"the root certificates cannot be read: {error}") from error


def stamp(store: Store, authorities: Sequence[Authority], size: int | None = None) -> Token:
    """Have a head of the store stamped and keep the token.

    Raises:
        TokenError: no authority gives a good token.
    """
    signed = store.head(size)
    authority, token = request(signed.encode(), authorities)
    place = int(signed.split("\n")[1])
    add(store.storage, place, authority.name, token)
    return token


def add(storage: Storage, size: int, name: str, token: Token) -> str:
    """Keep a token over the head of `size` leaves with its chain; return its path."""
    path = _path(size, name, token.response, "tsr")
    storage.create(path.removesuffix(".tsr") + ".pem", token.chain)
    storage.create(path, token.response)
    return path


def add_record(storage: Storage, size: int, record: bytes) -> str:
    """Keep an evidence record (see `ers`) over the head of `size` leaves; return its path."""
    path = _path(size, "record", record, "ers")
    storage.create(path, record)
    return path


def stored(storage: Storage, size: int) -> list[str]:
    """Return the paths of the tokens over a head."""
    return sorted(path for path in storage.names(f"tokens/{size}") if path.endswith(".tsr"))


def read(storage: Storage, path: str) -> Token:
    """Verify a stored token against its head and the chain kept with it.

    Raises:
        TokenError: it does not hold, or its head or chain is missing.
    """
    size = path.split("/")[1]
    response, chain = storage.read(path), storage.read(path.removesuffix(".tsr") + ".pem")
    signed = storage.read(f"checkpoints/{size}")
    if response is None or chain is None or signed is None:
        raise TokenError("the token, its chain or its head is missing")
    _check_name(path, response)
    token = verify(response, signed, chain)
    if token.chain != chain:
        raise TokenError("the chain kept with the token is altered")
    return token


def check_stored(storage: Storage) -> Iterator[Finding]:
    """Check every token in a store against the head it stamps, without a network."""
    paths = set(storage.names("tokens"))
    for path in sorted(paths):
        if path.endswith(".tsr"):
            try:
                read(storage, path)
            except TokenError as error:
                yield Finding("token refused", path, str(error))
        elif path.endswith(".ers"):
            yield from _check_record(storage, path)
        elif path.removesuffix(".pem") + ".tsr" not in paths:
            yield Finding("token missing", path, "its token is not here")


def _check_record(storage: Storage, path: str) -> Iterator[Finding]:
    """Check hashes and order of an evidence record over a head; its tokens need their roots."""
    from . import ers

    record = storage.read(path) or b""
    try:
        _check_name(path, record)
        ers.verify(record, storage.read(f"checkpoints/{path.split('/')[1]}") or b"")
    except StoreError as error:
        yield Finding("evidence record refused", path, str(error))


def _path(size: int, name: str, data: bytes, suffix: str) -> str:
    """Name a file by its content too: parts of a token are not covered by its signature."""
    return f"tokens/{size}/{name}-{sha256(data).hexdigest()[:16]}.{suffix}"


def _check_name(path: str, data: bytes) -> None:
    if path.rpartition(".")[0][-16:] != sha256(data).hexdigest()[:16]:
        raise TokenError("its content is not that of its name")


def _request(data: bytes, authority: Authority, algorithm: str) -> Token:
    wanted = (
        TimestampRequestBuilder(data=data)
        .hash_algorithm(HashAlgorithm[algorithm.upper()])
        .cert_request(cert_request=True)
        .build()
    )
    return verify(ask(authority, wanted.as_bytes()), data, authority.roots, wanted.nonce)


def ask(authority: Authority, wanted: bytes) -> bytes:
    """Send a request (RFC 3161) to an authority and return its answer, unverified.

    Raises:
        TokenError: its address is none of HTTP, or it does not answer.
    """
    if not authority.url.startswith(("http://", "https://")):
        raise TokenError(f"{authority.url} is no HTTP address")
    post = urllib.request.Request(  # noqa: S310 - checked above
        authority.url, wanted, {"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(post, timeout=authority.timeout) as answer:  # noqa: S310
            response = read_all(answer, LARGEST, 4 * authority.timeout)
    except (OSError, HTTPException) as error:
        raise TokenError(f"{type(error).__name__}: {error}") from error
    return response


def _decode(response: bytes) -> TimeStampResponse:
    try:
        return rfc3161_client.decode_timestamp_response(response)
    except ValueError:
        return rfc3161_client.decode_timestamp_response(_ordered(response))


def _ordered(response: bytes) -> bytes:
    """Sort the certificates in an answer as DER wants it: many authorities do not.

    They are outside of what is signed, so their order means nothing.
    """
    answer = tsp.TimeStampResp.load(response, strict=True)
    token = answer["time_stamp_token"]
    certificates = token["content"]["certificates"] if token.native else None
    if not certificates:
        return response
    token["content"]["certificates"] = cms.CertificateSet(list(certificates))
    ordered: bytes = answer.dump()
    return ordered


def _check(
    answer: TimeStampResponse, data: bytes, trusted: Sequence[x509.Certificate], nonce: int | None
) -> None:
    builder = VerifierBuilder(nonce=nonce)
    if not answer.signed_data.certificates:  # then the signer's own must be among those given
        builder = builder.tsa_certificate(_signer(answer, trusted))
    for certificate in trusted:
        builder = builder.add_root_certificate(certificate)
    builder.build().verify_message(answer, data)


def _certificates(data: bytes) -> list[x509.Certificate]:
    """Read certificates as PEM, or one as DER."""
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificates(data)
    return [x509.load_der_x509_certificate(data)]


def _signer(
    answer: TimeStampResponse, certificates: Sequence[x509.Certificate]
) -> x509.Certificate:
    for info in answer.signed_data.signer_infos:
        for certificate in certificates:
            if (certificate.issuer, certificate.serial_number) == (info.issuer, info.serial_number):
                return certificate
    raise TokenError("the certificate that signed the token is not known")


def _pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Return certificates as PEM, each once, in an order that depends on them alone."""
    unique = {certificate.public_bytes(Encoding.DER): certificate for certificate in certificates}
    return b"".join(unique[der].public_bytes(Encoding.PEM) for der in sorted(unique))
