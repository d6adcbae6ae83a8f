"""A worklist declared once: its columns, sorts and filters; and what one request shows of it.

A view reads::

    asked = LOANS.read(request.args)
    statement = queries.loans(actor.scope, asked.filters)
    page = asked.page(db.session, statement)
    return render_template("loans/index.html", list=asked.show(page, bounded_count(...)))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for
from markupsafe import Markup, escape
from sqlalchemy import Select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from recovery.kernel.actions import Action
from recovery.kernel.text import Text
from recovery.web import preferences
from recovery.web.filters import FilterBar, FilterState
from recovery.web.pagination import (
    Count,
    Order,
    Page,
    Sorts,
    decode,
    keyset_page,
    read_size,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    `kind` chooses the cell: text, link, money, count, percent, day, deadline, moment, grouped,
    badge (a `Badge`), clock (a `Clock`), or `own` (a macro given to the table by this name).
    `value` reads the row; by default the attribute called `name`. `sort` names its sort.
    """

    name: str
    label: Text
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    sort: str | None = None
    shown: bool = True

    def of(self, row: Any) -> Any:
        """Return the value of this column in `row`."""
        if self.value is not None:
            return self.value(row)
        return row.get(self.name) if isinstance(row, Mapping) else getattr(row, self.name, None)


NUMBERS = frozenset({"money", "count", "percent"})
"""Kinds of cells that are set to the right."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A column as a table writes it many times: its words and classes, escaped once."""

    name: str
    kind: str
    label: Markup
    classes: Markup
    of: Callable[[Any], Any]


def prepare(columns: Sequence[Column]) -> list[Prepared]:
    """Return the columns ready to be written in every row."""
    return [
        Prepared(
            column.name,
            column.kind,
            escape(str(column.label)),
            escape(f"cell-{column.kind}{' number' if column.kind in NUMBERS else ''}"),
            column.of,
        )
        for column in columns
    ]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in words; `meaning` is neutral, progress, waiting, good, warning or danger."""

    text: Text | str
    meaning: str = "neutral"


@dataclass(frozen=True, slots=True)
class Bulk:
    """An act offered on a selection; its button posts `act=name` to the list's bulk address."""

    name: str
    label: Text
    action: Action
    icon: str = "list-check"


@dataclass(frozen=True, slots=True)
class View:
    """A named set of conditions, as a tab above the list."""

    name: Text | str
    query: str
    count: Count | None = None
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Worklist:
    """A list as a feature declares it. `key` names it in saved views and column choices."""

    key: str
    title: Text
    endpoint: str
    columns: tuple[Column, ...]
    sorts: Sorts
    filters: FilterBar
    row_endpoint: str | None = None
    row_argument: str = "record_id"
    views: tuple[View, ...] = ()

    def read(self, args: MultiDict[str, str], **path: Any) -> "Asked":
        """Return what a request asks of this list; `path` are the endpoint's own arguments."""
        return Asked(
            self,
            self.filters.read(args),
            self.sorts.read(args),
            args.get("at", ""),
            read_size(args),
            path,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks of a list."""

    worklist: Worklist
    filters: FilterState
    order: Order
    at: str
    size: int
    path: Mapping[str, Any]

    def page(self, session: Session, statement: Select[Any]) -> Page[Any]:
        """Return the page asked for of the filtered `statement`; none while a filter is wrong."""
        if self.filters.problems:
            return Page([], None, None, self.size)
        return keyset_page(session, statement, self.order, decode(self.at), size=self.size)

    def show(self, page: Page[Any], count: Count | None = None, **more: Any) -> "Shown":
        """Return the list as its template shows it; see `Shown` for what else may be given.

        While a filter is wrong there is nothing to count, to act on, to add up or to export.
        """
        if self.filters.problems:
            kept = {name: value for name, value in more.items() if name not in OVER_ROWS}
            return Shown(self, page, Count(0, beyond=False), **kept)
        return Shown(self, page, count, **more)


OVER_ROWS = frozenset({"bulk", "bulk_url", "totals_url", "export_url", "print_url"})
"""What a list offers over the rows that match."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list with all that its template needs.

    `bulk` acts are posted to `bulk_url`; `totals_url` answers with the strip of totals; `empty`
    says what would be here, with `first_act` (label, address) to begin with.
    """

    asked: Asked
    page: Page[Any]
    count: Count | None = None
    bulk: Sequence[Bulk] = ()
    bulk_url: str = ""
    totals_url: str = ""
    export_url: str = ""
    print_url: str = ""
    empty: Text | str = ""
    first_act: tuple[Text, str] | None = None
    row_url: Callable[[Any], str] | None = None
    row_id: Callable[[Any], Any] = field(default=lambda row: row.id)

    @property
    def worklist(self) -> Worklist:
        """The list itself."""
        return self.asked.worklist

    @property
    def filters(self) -> FilterState:
        """The conditions in force."""
        return self.asked.filters

    @property
    def columns(self) -> list[Column]:
        """The columns that the person chose to see, in the list's order."""
        chosen = preferences.chosen_columns(self.worklist.key)
        if chosen is None:
            return [column for column in self.worklist.columns if column.shown]
        return [
            column
            for place, column in enumerate(self.worklist.columns)
            if place == 0 or column.name in chosen
        ]

    @property
    def views(self) -> list[View]:
        """The list's own views, then those that the person saved."""
        return [*self.worklist.views, *preferences.saved_views(self.worklist.key)]

    def url(self, query: str = "", **more: str | None) -> str:
        """Return the list's address with `query` (conditions) and further arguments."""
        base = url_for(self.worklist.endpoint, **self.asked.path)
        extra = urlencode({name: value for name, value in more.items() if value})
        together = "&".join(part for part in (query, extra) if part)
        return f"{base}?{together}" if together else base

    def is_current(self, view: View) -> bool:
        """Return whether the conditions in force are this view's, also where they hold no more."""
        return view.query in {self.filters.query, self.filters.typed_query}

    @property
    def count_url(self) -> str:
        """The address of this page with the rows that match counted, where no script counts."""
        order = self.asked.order.token
        return self.url(self.filters.query, sort=order, at=self.asked.at, count="1")

    def page_url(self, cursor: str | None) -> str | None:
        """Return the address of a neighbouring page."""
        if cursor is None:
            return None
        return self.url(self.filters.query, sort=self.asked.order.token, at=cursor, size=self._size)

    def sort_url(self, column: Column) -> str | None:
        """Return what a click on the head of `column` leads to; None when it does not sort."""
        token = self._sort_token(column)
        return token and self.url(self.filters.query, sort=token, size=self._size)

    def sort_state(self, column: Column) -> str | None:
        """Return `ascending`, `descending`, or None for a column that is not sorted by."""
        if column.sort != self.asked.order.sort.name:
            return None
        return "descending" if self.asked.order.descending else "ascending"

    def address_of(self, row: Any) -> str | None:
        """Return the address of the record that `row` stands for."""
        if self.row_url is not None:
            return self.row_url(row)
        if self.worklist.row_endpoint is None:
            return None
        return url_for(self.worklist.row_endpoint, **{self.worklist.row_argument: self.row_id(row)})

    @property
    def here(self) -> str:
        """The address of this very page, to come back to."""
        return request.full_path.rstrip("?")

    @property
    def _size(self) -> str:
        return str(self.asked.size)

    def _sort_token(self, column: Column) -> str | None:
        if column.sort is None:
            return None
        return self.worklist.sorts.next_token(column.sort, self.asked.order)


def register(app: Flask) -> None:
    """Let the tables' macros prepare their columns."""
    app.jinja_env.globals["prepare_columns"] = prepare
