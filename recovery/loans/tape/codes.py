"""The words that tapes use for our codes, read from `codes.toml`."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from recovery.kernel.text import Text, _
from recovery.loans.tape.shapes import shape

_DROPPED = re.compile(r"[\W_]+")


def _folded(text: str) -> str:
    """Return a word as compared."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).lower())


@cache
def words(name: str) -> dict[str, str]:
    """Return folded word → code of the closed list `name`; the codes are words themselves."""
    tables = tomllib.loads((Path(__file__).parent / "codes.toml").read_text("utf-8"))
    found = {_folded(word): code for code, said in tables[name].items() for word in said}
    return found | {_folded(code): code for code in tables[name]}


def cast_code(text: str, name: str, notes: list[Text]) -> str | None:
    """Return the code that a word stands for; an unknown word is left out, with a note."""
    table = words(name)
    code = table.get(text) or table.get(_folded(text))
    if code is None:
        notes.append(_("“{value}”不在可识别的取值之内，未采用", value=shape(text)))
    return code
