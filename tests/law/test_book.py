"""The law book: additions, confirmations, settings of places, versions, and its own data."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from recovery.law import rules
from recovery.law.book import Additions, Confirmation, LawBook, NewVersion, Setting
from recovery.law.caps import private_lending_cap
from recovery.law.classification import overdue_floor
from recovery.law.doubled import doubled_interest_between
from recovery.law.errors import NoLawInForce
from recovery.law.fees import acceptance_fee, security_realization_fee
from recovery.law.parameters import Version
from recovery.law.registry import RULES, ask
from recovery.law.service import service_by_publication
from tests.law.test_cases import CASES

assert rules.MODULES

TODAY = date(2026, 11, 23)
BOOK = LawBook.standard()


def version(value, since=date(2007, 4, 1)):
    return Version(value, since, "《上海高院通知》", "", "2024年", "V", confirmed=True)


def test_equal_books_have_equal_versions_and_additions_change_them():
    added = Additions(versions=(NewVersion("lpr.one_year", version(Decimal("2.90"))),))
    assert BOOK.with_additions(Additions()).version == BOOK.version
    assert BOOK.with_additions(added).version == BOOK.with_additions(added).version
    assert BOOK.with_additions(added).version != BOOK.version


def test_a_later_version_counts_from_its_first_day_and_leaves_the_old_book_alone():
    lower = version(Decimal("2.90"), date(2026, 10, 20))
    book = BOOK.with_additions(Additions(versions=(NewVersion("lpr.one_year", lower),)))
    rates = [
        private_lending_cap(book, TODAY, contract_formed=day).amount("cap_pct")
        for day in (date(2026, 10, 19), date(2026, 10, 20))
    ]
    assert rates == [Decimal("12.00"), Decimal("11.60")]
    assert private_lending_cap(BOOK, TODAY, contract_formed=date(2026, 10, 20)).amount(
        "cap_pct"
    ) == Decimal("12.00")


def test_a_lending_rate_after_the_last_published_says_that_it_is_the_last():
    said = private_lending_cap(BOOK, TODAY, contract_formed=date(2026, 1, 5)).trace
    assert str(said[-1]) == "其后没有已录入的LPR，沿用最近一次公布的数值。"
    assert len(private_lending_cap(BOOK, TODAY, contract_formed=date(2024, 8, 1)).trace) == 1


def test_a_secondary_source_is_unconfirmed_until_an_administrator_confirms_it():
    assert not overdue_floor(BOOK, TODAY, days_overdue=91).confirmed
    confirmed = Confirmation("risk_class.overdue_floor", date(2023, 7, 1))
    book = BOOK.with_additions(Additions(confirmations=(confirmed,)))
    assert overdue_floor(book, TODAY, days_overdue=91).confirmed
    assert book.version != BOOK.version


def test_a_version_that_does_not_exist_cannot_be_confirmed():
    wrong = Confirmation("risk_class.overdue_floor", date(2023, 7, 2))
    with pytest.raises(NoLawInForce):
        BOOK.with_additions(Additions(confirmations=(wrong,)))


def test_an_addition_to_a_parameter_that_does_not_exist_is_refused():
    with pytest.raises(NoLawInForce):
        BOOK.with_additions(Additions(versions=(NewVersion("court_fee.tea", version(1)),)))
    with pytest.raises(NoLawInForce):
        BOOK.with_additions(Additions(settings=(Setting("court_fee.tea", "court:A", version(1)),)))


def test_a_court_that_rounds_to_the_yuan_does_so_only_at_that_court():
    setting = Setting("court_fee.rounding", "court:A", version("yuan"))
    book = BOOK.with_additions(Additions(settings=(setting,)))
    amount = Decimal("86543.21")
    assert acceptance_fee(book, TODAY, amount=amount).amount("fee") == Decimal("1963.58")
    at = acceptance_fee(book.at("province:上海", "court:A"), TODAY, amount=amount)
    assert at.amount("fee") == Decimal("1964.00")
    assert "《上海高院通知》（2024年）" in at.articles
    other = acceptance_fee(book.at("court:B"), TODAY, amount=amount)
    assert other.amount("fee") == Decimal("1963.58")


def test_a_court_setting_counts_from_its_first_day_and_before_it_the_national_rule():
    setting = Setting("court_fee.rounding", "court:A", version("yuan", date(2024, 1, 1)))
    book = BOOK.with_additions(Additions(settings=(setting,))).at("court:A")
    fees = [
        acceptance_fee(book, day, amount=Decimal(10001)).amount("fee")
        for day in (date(2023, 12, 31), date(2024, 1, 1))
    ]
    assert fees == [Decimal("50.03"), Decimal("50.00")]


def test_security_realization_costs_what_the_court_has_set():
    per_item = Setting("court_fee.security_realization", "court:A", version({"per_item": 100}))
    share = Setting(
        "court_fee.security_realization",
        "court:B",
        version({"share_of_acceptance": Decimal("0.5")}),
    )
    book = BOOK.with_additions(Additions(settings=(per_item, share)))
    fees = {
        place: security_realization_fee(book.at(place), TODAY, amount=Decimal(100000)).amount("fee")
        for place in ("court:A", "court:B")
    }
    assert fees == {"court:A": Decimal("100.00"), "court:B": Decimal("1150.00")}
    with pytest.raises(NoLawInForce):
        security_realization_fee(book, TODAY, amount=Decimal(100000))


def test_a_court_may_count_the_days_of_doubled_interest_its_own_way():
    own = version("both_ends", date(2014, 8, 1))
    setting = Setting("interest.doubled.day_convention", "court:A", own)
    book = BOOK.with_additions(Additions(settings=(setting,)))
    asked = {
        "base": Decimal(80000),
        "performance_period_end": date(2024, 1, 15),
        "paid": date(2024, 3, 1),
    }
    assert doubled_interest_between(book, TODAY, **asked).number("days") == 46
    assert doubled_interest_between(book.at("court:A"), TODAY, **asked).number("days") == 47


def test_a_citation_is_in_the_numbering_of_the_day():
    old = service_by_publication(BOOK, date(2021, 6, 1), publish_date=date(2021, 6, 1))
    new = service_by_publication(BOOK, TODAY, publish_date=date(2024, 1, 10))
    assert "《民事诉讼法》（2017年修正）第92条" in old.articles
    assert "《民事诉讼法》（2023年修正）第95条" in new.articles


def test_every_parameter_states_its_source_and_only_a_read_article_ships_confirmed():
    for name, parameter in BOOK.parameters.items():
        assert parameter.title, name
        assert parameter.title_en, name
        assert parameter.unit, name
        sinces = [each.since for each in parameter.versions]
        assert sinces == sorted(set(sinces)), name
        for each in parameter.versions:
            assert each.instrument, name
            assert each.confirmed == (each.mark == "V"), name


def test_every_parameter_is_read_by_some_rule_or_waits_for_a_court():
    read = set()
    for case in CASES:
        if "result" in case:
            inputs = dict(case["inputs"])
            if case["rule"] == "repayment.several_debts":
                inputs.setdefault("debtor_designation", None)
            read |= {name for name, _version in ask(case["rule"], inputs, BOOK, TODAY).reads}
    settings = {"court_fee.rounding", "court_fee.security_realization"}
    assert set(BOOK.parameters) - read == settings


def test_every_rule_has_words_for_what_it_does_and_a_trace():
    for name, rule in RULES.items():
        assert (rule.__doc__ or "").strip(), name


def test_a_changed_value_changes_the_version_even_where_the_source_is_the_same():
    known = BOOK.parameters["court_fee.payment_order"].versions[0]
    changed = NewVersion("court_fee.payment_order", replace(known, value=4))
    book = BOOK.with_additions(Additions(versions=(changed,)))
    assert book.version != BOOK.version
    assert book.in_force("court_fee.payment_order", TODAY).value == 4
