"""Layouts: how a lender's headers map to our fields. Shipped ones are TOML, others rows."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.tape.fields import FIELDS, REPORTING_FIELDS, SNAPSHOT_FIELDS, Field
from recovery.loans.tape.headers import Column, key_of

FOLDER = Path(__file__).parent / "layouts"
GENERIC = "generic"
CATALOGUES: dict[str, dict[str, Field]] = {
    "loans": FIELDS,
    "abs-ee": SNAPSHOT_FIELDS,
    "abs-ee-payments": REPORTING_FIELDS,
}
"""By form of the layout: the fields its columns can be mapped to."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field is found and read: headers as compared, unit, form of days, prefix."""

    headers: tuple[str, ...]
    unit: str | None = None
    days: str = "auto"
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A named mapping. `defaults`: field → text that stands for a column the tape lacks.

    `fixed` are terms of the contract that no column tells (day count, order …).
    """

    name: str
    title: str
    form: str
    rules: Mapping[str, Rule]
    defaults: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    """Headers, as compared, of the table that a lender's own layout was made from."""

    @property
    def fields(self) -> dict[str, Field]:
        """The fields of this layout's form."""
        return CATALOGUES[self.form]

    def knows(self, column: Column) -> bool:
        """Return whether a column has one of this layout's headers."""
        return any(key in self.by_header for key in column.keys)

    @property
    def by_header(self) -> dict[str, str]:
        """Header as compared → field, the first field that claims it."""
        return _by_header(self)


_known: dict[int, tuple[Layout, dict[str, str]]] = {}


def _by_header(layout: Layout) -> dict[str, str]:
    """Return header → field of `layout`, made once for each layout."""
    kept = _known.get(id(layout))
    if kept is None or kept[0] is not layout:
        headers: dict[str, str] = {}
        for name, rule in layout.rules.items():
            for header in rule.headers:
                headers.setdefault(header, name)
        _known.clear() if len(_known) > 64 else None
        kept = _known[id(layout)] = (layout, headers)
    return kept[1]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A field with the columns it is read from: the first that is not blank counts."""

    field: Field
    columns: tuple[Column, ...]
    rule: Rule

    @property
    def unit(self) -> str | None:
        """Unit of plain numbers, where the layout or the header names one."""
        return self.rule.unit or next((one.unit for one in self.columns if one.unit), None)


@dataclass(frozen=True, slots=True)
class TapeMapping:
    """A layout applied to the columns of one tape."""

    layout: Layout
    mapped: tuple[Mapped, ...]
    unmapped: tuple[Column, ...]
    missing: tuple[Field, ...]
    """Required fields that have neither a column nor a default."""

    unit: str | None = None
    """Unit of amounts whose header names none."""


def apply_layout(layout: Layout, columns: Iterable[Column], unit: str | None) -> TapeMapping:
    """Return how `layout` reads `columns`; `unit` is what the title of the table names."""
    found: dict[str, list[Column]] = {}
    unmapped = []
    for column in columns:
        name = next((layout.by_header[key] for key in column.keys if key in layout.by_header), None)
        if name is None:
            unmapped.append(column)
        else:
            found.setdefault(name, []).append(column)
    mapped = tuple(
        Mapped(layout.fields[name], tuple(found[name]), layout.rules[name])
        for name in layout.rules
        if name in found
    )
    missing = tuple(
        one
        for one in layout.fields.values()
        if one.required and one.name not in found and one.name not in layout.defaults
    )
    return TapeMapping(layout, mapped, tuple(unmapped), missing, unit)


def from_definition(name: str, definition: Mapping[str, Any]) -> Layout:
    """Return the layout that a TOML file or a row of `tape_layout` defines.

    Raises:
        RuleViolation: it names a form or a field that does not exist.
    """
    form = definition.get("form", "loans")
    if form not in CATALOGUES:
        raise RuleViolation(_("版式“{name}”的形式“{form}”不存在。", name=name, form=form))
    unknown = [one for one in definition["fields"] if one not in CATALOGUES[form]]
    if unknown:
        raise RuleViolation(
            _("版式“{name}”含有不存在的字段：{fields}", name=name, fields="、".join(unknown))
        )
    rules = {one: _rule(rule) for one, rule in definition["fields"].items()}
    return Layout(
        name=name,
        title=definition.get("title", name),
        form=form,
        rules=rules,
        defaults=definition.get("defaults", {}),
        fixed=definition.get("fixed", {}),
        columns=tuple(definition.get("columns", ())),
    )


def _rule(definition: Mapping[str, Any]) -> Rule:
    """Return a rule with its headers as they are compared."""
    return Rule(
        headers=tuple(dict.fromkeys(key_of(header) for header in definition["headers"])),
        unit=definition.get("unit"),
        days=definition.get("days", "auto"),
        prefix=definition.get("prefix", ""),
    )


def definition_of(layout: Layout) -> dict[str, Any]:
    """Return what `from_definition` reads, as JSON."""
    return {
        "form": layout.form,
        "title": layout.title,
        "fields": {
            name: {
                "headers": list(rule.headers),
                "unit": rule.unit,
                "days": rule.days,
                "prefix": rule.prefix,
            }
            for name, rule in layout.rules.items()
        },
        "defaults": dict(layout.defaults),
        "fixed": dict(layout.fixed),
        "columns": list(layout.columns),
    }


@cache
def shipped() -> dict[str, Layout]:
    """Return the layouts that come with the program, by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        definition = tomllib.loads(path.read_text("utf-8"))
        found[path.stem] = from_definition(path.stem, definition)
    return found


def known_to_any(layouts: Iterable[Layout]) -> Any:
    """Return a function that tells whether a column has a header of any of `layouts`."""
    keys = frozenset().union(*(layout.by_header for layout in layouts))

    def knows(column: Column) -> bool:
        return any(key in keys for key in column.keys)

    return knows


def best_layout(layouts: Iterable[Layout], columns: Iterable[Column]) -> Layout:
    """Return the layout to read `columns` with.

    A lender's own layout is taken when the tape has every column it was made from: it may read a
    common header in a unit of its own, so knowing the headers is not enough. Else the layout that
    knows most columns; where none knows any, the generic one.
    """
    held, every = list(columns), list(layouts)
    keys = {column.keys[0] for column in held}
    own = [one for one in every if one.columns and keys.issuperset(one.columns)]
    if own:
        return max(own, key=lambda one: len(one.columns))
    general = [one for one in every if not one.columns] or every
    best = max(general, key=lambda one: sum(one.knows(column) for column in held))
    if any(best.knows(column) for column in held):
        return best
    return next((one for one in general if one.name == GENERIC), best)
