"""The law book: every dated value and the working calendar, frozen and versioned.

`LawBook.standard()` is what ships; `with_additions` adds what administrators entered, and
`at` picks the settings of a court or province. Each is a new book with a new `version`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from types import MappingProxyType

from recovery.kernel.text import _
from recovery.law.calendar import Calendar, CalendarDay
from recovery.law.courts import place_key
from recovery.law.errors import NoLawInForce
from recovery.law.parameters import Parameter, Version, standard_parameters


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A later version of a parameter, entered by an administrator."""

    parameter: str
    version: Version


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An administrator vouches for the version of `parameter` that is in force from `since`.

    For its value, and for `since` itself where that day was from memory.
    """

    parameter: str
    since: date


@dataclass(frozen=True, slots=True)
class Setting:
    """What one court or province does: overrides `parameter` where `place` is chosen."""

    parameter: str
    place: str
    """For instance `court:上海市浦东新区人民法院` or `province:上海`."""
    version: Version


@dataclass(frozen=True, slots=True)
class Additions:
    """Everything administrators added to the law that ships with the program."""

    versions: tuple[NewVersion, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    settings: tuple[Setting, ...] = ()
    days: tuple[CalendarDay, ...] = ()
    years: tuple[int, ...] = ()
    """Years whose official arrangement is entered in full, so no longer provisional."""


@dataclass(frozen=True, slots=True)
class LawBook:
    """Every parameter by name, the calendar, and the settings of courts and provinces."""

    parameters: Mapping[str, Parameter]
    calendar: Calendar
    version: str
    """Digest of the content: equal books have equal versions."""
    settings: tuple[Setting, ...] = ()
    places: tuple[str, ...] = ()
    local: Mapping[str, Parameter] = field(default_factory=dict)
    """Parameters overridden by the settings of `places`."""

    @staticmethod
    def standard() -> "LawBook":
        """Return the law as it ships with the program."""
        return _standard()

    def with_additions(self, additions: Additions) -> "LawBook":
        """Return this book with `additions`, seen from no particular place.

        Raises:
            NoLawInForce: an addition names a parameter, or a version, that the book lacks.
        """
        parameters = dict(self.parameters)
        for added in additions.versions:
            parameters[added.parameter] = _adding(
                self.parameter(added.parameter, parameters), added
            )
        for confirmed in additions.confirmations:
            known = self.parameter(confirmed.parameter, parameters)
            parameters[confirmed.parameter] = _confirming(known, confirmed)
        for setting in additions.settings:
            self.parameter(setting.parameter, parameters)
        calendar = self.calendar
        if additions.days or additions.years:
            calendar = calendar.with_days(additions.days, additions.years)
        settings = (*self.settings, *additions.settings)
        return _book(parameters, calendar, settings)

    def at(self, *places: str) -> "LawBook":
        """Return this book with the settings of `places`; a later place prevails.

        Names match whatever their spaces and widths of signs.
        """
        chosen: defaultdict[str, dict[date, Version]] = defaultdict(dict)
        for place in places:
            for setting in self.settings:
                if place_key(setting.place) == place_key(place):
                    chosen[setting.parameter][setting.version.since] = setting.version
        local = {
            name: replace(self.parameters[name], versions=_sorted(versions.values()))
            for name, versions in chosen.items()
        }
        return replace(self, places=places, local=MappingProxyType(local))

    def in_force(self, name: str, on: date) -> Version:
        """Return the version of parameter `name` in force on `on`, the place's own if it has one.

        Raises:
            NoLawInForce: the book has no such parameter, or no value on that day.
        """
        own = self.local.get(name)
        if own is not None and own.versions[0].since <= on:
            return own.in_force(on)
        found = self.parameters.get(name) or self.parameter(name, self.parameters)
        return found.in_force(on)

    @staticmethod
    def parameter(name: str, parameters: Mapping[str, Parameter]) -> Parameter:
        """Return the parameter `name` among `parameters`.

        Raises:
            NoLawInForce: there is none.
        """
        found = parameters.get(name)
        if found is None:
            raise NoLawInForce(_("法律参数“{name}”不存在。", name=name))
        return found


def _sorted(versions: Iterable[Version]) -> tuple[Version, ...]:
    return tuple(sorted(versions, key=lambda version: version.since))


def _adding(parameter: Parameter, added: NewVersion) -> Parameter:
    others = [known for known in parameter.versions if known.since != added.version.since]
    return replace(parameter, versions=_sorted([*others, added.version]))


def _confirming(parameter: Parameter, confirmation: Confirmation) -> Parameter:
    if all(known.since != confirmation.since for known in parameter.versions):
        raise NoLawInForce(
            _("“{title}”没有自 {day} 起施行的版本。", title=parameter.title, day=confirmation.since)
        )
    versions = tuple(
        replace(known, confirmed=True, certain_from=None)
        if known.since == confirmation.since
        else known
        for known in parameter.versions
    )
    return replace(parameter, versions=versions)


def _plain(value: object) -> str:
    """Return `value` as text that depends on its content only."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_plain(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(_plain, value)) + "]"
    return f"{type(value).__name__} {value}"


def _line(name: str, version: Version) -> str:
    source = (version.instrument, version.article, version.edition, version.mark)
    standing = (str(version.confirmed), str(version.certain_from))
    return "|".join((name, str(version.since), _plain(version.value), *source, *standing))


def _book(
    parameters: Mapping[str, Parameter], calendar: Calendar, settings: tuple[Setting, ...]
) -> LawBook:
    lines = [
        _line(name, version) for name in sorted(parameters) for version in parameters[name].versions
    ]
    lines += [_line(f"{each.place}|{each.parameter}", each.version) for each in settings]
    digest = hashlib.sha256("\n".join([*lines, calendar.version]).encode()).hexdigest()
    return LawBook(MappingProxyType(dict(parameters)), calendar, digest[:16], settings)


@cache
def _standard() -> LawBook:
    return _book(standard_parameters(), Calendar.standard(), ())
