"""Commitments to records and their partial disclosure."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store import commitment, jcs, merkle
from evidence_store.merkle import ProofError

SECRET = bytes(range(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FIELDS = {
    "金额": "1200.00",
    "booked_on": "2026-01-05",
    "kind": "repayment",
    "value_on": "2026-01-04",
}


def test_a_commitment_is_what_the_specification_says_word_by_word():
    opened = commitment.commit(FIELDS, SECRET)
    leaves = []
    for name in sorted(FIELDS):
        salt = hmac.digest(SECRET, name.encode(), "sha256")[:16]
        assert opened.salts[name] == salt
        leaves.append(sha256(b"\0" + jcs.canonical([salt.hex(), name, FIELDS[name]])).digest())
    assert opened.digests == tuple(leaves)
    assert opened.root == merkle.root(leaves)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=8), st.data())
def test_any_set_of_fields_can_be_shown(fields: dict[str, str], data: st.DataObject):
    opened = commitment.commit(fields, SECRET)
    names = data.draw(st.sets(st.sampled_from(sorted(fields))))
    shown = commitment.disclose(fields, opened.salts, sorted(names))
    commitment.verify(shown, opened.digests, opened.root)
    for name in names:
        wrong = {**shown, name: (shown[name][0], shown[name][1] + "0")}
        with pytest.raises(ProofError):
            commitment.verify(wrong, opened.digests, opened.root)


def test_a_field_of_another_name_or_salt_or_root_is_refused():
    opened = commitment.commit(FIELDS, SECRET)
    shown = commitment.disclose(FIELDS, opened.salts, ["kind"])
    salt, value = shown["kind"]
    for wrong in ({"sort": (salt, value)}, {"kind": (bytes(16), value)}):
        with pytest.raises(ProofError):
            commitment.verify(wrong, opened.digests, opened.root)
    with pytest.raises(ProofError):
        commitment.verify(shown, opened.digests, bytes(32))
    with pytest.raises(ProofError):
        commitment.verify(shown, opened.digests[::-1], opened.root)
    with pytest.raises(ProofError):
        commitment.verify({}, (), merkle.root([]))


def test_fields_out_of_order_are_refused():
    salts = [bytes([number]) * 16 for number in range(2)]
    digests = [
        commitment.field_digest(salts[0], "b", "1"),
        commitment.field_digest(salts[1], "a", "2"),
    ]
    with pytest.raises(ProofError, match="order"):
        commitment.verify(
            {"b": (salts[0], "1"), "a": (salts[1], "2")}, digests, merkle.root(digests)
        )


def test_records_without_fields_or_with_something_else_than_text_are_refused():
    with pytest.raises(ValueError, match="without fields"):
        commitment.commit({}, SECRET)
    with pytest.raises(ValueError, match="secret"):
        commitment.commit(FIELDS, b"short")
    with pytest.raises(TypeError):
        commitment.commit({"amount": 12.5}, SECRET)  # type: ignore[dict-item]
    with pytest.raises(jcs.JcsError):
        commitment.commit({"name": "\ud800"}, SECRET)
