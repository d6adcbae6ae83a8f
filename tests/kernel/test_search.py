"""Global search: short Chinese names, parts of numbers, and never beyond the reader's scope.

Each test runs on the embedded SQLite and, marked `postgres`, on PostgreSQL.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from recovery.kernel import search, search_index
from recovery.kernel.gate import EVERYTHING, NOTHING, Scope
from recovery.kernel.migrations import upgrade
from recovery.kernel.search import Hit, find, matching
from recovery.kernel.search_index import SearchEntry, index_many, reindex, remove

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

ENTRIES = (
    SearchEntry("loan", 1, "王伟", ("王伟", "李娜"), ("SH-2024-000123", "沪A12345"), branch_id=1),
    SearchEntry("loan", 2, "王大伟", ("王大伟",), ("BJ-2023-000456", "京AD12345"), branch_id=2),
    SearchEntry("loan", 3, "王伟", ("王伟",), ("BJ-2023-000789",), branch_id=2, owner_id=9),
    SearchEntry(
        "file",
        1,
        "王伟",
        ("王伟", "上海ABC汽车租赁有限公司"),
        ("（2024）沪0115民初12345号",),
        branch_id=1,
        agency_id=3,
        package_id=7,
    ),
    SearchEntry("package", 5, "Zhang Package", ("Zhang Package",), ("PKG12",)),
)


@pytest.fixture(params=BOTH)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'search.db'}"
        upgrade(url, "0001")
    else:
        url = request.getfixturevalue("postgres_url")
        upgrade(url, "0001")
    engine = create_engine(url)
    with Session(engine) as session:
        index_many(session, ENTRIES)
        session.flush()
        yield session
    engine.dispose()


def found(session: Session, query: str, scope: Scope = EVERYTHING) -> list[tuple[str, int]]:
    return [(hit.kind, hit.record_id) for hit in find(session, query, scope)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("王伟", [("loan", 3), ("loan", 1), ("file", 1)]),
        ("大伟", [("loan", 2)]),
        ("李娜", [("loan", 1)]),
        ("伟李", []),
        ("000123", [("loan", 1)]),
        ("2024-0001", [("loan", 1)]),
        ("2023", [("loan", 3), ("loan", 2)]),
        ("沪a12345", [("loan", 1)]),
        ("A12345", [("loan", 1)]),
        ("D1234", [("loan", 2)]),
        ("（2024）沪0115民初12345号", [("file", 1)]),
        ("民初12345", [("file", 1)]),
        ("沪0115", [("file", 1)]),
        ("汽车租赁", [("file", 1)]),
        ("abc汽车", [("file", 1)]),
        ("ABC", [("file", 1)]),
        ("zhang", [("package", 5)]),
        ("pack", [("package", 5)]),
        ("王伟 000789", [("loan", 3)]),
        ("王伟 000456", []),
        ("ＰＫＧ１２", [("package", 5)]),
        ("王", []),
        ("12", []),
        ("王伟 1", []),
        ("  ", []),
        ("'\"*:() OR", []),
        ("=b1", []),
        ("= b 1", []),
    ],
)
def test_a_query_finds_names_numbers_and_parts_of_them(
    session: Session, query: str, expected: list[tuple[str, int]]
) -> None:
    assert found(session, query) == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(branches=frozenset({1})), [("loan", 1), ("file", 1)]),
        (Scope(branches=frozenset({1, 2})), [("loan", 3), ("loan", 1), ("file", 1)]),
        (Scope(owner_id=9), [("loan", 3)]),
        (Scope(owner_id=9, branches=frozenset({1})), [("loan", 3), ("loan", 1), ("file", 1)]),
        (Scope(agency_id=3), [("file", 1)]),
        (Scope(packages=frozenset({7, 8})), [("file", 1)]),
        (Scope(branches=frozenset({12})), []),
        (NOTHING, []),
    ],
)
def test_a_search_shows_what_the_scope_shows(
    session: Session, scope: Scope, expected: list[tuple[str, int]]
) -> None:
    assert found(session, "王伟", scope) == expected


def test_a_plate_that_looks_like_a_scope_opens_nothing(session: Session) -> None:
    index_many(session, [SearchEntry("loan", 8, "赵六", ("赵六", "b12"), ("沪B12345", "B12"))])
    assert found(session, "赵六", Scope(branches=frozenset({12}))) == []
    assert found(session, "赵六") == [("loan", 8)]


def test_each_kind_has_its_own_limit_and_the_newest_come_first(session: Session) -> None:
    many = [SearchEntry("loan", number, "钱七", ("钱七",)) for number in range(100, 120)]
    index_many(session, [*many, SearchEntry("file", 77, "钱七", ("钱七",))])
    hits = find(session, "钱七", EVERYTHING, limit=3)
    assert [(hit.kind, hit.record_id) for hit in hits] == [
        ("loan", 119),
        ("loan", 118),
        ("loan", 117),
        ("file", 77),
    ]


def test_a_hit_carries_what_the_reader_sees(session: Session) -> None:
    assert find(session, "李娜", EVERYTHING) == [
        Hit("loan", 1, "王伟", ("SH-2024-000123", "沪A12345"))
    ]


def test_an_entry_put_in_again_replaces_what_stood_there(session: Session) -> None:
    index_many(session, [SearchEntry("loan", 1, "孙八", ("孙八",), ("SH-9",), branch_id=2)])
    assert found(session, "李娜") == []
    assert found(session, "000123") == []
    assert found(session, "孙八", Scope(branches=frozenset({1}))) == []
    assert found(session, "孙八", Scope(branches=frozenset({2}))) == [("loan", 1)]


def test_the_same_entries_again_change_nothing(session: Session) -> None:
    index_many(session, ENTRIES)
    assert found(session, "王伟") == [("loan", 3), ("loan", 1), ("file", 1)]


def test_what_is_removed_is_not_found(session: Session) -> None:
    remove(session, "loan", [1, 3, 4_000])
    assert found(session, "王伟") == [("file", 1)]
    assert found(session, "000789") == []


def test_reindexing_asks_the_feature_and_forgets_what_it_no_longer_gives(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "sources", type(search_index.sources)())
    monkeypatch.setattr(search_index, "followers", type(search_index.followers)())
    told: list[int] = []
    search_index.followers.put("loan", lambda _session, ids: told.extend(ids))
    search_index.sources.put(
        "loan",
        lambda _session, ids: [SearchEntry("loan", 1, "周九", ("周九",))] if 1 in ids else [],
    )
    reindex(session, "loan", [1, 3])
    assert told == [1, 3]
    assert found(session, "王伟") == [("file", 1)]
    assert found(session, "周九") == [("loan", 1)]


def test_a_list_narrows_itself_to_what_a_query_finds(session: Session) -> None:
    branch = Scope(branches=frozenset({2}))
    found_in_branch = matching(session, "loan", "王伟", branch)
    assert found_in_branch is not None
    assert session.scalars(found_in_branch).all() == [3]
    assert session.scalars(matching(session, "loan", "王伟", NOTHING)).all() == []  # type: ignore[arg-type]
    assert matching(session, "loan", "王", EVERYTHING) is None


def test_sealed_values_are_found_by_the_feature_that_owns_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "exact_finders", type(search.exact_finders)())
    hit = Hit("loan", 2, "王大伟", ())
    search.exact_finders.put(
        "phone", lambda _s, query, _scope, _limit: [hit] if query == "13800000000" else []
    )
    assert find(session, "13800000000", EVERYTHING) == [hit]
