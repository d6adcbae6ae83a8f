"""Long papers in parts are one archivable paper: numbered through, with one outline."""

from collections.abc import Mapping
from io import BytesIO

import pikepdf
import pytest

from recovery.kernel.errors import RuleViolation
from recovery.web import long_papers, paper_stamps, papers
from recovery.web.paper_child import Measured
from recovery.web.qr import qr_svg
from tests.web.test_papers import HEAD, words

STYLE = (
    "@page { @bottom-center { content: none } } h1 { bookmark-level: 1 } h2 { bookmark-level: 2 } "
)
SHELL = HEAD.replace("html {", f"{STYLE} p.page {{ break-after: page }} html {{")
LEDGER = "".join(f'<p class="page">第 {number} 笔</p>' for number in range(1, 5))
PARTS = (f'<h2 id="ledger">四、流水</h2>{LEDGER}', LEDGER, '<h2 id="end">五、核验</h2><p>尾')


def front(places: Mapping[str, int]) -> str:
    """Return a front page that tells where the others begin."""
    told = "".join(
        f'<p><a href="{long_papers.place_url(name)}">{name}</a> 第 {places.get(name, 0)} 页</p>'
        for name in ("ledger", "end")
    )
    return f"{SHELL}<title>卷宗</title><h1>卷宗</h1>{told}"


@pytest.fixture(scope="module")
def joined() -> Measured:
    """Return a paper of four parts."""
    return long_papers.joined_paper(front, [SHELL + part for part in PARTS])


def test_pages_are_numbered_through_and_the_front_says_where_the_parts_begin(
    joined: Measured,
) -> None:
    said = words(joined.data)
    assert joined.pages == 10
    assert [f"{page} / 10" in said for page in range(1, 11)] == [True] * 10
    assert joined.places == {"ledger": 2, "end": 10}
    assert "第 2 页" in said
    assert "第 10 页" in said


def test_the_outline_and_links_lead_to_the_pages_of_the_whole(joined: Measured) -> None:
    with pikepdf.open(BytesIO(joined.data)) as pdf, pdf.open_outline() as outline:
        pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        [root] = outline.root
        lines = [(line.title, pages[line.destination[0].objgen]) for line in root.children]
        assert lines == [("四、流水", 2), ("五、核验", 10)]
        names = [str(name) for name in list(pdf.Root.Names.Dests.Names)[::2]]
        links = [str(link.Dest) for link in pdf.pages[0].Annots]
        assert names == sorted(links) == ["end", "ledger"]


def test_the_whole_is_archivable_with_one_intent_and_equal_fonts_once(joined: Measured) -> None:
    with pikepdf.open(BytesIO(joined.data)) as pdf:
        assert len(pdf.Root.OutputIntents) == 1
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        assert str(pdf.docinfo["/Title"]) == "卷宗"
        files = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)]
        fonts = [each for each in files if each.get("/Type") == "/FontDescriptor"]
        assert all("/FontFile2" in font for font in fonts)
        tables = [pdf.pages[number].Resources.Font for number in (2, 6)]
        first, second = (list(table.values()) for table in tables)
        regular = {font.objgen for font in first} & {font.objgen for font in second}
        assert regular, "two parts with the same characters share their font"


def test_parts_give_the_same_bytes_again(joined: Measured) -> None:
    again = long_papers.joined_paper(front, [SHELL + part for part in PARTS])
    assert again.data == joined.data


def test_a_short_paper_tells_its_places_too() -> None:
    measured = long_papers.whole_paper(f'{SHELL}<p class="page">一<h2 id="list">目录</h2>')
    assert (measured.pages, measured.places) == (2, {"list": 2})


def test_tables_spread_over_parts_in_order_and_none_is_lost() -> None:
    parts = long_papers.parts_of({"a": range(5), "b": [], "c": range(3)}, most=4)
    spread = [{name: list(one.rows) for name, one in part.slices.items()} for part in parts]
    assert spread == [{"a": [0, 1, 2, 3]}, {"a": [4], "b": [], "c": [0, 1, 2]}]
    assert [(part.first, part.last) for part in parts] == [(True, False), (False, True)]
    ends = [(part.slices["a"].begins, part.slices["a"].ends) for part in parts]
    assert ends == [(True, False), (False, True)]
    assert [part.slices["b"].begins and part.slices["b"].ends for part in parts[1:]] == [True]


def test_a_short_table_is_one_part() -> None:
    [part] = long_papers.parts_of({"a": range(4), "b": []}, most=4)
    assert (part.first, part.last, set(part.slices)) == (True, True, {"a", "b"})


def test_a_rare_character_in_a_later_part_is_named_with_row_and_column() -> None:
    table = "<table><thead><tr><th>序号<th>姓名</tr></thead><tr><td>7<td>王\U0002a6d6</table>"
    with pytest.raises(RuleViolation, match=r"U\+2A6D6.*“四、流水”表格第 1 行（7）“姓名”栏：王"):
        long_papers.joined_paper(front, [SHELL + PARTS[1], f"{SHELL}<h2>四、流水</h2>{table}"])


def test_a_rare_character_in_a_field_is_named_with_the_field() -> None:
    html = f"{HEAD}<h2>当事人</h2><dl><dt>借款人</dt><dd>王\U0002a6d6</dd></dl>"
    with pytest.raises(RuleViolation, match=r"U\+2A6D6.*“当事人”的“借款人”：王"):
        papers.pdf_of(html)


def test_a_rare_character_in_a_stamp_is_refused() -> None:
    [html] = paper_stamps.framed(["E0001 \U0002a6d6"])
    with pytest.raises(RuleViolation, match=r"U\+2A6D6"):
        papers.submit(html)


def test_a_stamp_says_what_it_was_given_whatever_it_contains() -> None:
    [html] = paper_stamps.framed(["<b>E0001</b>"])
    assert "<b>E0001</b>" in words(papers.pdf_of(html))


def test_a_code_is_the_same_drawing_for_the_same_text() -> None:
    address = "https://recovery.example.com/verify/D20260316-0123456789"
    qr_svg.cache_clear()
    first = qr_svg(address)
    qr_svg.cache_clear()
    assert qr_svg(address) == first
    assert first != qr_svg(address + "0")
    assert len(papers.pdf_of(f"{HEAD}<p>{first}")) > len(papers.pdf_of(f"{HEAD}<p>"))
