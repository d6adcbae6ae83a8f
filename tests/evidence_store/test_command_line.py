"""The command line, the witness, and the verification of other people's logs."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import date
from functools import partial
from pathlib import Path

import pytest

import evidence_store
from evidence_store import Store, ers, foreign, keys, merkle, note, proof, tokens
from evidence_store.__main__ import main
from evidence_store.leaves import bundle
from evidence_store.proof import Checkpoint
from evidence_store.remote import reader
from evidence_store.tiles import Tile, bundles_of, parse_path, tiles_of
from evidence_store.tokens import Authority
from evidence_store.tree import HashTree

KEY = note.generate("log.example/other")
TODAY = date(2026, 1, 5)


@pytest.fixture
def folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A store with three files and a head, made by the commands alone."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (tmp_path / name).write_bytes(name.encode() * 100)
    assert main(["init", "S", "--origin", "log.example/one"]) == 0
    assert main(["add", "S", "a.pdf", "b.pdf", "c.pdf", "--stream", "L1"]) == 0
    assert main(["checkpoint", "S"]) == 0
    capsys.readouterr()
    return tmp_path / "S"


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, out, err


def test_init_prints_the_key_that_verifies_heads_and_proofs(tmp_path: Path, capsys):
    path = tmp_path / "log.key"
    arguments = ("init", str(tmp_path / "S"), "--origin", "log.example/x", "--key", str(path))
    status, vkey, _ = output(capsys, *arguments)
    assert status == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert str(note.parse_skey(path.read_text()).vkey) == vkey.strip()
    assert not (tmp_path / "S/private/log.key").exists()
    store = Store.open(str(tmp_path / "S"))
    [entry] = store.add_records("L1", [{"a": "b"}])
    assert main(["checkpoint", str(tmp_path / "S")]) == 0
    status, text, _ = output(capsys, "prove", str(tmp_path / "S"), "0")
    assert status == 0
    assert proof.verify(text, entry.data, [vkey.strip()], "log.example/x").size == 1


def test_verify_says_what_where_and_why_and_how_it_ended(folder: Path, capsys):
    assert output(capsys, "verify", str(folder), "--full") == (0, "whole\n", "")
    path = next((folder / "objects").rglob("*/*"))
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(b"X" + data[1:])
    status, out, _ = output(capsys, "verify", str(folder), "--full", "--json")
    report = json.loads(out)
    assert (status, report["whole"]) == (1, False)
    assert report["findings"][0]["what"] == "object altered"
    assert report["findings"][0]["where"] == path.relative_to(folder).as_posix()


def test_wrong_use_is_one_sentence_and_status_2(folder: Path, tmp_path: Path, capsys):
    for arguments in (
        ["verify", str(tmp_path / "nowhere")],
        ["prove", str(folder), "99"],
        ["prove", str(folder), "-1"],
        ["add", str(folder), str(tmp_path / "absent")],
        ["init", str(folder), "--origin", "log.example/one"],
        ["init", str(tmp_path / "T"), "--origin", "a b"],
        ["verify-log", str(tmp_path / "nowhere"), "--vkey", "x"],
        ["verify-log", str(folder), "--vkey", "junk"],
    ):
        status, out, err = output(capsys, *arguments)
        assert (status, out) == (2, ""), arguments
        assert err.startswith("evidence_store: ")
        assert err.count("\n") == 1
    assert output(capsys, "no-such-command")[0] == 2
    assert output(capsys)[0] == 2


def test_the_folder_works_when_copied_elsewhere(tmp_path: Path):
    shutil.copytree(Path(evidence_store.__file__).parent, tmp_path / "evidence_store")
    (tmp_path / "f").write_bytes(b"x")
    run = partial(subprocess.run, cwd=tmp_path, check=True, capture_output=True)
    command = [sys.executable, "-m", "evidence_store"]
    run([*command, "init", "S", "--origin", "log.example/copy"])
    run([*command, "add", "S", "f"])
    run([*command, "checkpoint", "S"])
    assert run([*command, "verify", "S", "--full"]).stdout == b"whole\n"
    loaded = run([sys.executable, "-c", "import evidence_store,sys;print(*sys.modules)"]).stdout
    assert not {b"flask", b"sqlalchemy", b"recovery"} & set(loaded.split())


# Keys


def test_keys_are_listed_rotated_and_revoked_by_commands(folder: Path, tmp_path: Path, capsys):
    old = output(capsys, "keys", str(folder))[1].split("\t")[-1].strip()
    new = str(tmp_path / "new.key")
    status, vkey, _ = output(capsys, "rotate-key", str(folder), "--key", new)
    assert status == 0
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600
    assert str(note.parse_skey(Path(new).read_text()).vkey) == vkey.strip()
    main(["add", str(folder), str(tmp_path / "a.pdf")])
    signed = output(capsys, "checkpoint", str(folder))[1]
    assert note.verify(signed, [vkey.strip()])
    revoke = ["revoke-key", str(folder), "--day", "2026-07-01", "--last-size"]
    assert output(capsys, *revoke, "3", "--vkey", old.split("+")[1])[0] == 0
    lines = output(capsys, "keys", str(folder))[1].splitlines()
    assert [line.split("\t")[1:4] for line in lines] == [
        ["2026-07-01", "0-3", "revoked"],
        ["", "4-", "-"],
    ]
    assert output(capsys, "verify", str(folder), "--full")[:2] == (0, "whole\n")
    for wrong, why in (
        ([*revoke, "3", "--vkey", vkey.strip()], "in use"),
        ([*revoke, "9", "--vkey", old], "counts for heads of 0 to 3 leaves"),
        ([*revoke, "3", "--vkey", "00000000"], "no keys named"),
        (["rotate-key", str(folder), "--key", new], "has or had this key"),
        (["rotate-key", str(folder), "--key", "env:NO_SUCH_KEY"], "NO_SUCH_KEY holds no key"),
    ):
        status, out, err = output(capsys, *wrong)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert why in err
    assert output(capsys, *revoke, "3", "--vkey", old, "--day", "soon")[0] == 2


def test_time_stamps_are_renewed_by_a_command_where_they_end(
    folder: Path, tmp_path: Path, capsys, authority: Authority
):
    store = Store.open(str(folder))
    tokens.stamp(store, [authority])
    (tmp_path / "roots.pem").write_bytes(authority.roots)
    renew = ["renew", str(folder), "--tsa", authority.url, "--roots", str(tmp_path / "roots.pem")]
    assert output(capsys, *renew) == (0, "", "")  # nothing ends within half a year
    status, first, _ = output(capsys, *renew, "--size", "3")
    assert (status, first.split("\t")[0]) == (0, "3")
    status, second, _ = output(capsys, *renew, "--hash", "sha512")
    path = second.split("\t")[1].strip()
    checked = ers.verify(
        store.storage.read(path), store.head(3).encode(), ers.checker(authority.roots)
    )
    assert (checked.tokens, checked.signatures_checked) == (3, True)
    assert output(capsys, *renew, "--hash", "sha512") == (0, "", "")
    assert output(capsys, *renew, "--hash", "sha512", "--before", "2040-01-01")[1].startswith("3\t")
    assert store.verify(full=True) == []
    (tmp_path / "garbage.pem").write_bytes(b"garbage")
    status, out, err = output(capsys, *renew, "--roots", str(tmp_path / "garbage.pem"))
    assert (status, out, "root certificates cannot be read" in err) == (2, "", True)
    for size, why in (("2", "there is no such checkpoint"), ("0", "is not time-stamped")):
        status, _, err = output(capsys, *renew, "--size", size)
        assert (status, why in err) == (2, True)


# Witness


def watch(
    folder: Path, capsys: pytest.CaptureFixture[str], place: str = "", *further: str
) -> tuple[int, str, str]:
    base = folder.parent
    options = [
        "--key",
        str(base / "w.key"),
        "--state",
        str(base / "w.state"),
        "--name",
        "w.example",
        *further,
    ]
    return output(capsys, "witness", place or str(folder), *options)


def test_a_witness_cosigns_what_continues_and_the_log_keeps_it(folder: Path, capsys, tmp_path):
    status, first, err = watch(folder, capsys)
    vkey = err.rpartition(" ")[2].strip()
    assert status == 0
    assert note.verify(first, [vkey]).signatures[0].timestamp is not None
    main(["add", str(folder), str(tmp_path / "a.pdf")])
    main(["checkpoint", str(folder), "--map"])
    status, second, _ = watch(folder, capsys)
    assert status == 0
    (tmp_path / "cosigned").write_text(second, "utf-8")
    assert main(["accept", str(folder), str(tmp_path / "cosigned"), "--vkey", vkey]) == 0
    store = Store.open(str(folder))
    assert store.cosigned_head() == second
    assert store.verify(full=True) == []
    assert note.verify(proof.parse(store.prove(0)).checkpoint, [vkey])
    (tmp_path / "cosigned").write_text(first.replace("\n3\n", "\n4\n"), "utf-8")
    assert main(["accept", str(folder), str(tmp_path / "cosigned"), "--vkey", vkey]) == 2


def test_a_witness_refuses_a_rollback_and_hands_over_both_heads(folder: Path, capsys, tmp_path):
    shutil.copytree(folder, tmp_path / "yesterday")
    main(["add", str(folder), str(tmp_path / "a.pdf")])
    main(["checkpoint", str(folder)])
    assert watch(folder, capsys)[0] == 0
    status, out, err = watch(folder, capsys, str(tmp_path / "yesterday"))
    assert status == 1
    assert "rollback: 4 leaves were signed before, now 3" in err
    old, _, new = out.partition("\n\n—")[2].partition("\nlog.example")
    assert old
    assert new
    assert watch(folder, capsys)[0] == 0


@pytest.mark.parametrize("further", [0, 2])
def test_a_witness_refuses_a_fork_of_the_same_size_or_larger(folder, capsys, tmp_path, further):
    shutil.copytree(folder, tmp_path / "fork")
    for place, name in ((folder, "a.pdf"), (tmp_path / "fork", "b.pdf")):
        main(["add", str(place), str(tmp_path / name)])
    main(["checkpoint", str(folder)])
    for _ in range(further):
        main(["add", str(tmp_path / "fork"), str(tmp_path / "c.pdf")])
    main(["checkpoint", str(tmp_path / "fork")])
    assert watch(folder, capsys)[0] == 0
    status, out, err = watch(folder, capsys, str(tmp_path / "fork"))
    assert status == 1
    assert ("fork" if not further else "does not continue") in err
    assert out.count("— log.example/one ") == 2


def test_a_witness_reads_a_log_over_http(folder: Path, capsys):
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            status, out, _ = watch(folder, capsys, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
    assert status == 0
    assert out.count("\n— ") == 2


def test_a_witness_refuses_leaves_altered_behind_the_head(folder: Path, capsys):
    path = folder / "tile/entries/000.p/3"
    path.write_bytes(path.read_bytes().replace(b'"file"', b'"fyle"'))
    status, _, err = watch(folder, capsys)
    assert status == 1
    assert "refused" in err


def test_a_witness_cosigns_a_log_of_another_kind_but_no_mixture(foreign_log: Path, capsys):
    base = foreign_log / "witness"
    base.mkdir()
    options = ["--key", str(base / "w.key"), "--state", str(base / "s"), "--name", "w"]
    pinned = [*options, "--vkey", str(KEY.vkey)]
    status, out, _ = output(capsys, "witness", str(foreign_log), *pinned)
    assert (status, out.count("\n— ")) == (0, 2)


@pytest.mark.parametrize("spoil", ["junk", "hidden"])
def test_a_witness_refuses_a_signed_log_whose_leaves_are_broken(folder, tmp_path, capsys, spoil):
    data = [entry.data for entry in Store.open(str(folder)).leaves_from(0)]
    spoilt = [*data, b"junk"] if spoil == "junk" else [data[0], data[2]]
    write_log(tmp_path / "spoilt", spoilt)
    options = ["--key", str(tmp_path / "w.key"), "--state", str(tmp_path / "s"), "--name", "w"]
    place = str(tmp_path / "spoilt")
    status, _, err = output(capsys, "witness", place, *options, "--vkey", str(KEY.vkey))
    assert status == 1
    assert "leaf malformed" in err or "stream broken" in err


def test_a_witness_that_pinned_a_key_refuses_another(folder: Path, capsys):
    other = str(note.generate("log.example/one").vkey)
    base = folder.parent
    options = [
        "--key",
        str(base / "w.key"),
        "--state",
        str(base / "s"),
        "--name",
        "w",
        "--vkey",
        other,
    ]
    assert output(capsys, "witness", str(folder), *options)[0] == 2


def test_the_logs_own_key_is_no_witness(folder: Path, capsys):
    own = ["--key", str(folder / "private/log.key"), "--state", str(folder.parent / "s")]
    status, out, err = output(capsys, "witness", str(folder), *own)
    assert (status, out) == (2, "")
    assert "a key of the log itself" in err


def test_only_the_key_in_use_tells_a_witness_of_the_next_one(folder: Path, capsys, tmp_path):
    store = Store.open(str(folder))
    assert watch(folder, capsys)[0] == 0
    for number in range(2):
        store.rotate_key(keys.new_reference(str(tmp_path / f"{number}.key"), store.ring), TODAY)
        if number == 0:
            assert watch(folder, capsys)[0] == 0
    good = (folder / "keys").read_bytes()
    # Who has the first key, replaced long ago, announces one of their own.
    thief = Store.create(str(tmp_path / "thief"), store.origin, f"file:{folder}/private/log.key")
    (folder / "keys").write_bytes(thief.storage.read("keys") or b"")
    status, _, err = watch(folder, capsys)
    assert (status, "ring of keys" in err) == (2, True)
    (folder / "keys").write_bytes(good)
    assert watch(folder, capsys)[0] == 0


def test_a_witness_that_missed_two_rotations_is_given_the_key(folder: Path, capsys, tmp_path):
    store = Store.open(str(folder))
    assert watch(folder, capsys)[0] == 0
    for number in range(2):
        store.rotate_key(keys.new_reference(str(tmp_path / f"{number}.key"), store.ring), TODAY)
    status, _, err = watch(folder, capsys)
    assert (status, "--vkey" in err) == (2, True)
    assert watch(folder, capsys, "", "--vkey", store.ring.keys[-1].vkey)[0] == 0
    assert watch(folder, capsys)[0] == 0


# Logs of others


def test_a_fifo_or_a_device_among_tiles_is_no_file(foreign_log: Path, capsys):
    tile = next(path for path in (foreign_log / "tile/0").rglob("*") if path.is_file())
    tile.unlink()
    os.mkfifo(tile)
    vkey = ["--vkey", str(KEY.vkey)]
    assert output(capsys, "verify-log", str(foreign_log), *vkey)[0] == 1
    tile.unlink()
    tile.symlink_to("/dev/zero")
    assert output(capsys, "verify-log", str(foreign_log), *vkey)[0] == 1


@pytest.fixture(params=[1, 255, 256, 257, pytest.param(70_000, marks=pytest.mark.slow)], ids=str)
def foreign_log(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A tiled log with leaves of another kind, written by this test alone."""
    write_log(tmp_path, [b"entry %d" % number for number in range(request.param)])
    return tmp_path


def write_log(folder: Path, data: list[bytes]) -> None:
    """Write the files of a log without the library's own log."""
    size, tree = len(data), HashTree()
    tree.extend([merkle.leaf_hash(leaf) for leaf in data])
    for tile in [*tiles_of(size), *bundles_of(size)]:
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        start = tile.number * 256
        whole = tile.level is not None
        path.write_bytes(tree.tile(tile) if whole else bundle(data[start : start + tile.width]))
    head = Checkpoint(KEY.name, size, merkle.root([merkle.leaf_hash(leaf) for leaf in data]))
    (folder / "checkpoint").write_text(note.sign(str(head), str(KEY)), "utf-8")


def test_a_log_of_another_verifies_with_its_key(foreign_log: Path, capsys):
    vkey = str(KEY.vkey)
    assert output(capsys, "verify-log", str(foreign_log), "--vkey", vkey) == (0, "whole\n", "")
    other = str(note.generate(KEY.name).vkey)
    assert output(capsys, "verify-log", str(foreign_log), "--vkey", other)[0] == 1


def test_any_altered_cut_or_missing_file_of_another_log_is_named(foreign_log: Path):
    files = [path for path in sorted(foreign_log.rglob("*")) if path.is_file()]
    for path in files[:: max(1, len(files) // 12)]:
        data, name = path.read_bytes(), path.relative_to(foreign_log).as_posix()
        for wrong in (data[:-1], bytes([data[0] ^ 4]) + data[1:], None):
            path.unlink()
            if wrong is not None:
                path.write_bytes(wrong)
            found = foreign.verify_log(reader(str(foreign_log)), [str(KEY.vkey)])
            assert any(name in f"{finding}" for finding in found) or "tile/0" in name, name
            assert found, name
            path.write_bytes(data)


def test_the_paths_of_tiles_are_those_of_the_specification(vectors: Path):
    assert Tile(0, 1234067, 256).path == "tile/0/x001/x234/067"
    assert Tile(None, 5, 3).path == "tile/entries/005.p/3"
    # Level 7, not 64 and up; and the paths of Go's sumdb carry a height that this form has not.
    for text in ("tile/0/067", "tile/63/x001/067.p/255", "tile/entries/000"):
        assert parse_path(text).path == text
    for text in (
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/1",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
    ):
        with pytest.raises(ValueError, match="not the path"):
            parse_path(text)
    sizes = list(tiles_of(70_000))
    assert sum(tile.level == 0 for tile in sizes) == 274
    assert sizes[-1] == Tile(2, 0, 1)
    assert list(tiles_of(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    cases = json.loads((vectors / "note-tlog/vectors.json").read_text())
    for text in cases["tile_paths_invalid"]:
        with pytest.raises(ValueError, match="not the path"):
            parse_path(text)
