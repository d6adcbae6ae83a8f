"""What somebody who holds the log's key could try on a dossier, and what its verifier says."""

import io
import json
import random
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from evidence_store import Store, bag, bag_data, dossier_verify, keys, note, proof, tokens
from evidence_store.bag import Bag, PageItem, Stamp
from evidence_store.bag_data import Content, Record, Stream
from evidence_store.tokens import Authority
from tests.evidence_store.test_dossier import (
    KEY,
    LOAN,
    SALT,
    chained,  # noqa: F401 - a fixture
    dossier,  # noqa: F401 - a fixture
    forger,  # noqa: F401 - a fixture
    lines_of,
    put_lines,
    registered,
    report,
    rewritten,
    unpacked,  # noqa: F401 - a fixture
)

VKEY = ("--vkey", str(KEY.vkey))


def failures(path: Path, *options: str) -> list[str]:
    """Return what fails; nothing: the dossier is whole."""
    found = report(path, *(options or VKEY))
    assert found["whole"] is (found["failed"] == [])
    return [str(text) for text in found["failed"]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a log with the lender's key."""
    return Store.create(str(tmp_path / "house"), KEY.name, str(KEY))


def written(
    store: Store, payload: dict[str, Content], folder: Path, stamp: Stamp | None = None
) -> Path:
    """Return the folder of an unpacked dossier."""
    out = io.BytesIO()
    bag.write(out, Bag("D-2026-0001", payload), store, stamp)
    zipfile.ZipFile(out).extractall(folder)
    return folder / "D-2026-0001"


def test_an_older_map_that_leaves_out_the_last_record_is_refused(store: Store, tmp_path: Path):
    shown = registered(store, "transaction", {"amount": "1.00"})
    store.checkpoint_with_map()
    registered(store, "transaction", {"amount": "2.00"})
    store.checkpoint()
    folder = written(store, bag_data.evidence(store, [shown], [Stream(LOAN, SALT)]), tmp_path)
    assert any("the map is leaf 1 of 3" in text for text in failures(folder))


def test_a_stream_is_not_given_another_name_by_a_longer_or_shorter_salt(unpacked, forger):  # noqa: F811
    path = unpacked / "data/map-proof.json"
    proof = path.read_bytes()
    [row] = json.loads(proof)["streams"]
    for salt, name in ((SALT + b"L2026-", "0001"), (SALT[:-1], chr(SALT[-1]) + LOAN)):
        changed = json.loads(proof) | {"streams": [row | {"salt": salt.hex(), "name": name}]}
        path.write_text(json.dumps(changed), "utf-8")
        rewritten(unpacked, forger)
        assert any("32 hexadecimal digits" in text for text in failures(unpacked))


def test_an_original_that_no_record_registers_is_refused(unpacked, forger):  # noqa: F811
    (unpacked / "data/originals/E0002.pdf").write_bytes(b"%PDF-1.7 slipped in")
    rewritten(unpacked, forger)
    assert any("no record here registers" in text for text in failures(unpacked))


def test_two_registered_originals_do_not_change_their_numbers(store: Store, tmp_path: Path):
    files = [b"%PDF-1.7 contract", b"%PDF-1.7 receipt"]
    made = [registered(store, "file", {"sha256": sha256(one).hexdigest()}) for one in files]
    store.checkpoint_with_map()
    for swapped in (False, True):
        paths = [
            f"data/originals/E000{2 - place if swapped else place + 1}.pdf" for place in (0, 1)
        ]
        records = [
            Record(one.entry, one.digests, one.disclosed, path)
            for one, path in zip(made, paths, strict=True)
        ]
        payload = bag_data.evidence(store, records, [Stream(LOAN, SALT)])
        payload.update(zip(paths, files, strict=True))
        payload["data/dossier.pdf"] = b"%PDF-1.7 the list"
        items = [
            PageItem(f"E000{place + 1}", "data/dossier.pdf", (1, 1), one.entry.index)
            for place, one in enumerate(made)
        ]
        pages = {"data/dossier.pdf": 1}
        payload["data/page-index.json"] = bag.page_index(payload, items, pages)
        found = failures(written(store, payload, tmp_path / str(swapped)))
        assert any("is not the file that leaf" in text for text in found) is swapped


def test_frozen_figures_are_those_whose_digest_was_registered(store: Store, tmp_path: Path):
    frozen = b'["HT-0001","100.00"]\n'
    record = registered(store, "freeze", {"digest": sha256(frozen).hexdigest()})
    record = Record(record.entry, record.digests, record.disclosed)
    store.checkpoint_with_map()
    for place, figures in enumerate((frozen, frozen.replace(b"100", b"900"))):
        payload = bag_data.evidence(store, [record], [Stream(LOAN, SALT)])
        payload["data/frozen.jsonl"] = figures
        found = failures(written(store, payload, tmp_path / str(place)))
        assert any("registered at the freeze" in text for text in found) is (place == 1)


DOUBLES: dict[str, Callable[[str], str]] = {
    "a field twice": lambda line: line.replace('"fields": {', '"fields": {"amount": ["", "9"], '),
    "a leaf twice": lambda line: line.replace('"leaf": ', '"leaf": "{}", "leaf": '),
    "a member that nothing proves": lambda line: line.replace("{", '{"paid": "9.00", ', 1),
    "a number of many digits": lambda line: line.replace('"index": ', f'"index": {"9" * 5000}'),
    "a fraction": lambda line: line.replace('"index": ', '"index": 0.'),
}


@pytest.mark.parametrize("what", DOUBLES)
def test_what_readers_of_json_take_in_different_ways_is_refused(unpacked, forger, what):  # noqa: F811
    put_lines(unpacked, lines_of(unpacked))
    path = unpacked / "data/records.jsonl"
    lines = path.read_text("utf-8").splitlines()
    changed = DOUBLES[what](lines[1])
    assert changed != lines[1]
    path.write_text("\n".join([lines[0], changed, *lines[2:]]) + "\n", "utf-8")
    rewritten(unpacked, forger)
    assert any("records.jsonl line 2" in text for text in failures(unpacked))


def test_a_token_that_is_nothing_is_refused_and_does_not_stop_the_verifier(unpacked, forger):  # noqa: F811
    (unpacked / "data/tokens").mkdir()
    for content in (b"", b"\x30\x00", b"\x30\x80", b"\xff" * 40):
        (unpacked / "data/tokens/0.tsr").write_bytes(content)
        rewritten(unpacked, forger)
        assert any(text.startswith("time-stamps") for text in failures(unpacked))


def members(dossier: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:  # noqa: F811
    """Return the entries of a dossier's zip."""
    with zipfile.ZipFile(io.BytesIO(dossier)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def zipped(path: Path, entries: list[tuple[zipfile.ZipInfo, bytes]]) -> Path:
    """Write a zip of entries."""
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in entries:
            archive.writestr(info, data, info.compress_type)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "says"),
    [
        ("D-2026-0001/data/link", stat.S_IFLNK | 0o777, "symbolic link"),
        ("D-2026-0001/DATA/checkpoint", stat.S_IFREG | 0o644, "one name to some systems"),
        ("D-2026-0001", stat.S_IFREG | 0o644, "not in the folder"),
        ("D-2026-0001/hidden/", stat.S_IFREG | 0o644, "not in the folder"),
        ("D-2026-0001/data/orig/", stat.S_IFDIR | 0o755, "an empty folder"),
    ],
)
def test_what_would_hide_in_a_zip_is_refused(
    dossier: bytes,  # noqa: F811
    tmp_path: Path,
    name: str,
    mode: int,
    says: str,
):
    extra = zipfile.ZipInfo("x")
    extra.filename, extra.external_attr = name, mode << 16
    data = b"" if stat.S_ISDIR(mode) else b"/etc/passwd"
    path = zipped(tmp_path / "d.zip", [*members(dossier), (extra, data)])
    assert any(says in text for text in failures(path))


def test_a_compressed_dossier_with_any_byte_changed_is_refused_with_a_report(
    dossier: bytes,  # noqa: F811
    tmp_path: Path,
):
    entries = members(dossier)
    for info, _data in entries:
        info.compress_type = zipfile.ZIP_DEFLATED
    path = zipped(tmp_path / "d.zip", entries)
    assert failures(path) == []
    data, rng = path.read_bytes(), random.Random(11)
    outside = {data.rfind(b"PK\x05\x06") + 20, data.rfind(b"PK\x05\x06") + 21}
    for place in rng.sample(range(len(data)), 250):
        wrong = bytearray(data)
        wrong[place] ^= 1 << rng.randrange(8)
        path.write_bytes(wrong)
        found = report(path, *VKEY)
        if found["whole"] and place not in outside:
            unchanged = [(info.filename, content) for info, content in members(bytes(wrong))]
            assert unchanged == [(info.filename, content) for info, content in entries]


def test_a_witness_whose_key_was_given_and_who_did_not_sign_is_named(unpacked):  # noqa: F811
    key = str(note.generate("auditor.example", note.COSIGNATURE).vkey)
    given = dossier_verify.parse([str(unpacked), *VKEY, "--witness", key])
    rows = dossier_verify.verify(str(unpacked), given).rows
    assert any("auditor.example" in row[2] and "has not cosigned" in row[2] for row in rows)


def ring_of(store: Store, folder: Path) -> tuple[str, str]:
    """Return the option that names a store's ring of keys as it is now."""
    place = folder / "keys"
    place.write_bytes(store.storage.read("keys") or b"")
    return "--keys", str(place)


def rotate(store: Store, on: date) -> None:
    """Let a new key sign, which lies beside the store."""
    place = f"{store.storage.root}-{len(store.ring.keys)}.key"
    store.rotate_key(keys.new_reference(place, store.ring), on)


def revoke(store: Store, on: date) -> None:
    """Rotate the key of a store and revoke the old one for all that is signed now."""
    rotate(store, on)
    store.revoke_key(str(KEY.vkey), on, store.checkpoint_sizes()[-1])


def test_with_the_ring_of_keys_a_revoked_key_signs_no_later_head(store: Store, tmp_path: Path):
    registered(store, "transaction", {"amount": "1.00"})
    store.checkpoint_with_map()
    revoke(store, date(2026, 3, 2))
    thief = Store.create(str(tmp_path / "thief"), KEY.name, str(KEY))
    forged = [registered(thief, "transaction", {"amount": f"{n}.00"}) for n in range(7)]
    thief.checkpoint_with_map()
    folder = written(
        thief, bag_data.evidence(thief, forged, [Stream(LOAN, SALT)]), tmp_path / "forged"
    )
    assert failures(folder) == [], "the key by itself does not say that it was revoked"
    refused = failures(folder, *ring_of(store, tmp_path))
    assert "checkpoint: no signature by a given key" in refused


def test_a_replaced_key_still_counts_for_what_it_signed_and_its_successor_for_old_heads(
    store: Store, tmp_path: Path
):
    first = registered(store, "transaction", {"amount": "1.00"})
    size = proof.parse_checkpoint(note.split(store.checkpoint_with_map())[0]).size
    payload = bag_data.evidence(store, [first], [Stream(LOAN, SALT)], size)
    old = written(store, payload, tmp_path / "old")
    folders = [old]
    for number in range(2):
        rotate(store, date(2026, 3, 1 + number))
        folders.append(written(store, payload, tmp_path / f"later{number}"))
    for folder in folders:
        assert failures(folder, *ring_of(store, tmp_path)) == []


def test_what_a_revoked_key_signed_counts_only_with_a_checked_stamp_from_before_its_day(
    store: Store, tmp_path: Path, authority: Authority
):
    def stamp(data: bytes) -> tuple[bytes, bytes]:
        _authority, token = tokens.request(data, [authority])
        return token.response, token.chain

    first = registered(store, "transaction", {"amount": "1.00"})
    store.checkpoint_with_map()
    tokens.stamp(store, [authority])
    payload = bag_data.evidence(store, [first], [Stream(LOAN, SALT)])
    honest = written(store, payload, tmp_path / "honest", stamp)
    thief = Store.open(str(tmp_path / "house"))
    revoke(store, datetime.now(UTC).date() + timedelta(days=1))
    thief.sign = lambda text: note.sign(text, str(KEY))  # type: ignore[method-assign]
    # Another paper over the old head, signed with the stolen key: no stamp can be had for it.
    forged = written(thief, {**payload, "data/dossier.pdf": b"%PDF forged"}, tmp_path / "forged")
    (tmp_path / "root.pem").write_bytes(authority.roots)
    keys, root = ring_of(store, tmp_path), ("--tsa-root", str(tmp_path / "root.pem"))
    assert failures(honest, *keys, *root) == []
    [failed] = failures(forged, *keys, *root)
    assert failed.startswith("manifest.note is signed by a key revoked on")
    assert len(failures(honest, *keys)) == 2, "an unchecked stamp says nothing"
    assert failures(honest, *VKEY) == failures(forged, *VKEY) == [], "no ring: not known"
    store.revoke_key(str(KEY.vkey), datetime.now(UTC).date(), store.checkpoint_sizes()[-1])
    keys = ring_of(store, tmp_path)
    assert len(failures(honest, *keys, *root)) == 2, "stamped on the day itself, or later"


def test_the_token_over_the_manifest_is_of_this_very_manifest(
    store: Store, tmp_path: Path, authority: Authority
):
    first = registered(store, "transaction", {"amount": "1.00"})
    store.checkpoint_with_map()
    payload = bag_data.evidence(store, [first], [Stream(LOAN, SALT)])

    def stamp(data: bytes) -> tuple[bytes, bytes]:
        _authority, token = tokens.request(data + b"x", [authority])
        return token.response, token.chain

    folder = written(store, payload, tmp_path / "other", stamp)
    assert any("manifest.tsr is a time-stamp over something else" in f for f in failures(folder))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), ("密钥未经独立确认，取自卷宗本身（现用）", "not independently confirmed")),
        (VKEY, ("密钥由核验人提供，", "key given by the verifier,")),
        (("ring",), ("核验人提供的密钥环中（现用）", "given by the verifier (in use)")),
        (("ring", "--own"), ("密钥属于本系统的日志（现用）", "this system's own log (in use)")),
        (("rotated", "--own"), ("（已于 2026-03-01 更换）", "(replaced on 2026-03-01)")),
        (("revoked", "--own"), ("（已于 2026-03-02 吊销）", "(revoked on 2026-03-02)")),
        (("other", "--own"), ("不是由本系统日志的密钥签名", "a key of this system's log")),
    ],
)
def test_the_report_says_whose_key_it_is_and_how_it_stands(
    store: Store, tmp_path: Path, options: tuple[str, ...], words: tuple[str, str]
):
    first = registered(store, "transaction", {"amount": "1.00"})
    store.checkpoint_with_map()
    folder = written(
        store, bag_data.evidence(store, [first], [Stream(LOAN, SALT)]), tmp_path / "old"
    )
    if options and options[0] in ("rotated", "revoked"):
        rotate(store, date(2026, 3, 1))
    if options and options[0] == "revoked":
        store.revoke_key(str(KEY.vkey), date(2026, 3, 2), store.checkpoint_sizes()[-1])
    if options and options[0] == "other":
        key = note.generate(KEY.name)
        store = Store.create(str(tmp_path / "another"), KEY.name, str(key))
    if options and not options[0].startswith("--"):
        options = (*ring_of(store, tmp_path), *options[1:])
    parsed = dossier_verify.parse([str(folder), *options])
    rows = dossier_verify.verify(str(folder), parsed).rows
    assert any(words[0] in row[1] and words[1] in row[2] for row in rows)
