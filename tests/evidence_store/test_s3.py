"""The store in an S3-compatible bucket, over the real protocol."""

import io
from collections.abc import Iterator
from hashlib import sha256

import boto3
import pytest
from moto.server import ThreadedMotoServer

from evidence_store import Leaf, Store, new_id, note, proof
from evidence_store import s3 as s3_module
from evidence_store.__main__ import main
from evidence_store.storage import StoreError, connect

pytestmark = pytest.mark.s3

KEY = note.generate("log.example/lender")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def url(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("EVIDENCE_STORE_KEY", str(KEY))
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    name = f"bucket-{abs(hash(request.node.name)) % 10**9}"
    client.create_bucket(Bucket=name)
    client.close()
    return f"s3://{name}/evidence"


def leaf() -> Leaf:
    return Leaf(new_id(), "transaction", "ab" * 32, "cd" * 32, "u7")


def test_a_store_in_a_bucket_registers_proves_and_verifies(url: str):
    store = Store.create(url, KEY.name, str(KEY))
    [entry] = store.add_file("L1", io.BytesIO(b"contract"), {"title": "合同"})
    store.append([leaf() for _ in range(300)])
    store.checkpoint_with_map()
    reopened = Store.open(url)
    assert reopened.size == 302
    proof.verify(reopened.prove(entry.index), entry.data, [str(KEY.vkey)])
    assert reopened.open_object(sha256(b"contract").hexdigest()).read() == b"contract"
    assert reopened.prove_stream("ab" * 32).count == 300
    assert reopened.verify(full=True) == []
    assert connect(url).read("private/log.key") is None


def test_of_two_writers_in_a_bucket_one_loses_and_reads_again(url: str):
    first = Store.create(url, KEY.name, str(KEY))
    second = Store.open(url)
    assert (first.size, second.size) == (0, 0)
    shared = leaf()
    [mine] = first.append([shared])
    assert second.append([shared, leaf()])[0] == mine
    first.checkpoint()
    second.append([leaf()])
    second.checkpoint()
    assert first.size == 3
    assert first.verify(full=True) == []


def test_a_bucket_out_of_reach_is_said_in_a_sentence_and_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(s3_module, "_PATIENCE", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    assert main(["verify", "s3://nowhere/log"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_nothing_in_a_bucket_is_overwritten(url: str):
    storage = connect(url)
    assert storage.create("a", b"1")
    assert not storage.create("a", b"2")
    assert storage.read("a") == b"1"
    assert storage.replace_if("a", b"3", b"1")
    assert not storage.replace_if("a", b"4", b"1")
    assert storage.read("a") == b"3"
    assert storage.read("absent") is None
    assert storage.size("absent") is None


def test_a_large_object_goes_in_parts_and_is_read_back(url: str, monkeypatch):
    monkeypatch.setattr(s3_module, "WHOLE", 1 << 20)
    data = bytes(range(256)) * 40_000
    [info] = connect(url).put_objects([io.BytesIO(data)])
    assert info.sha256 == sha256(data).hexdigest()
    assert Store.create(url, KEY.name, str(KEY)).has_object(info.sha256)


def test_an_altered_object_in_a_bucket_is_found(url: str):
    store = Store.create(url, KEY.name, str(KEY))
    store.add_file("L1", io.BytesIO(b"contract"), {})
    digest = sha256(b"contract").hexdigest()
    store.storage.replace(f"objects/{digest[:2]}/{digest[2:]}", b"contracT")
    assert [finding.what for finding in store.verify(full=True)] == ["object altered"]
    with pytest.raises(StoreError, match="as it was sent"):
        store.put_objects([io.BytesIO(b"contract")])
    with pytest.raises(StoreError, match="is not the object"):
        store.replace_object(digest, io.BytesIO(b"contrast"))
    store.replace_object(digest, io.BytesIO(b"contract"))
    assert store.verify(full=True) == []
