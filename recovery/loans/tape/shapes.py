"""Showing the form of a value that could not be read, without showing whom it is about."""

import re

LONGEST = 30
_NUMBERED = re.compile(r"\d[\d\s*-]{5,}[\dXx]")


def shape(text: str) -> str:
    """Return `text`, cut to length, with the middle of every long run of digits starred out."""
    cut = text.strip()
    cut = cut if len(cut) <= LONGEST else f"{cut[:LONGEST]}…"
    return _NUMBERED.sub(_starred, cut)


def _starred(match: re.Match[str]) -> str:
    """Return a run of digits with two digits left at each end; of a compact day, the whole."""
    run = match.group()
    if len(run) <= 10:
        return run
    return f"{run[:2]}{'*' * (len(run) - 4)}{run[-2:]}"
