"""Merkle trees and their proofs."""

import base64
import json
import warnings
from functools import cache
from hashlib import sha256
from pathlib import Path

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store import merkle
from evidence_store.merkle import ProofError

LEAVES = [merkle.leaf_hash(b"leaf %d" % number) for number in range(300)]
ROOTS = [merkle.root(LEAVES[:size]) for size in range(301)]


def rfc_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written, to compare with."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + rfc_root(leaves[:split]) + rfc_root(leaves[split:])).digest()


def rfc_subproof(size1: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, as it is written, to compare with."""
    if size1 == len(leaves):
        return [] if whole else [rfc_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if size1 <= split:
        return [*rfc_subproof(size1, leaves[:split], whole=whole), rfc_root(leaves[split:])]
    right = rfc_subproof(size1 - split, leaves[split:], whole=False)
    return [*right, rfc_root(leaves[:split])]


@cache
def subtree(level: int, index: int) -> bytes:
    return merkle.root(LEAVES[index << level : (index + 1) << level])


def flips(value: bytes, bits: range) -> list[bytes]:
    """`value` with each of the bits turned, one at a time."""
    return [
        value[: bit // 8] + bytes([value[bit // 8] ^ 1 << bit % 8]) + value[bit // 8 + 1 :]
        for bit in bits
    ]


def refused(check: object, *arguments: object) -> bool:
    try:
        check(*arguments)  # type: ignore[operator]
    except ProofError:
        return True
    return False


def test_roots_are_those_of_rfc_6962_for_every_size_to_300():
    assert [rfc_root(LEAVES[:size]) for size in range(301)] == ROOTS


@pytest.mark.parametrize("size", [*range(1, 301)])
def test_every_leaf_of_every_size_is_proved(size: int):
    for index in range(size):
        path = merkle.inclusion_path(index, size, subtree)
        merkle.verify_inclusion(index, size, LEAVES[index], path, ROOTS[size])


def test_every_pair_of_sizes_to_300_is_consistent():
    for size2 in range(301):
        for size1 in range(size2 + 1):
            path = merkle.consistency_path(size1, size2, subtree)
            merkle.verify_consistency(size1, size2, ROOTS[size1], ROOTS[size2], path)


@pytest.mark.parametrize("size", range(1, 17))
def test_every_flipped_bit_of_an_inclusion_proof_is_refused_up_to_size_16(size: int):
    for index in range(size):
        path = merkle.inclusion_proof(index, LEAVES[:size])
        for place, value in enumerate([LEAVES[index], ROOTS[size], *path]):
            for wrong in flips(value, range(256)):
                parts = [LEAVES[index], ROOTS[size], *path]
                parts[place] = wrong
                assert refused(merkle.verify_inclusion, index, size, parts[0], parts[2:], parts[1])


@pytest.mark.parametrize("size2", range(2, 17))
def test_every_flipped_bit_of_a_consistency_proof_is_refused_up_to_size_16(size2: int):
    for size1 in range(1, size2):
        good = [ROOTS[size1], ROOTS[size2], *merkle.consistency_proof(size1, LEAVES[:size2])]
        for place, value in enumerate(good):
            for wrong in flips(value, range(256)):
                parts = [*good[:place], wrong, *good[place + 1 :]]
                assert refused(
                    merkle.verify_consistency, size1, size2, parts[0], parts[1], parts[2:]
                )


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_one_change_per_hash_is_refused_beyond_size_16(data: st.DataObject):
    size2 = data.draw(st.integers(17, 300))
    size1 = data.draw(st.integers(1, size2 - 1))
    good = [ROOTS[size1], ROOTS[size2], *merkle.consistency_proof(size1, LEAVES[:size2])]
    bit = data.draw(st.integers(0, 255))
    for place, value in enumerate(good):
        [wrong] = flips(value, range(bit, bit + 1))
        parts = [*good[:place], wrong, *good[place + 1 :]]
        assert refused(merkle.verify_consistency, size1, size2, parts[0], parts[1], parts[2:])
    path = merkle.inclusion_proof(size1, LEAVES[:size2])
    for place, value in enumerate(path):
        [wrong] = flips(value, range(bit, bit + 1))
        parts = [*path[:place], wrong, *path[place + 1 :]]
        assert refused(merkle.verify_inclusion, size1, size2, LEAVES[size1], parts, ROOTS[size2])


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_proof_of_another_length_or_place_is_refused(data: st.DataObject):
    size = data.draw(st.integers(2, 300))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, LEAVES[:size])
    root = ROOTS[size]
    check = merkle.verify_inclusion
    assert refused(check, index, size, LEAVES[index], path[:-1], root)
    assert refused(check, index, size, LEAVES[index], [*path, LEAVES[0]], root)
    assert refused(check, index, size, LEAVES[index], [*path[:-1], path[-1][:31]], root)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    assert refused(check, other, size, LEAVES[index], path, root)
    assert refused(check, size, size, LEAVES[index], path, root)
    assert refused(check, -1, size, LEAVES[index], path, root)


def test_pymerkle_agrees_on_roots_and_proofs():
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(130):
        tree.append_entry(b"leaf %d" % number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for size in range(1, 131):
            assert tree.get_state(size) == ROOTS[size]
            for index in range(0, size, 5):
                theirs = tree.prove_inclusion(index + 1, size).path
                assert theirs == [LEAVES[index], *merkle.inclusion_proof(index, LEAVES[:size])]


def test_consistency_proofs_are_those_that_rfc_6962_writes_down():
    for size2 in (2, 3, 7, 8, 64, 65, 127, 130, 300):
        for size1 in range(1, size2, 3):
            ours = merkle.consistency_proof(size1, LEAVES[:size2])
            assert ours == rfc_subproof(size1, LEAVES[:size2], whole=True)


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def test_the_inclusion_probes_of_others_pass_and_fail_as_they_say(vectors: Path):
    files = sorted((vectors / "transparency-dev-merkle/testdata/inclusion").rglob("*.json"))
    assert len(files) > 30
    for file in files:
        case = json.loads(file.read_text())
        failed = refused(
            merkle.verify_inclusion,
            case["leafIdx"],
            case["treeSize"],
            decoded(case["leafHash"]),
            [decoded(value) for value in case["proof"] or []],
            decoded(case["root"]),
        )
        assert failed == case["wantErr"], f"{file.parent.name}/{file.name}"


def test_the_consistency_probes_of_others_pass_and_fail_as_they_say(vectors: Path):
    files = sorted((vectors / "transparency-dev-merkle/testdata/consistency").rglob("*.json"))
    assert len(files) > 30
    for file in files:
        case = json.loads(file.read_text())
        failed = refused(
            merkle.verify_consistency,
            case["size1"],
            case["size2"],
            decoded(case["root1"]),
            decoded(case["root2"]),
            [decoded(value) for value in case["proof"] or []],
        )
        assert failed == case["wantErr"], f"{file.parent.name}/{file.name}"


def test_the_reference_tree_has_our_roots(vectors: Path):
    tree = json.loads((vectors / "transparency-dev-merkle/reference_tree.json").read_text())
    leaves = [merkle.leaf_hash(bytes.fromhex(value)) for value in tree["leaf_inputs_hex"]]
    assert [value.hex() for value in leaves] == tree["node_hashes_by_level_hex"][0]
    roots = [merkle.root(leaves[:size]).hex() for size in range(9)]
    assert roots == tree["root_hash_by_size_hex"]
