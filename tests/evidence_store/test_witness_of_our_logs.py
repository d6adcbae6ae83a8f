"""A witness follows every stream and map of a log of this library, and is not talked out of it."""

from pathlib import Path

import pytest

from evidence_store import Store, bag_data, dossier_verify, keys, note
from evidence_store.note import PrivateKey
from tests.evidence_store.test_command_line import KEY, output, write_log
from tests.evidence_store.test_dossier import KEY as LENDERS
from tests.evidence_store.test_dossier import dossier, unpacked  # noqa: F401 - fixtures

LOGS_SEED = PrivateKey(KEY.name, note.COSIGNATURE, KEY.seed)
"""The log's key, dressed up as that of a witness."""


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


def test_the_logs_own_keys_and_keys_of_logs_witness_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    place, cosigned = str(tmp_path / "s"), tmp_path / "cosigned"
    store = Store.create(place, KEY.name, str(KEY))
    new = keys.new_reference(str(tmp_path / "new.key"), store.ring)
    store.rotate_key(new, store.ring.keys[0].since)
    text = note.cosign(store.head(), str(LOGS_SEED), 1_770_000_000)
    cosigned.write_text(text, "utf-8")
    for vkey in (*store.ring.vkeys(), str(KEY.vkey), str(LOGS_SEED.vkey)):
        status, out, err = output(capsys, "accept", place, str(cosigned), "--vkey", vkey)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "no witness's" in err
    # Nor does what was kept before such keys were refused.
    line = note.split(text)[1][-1]
    store.storage.create("cosignatures/0/00000000", f"{LOGS_SEED.vkey}\n{line}\n".encode())
    own = f"{KEY.vkey}\n{note.split(store.head())[1][0]}\n"
    store.storage.create("cosignatures/0/00000001", own.encode())
    assert store.cosigned_head() == store.head()
    assert "data/checkpoint.cosigned" not in bag_data.evidence(store, [], [])


def test_a_witness_may_bear_the_name_of_the_log(tmp_path: Path):
    store = Store.create(str(tmp_path / "s"), KEY.name, str(KEY))
    witness = note.generate(KEY.name, note.COSIGNATURE)
    text = note.cosign(store.head(), str(witness), 1_770_000_000)
    store.add_cosignature(text, str(witness.vkey))
    assert store.cosigned_head() == text
    assert store.verify() == []


@pytest.mark.parametrize("line", ["as witness", "again"])
def test_a_dossier_never_counts_a_line_of_its_log_as_a_witness(
    unpacked: Path,  # noqa: F811
    line: str,
):
    dressed = PrivateKey(LENDERS.name, note.COSIGNATURE, LENDERS.seed)
    head = (unpacked / "data/checkpoint").read_text("utf-8")
    twice = head + note.split(head)[1][0] + "\n"
    text = note.cosign(head, str(dressed), 1_770_000_000) if line == "as witness" else twice
    (unpacked / "data/checkpoint.cosigned").write_text(text, "utf-8")
    given = dossier_verify.parse([str(unpacked), "--witness", str(dressed.vkey)])
    said = [row[2] for row in dossier_verify.verify(str(unpacked), given).rows]
    assert any("is the log's own key: it witnesses nothing" in text for text in said)
    assert not any(f"witness {LENDERS.name} signed at" in text for text in said)
    assert ("no witness has cosigned" in said) is (line == "again")


def test_a_key_of_a_log_is_not_taken_for_a_witness(
    unpacked: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
):
    assert dossier_verify.main([str(unpacked), "--witness", str(KEY.vkey)]) == 2
    assert "--witness takes a witness's key" in capsys.readouterr().err
