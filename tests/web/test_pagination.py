"""Keyset pages show every row once, in both directions, whatever the sort."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, create_engine, insert, select
from sqlalchemy.orm import Session

from recovery.kernel.db import YuanType
from recovery.web.pagination import (
    Cursor,
    Order,
    Sort,
    Sorts,
    bounded_count,
    decode,
    encode,
    exact_count,
    keyset_page,
    neighbours,
    read_size,
)

ROWS = Table(
    "rows",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("owed", YuanType),
    Column("since", Date),
    Column("name", String),
)
SORTS = Sorts(
    (
        Sort("id", "序号", ROWS.c.id),
        Sort("owed", "欠款", ROWS.c.owed, descending=True),
        Sort("since", "起日", ROWS.c.since),
        Sort("name", "姓名", ROWS.c.name),
    ),
    ROWS.c.id,
)
TOKENS = ["id", "-id", "owed", "-owed", "since", "-since", "name", "-name"]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """Return 23 rows, many of which are equal in every sort but the id."""
    engine = create_engine("sqlite://")
    ROWS.metadata.create_all(engine)
    values = [
        {
            "id": number,
            "owed": Decimal(number % 5) * 100,
            "since": date(2026, 1, 1 + number % 3),
            "name": "张李王"[number % 3],
        }
        for number in range(1, 24)
    ]
    with Session(engine) as opened:
        opened.execute(insert(ROWS), values)
        yield opened
    engine.dispose()


def order(token: str) -> Order:
    """Return the order of a token."""
    return SORTS.read({"sort": token})


@pytest.mark.parametrize("token", TOKENS)
def test_walking_forth_and_back_shows_every_row_once_in_order(session: Session, token: str) -> None:
    way = order(token)
    sign = [column.desc() if way.descending else column for column in way.columns]
    expected = list(session.scalars(select(ROWS.c.id).order_by(*sign)))
    seen, at, pages = [], "", []
    while True:
        page = keyset_page(session, select(ROWS.c.id), way, decode(at), size=5)
        pages.append(list(page.rows))
        seen += page.rows
        if page.next is None:
            break
        at = page.next
    assert seen == expected
    while page.previous is not None:
        page = keyset_page(session, select(ROWS.c.id), way, decode(page.previous), size=5)
        pages.pop()
        assert list(page.rows) == pages[-1]
    assert len(pages) == 1


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after(session: Session) -> None:
    page = keyset_page(session, select(ROWS.c.id), order("id"), None, size=23)
    assert (page.next, page.previous) == (None, None)


def test_a_statement_of_columns_gives_rows_that_are_read_by_name(session: Session) -> None:
    page = keyset_page(session, select(ROWS.c.name, ROWS.c.owed), order("-owed"), None, size=2)
    assert page.rows[0].owed == Decimal("400.00")


@pytest.mark.parametrize("token", ["x", "W10", "eyJhIjoxfQ", "WyI-Il0", "%%%", "bnVsbA"])
def test_a_cursor_that_was_tampered_with_shows_the_first_page(session: Session, token: str) -> None:
    page = keyset_page(session, select(ROWS.c.id), order("owed"), decode(token), size=3)
    assert page.previous is None


def test_an_unknown_sort_is_the_usual_one() -> None:
    assert SORTS.read({"sort": "id; drop table rows"}).token == "id"
    assert SORTS.read({}).token == "id"


def test_a_click_on_a_head_turns_its_order_and_a_new_head_begins_its_own_way() -> None:
    assert SORTS.next_token("id", order("id")) == "-id"
    assert SORTS.next_token("owed", order("id")) == "-owed"
    assert SORTS.next_token("colour", order("id")) is None


VALUES = st.one_of(
    st.integers(),
    st.text(),
    st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(VALUES, max_size=3), st.booleans())
def test_every_cursor_is_read_back(values: list[object], backward: bool) -> None:
    cursor = Cursor(tuple(values), backward)
    assert decode(encode(cursor)) == cursor


def test_a_value_without_an_order_of_its_own_is_no_cursor() -> None:
    with pytest.raises(TypeError):
        encode(Cursor((None,)))
    assert encode(Cursor((datetime(2026, 1, 1, tzinfo=UTC),)))


def test_counts_stop_at_their_limit_and_say_so(session: Session) -> None:
    statement = select(ROWS.c.id)
    assert str(bounded_count(session, statement, limit=10)) == "10+"
    assert str(bounded_count(session, statement, limit=23)) == "23"
    assert exact_count(session, statement.where(ROWS.c.id > 20)) == 3


def test_a_record_has_the_neighbours_that_the_list_shows(session: Session) -> None:
    way = order("-owed")
    ids = list(session.scalars(select(ROWS.c.id).order_by(ROWS.c.owed.desc(), ROWS.c.id.desc())))
    key = session.execute(select(ROWS.c.owed, ROWS.c.id).where(ROWS.c.id == ids[7])).one()
    assert neighbours(session, select(ROWS.c.id), way, tuple(key)) == (ids[6], ids[8])


def test_page_sizes_are_a_closed_list() -> None:
    assert [read_size({"size": text}) for text in ("100", "7", "", "1000000")] == [100, 50, 50, 50]
