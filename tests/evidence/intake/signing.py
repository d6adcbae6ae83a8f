"""A certificate authority for tests, and PDFs signed under it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

DAY = timedelta(days=1)
SINCE = datetime.now(UTC) - 400 * DAY


@dataclass(frozen=True)
class Authority:
    """A root, and a signer under it."""

    root_pem: bytes
    signer: SimpleSigner


def authority(name: str = "测试根证书", signer: str = "某汽车金融公司") -> Authority:
    """Return a new root and a signer under it."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _n in range(2))
    root = _certificate(name, name, (root_key, root_key), is_root=True)
    own = _certificate(signer, name, (key, root_key), is_root=False)
    store = SimpleCertificateStore()
    store.register(_asn1(root))
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made = SimpleSigner(
        signing_cert=_asn1(own),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=store,
    )
    return Authority(root.public_bytes(serialization.Encoding.PEM), made)


def _certificate(
    subject: str,
    issuer: str,
    keys: tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey],
    *,
    is_root: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(keys[0].public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(SINCE + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(keys[1], hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def signed(data: bytes, by: Authority) -> bytes:
    """Return a PDF with an embedded signature."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    out: BytesIO = sign_pdf(writer, PdfSignatureMetadata(field_name="Sig1"), by.signer)
    return out.getvalue()
