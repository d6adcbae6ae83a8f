"""Article numbers of renumbered instruments."""

from datetime import date

import pytest

from recovery.law.citations import renumber

LAW = "《民事诉讼法》"
INTERPRETATION = "《民诉法解释》"
IN = {
    2013: date(2014, 1, 1),
    2017: date(2018, 1, 1),
    2021: date(2022, 6, 1),
    2023: date(2024, 6, 1),
}


@pytest.mark.parametrize(
    ("old", "new"),
    [(203, 207), (204, 208), (246, 250), (253, 257), (260, 264), (261, 265)],
)
def test_the_numbers_that_the_interpretation_still_uses_are_those_of_2021(old, new):
    assert renumber(LAW, old, written=IN[2021], wanted=IN[2023]) == new
    assert renumber(LAW, new, written=IN[2023], wanted=IN[2021]) == old


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
        assert renumber(LAW, old, written=IN[year], wanted=IN[2023]) == new, subject
        assert renumber(LAW, new, written=IN[2023], wanted=IN[year]) == old, subject


def test_an_article_that_was_new_has_no_older_number():
    assert renumber(LAW, 168, written=IN[2023], wanted=IN[2017]) is None
    assert renumber(LAW, 16, written=IN[2021], wanted=IN[2013]) is None


def test_an_instrument_that_was_never_renumbered_has_no_map():
    assert renumber("《民法典》", 188, written=IN[2021], wanted=IN[2023]) is None


def test_the_interpretation_lost_two_articles_in_2022():
    before, after = date(2020, 1, 1), date(2023, 1, 1)
    assert renumber(INTERPRETATION, 487, written=before, wanted=after) == 485
    assert renumber(INTERPRETATION, 277, written=before, wanted=after) == 275
    assert renumber(INTERPRETATION, 125, written=before, wanted=after) == 125
