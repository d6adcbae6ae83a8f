"""Dossiers: what `bag` writes, `dossier_verify` (verify.py inside) checks with Python alone."""

import ast
import io
import json
import random
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import bagit
import pytest

from evidence_store import Store, bag, bag_data, commitment, dossier_verify, merkle, note
from evidence_store.bag import Bag, PageItem
from evidence_store.bag_data import Record, Stream
from evidence_store.leaves import Leaf, new_id, stream_id

KEY = note.generate("log.example/lender")
SCRIPT = Path(dossier_verify.__file__)
SALT = bytes(range(16))
LOAN = "L2026-0001"
SECRET = bytes(32)


def registered(store: Store, kind: str, fields: dict[str, str]) -> Record:
    opened = commitment.commit(fields, SECRET)
    stream = stream_id(SALT, LOAN)
    [entry] = store.append([Leaf(new_id(), kind, stream, opened.root.hex(), "u7")])
    shown = [name for name in fields if name != "phone"]
    original = "data/originals/E0001.pdf" if kind == "file" else None
    disclosed = commitment.disclose(fields, opened.salts, shown)
    return Record(entry, opened.digests, disclosed, original)


def exported(store: Store, records: list[Record], contract: bytes) -> bytes:
    payload = bag_data.evidence(store, records, [Stream(LOAN, SALT)])
    payload["data/originals/E0001.pdf"] = contract
    payload["data/dossier.pdf"] = b"%PDF-1.7 the pages"
    items = [PageItem("E0001", "data/dossier.pdf", (2, 3), records[0].entry.index)]
    payload["data/page-index.json"] = bag.page_index(payload, items, {"data/dossier.pdf": 3})
    out = io.BytesIO()
    bag.write(out, Bag("D-2026-0001", payload, {"Source-Organization": "汽车金融"}), store)
    return out.getvalue()


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A dossier of a loan with a contract and four ledger entries, one of them withheld."""
    store = Store.create(str(tmp_path_factory.mktemp("store") / "s"), KEY.name, str(KEY))
    contract = b"%PDF-1.7 contract"
    [info] = store.put_objects([io.BytesIO(contract)])
    records = [registered(store, "file", {"sha256": info.sha256, "title": "借款合同"})]
    store.add_records("another loan", [{"amount": "1.00"}] * 3)
    for number in range(4):
        fields = {"amount": f"{number}00.00", "phone": "13800000000", "booked_on": "2026-01-05"}
        records.append(registered(store, "transaction", fields))
    records[3] = Record(records[3].entry, records[3].digests, {})
    store.checkpoint_with_map()
    return exported(store, records, contract)


@pytest.fixture
def unpacked(dossier: bytes, tmp_path: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(dossier)).extractall(tmp_path)
    return tmp_path / "D-2026-0001"


def report(path: Path, *options: str) -> dict[str, object]:
    parsed = dossier_verify.parse([str(path), *options])
    found = dossier_verify.verify(str(path), parsed)
    return {"whole": found.whole, "failed": [row[2] for row in found.rows if row[0] == "FAILED"]}


def test_a_dossier_verifies_with_the_lenders_key(unpacked: Path):
    assert report(unpacked, "--vkey", str(KEY.vkey)) == {"whole": True, "failed": []}


def test_only_where_every_digest_is_opened_it_is_proved_that_nothing_is_withheld(unpacked: Path):
    rows = dossier_verify.verify(str(unpacked), dossier_verify.parse([str(unpacked)])).rows
    [told] = [row for row in rows if "digests are not opened" in row[2]]
    assert told[0] == "not done"
    assert "one digest can stand for several fields" in told[2]
    line = json.loads((unpacked / "data/records.jsonl").read_text("utf-8").splitlines()[1])
    shown = {name: (bytes.fromhex(salt), text) for name, (salt, text) in line["fields"].items()}
    digests = [bytes.fromhex(one) for one in line["digests"]]
    root = bytes.fromhex(json.loads(line["leaf"])["commitment"])
    commitment.verify(shown, digests, root)
    inner = merkle.node_hash(digests[0], digests[1])
    commitment.verify({}, [inner, *digests[2:]], root)
    assert len(shown) < len(digests), "the two digests folded into one lead to the same root"


def test_a_dossier_verifies_in_its_zip(dossier: bytes, tmp_path: Path):
    (tmp_path / "d.zip").write_bytes(dossier)
    assert report(tmp_path / "d.zip", "--vkey", str(KEY.vkey))["whole"] is True


def test_bagit_accepts_the_bag(unpacked: Path):
    assert bagit.Bag(str(unpacked)).validate()


def test_sha256sum_accepts_the_manifests(unpacked: Path):
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum is not on this machine")
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        command = [tool, "-c", "--strict", manifest]
        checked = subprocess.run(command, cwd=unpacked, check=False, stdout=-3)
        assert checked.returncode == 0, manifest


def test_openssl_accepts_the_signatures_as_verify_md_says(unpacked: Path, tmp_path: Path):
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl is not on this machine")
    guide = (unpacked / "VERIFY.md").read_text("utf-8")
    script = textwrap.dedent(guide.partition("<<'END'\n")[2].partition("END\n")[0])
    script = script.replace("LAST PART OF THE VERIFIER KEY", str(KEY.vkey).split("+", 2)[2])
    for name in ("manifest.note", "data/checkpoint"):
        here = script.replace("manifest.note", f"{unpacked}/{name}")
        subprocess.run([sys.executable, "-c", here], cwd=tmp_path, check=True)
        command = [tool, "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"]
        places = ["-inkey", "key.der", "-in", "signed.txt", "-sigfile", "signature.bin"]
        assert " ".join(places[:2]) in guide
        assert " ".join(places[2:]) in guide
        done = subprocess.run([*command, *places], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        (tmp_path / "signed.txt").write_bytes(b"another text\n")
        done = subprocess.run([*command, *places], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 1


@pytest.mark.parametrize("name", ["VERIFY.md", "验证说明.md"])
def test_the_guides_say_how_a_record_without_a_proof_of_its_own_is_proved(
    unpacked: Path, name: str
):
    guide = (unpacked / name).read_text("utf-8")
    for word in ("`null`", "`prev`", "`seq`", "`index`", "map-proof.json"):
        assert word in guide


def test_no_bag_of_others_passes_for_a_dossier_or_stops_the_verifier(vectors: Path):
    bags = [path.parent for path in (vectors / "bagit-conformance-suite").rglob("manifest-*.txt")]
    bags += [path.parent for path in (vectors / "bagit-conformance-suite").rglob("bagit.txt")]
    assert len(set(bags)) > 25
    for place in set(bags):
        assert report(place)["whole"] is False, place.name


def old_python() -> str | None:
    """A Python 3.8 that starts: version managers leave commands that only print advice."""
    homes = sorted(Path.home().glob(".pyenv/versions/3.8*/bin/python"))
    for found in filter(None, [shutil.which("python3.8"), *map(str, homes)]):
        if subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None


@pytest.mark.parametrize("python", [one for one in (sys.executable, old_python()) if one])
def test_the_script_inside_runs_isolated(unpacked: Path, python: str):
    command = [python, "-I", "-S", "verify.py", "--vkey", str(KEY.vkey)]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert "结论：完整" in done.stdout.decode()
    (unpacked / "data/dossier.pdf").write_bytes(b"%PDF-1.7 other pages")
    done = subprocess.run(command, cwd=unpacked, capture_output=True, check=False)
    assert done.returncode == 1
    assert "data/dossier.pdf is altered" in done.stdout.decode()


def test_the_script_is_python_3_8_and_imports_nothing_but_the_standard_library():
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    } | {
        node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names


def test_a_key_from_the_dossier_is_called_unconfirmed(unpacked: Path):
    found = dossier_verify.verify(str(unpacked), dossier_verify.parse([str(unpacked)]))
    assert found.whole
    assert any("not independently confirmed" in row[2] for row in found.rows)
    assert any("map not replayed" in row[2] for row in found.rows)
    assert any("no time-stamp" in row[2] for row in found.rows)


def test_another_key_is_refused(unpacked: Path):
    other = note.generate(KEY.name)
    assert report(unpacked, "--vkey", str(other.vkey))["whole"] is False


def test_every_kind_of_file_is_refused_with_any_bit_turned_and_named(unpacked: Path):
    rng, tried = random.Random(7), 0
    for path in sorted(unpacked.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        for bit in rng.sample(range(len(data) * 8), min(12, len(data) * 8)):
            wrong = bytearray(data)
            wrong[bit // 8] ^= 1 << bit % 8
            path.write_bytes(wrong)
            found = report(unpacked)
            assert found["whole"] is False, f"{path.name} bit {bit}"
            name = path.relative_to(unpacked).as_posix()
            named = [text for text in found["failed"] if name in text]
            assert named or "manifest" in name or name == "bagit.txt", f"{name} bit {bit}"
            tried += 1
        path.write_bytes(data)
    assert tried > 150


def test_every_cut_of_a_file_is_refused(unpacked: Path):
    for name in ("data/records.jsonl", "manifest.note", "data/checkpoint", "data/map-proof.json"):
        path = unpacked / name
        data = path.read_bytes()
        for length in range(0, len(data), max(1, len(data) // 12)):
            path.write_bytes(data[:length])
            assert report(unpacked)["whole"] is False, f"{name} cut to {length}"
        path.write_bytes(data)


def rewritten(unpacked: Path, store: Store) -> None:
    """Write the manifests anew over altered files, as an attacker inside the lender could."""
    payload = {
        path.relative_to(unpacked).as_posix(): path.read_bytes()
        for path in (unpacked / "data").rglob("*")
        if path.is_file()
    }
    out = io.BytesIO()
    bag.write(out, Bag("D-2026-0001", payload), store)
    shutil.rmtree(unpacked)
    zipfile.ZipFile(out).extractall(unpacked.parent)


@pytest.fixture
def forger(tmp_path: Path) -> Store:
    """A store with the lender's own key, which can sign any manifest but not rewrite the log."""
    return Store.create(str(tmp_path / "forger"), KEY.name, str(KEY))


def lines_of(unpacked: Path) -> list[dict[str, object]]:
    text = (unpacked / "data/records.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def put_lines(unpacked: Path, rows: list[dict[str, object]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (unpacked / "data/records.jsonl").write_text(text, "utf-8")


def test_a_record_left_out_is_found_though_the_manifests_are_signed_again(unpacked, forger):
    rows = lines_of(unpacked)
    for place in range(len(rows)):
        put_lines(unpacked, rows[:place] + rows[place + 1 :])
        rewritten(unpacked, forger)
        found = report(unpacked, "--vkey", str(KEY.vkey))
        assert found["whole"] is False
        assert any("missing" in text or "records are here" in text for text in found["failed"])


def test_a_changed_amount_is_found_though_the_manifests_are_signed_again(unpacked, forger):
    rows = lines_of(unpacked)
    rows[1]["fields"]["amount"][1] = "999.00"
    put_lines(unpacked, rows)
    rewritten(unpacked, forger)
    [text] = [text for text in report(unpacked)["failed"] if "records.jsonl" in text]
    assert "field amount" in text


def test_an_exchanged_original_is_found_though_the_manifests_are_signed_again(unpacked, forger):
    (unpacked / "data/originals/E0001.pdf").write_bytes(b"%PDF-1.7 another contract")
    rewritten(unpacked, forger)
    assert any("originals/E0001.pdf" in text for text in report(unpacked)["failed"])


@pytest.fixture
def chained(tmp_path: Path) -> Path:
    """A dossier whose records rest on the chain of their stream; the last alone has a proof."""
    store = Store.create(str(tmp_path / "s"), KEY.name, str(KEY))
    records = [registered(store, "transaction", {"amount": f"{n}.00"}) for n in range(6)]
    store.checkpoint_with_map()
    file = tmp_path / "records.jsonl"
    payload = bag_data.long_evidence(store, records, [Stream(LOAN, SALT)], store.size, file=file)
    out = io.BytesIO()
    bag.write(out, Bag("D-2026-0001", payload), store)
    zipfile.ZipFile(out).extractall(tmp_path)
    return tmp_path / "D-2026-0001"


def test_records_that_rest_on_their_chain_verify_and_only_the_last_has_a_proof(chained: Path):
    assert report(chained, "--vkey", str(KEY.vkey)) == {"whole": True, "failed": []}
    assert [row["proof"] is None for row in lines_of(chained)] == [True] * 5 + [False]


def test_nothing_can_be_left_out_added_or_changed_in_a_chain(chained: Path, forger: Store):
    rows = lines_of(chained)
    double = {**rows[0], "index": 99}
    other = {**rows[2], "leaf": str(rows[2]["leaf"]).replace('"seq":3', '"seq":4')}
    forged = [rows[:place] + rows[place + 1 :] for place in range(len(rows))]
    forged += [
        [*rows, double],
        [*rows[:2], other, *rows[3:]],
        [*rows[:5], {**rows[5], "proof": None}, double],
    ]
    for lines in forged:
        put_lines(chained, lines)
        rewritten(chained, forger)
        assert report(chained, "--vkey", str(KEY.vkey))["whole"] is False


def test_a_chain_without_its_map_proves_nothing(chained: Path, forger: Store):
    (chained / "data/map-proof.json").unlink()
    rewritten(chained, forger)
    found = report(chained, "--vkey", str(KEY.vkey))
    assert any("carry no proof" in text for text in found["failed"])


def test_an_exchanged_pdf_is_found_by_the_page_index(unpacked, forger):
    (unpacked / "data/dossier.pdf").write_bytes(b"%PDF-1.7 other pages")
    rewritten(unpacked, forger)
    assert any("dossier.pdf" in text for text in report(unpacked)["failed"])


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path):
    store = Store.create(str(tmp_path / "s"), KEY.name, str(KEY))
    record = registered(store, "transaction", {"amount": "1.00"})
    store.checkpoint_with_map()
    first = exported(store, [record], b"contract")
    registered(store, "transaction", {"amount": "2.00"})
    payload_head = store.checkpoint_sizes()[-1]
    assert payload_head == 2
    assert exported(store, [record], b"contract") == first


def test_paths_out_of_the_bag_are_not_written(tmp_path: Path):
    store = Store.create(str(tmp_path / "s"), KEY.name, str(KEY))
    for name in ("data/../x", "/data/x", "x", "data/", "data/合同.pdf", "data\\x", "data/a%0Ab"):
        with pytest.raises(Exception, match="plain path"):
            bag.write(io.BytesIO(), Bag("D-1", {name: b""}), store)


def hostile_zip(path: Path, entries: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo("d/x")
            info.filename = name
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize(
    "entries",
    [
        [("d/../../etc/passwd", b"x")],
        [("/d/x", b"x"), ("d/y", b"")],
        [("d/a\\b", b"x")],
        [("d/data/bomb", bytes(50_000_000))],
        [("d/x", b""), ("e/y", b"")],
        [("d/" + "x" * 4000, b"")],
        [],
    ],
)
def test_a_hostile_zip_is_refused_at_once(tmp_path: Path, entries: list[tuple[str, bytes]]):
    path = hostile_zip(tmp_path / "h.zip", entries)
    assert report(path)["whole"] is False


def test_a_truncated_zip_never_verifies(dossier: bytes, tmp_path: Path):
    path = tmp_path / "d.zip"
    for length in range(0, len(dossier), len(dossier) // 25):
        path.write_bytes(dossier[:length])
        assert report(path)["whole"] is False, length


def test_hostile_content_is_refused_without_running_away(unpacked: Path):
    hostile = {
        "data/records.jsonl": [b"[" * 100_000 + b"\n", b'{"leaf":1}\n', b"\xff\xfe\n", b"null\n"],
        "data/map-proof.json": [b"[]", b'{"map":' * 5000, b'{"map":{"leaf":"{}"}}', b"1e999"],
        "data/checkpoint": [b"\n" * 1000, b"x\n1\ny\n\n\xe2\x80\x94 a b\n", b"\0"],
        "data/page-index.json": [b"{}", b'{"files":{},"items":[{"pages":[1]}]}'],
        "data/keys": [b"evidence_store/keys/v1\n\n\n", b""],
        "manifest-sha256.txt": [b"x" * 1000, b"\n" * 1000],
    }
    for name, contents in hostile.items():
        before = (unpacked / name).read_bytes()
        for content in contents:
            (unpacked / name).write_bytes(content)
            assert report(unpacked)["whole"] is False
        (unpacked / name).write_bytes(before)


def test_a_flood_of_bad_records_ends_early(unpacked: Path):
    (unpacked / "data/records.jsonl").write_bytes(b"{}\n" * 300_000)
    found = report(unpacked)
    assert found["whole"] is False
    assert len(found["failed"]) <= dossier_verify.MOST_ROWS + 1


def test_links_fifos_and_empty_folders_in_a_bag_are_refused(unpacked: Path):
    import os

    (unpacked / "data/link").symlink_to("/etc/passwd")
    assert report(unpacked)["whole"] is False
    (unpacked / "data/link").unlink()
    os.mkfifo(unpacked / "data/fifo")
    assert report(unpacked)["whole"] is False
    (unpacked / "data/fifo").unlink()
    (unpacked / "data/empty/too").mkdir(parents=True)
    assert "data/empty/too/ is an empty folder" in str(report(unpacked)["failed"])


def test_names_that_would_forge_the_report_are_escaped():
    assert "\x1b" not in dossier_verify.printable("a\x1b[2Jb\nok")
    assert "\n" not in dossier_verify.printable("a\x1b[2Jb\nok")


def test_its_ed25519_agrees_with_a_library_and_refuses_malleable_signatures():
    public, message = KEY.vkey.public, b"message"
    signature = KEY.raw_sign(message)
    assert dossier_verify.ed25519_valid(public, message, signature)
    larger = int.from_bytes(signature[32:], "little") + dossier_verify.ORDER
    malleable = signature[:32] + larger.to_bytes(32, "little")
    assert not dossier_verify.ed25519_valid(public, message, malleable)
    assert not dossier_verify.ed25519_valid(public, message + b".", signature)
    rng = random.Random(3)
    for bit in rng.sample(range(512), 40):
        wrong = bytearray(signature)
        wrong[bit // 8] ^= 1 << bit % 8
        assert not dossier_verify.ed25519_valid(public, message, bytes(wrong))
