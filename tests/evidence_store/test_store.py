"""The store on a local disk."""

import io
import multiprocessing
import os
import random
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence_store import Leaf, Store, commitment, keys, merkle, new_id, note, proof, radix
from evidence_store.leaves import LeafError, stream_id
from evidence_store.log import ClockError
from evidence_store.merkle import ProofError
from evidence_store.note import NoteError
from evidence_store.storage import StoreError
from evidence_store.tiles import TileReader

KEY = note.generate("log.example/lender")
TODAY = datetime.now(UTC).date()
NOW = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


def leaf(stream: str = "ab" * 32, kind: str = "transaction") -> Leaf:
    return Leaf(new_id(), kind, stream, os.urandom(32).hex(), "u7", "cd" * 32)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(str(tmp_path / "store"), KEY.name, str(KEY))


def again(store: Store) -> Store:
    return Store.open(str(store.storage.root))  # type: ignore[attr-defined]


def test_records_of_many_streams_get_their_places_in_one_commit(store: Store):
    streams = [os.urandom(32).hex() for _ in range(3)]
    first = store.append([leaf(streams[0]), leaf(streams[1]), leaf(streams[0])], NOW)
    [second] = store.append([leaf(streams[0])], NOW + timedelta(seconds=1))
    assert [entry.index for entry in first] == [0, 1, 2]
    assert [entry.seq for entry in first] == [1, 1, 2]
    assert first[2].prev == first[0].leaf_hash.hex()
    assert (second.index, second.seq, second.prev) == (3, 3, first[2].leaf_hash.hex())
    assert second.registered_at == "2026-01-05T08:30:01.000000Z"
    assert list(store.leaves_from(0)) == [*first, second]
    assert store.verify(full=True) == []


def test_a_leaf_is_canonical_json_without_anything_in_clear(store: Store):
    [entry] = store.append([leaf()], NOW)
    from evidence_store import jcs

    value = jcs.parse(entry.data)
    assert sorted(value) == [
        "actor", "commitment", "generation", "id", "kind", "prev",
        "registered_at", "seq", "stream", "v",
    ]  # fmt: skip
    assert entry.leaf_hash == merkle.leaf_hash(entry.data)


@pytest.mark.parametrize(
    "count", [0, 1, 255, 256, 257, 700, pytest.param(66_000, marks=pytest.mark.slow)]
)
def test_proofs_and_roots_are_right_at_the_edges_of_tiles(store: Store, count: int):
    entries = []
    while len(entries) < count:
        entries += store.append([leaf() for _ in range(min(33_000, count - len(entries)))])
    signed = store.checkpoint()
    hashes = [entry.leaf_hash for entry in entries]
    head = proof.open_checkpoint(signed, [str(KEY.vkey)], KEY.name)
    assert (head.size, head.root) == (count, merkle.root(hashes))
    for index in random.Random(1).sample(range(count), min(count, 20)):
        proof.verify(store.prove(index), entries[index].data, [str(KEY.vkey)], KEY.name)
    if count:
        path = store.prove_consistency(count // 2 + 1, count)
        old = merkle.root(hashes[: count // 2 + 1])
        merkle.verify_consistency(count // 2 + 1, count, old, head.root, path)
    reopened = again(store)
    assert reopened.size == count
    reopened.append([leaf()])
    reopened.checkpoint()
    assert reopened.verify() == []


def test_growth_by_odd_steps_gives_the_same_tree_as_one_step(store: Store):
    rng, hashes = random.Random(5), []
    for step in range(40):
        hashes += [
            entry.leaf_hash for entry in store.append([leaf() for _ in range(rng.randint(1, 60))])
        ]
        if step % 3 == 0:
            store.checkpoint()
        if step % 5 == 0:
            store = again(store)
    head = proof.parse_checkpoint(note.split(store.checkpoint())[0])
    assert head.root == merkle.root(hashes)
    assert store.verify(full=True) == []
    for size in store.checkpoint_sizes():
        assert TileReader(store.storage, size).root() == merkle.root(hashes[:size])


def test_files_are_stored_under_their_hash_read_only_and_once(store: Store):
    [first] = store.add_file("L1", io.BytesIO(b"contract"), {"title": "借款合同"})
    [second] = store.add_file("L1", io.BytesIO(b"contract"), {"title": "再次"})
    digest = sha256(b"contract").hexdigest()
    path = store.storage.root / "objects" / digest[:2] / digest[2:]
    assert path.read_bytes() == b"contract"
    assert path.stat().st_mode & 0o777 == 0o444
    assert path.stat().st_nlink == 1
    with store.open_object(digest) as file:
        assert file.read() == b"contract"
    assert (first.seq, second.seq) == (1, 2)
    fields, secret = store.opening(first)
    assert fields == {"sha256": digest, "size": "8", "title": "借款合同"}
    assert commitment.commit(fields, secret).root.hex() == first.commitment
    assert store.verify(full=True) == []


def test_the_store_is_closed_to_other_users(store: Store):
    for path in [
        store.storage.root,
        store.storage.root / "objects",
        store.storage.root / "private",
    ]:
        if path.exists():
            assert path.stat().st_mode & 0o077 == 0


def test_a_stream_is_opened_by_its_salt(store: Store):
    [entry] = store.add_records("L1", [{"amount": "1.00"}])
    assert entry.stream == store.stream_of("L1") == again(store).stream_of("L1")
    assert store.stream_of(entry.stream) == entry.stream
    assert stream_id(b"", "L1") != entry.stream


def test_the_map_shows_every_stream_whole(store: Store):
    streams = [os.urandom(32).hex() for _ in range(50)]
    for _ in range(4):
        store.append([leaf(streams[0]), *(leaf(random.choice(streams)) for _ in range(99))])
    store.checkpoint_with_map()
    store.append([leaf(streams[0])])
    heads: dict[str, tuple[int, str]] = {}
    for entry in store.leaves_from(0):
        shown = entry.stream in streams and entry.index < 400
        if shown:
            heads[entry.stream] = (entry.seq, entry.leaf_hash.hex())
    for stream, head in heads.items():
        shown = store.prove_stream(stream)
        assert (shown.count, shown.head, shown.map_index) == (*head, 400)
        radix.verify(stream, head, shown.siblings, bytes.fromhex(shown.root))
        for wrong in ((head[0] + 1, head[1]), (head[0], "00" * 32)):
            with pytest.raises(ProofError):
                radix.verify(stream, wrong, shown.siblings, bytes.fromhex(shown.root))
    old = store.checkpoint_sizes()[-1]
    before = store.prove_stream(streams[0], old)
    store.checkpoint_with_map()
    assert (
        store.prove_stream(streams[0], old) == before == again(store).prove_stream(streams[0], old)
    )
    assert store.prove_stream(streams[0]).count == before.count + 1


def test_an_old_head_is_proved_as_it_was(store: Store):
    entries = store.append([leaf() for _ in range(300)])
    store.checkpoint()
    before = store.prove(7, 300)
    store.append([leaf() for _ in range(900)])
    store.checkpoint()
    assert store.prove(7, 300) == before
    assert proof.verify(before, entries[7].data, [str(KEY.vkey)]).size == 300


def test_what_no_head_covers_is_not_proved(store: Store):
    store.append([leaf()])
    with pytest.raises(ProofError):
        store.prove(0)


def test_a_snapshot_saves_reading_the_log_and_changes_nothing(store: Store):
    streams = [os.urandom(32).hex() for _ in range(40)]
    store.append([leaf(random.choice(streams)) for _ in range(5000)])
    store.checkpoint_with_map()
    assert [path.name for path in (store.storage.root / "map").iterdir()] == ["5001"]
    store.append([leaf(stream) for stream in streams])
    reopened = again(store)
    reopened.append([leaf(stream) for stream in streams])
    reopened.checkpoint_with_map()
    assert reopened.verify(full=True) == []
    path = store.storage.root / "map/5001"
    data = path.read_bytes()
    overwrite(path, data[:40] + bytes([data[40] ^ 1]) + data[41:])
    misled = again(store)
    misled.append([leaf(stream) for stream in streams])
    misled.checkpoint_with_map()
    assert [found.what for found in misled.verify(full=True)] == ["snapshot altered"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "xyz"},
        {"id": "AB" * 16},
        {"kind": "Kind"},
        {"kind": ""},
        {"stream": "ab"},
        {"commitment": "g" * 64},
        {"actor": "x" * 201},
        {"actor": "\ud800"},
        {"generation": "12"},
        {"id": "ab" * 16 + "\n"},
    ],
)
def test_a_malformed_leaf_registers_nothing(store: Store, wrong: dict[str, str]):
    with pytest.raises((LeafError, UnicodeEncodeError)):
        store.append([leaf(), leaf()._replace(**wrong)])
    assert store.size == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2026-01-05", b"2026-13-05"),
        (b'"seq":1,', b'"seq":01,'),
        (b'"v":1}', b'"v":1 }'),
        (b'"actor":"u7"', b'"actor":"\\u0075"'),
        (b'"actor":"u7"', b'"actor":"\xff"'),
        (b'"prev":null', b'"prev":""'),
    ],
)
def test_a_leaf_of_another_spelling_is_not_read(store: Store, old: bytes, new: bytes):
    from evidence_store import leaves

    [entry] = store.append([leaf()], NOW)
    assert leaves.read(0, entry.data) == entry
    assert old in entry.data
    with pytest.raises(LeafError):
        leaves.read(0, entry.data.replace(old, new))


def test_an_id_given_twice_registers_nothing(store: Store):
    one = leaf()
    with pytest.raises(LeafError):
        store.append([one, one])
    assert store.size == 0


def test_two_writers_extend_one_log_and_an_intent_of_both_is_registered_once(store: Store):
    other = again(store)
    assert (store.size, other.size) == (0, 0)
    shared = leaf()
    [mine] = store.append([shared])
    theirs = other.append([leaf(), shared, leaf()])
    assert theirs[1] == mine
    assert [entry.index for entry in theirs] == [1, 0, 2]
    assert [entry.id for entry in store.leaves_from(1)] == [theirs[0].id, theirs[2].id]
    assert store.verify(full=True) == []


def write_many(root: str, number: int, count: int) -> None:
    store = Store.open(root)
    for place in range(count):
        store.add_file("same name", io.BytesIO(b"same"), {"name": "x.pdf"})
        store.add_file("same name", io.BytesIO(b"%d/%d" % (number, place)), {"name": "x.pdf"})
    store.checkpoint()


@pytest.mark.slow
def test_sixteen_processes_register_the_same_file_and_files_of_one_name(store: Store):
    context = multiprocessing.get_context("forkserver")  # they start at once, not in a row
    context.set_forkserver_preload([__name__])
    root = str(store.storage.root)
    workers = [context.Process(target=write_many, args=(root, n, 3)) for n in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 16
    assert store.size == 96
    assert len(list(store.storage.names("objects"))) == 49
    assert store.verify(full=True) == []


def test_threads_share_a_store_and_readers_see_whole_commits(store: Store):
    failures: list[BaseException] = []

    def write() -> None:
        for _ in range(20):
            store.append([leaf() for _ in range(7)])

    def read() -> None:
        try:
            for _ in range(30):
                assert len(list(again(store).leaves_from(0))) % 7 == 0
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=job) for job in (write, write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.size == 280
    store.checkpoint()
    assert store.verify(full=True) == []


def test_the_clock_may_not_go_back_unless_declared(store: Store):
    store.append([leaf()], NOW)
    with pytest.raises(ClockError, match="behind"):
        store.append([leaf()], NOW - timedelta(days=1))
    assert store.size == 1
    store.append([leaf()], NOW - timedelta(seconds=200))
    store.append([leaf(kind="clock"), leaf()], NOW - timedelta(days=1))
    assert store.verify(full=True) == []


def test_a_forked_process_leaves_its_parents_unfinished_files_alone(store: Store):
    store.append([leaf()])
    child = os.fork()
    if child == 0:
        store.append([leaf()])
        store.storage._writer = None  # type: ignore[attr-defined]
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    store.append([leaf()])
    assert store.size == 3
    assert store.verify(full=True) == []


def test_leftovers_of_dead_writers_are_swept_and_those_of_the_living_are_not(store: Store):
    store.append([leaf()])
    dead = store.storage.root / "tmp" / "w-dead"
    dead.mkdir()
    (dead / "half").write_bytes(b"half an object")
    other = again(store)
    assert other.storage.sweep() == 1
    assert not dead.exists()
    store.append([leaf()])
    assert store.verify(full=True) == []


def test_a_symbolic_link_a_folder_and_a_fifo_are_no_files(store: Store, tmp_path: Path):
    (tmp_path / "target").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "fifo", "."):
        with pytest.raises((StoreError, OSError)):
            store.add_file("L1", tmp_path / name, {})
    assert store.size == 0


def test_hostile_names_are_data_and_an_empty_file_is_a_file(store: Store, tmp_path: Path):
    names = ["../../etc/passwd", "/etc/passwd", "a\0b", "x" * 4096, "é", "e\u0301", "<b>合同</b>"]
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    for name in names:
        [entry] = store.add_file("L1", io.BytesIO(b""), {"name": name})
        assert store.opening(entry)[0]["name"] == name
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all(path.is_relative_to(store.storage.root) for path in made)
    assert [
        path.name for path in (store.storage.root / "objects").rglob("*") if path.is_file()
    ] == [sha256(b"").hexdigest()[2:]]
    assert store.verify(full=True) == []


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a\0b"])
def test_paths_out_of_the_store_are_refused(store: Store, path: str):
    with pytest.raises(StoreError):
        store.storage.read(path)


def test_a_store_is_not_made_twice_nor_opened_where_none_is(store: Store, tmp_path: Path):
    with pytest.raises(StoreError, match="already"):
        Store.create(str(store.storage.root), KEY.name, str(KEY))
    with pytest.raises(StoreError, match="no evidence store"):
        Store.open(str(tmp_path / "nowhere"))


# Keys


def test_a_key_rotates_and_is_revoked_and_old_heads_stay_good(store: Store, tmp_path: Path):
    store.append([leaf()])
    old = store.checkpoint()
    new = note.generate(KEY.name)
    keys.write(tmp_path / "new.key", new)
    store.rotate_key(f"file:{tmp_path}/new.key", TODAY)
    store.append([leaf()])
    signed = store.checkpoint()
    assert proof.open_checkpoint(signed, [str(new.vkey)]).size == 2
    reopened = again(store)
    reopened.revoke_key(str(KEY.vkey), TODAY, last_size=1)
    assert again(store).verify(full=True) == []
    ring = again(store).ring
    assert ring.vkeys(1) == [str(KEY.vkey)]
    assert ring.vkeys(2) == [str(new.vkey)]
    assert note.verify(old, ring.vkeys(1)).text == note.split(old)[0]
    with pytest.raises(StoreError, match="in use"):
        reopened.revoke_key(str(new.vkey), TODAY, last_size=1)


def test_a_process_that_knows_only_the_old_key_goes_on_after_a_rotation_and_a_head(
    store: Store, tmp_path: Path
):
    other = again(store)
    other.append([leaf()])
    other.checkpoint()
    keys.write(tmp_path / "new.key", note.generate(KEY.name))
    store.rotate_key(f"file:{tmp_path}/new.key", TODAY)
    store.append([leaf()])
    store.checkpoint_with_map()
    assert other.verify(full=True) == []
    other.append([leaf()])
    other.checkpoint_with_map()
    assert other.verify(full=True) == []


def cut_off(monkeypatch: pytest.MonkeyPatch, store: Store, act: str, key: Path) -> None:
    """Begin a rotation to a key that is made, and stop it right after an act of the storage."""
    keys.write(key, note.generate(KEY.name))
    plain = getattr(type(store.storage), act)

    def cut(storage: Any, path: str, *arguments: Any) -> Any:
        done = plain(storage, path, *arguments)
        if path in ("keys", "private/next-key-reference"):
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(store.storage), act, cut)
        again(store).rotate_key(f"file:{key}", TODAY)


def test_the_store_finds_its_key_after_two_rotations_were_cut_off(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cut_off(monkeypatch, store, "replace_if", tmp_path / "new.key")
    cut_off(monkeypatch, store, "replace", tmp_path / "third.key")
    store.append([leaf()])
    again(store).checkpoint()
    again(store).rotate_key(f"file:{tmp_path}/third.key", TODAY)
    assert len(again(store).ring.keys) == 3
    assert again(store).verify(full=True) == []


def test_the_same_call_finishes_a_rotation_that_was_cut_off(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cut_off(monkeypatch, store, "replace_if", tmp_path / "new.key")
    again(store).rotate_key(f"file:{tmp_path}/new.key", TODAY)
    assert len(store.ring.keys) == 2
    with pytest.raises(NoteError, match="has or had this key"):
        again(store).rotate_key(f"file:{tmp_path}/new.key", TODAY)


def test_the_old_key_may_be_destroyed_after_a_rotation(tmp_path: Path):
    for name in ("old", "new"):
        keys.write(tmp_path / f"{name}.key", note.generate(KEY.name))
    old = f"file:{tmp_path}/old.key"
    store = Store.create(str(tmp_path / "s"), KEY.name, old)
    store.rotate_key(f"file:{tmp_path}/new.key", TODAY)
    (tmp_path / "old.key").unlink()
    late = Store.open(str(tmp_path / "s"), old)
    late.append([leaf()])
    late.checkpoint()
    assert late.verify(full=True) == []


def test_a_rotation_keeps_no_key_in_clear(store: Store):
    with pytest.raises(NoteError, match="a file, a variable or a token"):
        store.rotate_key(str(note.generate(KEY.name)), TODAY)


@pytest.mark.parametrize("act", ["replace", "replace_if"])
def test_a_rotation_that_is_cut_off_is_done_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
):
    cut_off(monkeypatch, store, act, tmp_path / "new.key")
    late = again(store)
    late.append([leaf()])
    late.checkpoint()
    keys.write(tmp_path / "third.key", note.generate(KEY.name))
    late.rotate_key(f"file:{tmp_path}/third.key", TODAY)
    late.append([leaf()])
    late.checkpoint()
    assert again(store).verify(full=True) == []


def test_heads_signed_while_keys_rotate_all_stay_good(store: Store, tmp_path: Path):
    def write() -> None:
        writer = again(store)
        for _turn in range(30):
            writer.append([leaf()])
            writer.checkpoint()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        for number in range(12):
            keys.write(tmp_path / f"{number}.key", note.generate(KEY.name))
            again(store).rotate_key(f"file:{tmp_path}/{number}.key", TODAY)
        writing.result()
    assert again(store).verify(full=True) == []


def test_a_key_is_not_revoked_for_sizes_at_which_it_never_counted(store: Store, tmp_path: Path):
    keys.write(tmp_path / "new.key", note.generate(KEY.name))
    store.rotate_key(f"file:{tmp_path}/new.key", TODAY)
    for size in (-1, 1):
        with pytest.raises(NoteError, match="0 to 0 leaves"):
            store.revoke_key(str(KEY.vkey), TODAY, last_size=size)


def test_another_process_follows_a_rotation(store: Store, tmp_path: Path):
    other = again(store)
    other.append([leaf()])
    keys.write(tmp_path / "new.key", note.generate(KEY.name))
    store.rotate_key(f"file:{tmp_path}/new.key", TODAY)
    other.append([leaf()])
    assert proof.open_checkpoint(other.checkpoint(), [store.ring.keys[-1].vkey]).size == 2
    assert again(store).verify(full=True) == []


def test_a_head_signed_with_a_revoked_key_is_a_finding(store: Store, tmp_path: Path):
    store.append([leaf()])
    store.checkpoint()
    keys.write(tmp_path / "new.key", note.generate(KEY.name))
    store.rotate_key(f"file:{tmp_path}/new.key", TODAY)
    store.append([leaf()])
    text = note.split(store.checkpoint())[0]
    for name in ("checkpoint", "checkpoints/2"):
        path = store.storage.root / name
        path.unlink()
        path.write_text(note.sign(text, str(KEY)), "utf-8")
    assert any("may not sign" in finding.meaning for finding in store.verify())


def test_the_wrong_key_signs_nothing(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EVIDENCE_STORE_KEY", str(note.generate(KEY.name)))
    store.append([leaf()])
    with pytest.raises(NoteError, match="not the one in use"):
        again(store).checkpoint()


def test_a_key_file_is_private_and_can_be_encrypted(tmp_path: Path, monkeypatch):
    keys.write(tmp_path / "plain", KEY)
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o600
    assert keys.load(f"file:{tmp_path}/plain") == KEY
    keys.write(tmp_path / "sealed", KEY, "a passphrase")
    assert KEY.seed not in (tmp_path / "sealed").read_bytes()
    with pytest.raises(NoteError, match="encrypted"):
        keys.load(f"file:{tmp_path}/sealed")
    monkeypatch.setenv("EVIDENCE_STORE_PASSPHRASE", "another")
    with pytest.raises(NoteError, match="passphrase"):
        keys.load(f"file:{tmp_path}/sealed")
    monkeypatch.setenv("EVIDENCE_STORE_PASSPHRASE", "a passphrase")
    assert keys.load(f"file:{tmp_path}/sealed") == KEY
    (tmp_path / "plain").chmod(0o640)
    with pytest.raises(NoteError, match="0600"):
        keys.load(f"file:{tmp_path}/plain")
    with pytest.raises(FileExistsError):
        keys.write(tmp_path / "plain", KEY)
    monkeypatch.setenv("EVIDENCE_STORE_PASSPHRASE", "")  # as a service's file of settings has it
    keys.write(tmp_path / "open", KEY, "")
    assert (tmp_path / "open").read_text().startswith("PRIVATE+KEY+")
    assert keys.load(f"file:{tmp_path}/open") == KEY
    with pytest.raises(NoteError, match="is not set"):
        keys.load(f"file:{tmp_path}/sealed")


def test_a_key_file_has_its_name_only_when_it_is_whole(tmp_path: Path, monkeypatch):
    path, there, plain = tmp_path / "log.key", [], os.fsync

    def sync(handle: int) -> None:
        there.append(path.exists())
        plain(handle)

    monkeypatch.setattr(os, "fsync", sync)
    keys.write(path, KEY)
    assert there == [False, True]
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_KEY", str(KEY))
    store = Store.create(str(tmp_path / "s"), KEY.name, "env:LOG_KEY")
    store.append([leaf()])
    again(store).checkpoint()
    assert not (tmp_path / "s/private/log.key").exists()
    monkeypatch.delenv("LOG_KEY")
    store.append([leaf()])
    with pytest.raises(NoteError, match="LOG_KEY"):
        again(store).checkpoint()


def test_only_heads_are_signed_as_heads(store: Store):
    with pytest.raises(StoreError):
        store.sign(f"{KEY.name}\n99\n{'A' * 43}=\n")


# Findings


@pytest.fixture
def whole(store: Store) -> Store:
    """A store with some of everything."""
    for number in range(3):
        store.add_file(f"L{number}", io.BytesIO(b"file %d" % number), {"title": "合同"})
        store.add_records(f"L{number}", [{"amount": "1.00"}, {"kind": "event", "what": "x"}])
        store.checkpoint_with_map()
    store.append([leaf() for _ in range(300)])
    store.checkpoint()
    witness = note.generate("witness.example", note.COSIGNATURE)
    store.add_cosignature(note.cosign(store.head(), str(witness), 1_770_000_000), str(witness.vkey))
    log = store._opened()
    log.write_snapshot()
    assert store.verify(full=True) == []
    return store


def files(store: Store) -> list[Path]:
    root = store.storage.root
    paths = [path for path in root.rglob("*") if path.is_file()]
    return sorted(path for path in paths if "tmp" not in path.relative_to(root).parts)


def overwrite(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    path.chmod(0o600)


def findings(store: Store) -> list[str]:
    try:
        return list(map(str, again(store).verify(full=True)))
    except (NoteError, UnicodeDecodeError) as error:
        return [f"keys: {error}"]


def test_every_kind_of_file_with_any_bit_turned_is_found_and_named(whole: Store):
    rng, kinds = random.Random(11), set()
    for path in files(whole):
        data, name = path.read_bytes(), path.relative_to(whole.storage.root).as_posix()
        kinds.add(name.split("/")[0])
        for bit in rng.sample(range(len(data) * 8), 2):
            wrong = bytearray(data)
            wrong[bit // 8] ^= 1 << bit % 8
            overwrite(path, bytes(wrong))
            found = findings(whole)
            assert found, f"{name} bit {bit}"
            assert any(name.split(":")[0] in text for text in found), (name, found)
        overwrite(path, data)
    assert kinds == {
        "checkpoint", "checkpoints", "commits", "cosignatures", "keys", "map",
        "objects", "private", "tile",
    }  # fmt: skip
    assert findings(whole) == []


def test_every_file_cut_short_is_found(whole: Store):
    for path in files(whole):
        data = path.read_bytes()
        for length in {0, len(data) // 2, len(data) - 1}:
            overwrite(path, data[:length])
            assert findings(whole), f"{path.name} cut to {length}"
        overwrite(path, data)


@pytest.mark.parametrize("kind", ["objects", "commits", "checkpoints", "checkpoint", "tile"])
def test_every_file_removed_is_found(whole: Store, kind: str):
    for path in files(whole):
        name = path.relative_to(whole.storage.root).as_posix()
        if name.split("/")[0] != kind or name in ("checkpoints/0", "checkpoints/4"):
            continue
        data = path.read_bytes()
        path.unlink()
        needed = ".p/" not in name or "tile/1" in name
        assert bool(findings(whole)) >= (needed and kind != "checkpoints"), name
        overwrite(path, data)


def rebuilt(store: Store, entries: list[bytes]) -> Store:
    """Another log of the same key that holds these leaves, with all that derives from them."""
    root = store.storage.root
    for name in ("commits", "tile", "checkpoints", "map", "cosignatures"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "checkpoint").unlink()
    (root / "commits").mkdir()
    from evidence_store.leaves import bundle

    (root / "commits" / "0").write_bytes(bundle(entries))
    forged = again(store)
    forged.checkpoint()
    return forged


def test_leaves_removed_doubled_or_moved_are_found_though_all_is_signed_anew(whole: Store):
    data = [entry.data for entry in whole.leaves_from(0)]
    swapped = [data[1], data[0], *data[2:]]
    for wrong in (data[:5] + data[6:], [*data, data[3]], swapped, data[:2] + data[3:]):
        assert findings(rebuilt(whole, wrong))
    assert findings(rebuilt(whole, data)) == []


def test_a_map_that_hides_a_stream_is_found(store: Store):
    from evidence_store.store import MAP_STREAM

    store.append([leaf(), leaf("cd" * 32)])
    built = radix.RadixMap()
    built.update({"ab" * 32: (1, next(store.leaves_from(0)).leaf_hash.hex())})
    store.append([Leaf(new_id(), "map", MAP_STREAM, built.root().hex(), "x")])
    store.checkpoint()
    assert [finding.what for finding in store.verify(full=True)] == ["map differs"]


def test_leaves_lost_after_a_head_stop_the_next_head(whole: Store):
    last = max((whole.storage.root / "commits").iterdir(), key=lambda path: int(path.name))
    last.unlink()
    shutil.rmtree(whole.storage.root / "tile")
    with pytest.raises((StoreError, NoteError)):
        again(whole).checkpoint()
    assert any("lost" in text for text in findings(whole))


def test_a_head_that_does_not_continue_the_last_one_is_not_signed(store: Store):
    store.append([leaf() for _ in range(3)])
    store.checkpoint()
    shutil.rmtree(store.storage.root / "commits")
    shutil.rmtree(store.storage.root / "tile")
    (store.storage.root / "commits").mkdir()
    forged = again(store)
    forged.append([leaf() for _ in range(5)])
    with pytest.raises(StoreError, match="does not continue"):
        forged.checkpoint()


def test_lost_tiles_are_made_again_from_the_commits(whole: Store):
    shutil.rmtree(whole.storage.root / "tile")
    reopened = again(whole)
    reopened.append([leaf()])
    reopened.checkpoint()
    assert [text for text in findings(whole) if "missing" not in text] == []
    proof.verify(reopened.prove(3), reopened.entry(3).data, [str(KEY.vkey)])


def test_a_damaged_object_is_replaced_only_by_itself(whole: Store):
    digest = sha256(b"file 1").hexdigest()
    overwrite(whole.storage.root / "objects" / digest[:2] / digest[2:], b"file X")
    assert any("object altered" in text for text in findings(whole))
    with pytest.raises(StoreError):
        whole.replace_object(digest, io.BytesIO(b"file 2"))
    whole.replace_object(digest, io.BytesIO(b"file 1"))
    assert findings(whole) == []


class Pieces(io.BytesIO):
    """A stream that notes how much is asked of it at once; -1 for everything."""

    asked: list[int | None]

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked = [*getattr(self, "asked", []), size]
        return super().read(size)


def test_a_large_object_is_replaced_piece_by_piece_and_nothing_is_left_behind(whole: Store):
    data = os.urandom(3 << 20)
    [info] = whole.put_objects([io.BytesIO(data)])
    path = whole.storage.root / "objects" / info.sha256[:2] / info.sha256[2:]
    overwrite(path, b"damaged")
    source = Pieces(data)
    whole.replace_object(info.sha256, source)
    assert set(source.asked) == {1 << 20}
    with pytest.raises(StoreError):
        whole.replace_object(info.sha256, Pieces(b"another"))
    assert path.read_bytes() == data
    assert list((whole.storage.root / "tmp").glob("w-*/*")) == []


@pytest.mark.parametrize("folder", ["checkpoints", "map"])
@pytest.mark.parametrize("name", ["007", "x", "٣"])
def test_a_file_among_heads_or_snapshots_that_no_size_names_is_a_finding(
    store: Store, tmp_path: Path, folder: str, name: str
):
    store.checkpoint_with_map()
    place = Path(store.storage.root) / folder  # type: ignore[attr-defined]
    place.mkdir(exist_ok=True)
    (place / name).write_bytes(b"x")
    [finding] = store.verify(full=True)
    assert (finding.what, finding.where) == ("file out of place", f"{folder}/{name}")
    store.add_records("L1", [{"amount": "2.00"}])
    store.checkpoint_with_map()


def test_a_locked_key_is_no_finding_for_who_has_no_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(keys.PASSPHRASE, "long and secret")
    made = Store.create(str(tmp_path / "locked"), KEY.name, str(KEY))
    assert made.verify() == []
    monkeypatch.delenv(keys.PASSPHRASE)
    assert made.verify() == []
