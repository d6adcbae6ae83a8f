"""Time-stamp tokens and their renewal."""

import base64
import io
import json
import random
import shutil
import socketserver
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import tsp

from evidence_store import Store, bag, bag_data, dossier_verify, ers, keys, note, remote, tokens
from evidence_store.bag import Bag
from evidence_store.ers import RecordError
from evidence_store.storage import StoreError
from evidence_store.tokens import Authority, TokenError
from tests.evidence_store import authority as test_authority

KEY = note.generate("log.example/lender")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(str(tmp_path / "s"), KEY.name, str(KEY))
    made.add_records("L1", [{"amount": "1.00"}])
    made.checkpoint()
    return made


def test_a_head_is_stamped_and_its_token_kept_with_its_chain(store: Store, authority: Authority):
    token = tokens.stamp(store, [authority])
    assert token.signer == "CN=Test TSA"
    assert token.policy == "1.2.3.4.1"
    assert token.valid_until > token.time
    [path] = tokens.stored(store.storage, 1)
    assert tokens.read(store.storage, path) == token
    assert tokens.verify(token.response, store.head().encode(), authority.roots).time == token.time
    assert store.verify(full=True) == []


def test_heads_of_a_revoked_key_count_where_a_token_from_before_its_day_covers_them(
    store: Store, authority: Authority, tmp_path: Path
):
    tokens.stamp(store, [authority])
    store.add_records("L1", [{"amount": "2.00"}])
    store.checkpoint()
    today = datetime.now(UTC).date()
    store.rotate_key(keys.new_reference(str(tmp_path / "new.key"), store.ring), today)
    store.revoke_key(str(KEY.vkey), today + timedelta(days=1), 0)
    assert [found.where for found in store.verify()] == ["checkpoints/2"]
    store.add_records("L1", [{"amount": "3.00"}])
    store.checkpoint()
    assert [found.where for found in store.verify()] == ["checkpoints/2"], "no token covers it"
    store.revoke_key(str(KEY.vkey), today, 0)
    assert [found.where for found in store.verify()] == ["checkpoints/1", "checkpoints/2"]


def test_a_token_of_others_answers_its_request_only(vectors: Path):
    response = fixture(vectors, "test_tsa/response.tsr")
    roots = fixture(vectors, "test_tsa/ts_chain.pem")
    asked = [fixture(vectors, f"test_tsa/{name}.der") for name in ("request", "other_request")]
    own, other = (tsp.TimeStampReq.load(one)["nonce"].native for one in asked)
    assert tokens.verify(response, b"hello", roots, own).signer
    with pytest.raises(TokenError, match="Nonce"):
        tokens.verify(response, b"hello", roots, other)


def test_openssl_confirms_a_stored_token(store: Store, authority: Authority, tmp_path: Path):
    tokens.stamp(store, [authority])
    [path] = tokens.stored(store.storage, 1)
    (tmp_path / "root.pem").write_bytes(authority.roots)
    root = store.storage.root
    command = ["openssl", "ts", "-verify", "-data", root / "checkpoint", "-in", root / path]
    options = ["-CAfile", tmp_path / "root.pem"]
    subprocess.run([*command, *options], check=True, capture_output=True)


def test_the_next_authority_is_asked_when_one_fails(store, authority, tmp_path):
    dead = Authority("dead", "http://127.0.0.1:9/", authority.roots, timeout=2.0)
    other_root = (test_authority.make(tmp_path / "other") / "root.pem").read_bytes()
    untrusted = Authority("untrusted", authority.url, other_root)
    tokens.stamp(store, [dead, untrusted, authority])
    [path] = tokens.stored(store.storage, 1)
    assert "/test-" in path
    with pytest.raises(TokenError, match=r"dead: .*untrusted: "):
        tokens.stamp(store, [dead, untrusted])
    with pytest.raises(TokenError, match="none is known"):
        tokens.stamp(store, [])
    with pytest.raises(TokenError, match="no HTTP address"):
        tokens.stamp(store, [Authority("file", "file:///etc/passwd", authority.roots)])


@pytest.mark.slow
def test_any_turned_bit_of_a_token_or_its_chain_is_found(store: Store, authority: Authority):
    tokens.stamp(store, [authority])
    rng = random.Random(5)
    for path in sorted((store.storage.root / "tokens/1").iterdir()):
        data = path.read_bytes()
        for bit in rng.sample(range(len(data) * 8), 16):
            wrong = bytearray(data)
            wrong[bit // 8] ^= 1 << bit % 8
            path.unlink()
            path.write_bytes(wrong)
            found = [finding.where for finding in store.verify(full=True)]
            assert any(path.stem in where for where in found), f"{path.suffix} bit {bit}"
        path.unlink()
        path.write_bytes(data)
    assert store.verify(full=True) == []


def test_a_token_over_another_head_is_refused(store: Store, authority: Authority):
    token = tokens.stamp(store, [authority])
    store.add_records("L1", [{"amount": "2.00"}])
    with pytest.raises(TokenError):
        tokens.verify(token.response, store.checkpoint().encode(), authority.roots)
    tokens.add(store.storage, 2, "test", token)
    assert [finding.what for finding in store.verify(full=True)] == ["token refused"]


def test_a_dossier_carries_the_token_and_openssl_confirms_it(store, authority, tmp_path):
    store.checkpoint_with_map()
    tokens.stamp(store, [authority])
    payload = bag_data.evidence(store, [], [])
    out = io.BytesIO()
    payload["data/dossier.pdf"] = b"%PDF"
    bag.write(out, Bag("D-1", payload), store)
    zipfile.ZipFile(out).extractall(tmp_path)
    (tmp_path / "root.pem").write_bytes(authority.roots)
    root = ["--tsa-root", str(tmp_path / "root.pem")]
    options = dossier_verify.parse([str(tmp_path / "D-1"), *root])
    found = dossier_verify.verify(str(tmp_path / "D-1"), options)
    assert found.whole, list(found.lines())
    assert any("openssl confirms" in row[2] for row in found.rows)
    assert any("stamps this checkpoint" in row[2] for row in found.rows)
    without = dossier_verify.verify(str(tmp_path / "D-1"), dossier_verify.parse([]))
    assert any("is left to openssl ts -verify" in row[2] for row in without.rows)
    other = (test_authority.make(tmp_path / "other") / "root.pem").read_bytes()
    (tmp_path / "root.pem").write_bytes(other)
    assert not dossier_verify.verify(str(tmp_path / "D-1"), options).whole


# Tokens of others


def fixture(vectors: Path, name: str) -> bytes:
    return (vectors / "rfc3161/test/fixtures" / name).read_bytes()


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_tokens_of_others_verify(vectors: Path, name: str):
    response = fixture(vectors, f"sigstage/response-{name}.tsr")
    roots = fixture(vectors, "sigstage/ts_chain.pem")
    assert tokens.verify(response, b"hello", roots).signer
    with pytest.raises(TokenError):
        tokens.verify(response, b"hellO", roots)


@pytest.mark.parametrize(
    ("name", "signer"),
    [
        ("test_tsa/response.tsr", "CN=Test TSA Timestamping,O=local"),
        ("test_tsa/response-injected-certs.tsr", "CN=Test TSA Timestamping,O=local"),
        ("sigstage/response-no-embedded-cert.tsr", "CN=sigstore-tsa,O=sigstore.dev"),
        ("identrust/issue-104.tsr", "CN=TrustID Timestamp Authority,O=IdenTrust,C=US"),
    ],
)
def test_the_signer_is_the_one_that_the_signature_names(vectors: Path, name: str, signer: str):
    roots = fixture(vectors, f"{name.partition('/')[0]}/ts_chain.pem")
    assert tokens.verify(fixture(vectors, name), b"hello", roots).signer == signer


def test_a_certificate_that_ended_since_was_good_at_the_time_of_the_token(vectors: Path):
    response = fixture(vectors, "sigstore.mock/response-expired.tsr")
    roots = fixture(vectors, "sigstore.mock/ts_chain.pem")
    token = tokens.verify(response, fixture(vectors, "sigstore.mock/payload"), roots)
    assert token.time.year == 2023


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("test_tsa/other_response.tsr", "test_tsa/ts_chain.pem"),
        ("sigstage/response-invalid-signature.tsr", "sigstage/ts_chain.pem"),
        ("sigstage/response-sha256.tsr", "test_tsa/ts_chain.pem"),
        ("sigstore.mock/response-expired.tsr", "sigstage/ts_chain.pem"),
    ],
)
def test_bad_tokens_of_others_are_refused(vectors: Path, name: str, chain: str):
    with pytest.raises(TokenError):
        tokens.verify(fixture(vectors, name), b"hello", fixture(vectors, chain))


@pytest.mark.parametrize("response", [b"", b"0", b"\x30\x03\x02\x01\x02", bytes(5000)])
def test_what_is_no_token_is_refused(vectors: Path, response: bytes):
    with pytest.raises(TokenError):
        tokens.verify(response, b"hello", fixture(vectors, "sigstage/ts_chain.pem"))


def test_the_verifier_inside_dossiers_reads_the_imprints_of_others(vectors: Path):
    for name in ("sha256", "sha384", "sha512"):
        response = fixture(vectors, f"sigstage/response-{name}.tsr")
        oid, imprint, when = dossier_verify.token_imprint(response)
        assert imprint == getattr(__import__("hashlib"), name)(b"hello").digest()
        assert dossier_verify.ALGORITHMS[oid] == name
        assert when.endswith("Z")


# Evidence records


def record(vectors: Path, name: str) -> bytes:
    data = (vectors / "ers-bsi/commons/src/test/resources" / name).read_bytes()
    return base64.b64decode(data) if name.endswith(".b64") else data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bin/example.ers.b64", "bin/example.tif.b64"),
        ("bin/ER_SHA256-DGN_XAIP_OK_SC1.ers", "bin/TXT_DATA.txt.b64"),
        ("bin/ER_DOUBLE_HASHED_FOR_TXT_DATA.ers", "bin/TXT_DATA.txt.b64"),
        ("xaip/xaip_double_hashed_er.ers", "bin/TXT_DATA.txt.b64"),
    ],
)
def test_evidence_records_of_others_cover_their_object_and_no_other(vectors, name, data):
    covered = record(vectors, data)
    assert ers.verify(record(vectors, name), covered).tokens == 1
    with pytest.raises(RecordError):
        ers.verify(record(vectors, name), covered + b".")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bin/er_nok_wrong_version.er.b64", "version 0"),
        ("bin/example_wrong_cms_version.ers.b64", "CMS"),
        ("bin/example.er.xml", "not an evidence record"),
        ("bin/mock_wrong_version.er.xml", "not an evidence record"),
        ("bin/basis_ers.b64", "another object"),
        ("bin/example_invalidTSPs.ers.b64", "another object"),
        ("bin/erDataMSOS-001.ers.b64", "something else"),
        ("bin/ATS1_BIN_ER.ers.b64", "another object"),
    ],
)
def test_bad_or_foreign_evidence_records_are_refused(vectors: Path, name: str, why: str):
    with pytest.raises(RecordError, match=why):
        ers.verify(record(vectors, name), record(vectors, "bin/TXT_DATA.txt.b64"))


@pytest.mark.slow
def test_a_record_is_renewed_under_a_new_token_and_a_new_hash(store: Store, authority: Authority):
    head, stamp = store.head().encode(), ers.stamper([authority])
    check = ers.checker(authority.roots)
    first = ers.create(head, stamp)
    second = ers.renew_token(first, stamp)
    third = ers.renew_hash(second, head, stamp, "sha512")
    fourth = ers.renew_token(third, stamp)
    for count, made in enumerate((first, second, third, fourth), 1):
        checked = ers.verify(made, head, check)
        assert (checked.tokens, checked.signatures_checked) == (count, True)
        with pytest.raises(RecordError):
            ers.verify(made, head + b".")
    path = store.storage.root / tokens.add_record(store.storage, 1, fourth)
    assert store.verify(full=True) == []
    rng = random.Random(2)
    for bit in rng.sample(range(len(fourth) * 8), 24):
        wrong = bytearray(fourth)
        wrong[bit // 8] ^= 1 << bit % 8
        path.unlink()
        path.write_bytes(wrong)
        assert [finding.what for finding in store.verify(full=True)] == ["evidence record refused"]


def test_chains_out_of_order_or_cut_out_are_refused(store: Store, authority: Authority):
    head, stamp = store.head().encode(), ers.stamper([authority])
    check = ers.checker(authority.roots)
    record = ers.renew_hash(ers.create(head, stamp), head, stamp, "sha512")
    record = ers.renew_token(record, stamp)
    first, second = ers._load(record)
    for chains in ([second, first], [second], [first, second[1:]], [first, second[::-1]]):
        with pytest.raises((RecordError, TokenError)):
            ers.verify(ers._encode(chains), head, check)


def test_a_record_with_a_token_of_another_authority_is_refused(store, authority, tmp_path):
    made = ers.create(store.head().encode(), ers.stamper([authority]))
    other = (test_authority.make(tmp_path / "other") / "root.pem").read_bytes()
    with pytest.raises(TokenError):
        ers.verify(made, store.head().encode(), ers.checker(other))


def test_sm3_is_that_of_the_standard(vectors: Path):
    from evidence_store.storage import sm3

    for case in json.loads((vectors / "sm3/sm3_vectors.json").read_text())["vectors"]:
        assert sm3(io.BytesIO(case["msg_ascii"].encode())) == case["sm3"]
    assert len(sm3(io.BytesIO(b""))) == 64
    assert sha256(b"").hexdigest() != sm3(io.BytesIO(b""))
    assert shutil.which("openssl")


class _Garbled(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(b"nothing that HTTP knows\r\n\r\n")


@pytest.fixture
def garbled() -> Iterator[str]:
    """Return the address of somebody who does not speak HTTP."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Garbled) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_of_an_authority_that_answers_no_http_the_next_one_is_asked(
    store: Store, authority: Authority, garbled: str
):
    broken = Authority("broken", garbled, authority.roots)
    assert tokens.request(b"data", [broken, authority])[0] is authority
    with pytest.raises(TokenError, match="broken"):
        tokens.request(b"data", [broken])
    with pytest.raises(StoreError, match="checkpoint"):
        remote.reader(garbled).read("checkpoint")
