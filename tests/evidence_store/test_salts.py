"""Salts of streams: one that a failed registration left behind is no sign of an alteration."""

from pathlib import Path

import pytest

from evidence_store import Leaf, Store, new_id
from evidence_store.__main__ import main
from evidence_store.private import read_salt, write_salt


def salt_file(store: Path, name: str) -> Path:
    """Return the file that holds the salt of a stream."""
    files = (store / "private/streams").iterdir()
    return next(path for path in files if read_salt(path.read_bytes())[1] == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with a file in one stream."""
    (tmp_path / "a.bin").write_bytes(b"a")
    folder = tmp_path / "S"
    assert main(["init", str(folder), "--origin", "log.example/one"]) == 0
    assert main(["add", str(folder), str(tmp_path / "a.bin"), "--stream", "L"]) == 0
    assert main(["checkpoint", str(folder)]) == 0
    return folder


def test_after_an_add_that_failed_the_store_is_whole(folder: Path, tmp_path: Path):
    for wrong in (tmp_path / "absent", tmp_path):
        assert main(["add", str(folder), str(wrong), "--stream", f"of {wrong.name}"]) == 2
    assert len(list((folder / "private/streams").iterdir())) == 3
    assert main(["verify", str(folder), "--full"]) == 0
    assert main(["add", str(folder), str(tmp_path / "a.bin"), "--stream", "of absent"]) == 0
    assert main(["verify", str(folder), "--full"]) == 0


def test_an_altered_salt_of_a_stream_with_leaves_is_found(folder: Path, capsys):
    path = salt_file(folder, "L")
    salt, name = read_salt(path.read_bytes())
    whole = path.read_text("utf-8")
    altered = whole.replace(salt.hex(), bytes(16).hex())
    for text in (altered, write_salt(bytes(16), name).decode()):
        path.write_text(text, "utf-8")
        capsys.readouterr()
        assert main(["verify", str(folder)]) == 1
        out = capsys.readouterr().out
        assert f"stream's salt altered: {path.relative_to(folder).as_posix()}" in out
    path.write_text(whole, "utf-8")
    assert main(["verify", str(folder)]) == 0


def test_an_altered_salt_of_what_others_registered_is_found(folder: Path):
    store = Store.open(str(folder))
    stream = store.stream_of("other")
    store.append([Leaf(new_id(), "event", stream, "00" * 32, "u7")])
    path = salt_file(folder, "other")
    path.write_bytes(path.read_bytes().replace(b'"name":"other"', b'"name":"othes"'))
    assert [one.what for one in store.verify()] == ["stream's salt altered"]
