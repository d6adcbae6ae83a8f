"""The radix Merkle map, against the sentence that defines it."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store import dossier_verify, jcs, merkle, radix
from evidence_store.merkle import ProofError
from evidence_store.radix import Head, RadixMap

KEYS = st.binary(min_size=32, max_size=32).map(bytes.hex)
NEAR = st.integers(0, 40).map(lambda number: f"{number:064x}")
"""Keys that share most of their bits."""

HEADS = st.dictionaries(
    KEYS | NEAR, st.tuples(st.integers(1, 10**6), KEYS), min_size=1, max_size=40
)


def written_out(heads: dict[str, Head]) -> bytes:
    """The root as the specification words it."""
    keys = sorted(heads)
    if not keys:
        return sha256(b"").digest()
    if len(keys) == 1:
        count, head = heads[keys[0]]
        return sha256(b"\0" + jcs.canonical([keys[0], count, head])).digest()
    texts = [f"{int(key, 16):0256b}" for key in (keys[0], keys[-1])]
    shared = next(place for place in range(256) if texts[0][place] != texts[1][place])
    sides: list[dict[str, Head]] = [{}, {}]
    for key in keys:
        sides[int(f"{int(key, 16):0256b}"[shared])][key] = heads[key]
    left, right = map(written_out, sides)
    return sha256(b"\1" + jcs.canonical([shared]) + left + right).digest()


def built(heads: dict[str, Head]) -> RadixMap:
    made = RadixMap()
    made.update(heads)
    return made


@settings(deadline=None)
@given(HEADS)
def test_the_root_is_that_of_the_specification_and_every_stream_is_proved(heads):
    root = built(heads).root()
    assert root == written_out(heads)
    for stream, head in heads.items():
        siblings = built(heads).prove(stream)
        radix.verify(stream, head, siblings, root)
        rows = [{"bits": bits, "hash": value.hex()} for bits, value in siblings]
        assert dossier_verify.check_map(stream, *head, rows) == root.hex()


@settings(deadline=None)
@given(HEADS, HEADS)
def test_changes_on_touched_paths_give_the_map_made_anew(first, second):
    grown = built(first)
    grown.root()
    grown.update(second)
    assert grown.root() == built({**first, **second}).root()


@settings(deadline=None)
@given(HEADS, st.data())
def test_any_other_head_stream_or_path_is_refused(heads, data: st.DataObject):
    root = built(heads).root()
    stream = data.draw(st.sampled_from(sorted(heads)))
    count, head = heads[stream]
    path = built(heads).prove(stream)
    other = f"{int(stream, 16) ^ 1 << data.draw(st.integers(0, 255)):064x}"
    wrong = [
        (stream, (count + 1, head), path, root),
        (stream, (count, other), path, root) if other != head else None,
        (other, (count, head), path, root),
        (stream, (count, head), [*path, (0, bytes(32))], root),
        (stream, (count, head), path[1:], root) if path else None,
        (stream, (count, head), path[::-1], root) if len(path) > 1 else None,
        (stream, (count, head), path, bytes(32)),
    ]
    for case in filter(None, wrong):
        with pytest.raises(ProofError):
            radix.verify(*case)
    for place, (bits, value) in enumerate(path):
        flipped = bytes([value[0] ^ 1]) + value[1:]
        for change in ((bits, flipped), (bits, value[1:]), (bits ^ 1, value), (256, value)):
            changed = [*path[:place], change, *path[place + 1 :]]
            with pytest.raises(ProofError):
                radix.verify(stream, (count, head), changed, root)


def test_the_empty_map_and_an_unknown_stream():
    assert RadixMap().root() == merkle.EMPTY_ROOT
    with pytest.raises(KeyError):
        built({"00" * 32: (1, "11" * 32)}).prove("00" * 31 + "01")
    with pytest.raises(KeyError):
        built({"00" * 32: (1, "11" * 32)}).prove("ff" * 32)
