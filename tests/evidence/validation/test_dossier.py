"""One dossier with everything in it, checked with other people's tools only.

Time-stamped, signed, with the originals merged: by its own script under the oldest Python at
hand, bagit, sha256sum, openssl, pyHanko's validator, and two PDF engines.
"""

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bagit
import pikepdf
import pypdfium2
import pytest
from flask import Flask
from PIL import Image, ImageChops, ImageStat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from recovery import create_app
from recovery.evidence import stamping
from recovery.evidence.dossiers import papers as dossier_papers
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.evidence.house import house_store
from recovery.evidence.signing import configuration
from recovery.evidence.signing.service import read_certificates
from recovery.kernel.config import Settings
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.links import document_store
from recovery.kernel.migrations import upgrade
from recovery.kernel.work import Work, work_as
from recovery.loans.models import Document, Loan
from recovery.web.papers import pdf_of
from tests.books import add_loans
from tests.conftest import NOW, within
from tests.evidence.signing import certificates
from tests.evidence_store import authority as test_authority
from tests.evidence_store.test_dossier import old_python
from tests.web.test_papers import HEAD

PDFS = ("data/dossier.pdf", "data/merged.pdf")
ACTOR = Actor(id=None, name="li.na", role="administrator", scope=EVERYTHING)
ACTING = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with keys, an authority that answers, and both configured."""
    folder = tmp_path_factory.mktemp("house")
    certificates.make(folder)
    certificates.configure(folder, level="B-LTA", roots="root.pem", fetch_revocation=False)
    made = test_authority.make(folder / "tsa")
    with test_authority.serving(made) as served, pytest.MonkeyPatch.context() as patch:
        line = f'[[authority]]\nname="test"\nurl="{served.url}"\nroots="tsa/root.pem"\n'
        (folder / "tsa.toml").write_text(line, "utf-8")
        patch.setenv(stamping.VARIABLE, str(folder / "tsa.toml"))
        patch.setenv(configuration.VARIABLE, str(folder / "signer.toml"))
        yield folder


@pytest.fixture(scope="module")
def house(home: Path) -> Iterator[Flask]:
    """Return the application of a house with a public address."""
    url = f"sqlite:///{home / 'recovery.db'}"
    upgrade(url)
    settings = Settings(
        home=home,
        database_url=url,
        blob_url=f"file://{home / 'evidence'}",
        queue_url=f"sqlite:///{home / 'queue.db'}",
        secret_key="only for tests",
        environment="test",
        public_url="https://recovery.example.com",
    )
    app = create_app(settings)
    yield from within(app)


def add_file(work: Work, loan: Loan, name: str, data: bytes, kind: str) -> None:
    """Upload and register an original of a loan."""
    kept = document_store.get("evidence").keep(io.BytesIO(data), name)
    document = work.add(
        Document(
            loan_id=loan.id,
            kind=kind,
            title=name.partition(".")[0],
            file_name=name,
            media_type=kept.media_type,
            size=kept.size,
            sha256=kept.sha256,
            origin="scanned",
            added_at=NOW,
        )
    )
    fields = {"kind": kind, "title": document.title, "file_name": name, "sha256": kept.sha256}
    work.register("file", document, loan_id=loan.id, fields=fields)


@pytest.fixture(scope="module")
def made(house: Flask, home: Path) -> SimpleNamespace:
    """Return the dossier: its zip, its folder, its log's key, the certificates to trust."""
    contract = pdf_of(f"{HEAD}<p style='break-after: page'>第一页<p>第二页")
    photo = io.BytesIO()
    Image.effect_noise((240, 160), 50).convert("RGB").save(photo, "JPEG")
    with work_as(ACTOR, now=NOW) as work:
        [loan] = add_loans(work)
        add_file(work, loan, "借款合同.pdf", contract, "loan_contract")
        add_file(work, loan, "送达照片.jpg", photo.getvalue(), "delivery_proof")
        add_file(work, loan, "说明.txt", "通话说明".encode(), "other")
        loan_id = loan.id
    wanted = Wanted(recipient="上海市浦东新区人民法院", purpose="起诉", with_merged=True)
    dossier = export_dossier(ACTOR, loan_id, wanted)
    with open_dossier(dossier) as file:
        (home / "dossier.zip").write_bytes(file.read())
    with zipfile.ZipFile(home / "dossier.zip") as archive:
        archive.extractall(home / "unpacked")
    return SimpleNamespace(
        number=dossier.number,
        loan_id=loan_id,
        zip=home / "dossier.zip",
        folder=home / "unpacked" / dossier.number,
        key=house_store().ring.vkeys()[-1],
        roots=[home / "root.pem", home / "tsa" / "root.pem"],
    )


@pytest.mark.parametrize("python", [one for one in (sys.executable, old_python()) if one])
def test_its_own_script_finds_it_whole(made: SimpleNamespace, python: str) -> None:
    root = str(made.roots[1])
    command = [python, "-I", "-S", "verify.py", "--vkey", made.key, "--tsa-root", root]
    done = subprocess.run(command, cwd=made.folder, capture_output=True, check=False)
    said = done.stdout.decode()
    assert done.returncode == 0, said
    assert "openssl 确认" in said
    assert "密钥由核验人提供" in said


def test_bagit_and_sha256sum_agree(made: SimpleNamespace) -> None:
    assert bagit.Bag(str(made.folder)).validate()
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum is not on this machine")
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        command = [tool, "--check", "--strict", "--quiet", manifest]
        subprocess.run(command, cwd=made.folder, check=True)


def test_openssl_verifies_the_token(made: SimpleNamespace) -> None:
    [token] = (made.folder / "data/tokens").glob("*.tsr")
    command = ["openssl", "ts", "-verify", "-data", "data/checkpoint", "-in", str(token)]
    command += ["-CAfile", str(made.roots[1]), "-untrusted", str(token.with_suffix(".pem"))]
    subprocess.run(command, cwd=made.folder, check=True, capture_output=True)


def test_the_signature_of_the_paper_is_trusted_and_made_for_the_long_term(
    made: SimpleNamespace,
) -> None:
    roots = [one for root in made.roots for one in read_certificates(root.read_bytes())]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    reader = PdfFileReader(io.BytesIO((made.folder / PDFS[0]).read_bytes()))
    [signature] = reader.embedded_regular_signatures
    assert validate_pdf_signature(signature, context, context).bottom_line
    assert len(reader.embedded_timestamp_signatures) == 1


def test_the_paper_is_archivable_with_embedded_fonts_and_nothing_that_acts(
    made: SimpleNamespace,
) -> None:
    with pikepdf.open(made.folder / PDFS[0]) as pdf:
        assert len(pdf.Root.OutputIntents) == 1
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        assert len(pdf.trailer.ID) == 2
        fonts = [one for one in pdf.objects if _is(one, "/FontDescriptor")]
        assert fonts
        assert all("/FontFile2" in font for font in fonts)


@pytest.mark.parametrize("name", PDFS)
def test_nothing_in_its_papers_acts(made: SimpleNamespace, name: str) -> None:
    with pikepdf.open(made.folder / name) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                assert not ACTING & set(one.keys())
                assert one.get("/S") not in {"/JavaScript", "/Launch"}


def _is(one: object, kind: str) -> bool:
    return isinstance(one, pikepdf.Dictionary) and one.get("/Type") == kind


@pytest.mark.parametrize("name", PDFS)
def test_two_engines_read_the_same_words_and_see_the_same_ink(
    made: SimpleNamespace, tmp_path: Path, name: str
) -> None:
    if shutil.which("pdftotext") is None or shutil.which("pdftoppm") is None:
        pytest.skip("poppler is not on this machine")
    path = made.folder / name
    command = ["pdftotext", "-raw", str(path), "-"]
    theirs = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    document = pypdfium2.PdfDocument(path)
    ours = "".join(page.get_textpage().get_text_range() for page in document)
    assert sorted("".join(ours.split())) == sorted("".join(theirs.split()))
    command = ["pdftoppm", "-r", "60", "-png", str(path), str(tmp_path / "page")]
    subprocess.run(command, check=True, capture_output=True)
    for page, drawn in zip(document, sorted(tmp_path.glob("page*.png")), strict=True):
        seen = page.render(scale=60 / 72).to_pil().convert("L")
        coarse = (seen.width // 12, seen.height // 12)  # engines smooth edges each in its way
        with Image.open(drawn) as other:
            compared = other.convert("L").resize(coarse, Image.Resampling.BOX)
        seen = seen.resize(coarse, Image.Resampling.BOX)
        assert ImageStat.Stat(ImageChops.difference(seen, compared)).mean[0] < 6
        assert ImageStat.Stat(seen).mean[0] == pytest.approx(
            ImageStat.Stat(compared).mean[0], abs=4
        )


def test_the_page_index_leads_to_the_pages_that_bear_the_stamp(made: SimpleNamespace) -> None:
    index = json.loads((made.folder / "data/page-index.json").read_text("utf-8"))
    document = pypdfium2.PdfDocument(made.folder / PDFS[1])
    items = [item for item in index["items"] if item["file"] == PDFS[1]]
    assert sorted(item["evidence"] for item in items) == ["E0001", "E0002"]
    for item in items:
        first, last = item["pages"]
        for number in range(first, last + 1):
            said = document[number - 1].get_textpage().get_text_range()
            assert f"{item['evidence']} · {number} / {len(document)}" in said


def test_every_page_says_number_page_and_fingerprint_and_has_its_code(
    made: SimpleNamespace,
) -> None:
    document = pypdfium2.PdfDocument(made.folder / PDFS[0])
    root = (made.folder / "data/checkpoint").read_text("utf-8").split("\n")[2]
    fingerprint = b64decode(root).hex()[:16]
    for number, page in enumerate(document, 1):
        said = page.get_textpage().get_text_range()
        for text in (made.number, f"{number} / {len(document)}", fingerprint):
            assert text in said
        width, height = page.get_size()
        corner = (width - 62 - 45, height - 62, width - 62, height - 12)
        ink = page.render(scale=1).to_pil().convert("L").crop(tuple(map(int, corner)))
        assert ImageStat.Stat(ink).mean[0] < 215, "a code is dark"


def test_a_long_dossier_is_set_in_parts_and_its_contents_lead_to_the_right_pages(
    house: Flask, made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dossier_papers, "ROWS", 8)
    again = export_dossier(ACTOR, made.loan_id, Wanted(recipient="审计机构"))
    with open_dossier(again) as file, zipfile.ZipFile(file) as archive:
        data = archive.read(f"{again.number}/{PDFS[0]}")
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_range() for page in document]
    told = re.findall(r"([一二三四五六七八九十]+、\S+)\s+(\d+)\r?\n", pages[1] + "\n")
    assert len(told) >= 7
    for title, number in told:
        assert title in pages[int(number) - 1], title
    for number, said in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in said
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_outline() as outline:
        [root] = outline.root
        assert {title for title, _number in told} <= {line.title for line in root.children}
