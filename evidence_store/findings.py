"""What a verification reports."""

from typing import NamedTuple


class Finding(NamedTuple):
    """Something that is not as it should be."""

    what: str
    """In a few words: `object altered`."""

    where: str
    """File, with offset or index."""

    meaning: str
    """What follows from it, in a sentence."""

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.meaning}"
