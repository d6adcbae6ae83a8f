"""Verification of any tiled log (c2sp.org/tlog-tiles) from its files and its key alone."""

from collections.abc import Iterator, Sequence

from . import leaves, merkle, note, proof, tiles
from .findings import Finding
from .leaves import LeafError
from .note import NoteError
from .proof import Checkpoint
from .storage import Reader, StoreError
from .tiles import WIDTH, Tile, TileError, TileReader
from .tree import HashTree, rows


def verify_log(reader: Reader, vkeys: Sequence[str]) -> list[Finding]:
    """Return what is wrong with a log: its head, every tile of hashes, every entry."""
    signed = reader.read("checkpoint")
    if signed is None:
        return [Finding("checkpoint missing", "checkpoint", "there is no log here")]
    try:
        head = proof.open_checkpoint(signed.decode(), vkeys)
    except (NoteError, UnicodeDecodeError) as error:
        return [Finding("checkpoint refused", "checkpoint", str(error))]
    try:
        tree, findings = load_tree(reader, head)
    except (TileError, StoreError) as error:
        meaning = "leaves below it cannot be checked"
        return [Finding("tile missing or torn", str(error), meaning)]
    findings += _entries(reader, head, tree)
    return findings + list(_leftovers(reader, head, tree))


def load_tree(reader: Reader, head: Checkpoint) -> tuple[HashTree, list[Finding]]:
    """Read all leaf hashes and compare the tiles above and the signed root with them.

    Raises:
        TileError: a tile of leaf hashes is absent or torn.
    """
    source, tree = TileReader(reader, head.size), HashTree()
    findings: list[Finding] = []
    for tile in tiles.tiles_of(head.size):
        if tile.level == 0:
            tree.extend(rows(source.hashes(tile)))
        else:
            findings += _compare(source, tree, tile)
    if tree.root(head.size) != head.root:
        meaning = f"the leaf hashes lead to another root than the one signed at {head.size}"
        findings.append(Finding("log altered", "tile/0", meaning))
    return tree, findings


def _compare(source: TileReader, tree: HashTree, tile: Tile) -> Iterator[Finding]:
    try:
        found = source.hashes(tile)
    except TileError as error:
        yield Finding("tile missing or torn", tile.path, str(error))
        return
    if found != tree.tile(tile):
        yield Finding("tile altered", tile.path, "its hashes are not those of the tiles below")


def _entries(reader: Reader, head: Checkpoint, tree: HashTree) -> list[Finding]:
    source, findings = TileReader(reader, head.size), []
    for tile in tiles.bundles_of(head.size):
        expected = rows(tree.tile(Tile(0, tile.number, tile.width)))
        try:
            found = source.bundle(tile)
        except (TileError, LeafError) as error:
            findings.append(Finding("entries missing or torn", tile.path, str(error)))
            continue
        for offset, data in enumerate(found):
            if merkle.leaf_hash(data) != expected[offset]:
                where = f"{tile.path}: leaf {tile.number * WIDTH + offset}"
                findings.append(Finding("entry altered", where, "it is not the one in the tree"))
    return findings


def _leftovers(reader: Reader, head: Checkpoint, tree: HashTree) -> Iterator[Finding]:
    """Check tiles that lie there beyond those that the head needs, where they can be listed."""
    names = getattr(reader, "names", None)
    needed = {tile.path for tile in [*tiles.tiles_of(head.size), *tiles.bundles_of(head.size)]}
    for path in sorted(set(names("tile") if names else ()) - needed):
        try:
            tile = tiles.parse_path(path)
            leaf_tile = Tile(0 if tile.level is None else tile.level, tile.number, tile.width)
            expected = tree.tile(leaf_tile)
            found = reader.read(path) or b""
            if tile.level is None:
                found = b"".join(map(merkle.leaf_hash, leaves.unbundle(found)))
        except (TileError, LeafError) as error:
            yield Finding("tile out of place", path, str(error))
            continue
        if found != expected:
            yield Finding("tile altered", path, "it is not part of the tree signed")


def open_head(reader: Reader, vkeys: Sequence[str]) -> tuple[Checkpoint, str]:
    """Return the verified head of a log and its signed note.

    Raises:
        NoteError: not signed by a given key, or malformed.
        StoreError: there is none.
    """
    data = reader.read("checkpoint")
    if data is None:
        raise StoreError("there is no checkpoint")
    try:
        signed = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("the checkpoint is not text") from error
    note.split(signed)
    return proof.open_checkpoint(signed, vkeys), signed
