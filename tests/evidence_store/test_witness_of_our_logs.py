"""A witness follows every stream and map of a log of this library, and is not talked out of it."""

from pathlib import Path

import pytest

from evidence_store import Store
from tests.evidence_store.test_command_line import KEY, output, write_log


def test_a_log_that_shows_our_ring_of_keys_does_not_pass_for_one_of_another_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    store, spoilt = Store.create(str(tmp_path / "s"), KEY.name, str(KEY)), tmp_path / "spoilt"
    write_log(spoilt, [b"a first leaf that nobody reads", b"and what it would hide"])
    options = ["--key", str(tmp_path / "w.key"), "--state", str(tmp_path / "state"), "--name", "w"]
    given = [str(spoilt), *options, "--vkey", str(KEY.vkey)]
    (spoilt / "keys").write_bytes(store.storage.read("keys") or b"")
    status, _out, err = output(capsys, "witness", *given)
    assert status == 1
    assert "leaf malformed" in err
    (spoilt / "keys").unlink()
    assert output(capsys, "witness", *given)[0] == 0
