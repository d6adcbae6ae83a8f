"""Article numbers of renumbered instruments."""

from datetime import date

import pytest

from recovery.law.citations import edition_on

LAW = "《民事诉讼法》"
INTERPRETATION = "《民诉法解释》"
"""Of both, the numbers of the edition in force are those that the parameters use."""

IN = {
    2013: date(2014, 1, 1),
    2017: date(2018, 1, 1),
    2021: date(2022, 6, 1),
    2023: date(2024, 6, 1),
}


def number(instrument, article, on):
    """Return the number that an article of today had, or has, on a day."""
    edition = edition_on(instrument, on)
    assert edition is not None
    return edition.number(article)


@pytest.mark.parametrize(
    ("old", "new"),
    [(203, 207), (204, 208), (246, 250), (253, 257), (260, 264), (261, 265)],
)
def test_the_numbers_that_the_interpretation_still_uses_are_those_of_2021(old, new):
    assert number(LAW, new, IN[2021]) == old


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        (65, 68, "evidence"),
        (82, 85, "periods"),
        (92, 95, "publication"),
        (100, 103, "preservation"),
        (125, 128, "answer"),
        (149, 152, "trial term"),
        (155, 158, "effectiveness"),
        (161, 164, "summary term"),
        (164, 171, "appeal"),
        (176, 183, "second instance"),
        (205, 216, "retrial"),
        (225, 236, "enforcement conduct"),
        (227, 238, "third-party objection"),
        (239, 250, "enforcement application"),
        (253, 264, "delayed performance"),
    ],
)
def test_the_numbers_of_2013_and_2017_lead_to_those_of_2023(old, new, subject):
    for year in (2013, 2017):
        assert number(LAW, new, IN[year]) == old, subject


def test_an_article_that_was_new_has_no_older_number():
    assert number(LAW, 168, IN[2017]) is None
    assert number(LAW, 16, IN[2013]) is None


def test_an_instrument_that_was_never_renumbered_has_no_map():
    assert edition_on("《民法典》", IN[2023]) is None


def test_the_interpretation_lost_two_articles_in_2022():
    before, after = date(2020, 1, 1), date(2023, 1, 1)
    for old, new in ((487, 485), (277, 275), (125, 125)):
        assert number(INTERPRETATION, new, before) == old
        assert number(INTERPRETATION, new, after) == new
