"""An open file holds its loan's records against erasure; a closed one does not."""

from recovery.evidence.keeping.hold import holds_of
from recovery.kernel.work import Work
from recovery.litigation.service import NewFile, open_files
from tests.books import add_loans


def test_an_open_file_is_a_hold_until_it_is_closed(work: Work) -> None:
    first = add_loans(work)[0]
    [file] = open_files(
        work, [first.id], NewFile("上海市浦东新区人民法院", "summary", work.today)
    ).files
    found = holds_of(work.session, [first.id, first.id + 1])
    assert list(found) == [first.id]
    assert file.number in str(found[first.id][0])
    file.closed_on = work.today
    work.session.flush()
    assert holds_of(work.session, [first.id]) == {}
