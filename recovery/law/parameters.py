"""The dated values of the law, read from one TOML file each in `parameters/`.

TOML, because `tomllib` reads dates as dates and, with `parse_float=Decimal`, numbers exactly.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from recovery.kernel.text import _
from recovery.law.errors import NoLawInForce

FOLDER = Path(__file__).parent / "parameters"

Mark = Literal["V", "S", "U"]
"""How well the source is known: V article read, S secondary source read, U from memory."""

MARKS: Mapping[str, Mark] = {"V": "V", "S": "S", "U": "U"}

Value = int | bool | str | Decimal | Mapping[str, "Value"] | tuple["Value", ...]
"""What a parameter can be: a number, a text, or a frozen table or list of them."""


@dataclass(frozen=True, slots=True)
class Version:
    """One value of a parameter with the source it rests on."""

    value: Value
    since: date
    """First day in force."""
    instrument: str
    article: str
    """Article in the numbering of `edition`; empty where the instrument has none."""
    edition: str
    mark: Mark
    confirmed: bool
    """Whether an administrator, or the text of the article itself, vouches for the value."""

    certain_from: date | None = None
    """Where `since` is from memory: the first day on which the value is known to be in force.

    It is the first day of the edition whose text was read; else, where only the instrument's year
    is known, the first day of the second year after it; else the year the text was read.
    """

    def as_known_on(self, on: date) -> "Version":
        """Return this version; unconfirmed where its first day, from memory, decides about `on`."""
        if self.certain_from is None or on >= self.certain_from or not self.confirmed:
            return self
        return replace(self, confirmed=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A quantity of the law, with every version known, oldest first."""

    name: str
    title: str
    title_en: str
    unit: str
    versions: tuple[Version, ...]

    def in_force(self, on: date) -> Version:
        """Return the version in force on the day `on`, unconfirmed if `on` is too early for it.

        Raises:
            NoLawInForce: `on` is before the first version.
        """
        for version in reversed(self.versions):
            if version.since <= on:
                return version.as_known_on(on)
        raise NoLawInForce(
            _("“{title}”在 {day} 没有已录入的法律依据。", title=self.title, day=on.isoformat())
        )


def frozen(value: object) -> Value:
    """Return `value` as TOML gave it, with tables and lists made immutable."""
    if isinstance(value, dict):
        return MappingProxyType({str(key): frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, int | bool | str | Decimal):
        return value
    raise TypeError(f"a parameter cannot be {type(value).__name__}")


def version_from(row: Mapping[str, object]) -> Version:
    """Return the version that one `[[values]]` table of a file describes."""
    since = row["from"]
    if not isinstance(since, date):
        raise TypeError("`from` is not a day")
    certain_from = row.get("certain_from")
    if not isinstance(certain_from, date | None):
        raise TypeError("`certain_from` is not a day")
    return Version(
        value=frozen(row["value"]),
        since=since,
        instrument=str(row["instrument"]),
        article=str(row["article"]),
        edition=str(row["edition"]),
        mark=MARKS[str(row["mark"])],
        confirmed=row["confirmed"] is True,
        certain_from=certain_from,
    )


def read_parameter(path: Path) -> Parameter:
    """Return the parameter that the TOML file at `path` holds; its name is the file's."""
    data = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    versions = sorted(map(version_from, data["values"]), key=lambda version: version.since)
    return Parameter(
        name=path.name.removesuffix(".toml"),
        title=data["title"],
        title_en=data["title_en"],
        unit=data["unit"],
        versions=tuple(versions),
    )


@cache
def standard_parameters() -> Mapping[str, Parameter]:
    """Return every parameter that ships with the program, by name."""
    read = (read_parameter(path) for path in sorted(FOLDER.glob("*.toml")))
    return MappingProxyType({parameter.name: parameter for parameter in read})
