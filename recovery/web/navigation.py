"""The frame's menus: what features registered in `kernel.links`, narrowed to what one may do."""

from dataclasses import dataclass

from flask import Flask, request

from recovery.kernel import links
from recovery.kernel.text import Text
from recovery.web.addresses import url_if
from recovery.web.rights import may


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the left navigation."""

    label: Text
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    label: Text
    entries: list[Entry]

    @property
    def current(self) -> bool:
        """Whether the page that is shown belongs here."""
        return any(entry.current for entry in self.entries)


def menu() -> list[Group]:
    """Return the left navigation for the person who reads now."""
    groups: dict[str, Group] = {}
    for item in links.navigation.all():
        url = url_if(item.endpoint)
        if url is None or not may(item.action):
            continue
        group = groups.setdefault(item.group.key, Group(item.group, []))
        group.entries.append(Entry(item.label, url, item.icon, _is_current(item.endpoint)))
    return list(groups.values())


def _is_current(endpoint: str) -> bool:
    """Return whether the page shown is `endpoint`, or lies in the same blueprint without an
    entry of its own."""
    shown = request.endpoint or ""
    if shown == endpoint:
        return True
    own = {item.endpoint for item in links.navigation.all()}
    blueprint, _dot, _view = endpoint.rpartition(".")
    first = next(
        (
            one.endpoint
            for one in links.navigation.all()
            if one.endpoint.startswith(f"{blueprint}.")
        ),
        None,
    )
    return shown not in own and shown.startswith(f"{blueprint}.") and endpoint == first


def register(app: Flask) -> None:
    """Give the templates the menu and safe addresses."""
    app.jinja_env.globals.update(menu=menu, url_if=url_if, may=may)
