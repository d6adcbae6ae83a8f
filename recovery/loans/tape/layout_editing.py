"""Editing a layout without a file: which headers mean which field, in which unit and notation."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import TapeLayout
from recovery.loans.tape.amounts import RATE_UNITS, YUAN_UNITS
from recovery.loans.tape.days import FORMS
from recovery.loans.tape.fields import GROUPS, Field
from recovery.loans.tape.headers import key_of
from recovery.loans.tape.layouts import Layout, Rule, definition_of, shipped
from recovery.loans.tape.service import layout_named

SEPARATORS = re.compile(r"[、,，;；\n]+")
"""What stands between the headers of a field."""

UNITS: dict[str, Mapping[str, Text]] = {"yuan": YUAN_UNITS, "rate": RATE_UNITS}
"""Kind of field → the units that it may be written in."""

DAYS = frozenset({"day", "last_day"})
"""Kinds of fields that have a notation of days."""


@dataclass(frozen=True, slots=True)
class Line:
    """A field as the editor shows it and as a person fills it in: headers as one text."""

    field: Field
    headers: str = ""
    unit: str = ""
    days: str = "auto"

    @property
    def units(self) -> list[tuple[str, Text]]:
        """The units to choose from; none where the field has none."""
        known = UNITS.get(self.field.kind)
        return [("", _("按表头")), *known.items()] if known else []

    @property
    def notations(self) -> list[tuple[str, Text]]:
        """The notations of days to choose from; none where the field is no day."""
        return list(FORMS.items()) if self.field.kind in DAYS else []


def lines_of(layout: Layout) -> list[tuple[Text, list[Line]]]:
    """Return every field of the layout's form by group, with what the layout says of it."""
    groups: dict[str, list[Line]] = {name: [] for name in GROUPS}
    for field in layout.fields.values():
        rule = layout.rules.get(field.name, Rule(()))
        line = Line(field, "、".join(rule.headers), rule.unit or "", rule.days)
        groups[field.group].append(line)
    return [(GROUPS[name], lines) for name, lines in groups.items() if lines]


def filled_in(layout: Layout, typed: Mapping[str, str]) -> list[tuple[Text, list[Line]]]:
    """Return the lines as they were typed, to be shown again."""
    return [
        (
            group,
            [
                replace(
                    one,
                    headers=typed.get(f"headers-{one.field.name}", ""),
                    unit=typed.get(f"unit-{one.field.name}", ""),
                    days=typed.get(f"days-{one.field.name}", "auto"),
                )
                for one in lines
            ],
        )
        for group, lines in lines_of(layout)
    ]


def layout_with(base: Layout, lines: Iterable[Line]) -> Layout:
    """Return `base` with its fields read as the lines say; what they do not show stays.

    Raises:
        RuleViolation: a header means two fields, no header means the contract number, or a unit or
            notation does not exist for its field; the sentence names each.
    """
    held = list(lines)
    faults = [*_doubled(held), *_unknown(held)]
    if not any(one.field.name == "contract_no" and headers_of(one) for one in held):
        faults.append(_("请填写合同编号的表头"))
    if faults:
        raise RuleViolation("；".join(str(one) for one in faults) + "。")
    rules = {
        one.field.name: replace(
            base.rules.get(one.field.name, Rule(())),
            headers=headers_of(one),
            unit=one.unit or None,
            days=one.days,
        )
        for one in held
        if headers_of(one)
    }
    return replace(base, rules=rules)


def headers_of(line: Line) -> tuple[str, ...]:
    """Return the headers of a line as they are compared, each once."""
    keys = (key_of(part) for part in SEPARATORS.split(line.headers))
    return tuple(dict.fromkeys(key for key in keys if key))


def _doubled(lines: Sequence[Line]) -> list[Text]:
    """Return what is wrong with headers that mean two fields."""
    owners: dict[str, Field] = {}
    faults = []
    for one in lines:
        for header in headers_of(one):
            first = owners.setdefault(header, one.field)
            if first is not one.field:
                told = {"header": header, "one": _name(first), "two": _name(one.field)}
                faults.append(_("表头“{header}”同时对应{one}和{two}", **told))
    return faults


def _unknown(lines: Sequence[Line]) -> list[Text]:
    """Return what is wrong with units and notations that a field does not have."""
    faults = []
    for one in lines:
        if one.unit and one.unit not in UNITS.get(one.field.kind, {}):
            faults.append(_("{field}没有“{unit}”这种单位", field=_name(one.field), unit=one.unit))
        if one.days not in FORMS:
            told = {"field": _name(one.field), "days": one.days}
            faults.append(_("{field}没有“{days}”这种日期写法", **told))
    return faults


def _name(field: Field) -> str:
    """Return a field with its group, as the editor shows it."""
    return f"{GROUPS[field.group]}：{field.label}"


def change_layout(work: Work, name: str, version: int, layout: Layout) -> TapeLayout:
    """Let the layout `name` be as edited, provided it is still the `version` that was shown.

    Imports that were begun keep the layout they were read with.

    Raises:
        NotFound: there is none of that name that may be changed.
        Conflict: somebody changed it since.
    """
    kept = layout_named(work.session, name)
    if kept is None:
        raise NotFound
    work.require_version(kept, version)
    before = kept.definition["fields"]
    kept.definition = {**definition_of(layout), "title": kept.definition.get("title", name)}
    work.session.flush()
    after = kept.definition["fields"]
    changed = sorted(field for field in {*before, *after} if before.get(field) != after.get(field))
    work.record(Action.CHANGE_LAYOUT, kept, name=name, changed=changed, version=kept.version)
    return kept


def copy_layout(work: Work, base: Layout, name: str) -> TapeLayout:
    """Keep `base` under a new `name`, to be edited without changing the original.

    Raises:
        RuleViolation: no name, or one that is taken.
        Conflict: somebody took the name just now.
    """
    name = " ".join(name.split())
    if not name or key_of(name) in {key_of(one) for one in shipped()}:
        raise RuleViolation(_("请为版式起一个自己的名称。"))
    if layout_named(work.session, name) is not None:
        raise Conflict(_("已有名为“{name}”的版式。", name=name))
    definition = {**definition_of(base), "title": name, "columns": []}
    kept = work.add(TapeLayout(name=name, definition=definition))
    work.record(Action.CHANGE_LAYOUT, kept, name=name, copied_from=base.name)
    return kept
