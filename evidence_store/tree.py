"""The hashes of a whole tree in memory, for verifications that read every leaf."""

from collections.abc import Sequence

from . import merkle, tiles
from .tiles import WIDTH


class HashTree:
    """The hashes of a tree by tile level, 32 bytes each."""

    def __init__(self) -> None:
        self._levels = [bytearray()]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // merkle.HASH_SIZE

    def extend(self, hashes: Sequence[bytes]) -> None:
        """Add leaf hashes."""
        self._levels[0] += b"".join(hashes)
        for level in range(len(tiles.tile_levels(self.size)) - 1):
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            above = self._levels[level + 1]
            for number in range(len(above) // 32, len(self._levels[level]) // (32 * WIDTH)):
                above += merkle.root(rows(self.tile(tiles.Tile(level, number, WIDTH))))

    def tile(self, tile: tiles.Tile) -> bytes:
        """Return the content of a tile of hashes. Raises TileError beyond the tree."""
        row = self._levels[tile.level or 0] if (tile.level or 0) < len(self._levels) else b""
        start = tile.number * WIDTH * 32
        data = bytes(row[start : start + tile.width * 32])
        if len(data) != tile.width * 32:
            raise tiles.TileError("it holds hashes of leaves that no commit has")
        return data

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf."""
        return bytes(self._levels[0][index * 32 : (index + 1) * 32])

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` leaves."""
        return tiles.TileReader(_Tiles(self), size).root()


class _Tiles:
    """A hash tree as a reader of tiles."""

    def __init__(self, tree: HashTree) -> None:
        self.tree = tree

    def read(self, path: str) -> bytes | None:
        """Return the tile of this path."""
        return self.tree.tile(tiles.parse_path(path))


def rows(data: bytes) -> list[bytes]:
    """Split the content of a tile into its hashes."""
    return [data[place : place + 32] for place in range(0, len(data), 32)]
