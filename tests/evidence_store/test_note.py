"""Signed notes, checkpoints and tlog-proofs."""

import json
from pathlib import Path

import pytest

from evidence_store import merkle, note, proof
from evidence_store.merkle import ProofError
from evidence_store.note import NoteError
from evidence_store.proof import Checkpoint, TlogProof

LOG = note.generate("log.example/one")
WITNESS = note.generate("witness.example", note.COSIGNATURE)
LEAVES = [b"leaf %d" % number for number in range(11)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def head(size: int = 11) -> str:
    text = str(Checkpoint(LOG.name, size, merkle.root(HASHES[:size])))
    return note.sign(text, str(LOG))


def proved(index: int) -> str:
    return str(TlogProof(index, tuple(merkle.inclusion_proof(index, HASHES)), head()))


@pytest.fixture(scope="module")
def cases(vectors: Path) -> dict[str, list[dict[str, str]]]:
    return json.loads((vectors / "note-tlog/vectors.json").read_text())


def test_the_notes_of_others_verify_and_our_signature_equals_theirs(cases):
    for case in cases["good_notes"]:
        opened = note.verify(case["note"], [case["vkey"]])
        assert case["note"].startswith(opened.text)
        if "skey" in case:
            assert note.sign(opened.text, case["skey"]) == case["note"]


def test_every_character_of_a_foreign_note_matters(cases):
    case = cases["good_notes"][2]
    for place, character in enumerate(case["note"]):
        wrong = case["note"][:place] + chr(ord(character) ^ 1) + case["note"][place + 1 :]
        with pytest.raises(NoteError):
            note.verify(wrong, [case["vkey"]])


def test_malformed_keys_checkpoints_and_proofs_of_others_are_refused(cases):
    for case in cases["bad_vkeys"]:
        with pytest.raises(NoteError):
            note.parse_vkey(case["vkey"])
    for body in cases["bad_checkpoint_bodies"]:
        with pytest.raises(NoteError):
            proof.parse_checkpoint(body)
    for text in cases["bad_tlog_proofs"]:
        with pytest.raises(NoteError):
            proof.parse(text)


def test_keys_read_back_and_hide_their_seed():
    assert note.parse_skey(str(LOG)) == LOG
    assert note.parse_vkey(str(LOG.vkey)) == LOG.vkey
    assert LOG.seed.hex() not in repr(LOG)
    assert "seed" not in repr(LOG)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00b"])
def test_a_name_with_spaces_or_plus_is_no_name(name: str):
    with pytest.raises(NoteError):
        note.generate(name)


def test_a_wrong_key_of_the_same_name_does_not_verify():
    with pytest.raises(NoteError, match="no signature by a given key"):
        note.verify(head(), [str(note.generate(LOG.name).vkey)])


def test_unknown_signatures_are_ignored_but_a_failing_known_one_is_not():
    other = note.generate("other.example")
    text, lines = note.split(head())
    both = f"{text}\n{lines[0]}\n{note.split(note.sign(text, str(other)))[1][0]}\n"
    assert len(note.verify(both, [str(LOG.vkey)]).signatures) == 1
    assert len(note.verify(both, [str(LOG.vkey), str(other.vkey)]).signatures) == 2
    stolen = f"{text}\n{note.split(note.sign('x' + text, str(LOG)))[1][0]}\n"
    with pytest.raises(NoteError, match="fails"):
        note.verify(stolen, [str(LOG.vkey)])


def test_a_cosignature_covers_its_second():
    signed = note.cosign(head(), str(WITNESS), 1_700_000_000)
    opened = note.verify(signed, [str(WITNESS.vkey), str(LOG.vkey)])
    assert {signature.timestamp for signature in opened.signatures} == {None, 1_700_000_000}
    text, lines = note.split(signed)
    name, data = note.parse_line(lines[1])
    later = data[:11] + bytes([data[11] ^ 1]) + data[12:]
    import base64

    wrong = f"{text}\n— {name} {base64.b64encode(later).decode()}\n"
    with pytest.raises(NoteError, match="fails"):
        note.verify(wrong, [str(WITNESS.vkey)])


def test_a_log_key_is_no_witness_key():
    with pytest.raises(NoteError):
        note.cosign(head(), str(LOG), 1)
    with pytest.raises(NoteError):
        note.sign("text\n", str(WITNESS))


@pytest.mark.parametrize(
    "text",
    [
        "no blank line\n",
        "text\n\n",
        "text\n\n— \n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— name AAAAAAA\n",
        "text\n\n— name AAAA\n",
        "te\txt\n\n— name AAAAAAA=\n",
        "text\n\n— name AAAAAAA=",
        "text\n\n" + "— name AAAAAAA=\n" * 101,
        "x" * 1_000_001,
    ],
)
def test_malformed_notes_are_refused(text: str):
    with pytest.raises(NoteError):
        note.split(text)


def test_text_without_final_newline_or_with_controls_is_not_signed():
    for text in ("no newline", "tab\t\n", "\ud800\n"):
        with pytest.raises(NoteError):
            note.sign(text, str(LOG))


@pytest.mark.parametrize("index", range(11))
def test_a_proof_shows_its_leaf_and_no_other(index: int):
    checkpoint = proof.verify(proved(index), LEAVES[index], [str(LOG.vkey)], LOG.name)
    assert checkpoint.size == 11
    with pytest.raises(ProofError):
        proof.verify(proved(index), LEAVES[index - 1], [str(LOG.vkey)])
    with pytest.raises(NoteError, match="instead of"):
        proof.verify(proved(index), LEAVES[index], [str(LOG.vkey)], "log.example/two")


def test_every_character_of_a_proof_matters():
    text, vkeys = proved(6), [str(LOG.vkey)]
    for place, character in enumerate(text):
        wrong = text[:place] + chr(ord(character) ^ 1) + text[place + 1 :]
        with pytest.raises((NoteError, ProofError)):
            proof.verify(wrong, LEAVES[6], vkeys)


def test_a_proof_with_extra_data_reads_back():
    whole = TlogProof(3, tuple(HASHES[:2]), head(), b"opaque")
    assert proof.parse(str(whole)) == whole


@pytest.mark.parametrize("number", ["-5", "+5", "05", "", " 5", "5.0", "５", "1" * 20])
def test_numbers_have_one_spelling(number: str):
    with pytest.raises(NoteError):
        proof.parse_number(number)
