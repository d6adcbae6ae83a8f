"""Signed papers: valid for pyHanko's own validator, still PDF/A, refused in clear sentences."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from recovery.evidence import stamping
from recovery.evidence.signing import configuration
from recovery.evidence.signing.service import check, paper_signer, read_certificates
from recovery.kernel.errors import RuleViolation
from recovery.web import long_papers
from recovery.web.papers import pdf_of
from tests.evidence.signing import certificates
from tests.evidence_store import authority as test_authority
from tests.evidence_store.test_pkcs11 import PLACES
from tests.web.test_papers import HEAD, words

NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def paper() -> bytes:
    """Return a paper without a signature."""
    return pdf_of(f"{HEAD}<h1>证据卷宗</h1><p>正文")


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with root, certificate and key."""
    folder = tmp_path_factory.mktemp("issued")
    certificates.make(folder)
    return folder


@pytest.fixture
def folder(issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that folder, configured for this test."""
    copy = tmp_path / "keys"
    shutil.copytree(issued, copy)
    monkeypatch.setenv(configuration.VARIABLE, str(copy / "signer.toml"))
    return copy


@pytest.fixture
def tsa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Configure two time-stamp authorities of which only the second answers."""
    made = test_authority.make(tmp_path / "tsa")
    with test_authority.serving(made) as served:
        rows = [("dead", "http://127.0.0.1:9/"), ("test", served.url)]
        lines = [f'[[authority]]\nname="{n}"\nurl="{u}"\nroots="tsa/root.pem"\n' for n, u in rows]
        (tmp_path / "tsa.toml").write_text("".join(lines), "utf-8")
        monkeypatch.setenv(stamping.VARIABLE, str(tmp_path / "tsa.toml"))
        yield made


def signed(data: bytes) -> bytes:
    """Return `data` signed as configured."""
    found = configuration.configured()
    assert found is not None
    return paper_signer(found).sign(data, NOW)


def validated(data: bytes, *roots: Path) -> Any:
    """Return what pyHanko's validator says of the signature, trusting only `roots`."""
    trusted = [one for root in roots for one in read_certificates(root.read_bytes())]
    context = ValidationContext(trust_roots=trusted, allow_fetching=False)
    [signature] = PdfFileReader(BytesIO(data)).embedded_regular_signatures
    return validate_pdf_signature(signature, context, context)


def test_without_configuration_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(configuration.VARIABLE, raising=False)
    assert configuration.configured() is None


def test_a_signature_is_trusted_under_the_root_and_covers_the_whole_file(
    folder: Path, paper: bytes
) -> None:
    status = validated(signed(paper), folder / "root.pem")
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signing_cert.subject.human_friendly.endswith("测试印章")


def test_a_signed_paper_reads_as_before_and_is_still_archivable(folder: Path, paper: bytes) -> None:
    data = signed(paper)
    assert data.startswith(paper)
    assert words(data) == words(paper)
    with pikepdf.open(BytesIO(data)) as pdf:
        assert len(pdf.Root.OutputIntents) == 1
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        assert pdf.trailer.ID is not None
        [widget] = [one for page in pdf.pages for one in page.obj.get("/Annots", [])]
        assert int(widget.F) & 4, "an archivable paper prints its annotations"
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary):
                assert one.get("/S") not in {"/JavaScript", "/Launch"}


def test_a_long_paper_is_signed_too(folder: Path) -> None:
    page = f"{HEAD}<p>部分"
    whole = long_papers.joined_paper(lambda places: page, [page, page])
    assert validated(signed(whole.data), folder / "root.pem").bottom_line


def test_a_changed_paper_is_found(folder: Path, paper: bytes) -> None:
    data = bytearray(signed(paper))
    data[len(paper) // 2] ^= 1
    with pytest.raises(RuleViolation, match="核验没有通过"):
        check(bytes(data))


def test_a_time_stamp_of_the_authority_that_answers_is_inside(
    folder: Path, tsa: Path, paper: bytes
) -> None:
    certificates.configure(folder, level="B-T")
    status = validated(signed(paper), folder / "root.pem", tsa / "root.pem")
    assert status.bottom_line
    assert status.timestamp_validity.valid


def test_for_the_long_term_the_chain_and_a_document_time_stamp_are_inside(
    folder: Path, tsa: Path, paper: bytes
) -> None:
    certificates.configure(folder, level="B-LTA", roots="root.pem", fetch_revocation=False)
    data = signed(paper)
    reader = PdfFileReader(BytesIO(data))
    assert len(reader.embedded_timestamp_signatures) == 1
    assert "/DSS" in reader.root
    assert validated(data, folder / "root.pem", tsa / "root.pem").bottom_line
    with pikepdf.open(BytesIO(data)) as pdf:
        assert pdf.open_metadata()["pdfaid:part"] == "3"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"passphrase_file": "nowhere"}, "nowhere 不存在"),
        ({"passphrase_file": "", "passphrase_variable": "NOT_SET_HERE"}, "NOT_SET_HERE 没有设置"),
        ({"passphrase_file": "root.pem"}, "口令不对"),
        ({"level": "B-X"}, "B-X"),
        ({"file": ""}, "file 或 module"),
        ({"file": "", "module": "/nowhere.so", "certificate": "signer.p12"}, "没有证书"),
    ],
)
def test_a_wrong_configuration_is_told_in_a_sentence(
    folder: Path, paper: bytes, values: dict[str, str], said: str
) -> None:
    certificates.configure(folder, **values)
    with pytest.raises(RuleViolation, match=said) as refused:
        signed(paper)
    assert "signer.toml" in str(refused.value.message)


def test_a_level_with_time_needs_an_authority(
    folder: Path, paper: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(stamping.VARIABLE, raising=False)
    certificates.configure(folder, level="B-T")
    with pytest.raises(RuleViolation, match="RECOVERY_TSA"):
        signed(paper)


def test_an_authority_that_does_not_answer_stops_the_signature(
    folder: Path, tsa: Path, paper: bytes
) -> None:
    place = tsa.parent / "tsa.toml"
    place.write_text('[[authority]]\nname="dead"\nurl="http://127.0.0.1:9/"\nroots="tsa/root.pem"')
    certificates.configure(folder, level="B-T")
    with pytest.raises(RuleViolation, match=r"PDF 签名没有完成.*dead"):
        signed(paper)


def test_a_certificate_that_ended_does_not_sign(
    tmp_path: Path, paper: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(configuration.VARIABLE, str(certificates.make(tmp_path, days=30)))
    with pytest.raises(RuleViolation, match="2024-01-31"):
        signed(paper)


TOKEN = """
import pkcs11, sys
from datetime import UTC, datetime
from pathlib import Path
from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat, pkcs12)
from pkcs11.util.rsa import decode_rsa_private_key
from recovery.evidence.signing.configuration import configured
from recovery.evidence.signing.service import paper_signer
folder, module, paper = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
key, _, _ = pkcs12.load_key_and_certificates((folder / "signer.p12").read_bytes(), b"open sesame")
der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
with pkcs11.lib(module).get_token(token_label="seal").open(user_pin="1234", rw=True) as session:
    made = decode_rsa_private_key(der)
    made |= {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "k"}
    session.create_object(made)
data = paper_signer(configured()).sign(paper.read_bytes(), datetime(2026, 3, 16, tzinfo=UTC))
paper.write_bytes(data)
"""


def test_a_key_in_a_token_signs(folder: Path, paper: bytes, tmp_path: Path) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = next((place for place in PLACES if Path(place).exists()), None)
    tool = shutil.which("softhsm2-util")
    if module is None or tool is None:
        pytest.skip("SoftHSM is not on this machine")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    environment = {**os.environ, "SOFTHSM2_CONF": str(tmp_path / "conf"), "PIN": "1234"}
    make = [tool, "--init-token", "--free", "--label", "seal", "--pin", "1234", "--so-pin", "4321"]
    subprocess.run(make, env=environment, check=True, capture_output=True)
    certificates.configure(
        folder,
        file="",
        passphrase_file="",
        module=module,
        token="seal",
        key="k",
        certificate="signer.pem",
        pin_variable="PIN",
    )
    (tmp_path / "paper.pdf").write_bytes(paper)
    command = [sys.executable, "-c", TOKEN, str(folder), module, str(tmp_path / "paper.pdf")]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert validated((tmp_path / "paper.pdf").read_bytes(), folder / "root.pem").bottom_line
