"""What rules, inputs, results and parameters are called, in the reader's language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import recovery.law.rules  # noqa: F401 - completes the registry
from recovery.kernel.text import Text
from recovery.law.parameters import Parameter, standard_parameters
from recovery.law.registry import RULES
from recovery.web.language import current_language

FILE = Path(__file__).parent / "words.toml"

SUBJECT_OF = {
    "acceleration": "limitation",
    "auto_loan": "lending",
    "calendar": "period",
    "chain": "period",
    "dishonest_debtor": "enforcement",
    "evidence_period": "procedure",
    "extension": "lending",
    "foreclosed_asset": "auction",
    "judgment": "period",
    "mediation": "procedure",
    "retention": "collection",
    "sale": "auction",
    "service": "procedure",
    "small_claims": "procedure",
    "civil_period": "period",
    "trial": "procedure",
    "lpr": "interest",
}
"""First part of a rule's or parameter's name → its subject, where it is not itself one."""


@dataclass(frozen=True, slots=True, eq=False)
class Word(Text):
    """A word kept in both languages beside what it names; `str()` is the reader's."""

    english: str = ""

    @property
    def chinese(self) -> str:
        """The word in Chinese."""
        return self.key

    def __str__(self) -> str:
        return self.english if current_language() == "en" else self.key


def word(chinese: str, english: str) -> Word:
    """Return a word in both languages."""
    return Word(chinese, english=english)


@cache
def words() -> Mapping[str, Mapping[str, Word]]:
    """Return every section of the file: name → word."""
    sections = tomllib.loads(FILE.read_text("utf-8"))
    return {
        section: {name: word(*pair) for name, pair in entries.items()}
        for section, entries in sections.items()
    }


def rule_title(rule: str) -> Word:
    """Return what a rule is called."""
    found = words()["rules"].get(rule)
    return found or parameter_title(standard_parameters()[rule])


def parameter_title(parameter: Parameter) -> Word:
    """Return what a parameter is called."""
    return word(parameter.title, parameter.title_en)


def input_label(rule: str, name: str) -> Word:
    """Return what an input of a rule is called; `name` as callers outside Python know it."""
    known = words()["inputs"]
    return known.get(f"{rule}.{name}") or known[name]


def part_label(name: str) -> Word:
    """Return what a part of an item of a list is called."""
    return words()["parts"][name]


def result_label(name: str) -> Word:
    """Return what a result is called."""
    return words()["results"].get(name) or word(name, name)


def unit_label(unit: str) -> Word | str:
    """Return what a parameter is measured in."""
    return words()["units"].get(unit, unit)


def value_label(value: str) -> Word | str:
    """Return what a closed value is called; any other text as it is."""
    return words()["values"].get(value, value)


def subject_of(name: str) -> str:
    """Return the subject that a rule or parameter belongs to."""
    first = name.split(".", 1)[0]
    return SUBJECT_OF.get(first, first)


def subjects() -> Mapping[str, Word]:
    """Return every subject with its name, in the order of pages."""
    return words()["subjects"]


@cache
def rules_by_subject() -> Mapping[str, tuple[str, ...]]:
    """Return the rules of each subject."""
    return {
        subject: tuple(sorted(rule for rule in RULES if subject_of(rule) == subject))
        for subject in subjects()
    }
