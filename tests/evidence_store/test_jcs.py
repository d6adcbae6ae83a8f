"""Canonical JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store import jcs

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-jcs.LARGEST, jcs.LARGEST) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_vectors_of_rfc_8785_come_out_or_hold_floats(vectors: Path, name: str):
    folder = vectors / "jcs-rfc8785/testdata"
    text = (folder / "input" / f"{name}.json").read_text("utf-8")
    value = json.loads(text)
    if "." in text.replace('"', ""):
        with pytest.raises(jcs.JcsError):
            jcs.canonical(value)
        # The same record with its amounts as text or whole numbers has a canonical form.
        value = json.loads(text, parse_float=lambda number: int(float(number)) or 1)
    if name != "values":
        assert jcs.canonical(value) == (folder / "output" / f"{name}.json").read_bytes()


@pytest.mark.parametrize("value", [1.0, [0.5], {"a": {"b": 1e9}}, float("nan"), 2**53, -(2**53)])
def test_floats_and_inexact_integers_are_refused(value: object):
    with pytest.raises(jcs.JcsError):
        jcs.canonical(value)


@pytest.mark.parametrize("value", ["\ud800", {1: "a"}, {"a": b"b"}, {1, 2}, object()])
def test_what_json_cannot_say_is_refused(value: object):
    with pytest.raises(jcs.JcsError):
        jcs.canonical(value)


@given(VALUES)
def test_canonical_bytes_read_back_to_the_same_value_and_bytes(value: object):
    data = jcs.canonical(value)
    assert json.loads(data) == value
    assert jcs.canonical(jcs.parse(data)) == data


def test_keys_are_ordered_by_utf_16_units_not_by_code_points():
    assert jcs.canonical({"\ufb33": 1, "\U0001f602": 2}) == '{"\U0001f602":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("data", [b'{"b":1,"a":2}', b'{"a": 1}', b"[1.0]", b"\xff", b"[" * 99999])
def test_another_spelling_is_not_read(data: bytes):
    with pytest.raises(jcs.JcsError):
        jcs.parse(data)
