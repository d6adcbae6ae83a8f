"""Settings of courts and provinces reach whoever means that court, and courts are suggested."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from recovery.law.courts import place_key, places_of, province_of
from recovery.litigation.service import NewFile, open_file
from recovery.rulebook import followers, proposals
from recovery.rulebook.book import book_of
from recovery.rulebook.drafts import NewValue, Source
from recovery.rulebook.followers import moves_under
from recovery.rulebook.service import current_book
from tests.books import add_loans
from tests.conftest import Browser
from tests.rulebook.conftest import Office

SOURCE = Source("《上海高院通知》", "", "2026年", "V")
DAY = date(2026, 3, 16)
PUDONG = "上海市浦东新区人民法院"
TO_THE_YUAN = NewValue("court_fee.rounding", date(2020, 1, 1), '"yuan"', SOURCE, True)


def set_up(office: Office, place: str, new: NewValue = TO_THE_YUAN) -> None:
    with office.work() as work:
        change = proposals.propose_setting(work, place, new, reason="法院通知")
    office.approve(change)


@pytest.mark.parametrize(
    ("court", "province"),
    [
        ("上海市浦东新区人民法院", "上海"),
        ("江苏省南京市鼓楼区人民法院", "江苏"),
        ("广西壮族自治区南宁市中级人民法院", "广西"),
        ("杭州互联网法院", "浙江"),
        ("深圳市南山区人民法院", "广东"),
        ("乌鲁木齐铁路运输法院", "新疆"),
        ("义乌市人民法院", None),
        ("", None),
    ],
)
def test_the_province_stands_at_the_head_of_a_court_name(court: str, province: str | None) -> None:
    assert province_of(court) == province


def test_names_are_one_whatever_their_spaces_and_widths() -> None:
    assert place_key("court:上海市 浦东新区人民法院 （自贸区） ") == place_key(
        "court:上海市浦东新区人民法院(自贸区)"
    )
    assert place_key("province:上海市") == place_key("province:上海")
    assert place_key("province:上海") != place_key("court:上海")


def test_a_province_that_is_said_prevails_over_the_name_of_the_court() -> None:
    assert places_of("义乌市人民法院", "浙江") == ("province:浙江", "court:义乌市人民法院")
    assert places_of("上海金融法院") == ("province:上海", "court:上海金融法院")
    assert places_of("", "") == ()


def test_a_setting_of_a_court_holds_however_its_name_is_typed(office: Office) -> None:
    set_up(office, "court:上海市浦东新区人民法院（自贸区）")
    book = current_book().at(*places_of("上海市浦东新区人民法院 (自贸区)"))
    assert book.in_force("court_fee.rounding", date(2026, 3, 16)).value == "yuan"


def test_a_setting_of_a_province_reaches_the_files_of_its_courts(office: Office) -> None:
    set_up(office, "province:上海")
    with office.work() as work:
        loans = add_loans(work, 2)
        here, elsewhere = (
            open_file(work, loan.id, NewFile(court, "summary", DAY)).acceptance_fee
            for loan, court in zip(loans, (PUDONG, "江苏省南京市鼓楼区人民法院"), strict=True)
        )
    assert elsewhere % 1 != 0
    assert here == elsewhere.quantize(Decimal(1), ROUND_HALF_UP)


def test_a_setting_of_the_court_prevails_over_that_of_its_province(office: Office) -> None:
    set_up(office, "province:上海")
    to_the_fen = NewValue("court_fee.rounding", date(2020, 1, 1), '"fen"', SOURCE, True)
    set_up(office, "court:上海市浦东新区人民法院", to_the_fen)
    book = current_book().at(*places_of("上海市浦东新区人民法院"))
    assert book.in_force("court_fee.rounding", date(2026, 3, 16)).value == "fen"


def test_courts_of_settings_and_of_own_files_are_suggested(
    office: Office, signed_in: Callable[..., Browser]
) -> None:
    set_up(office, f"court:{PUDONG}")
    with office.work() as work:
        new = NewFile("浙江省杭州市西湖区人民法院", "summary", DAY)
        open_file(work, add_loans(work)[0].id, new)
    all_seeing, nothing_seeing = signed_in("asset_manager"), signed_in("counsel")
    assert "浦东新区" in nothing_seeing.get("/law/courts?court=上海市 浦东").text
    assert "西湖区" in all_seeing.get("/law/courts?court=西湖").text
    assert "<option" not in nothing_seeing.get("/law/courts?court=西湖").text
    assert "西湖区" not in all_seeing.get("/law/courts?place_name=浦东").text


def test_only_the_next_deadlines_are_tried_while_a_page_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.work() as work:
        for loan in add_loans(work, 3):
            open_file(work, loan.id, NewFile(PUDONG, "summary", DAY))
        work.session.flush()
        everything = moves_under(work.session, book_of(work.session))
        assert (everything.checked, everything.stored) == (3, 3)
        monkeypatch.setattr(followers, "CHECKED", 2)
        some = moves_under(work.session, book_of(work.session))
    assert (some.checked, some.stored) == (2, 3)
