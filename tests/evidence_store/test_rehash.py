"""Hashing many files: by a child process as in this one."""

import os
import signal
from hashlib import sha256
from pathlib import Path
from threading import get_native_id

import pytest

from evidence_store import Store, hashers, note
from evidence_store.fixity import check_objects
from evidence_store.storage import connect


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with an empty, a small and a large file, one of exactly the buffer."""
    for name, size in {"empty": 0, "small": 50_000, "exact": 1 << 20, "large": 3_000_000}.items():
        (tmp_path / name).write_bytes(b"x" * size)
    return tmp_path


@pytest.mark.parametrize("hasher", [hashers.child, hashers.here])
def test_it_hashes_files_of_every_size_and_says_which_cannot_be_read(
    files: Path, hasher: object
) -> None:
    names = ["empty", "small", "absent", "exact", "large"]
    with hasher(str(files)) as ask:  # type: ignore[operator]
        answers = ask(names)
        again = ask(["small"])
    expected = {name: sha256((files / name).read_bytes()).hexdigest() for name in names[:2]}
    assert answers[:2] == list(expected.values())
    assert answers[2] == "!No such file or directory"
    assert answers[3] == sha256((files / "exact").read_bytes()).hexdigest()
    assert answers[4] == sha256((files / "large").read_bytes()).hexdigest()
    assert again == [expected["small"]]


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{get_native_id()}/children").read_text().split())


def test_a_child_that_is_gone_is_an_error_and_never_a_clean_result(files: Path) -> None:
    others = children()
    with pytest.raises(OSError, match=r"ended|Broken pipe"), hashers.child(str(files)) as ask:
        [child] = children() - others
        os.kill(int(child), signal.SIGKILL)
        for _ in range(2):
            ask(["small"])


def test_many_objects_are_checked_by_children_and_the_altered_ones_named(tmp_path: Path) -> None:
    key = note.generate("log.example/rehash")
    Store.create(str(tmp_path / "store"), key.name, str(key))
    storage = connect(str(tmp_path / "store"))
    objects = tmp_path / "store" / "objects"
    for number in range(1_100):
        data = number.to_bytes(4, "big")
        digest = sha256(data).hexdigest()
        (objects / digest[:2]).mkdir(parents=True, exist_ok=True)
        (objects / digest[:2] / digest[2:]).write_bytes(data)
    assert list(check_objects(storage)) == []
    altered = sorted(objects.glob("*/*"))[700]
    altered.write_bytes(b"other")
    [finding] = check_objects(storage)
    assert finding.where == altered.relative_to(tmp_path / "store").as_posix()
