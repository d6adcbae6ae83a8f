"""A certificate authority for tests only, made when it is asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

PASSPHRASE = "open sesame"
SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def named(name: str) -> x509.Name:
    """Return the name of a subject."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certify(subject: str, public: Any, issuer: str, key: Any, *, days: int, is_ca: bool) -> Any:
    """Return a certificate."""
    use = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(SINCE + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                **use,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, SHA256())
    )


def make(folder: Path, *, days: int = 7300) -> Path:
    """Write root.pem, signer.pem, signer.p12 and signer.toml (level B-B) to `folder`."""
    root_key = rsa.generate_private_key(65537, 2048)
    key = rsa.generate_private_key(65537, 2048)
    root = certify("Test Root", root_key.public_key(), "Test Root", root_key, days=9000, is_ca=True)
    seal = certify("测试印章", key.public_key(), "Test Root", root_key, days=days, is_ca=False)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "signer.pem").write_bytes(seal.public_bytes(Encoding.PEM))
    sealed = BestAvailableEncryption(PASSPHRASE.encode())
    data = pkcs12.serialize_key_and_certificates(b"seal", key, seal, [root], sealed)
    (folder / "signer.p12").write_bytes(data)
    (folder / "signer.pass").write_text(PASSPHRASE, "utf-8")
    return configure(folder, level="B-B")


def configure(folder: Path, **values: str | bool) -> Path:
    """Write signer.toml for the PKCS#12 file, changed as told; an empty text leaves a line out."""
    lines: dict[str, str | bool] = {"file": "signer.p12", "passphrase_file": "signer.pass"}
    lines = {name: value for name, value in {**lines, **values}.items() if value != ""}
    rows = [
        f"{name} = {str(value).lower() if isinstance(value, bool) else f'{value!r}'}"
        for name, value in lines.items()
    ]
    path = folder / "signer.toml"
    path.write_text("[signer]\n" + "\n".join(rows) + "\n", "utf-8")
    return path
