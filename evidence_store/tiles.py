"""Tiles (c2sp.org/tlog-tiles): a log as static files of 256 hashes or entries each."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from . import leaves, merkle
from .storage import Reader

WIDTH = 256
HEIGHT = 8
_KEPT = 512
_PATH = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?"
)


class TileError(ValueError):
    """A tile is absent or of the wrong size."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A place in the tiling of a tree."""

    level: int | None
    """0 for leaf hashes and up; None for the bundle of entries."""

    number: int
    width: int
    """1 to 256; below 256 the tile is partial."""

    @property
    def path(self) -> str:
        """Its path in the log."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number_path(self.number)}{partial}"


def number_path(number: int) -> str:
    """Spell a tile's number: 1234067 is x001/x234/067."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    return "/".join(reversed(parts))


def tile_levels(size: int) -> range:
    """Return the levels at which a tree of `size` leaves has tiles."""
    return range(-(-size.bit_length() // HEIGHT))


def parse_path(path: str) -> Tile:
    """Read the path of a tile.

    Raises:
        TileError: it is none, or is spelt in another way.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError(f"{path} is not the path of a tile")
    level, number, width = match.groups()
    digits = int(number.replace("/", "").replace("x", ""))
    tile = Tile(None if level == "entries" else int(level), digits, int(width or WIDTH))
    if tile.path != path or not tile.width:
        raise TileError(f"{path} is not the path of a tile")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of hashes of a tree, full ones and partial ones, from level 0 up."""
    level = 0
    while count := size >> HEIGHT * level:
        yield from (Tile(level, number, WIDTH) for number in range(count // WIDTH))
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level += 1


def bundles_of(size: int, start: int = 0) -> Iterator[Tile]:
    """Yield the bundles of entries that hold the leaves from `start` to the end of the tree."""
    for number in range(start // WIDTH, -(-size // WIDTH)):
        yield Tile(None, number, min(WIDTH, size - number * WIDTH))


def tile_at(level: int, number: int, size: int) -> Tile:
    """Return the tile of hashes at this place as wide as it is in a tree of `size` leaves."""
    width = min(WIDTH, (size >> HEIGHT * level) - number * WIDTH)
    if width < 1:
        raise TileError(f"a tree of {size} has no tile {number} at level {level}")
    return Tile(level, number, width)


class TileReader:
    """Reads the hashes and entries of a tree of known size from its tiles."""

    def __init__(self, reader: Reader, size: int) -> None:
        self.size = size
        self._reader = reader
        self._bundle: tuple[int, list[bytes]] = (-1, [])
        self._kept: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def hashes(self, tile: Tile) -> bytes:
        """Return the hashes of a tile, 32 bytes each.

        Raises:
            TileError: absent, or of the wrong size.
        """
        data = self._fetch(tile)
        if len(data) < tile.width * merkle.HASH_SIZE or len(data) % merkle.HASH_SIZE:
            raise TileError(f"{tile.path} holds {len(data)} bytes")
        return data[: tile.width * merkle.HASH_SIZE]

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree, as `merkle.inclusion_path` asks for it."""
        tile_level, inner = divmod(level, HEIGHT)
        number, offset = divmod(index << inner, WIDTH)
        data = self._cached(tile_level, number)
        size = merkle.HASH_SIZE
        places = range(offset, offset + (1 << inner))
        row = [data[place * size : (place + 1) * size] for place in places]
        if not all(row):
            raise TileError(f"a tree of {self.size} has no subtree {index} at level {level}")
        return merkle.root(row)

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree, or of its first `size` leaves."""
        return merkle.range_hash(0, self.size if size is None else size, self.subtree)

    def inclusion(self, index: int) -> list[bytes]:
        """Return the inclusion proof of a leaf."""
        return merkle.inclusion_path(index, self.size, self.subtree)

    def consistency(self, size1: int) -> list[bytes]:
        """Return the proof that the first `size1` leaves are a prefix."""
        return merkle.consistency_path(size1, self.size, self.subtree)

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle.

        Raises:
            TileError: absent, or with fewer entries than it should have.
            LeafError: torn.
        """
        entries = list(leaves.unbundle(self._fetch(tile)))
        if len(entries) < tile.width:
            raise TileError(f"{tile.path} holds {len(entries)} entries")
        return entries[: tile.width]

    def entry(self, index: int) -> bytes:
        """Return one entry; the bundle read last is kept."""
        number, offset = divmod(index, WIDTH)
        if self._bundle[0] != number:
            width = min(WIDTH, self.size - number * WIDTH)
            self._bundle = (number, self.bundle(Tile(None, number, width)))
        return self._bundle[1][offset]

    def entries(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the entries from `start` on with their index."""
        for tile in bundles_of(self.size, start):
            for offset, data in enumerate(self.bundle(tile)):
                index = tile.number * WIDTH + offset
                if index >= start:
                    yield index, data

    def _cached(self, level: int, number: int) -> bytes:
        key = (level, number)
        if key not in self._kept:
            self._kept[key] = self.hashes(tile_at(level, number, self.size))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _fetch(self, tile: Tile) -> bytes:
        """Read a tile; a partial one may have given way to the full one."""
        data = self._reader.read(tile.path)
        if data is None and tile.width < WIDTH:
            data = self._reader.read(Tile(tile.level, tile.number, WIDTH).path)
        if data is None:
            raise TileError(f"{tile.path} is missing")
        return data
