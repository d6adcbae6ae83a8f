"""Signs papers (PAdES): B-B, with a time-stamp B-T, or for the long term B-LTA.

A signature is never the same twice: a signed paper is kept, not repeated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError

from evidence_store.tokens import Authority
from recovery.evidence.signing.authority import HouseTimeStamper
from recovery.evidence.signing.configuration import Configuration, fault
from recovery.evidence.signing.token import token_signer
from recovery.evidence.stamping import authorities
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

FIELD = "Recovery"
REFUSALS = (SigningError, TimestampRequestError, PathError, PdfError, OSError, ValueError)

_token = Lock()


@dataclass(frozen=True, slots=True)
class PaperSigner:
    """The configured key, its certificate read and checked."""

    configuration: Configuration
    certificates: tuple[Any, ...]
    """The signer's, then those above it."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate: what a signed paper's identity also depends on."""
        return sha256(self.certificates[0].dump()).hexdigest()

    @property
    def name(self) -> str:
        """Subject of the certificate, for readers."""
        return str(self.certificates[0].subject.human_friendly)

    def sign(self, data: bytes, now: datetime) -> bytes:
        """Return the paper with a certifying signature that allows no later change.

        Raises:
            RuleViolation: the certificate is not valid at `now`; key, token or authority refuse.
        """
        self._check_day(now)
        stampers = authorities()
        if self.configuration.level != "B-B" and not stampers:
            raise fault(
                self.configuration.place,
                _("{level} 需要时间戳机构（RECOVERY_TSA）", level=self.configuration.level),
            )
        try:
            with self._opened() as signer:
                signed = self._signed(data, signer, stampers)
        except REFUSALS as error:
            raise RuleViolation(_("PDF 签名没有完成：{error}", error=error)) from error
        check(signed)
        return signed

    def _signed(self, data: bytes, signer: Any, stampers: list[Authority]) -> bytes:
        lasting = self.configuration.level == "B-LTA"
        values = self.configuration.values
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            reason=values.get("reason"),
            location=values.get("location"),
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            use_pades_lta=lasting,
            embed_validation_info=lasting,
            validation_context=self._context(stampers) if lasting else None,
        )
        stamper = None if self.configuration.level == "B-B" else HouseTimeStamper(stampers)
        writer = IncrementalPdfFileWriter(BytesIO(data))
        done: BytesIO = sign_pdf(writer, metadata, signer, timestamper=stamper)
        return done.getvalue()

    def _context(self, stampers: list[Authority]) -> ValidationContext:
        roots = read_certificates(self.configuration.path("roots").read_bytes())
        for stamper in stampers:
            roots += read_certificates(stamper.roots)
        return ValidationContext(
            trust_roots=roots,
            other_certs=list(self.certificates[1:]),
            allow_fetching=bool(self.configuration.values.get("fetch_revocation", True)),
            revocation_mode="soft-fail",
        )

    def _check_day(self, now: datetime) -> None:
        certificate = self.certificates[0]
        if not certificate.not_valid_before <= now <= certificate.not_valid_after:
            raise RuleViolation(
                _(
                    "PDF 签名证书“{name}”的有效期至 {day}，现在不能用它签名。",
                    name=self.name,
                    day=certificate.not_valid_after.date(),
                )
            )

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Give the signer; of a token, for as long as it is needed."""
        if self.configuration.is_token:
            with _token, token_signer(self.configuration, self.certificates) as signer:
                yield signer
        else:
            yield _of_file(self.configuration)


def paper_signer(found: Configuration) -> PaperSigner:
    """Return the signer that is configured.

    Raises:
        RuleViolation: the configuration, the key or its passphrase is wrong.
    """
    if found.is_token:
        path = found.path("certificate")
        try:
            chain = read_certificates(path.read_bytes())
        except ValueError as error:
            raise fault(found.place, _("{path} 中没有证书", path=path)) from error
        return PaperSigner(found, tuple(chain))
    signer = _of_file(found)
    others = [each for each in signer.cert_registry if each != signer.signing_cert]
    return PaperSigner(found, (signer.signing_cert, *others))


def check(signed: bytes) -> None:
    """Check that every signature of a paper covers it and holds; trust is the reader's matter.

    Raises:
        RuleViolation: one does not.
    """
    reader = PdfFileReader(BytesIO(signed))
    statuses = [
        validate_pdf_signature(each, ValidationContext(trust_roots=[], allow_fetching=False))
        for each in reader.embedded_regular_signatures
    ]
    if not statuses or not all(status.intact and status.valid for status in statuses):
        raise RuleViolation(_("PDF 签名后的核验没有通过，文件没有生成。"))


def read_certificates(data: bytes) -> list[Any]:
    """Return certificates from PEM, or one from DER.

    Raises:
        ValueError: there is none.
    """
    is_pem = data.lstrip().startswith(b"-----BEGIN")
    read = load_pem_x509_certificates(data) if is_pem else [load_der_x509_certificate(data)]
    return [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in read]


def _of_file(found: Configuration) -> Any:
    pkcs12: Any = SimpleSigner
    signer = pkcs12.load_pkcs12(
        str(found.path("file")), passphrase=found.secret("passphrase").encode()
    )
    if signer is None:
        raise fault(
            found.place, _("{path} 打不开：口令不对，或不是 PKCS#12", path=found.path("file"))
        )
    return signer
