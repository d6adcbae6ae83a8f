"""Every field that any record commits to has a name in both languages."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.dossiers.words import label_of
from recovery.evidence.items.words import HIDDEN, shown_fields
from recovery.evidence.sequencer import fields_of
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import reading
from recovery.web.language import translate_for
from tests.evidence.dossiers.making import make_file, make_loans, make_package

PACKAGE = Path(__file__).parents[2] / "recovery"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def functions(saying: str) -> list[ast.FunctionDef]:
    """Return every function of the files of the program that match an expression."""
    texts = (path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    trees = [ast.parse(text) for text in texts if re.search(saying, text)]
    return [one for tree in trees for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]


def registered_fields(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield what a function registers as fields: `work.register(…, fields=…)`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".register"):
            yield from (one.value for one in node.keywords if one.arg == "fields")


def keys_in(node: ast.AST) -> set[str]:
    """Return the texts that are keys of dictionaries written out in a part of the program."""
    found: set[str] = set()
    for one in ast.walk(node):
        keys = one.keys if isinstance(one, ast.Dict) else ()
        found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return found


def written_names() -> set[str]:
    """Return the fields written out where something is registered, or in what is called there."""
    names, called = set[str](), set[str]()
    for function in functions(r"\.register\("):
        for fields in registered_fields(function):
            used = {one.id for one in ast.walk(fields) if isinstance(one, ast.Name)}
            for one in ast.walk(function):
                if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) in used:
                    names |= keys_in(one.value)
            names |= keys_in(fields)
            calls = (one for one in ast.walk(fields) if isinstance(one, ast.Call))
            called |= {ast.unparse(one.func).rpartition(".")[2] for one in calls}
    for function in functions(rf"def ({'|'.join(called)})\("):
        if function.name in called:
            names |= keys_in(function)
    return names


def named_in_both(name: str) -> bool:
    label = label_of(name)
    if label is None:
        return False
    with reading(translate_for("en")):
        return CHINESE.search(str(label)) is None


def test_every_field_written_where_something_is_registered_is_named(app: Flask) -> None:
    names = written_names()
    assert {"from_holder", "registered_late_days", "population_digest", "further"} <= names
    assert {name for name in names if not named_in_both(name)} == set()


MAKERS: dict[str, Callable[[Actor], Any]] = {
    "loan": lambda actor: make_loans(actor)[0],
    "file": make_file,
    "package": make_package,
}


@pytest.mark.parametrize("subject", list(MAKERS))
def test_every_field_of_what_a_dossier_rests_on_is_named(
    app: Flask, actor: Actor, subject: str
) -> None:
    record = MAKERS[subject](actor)
    export_dossier(actor, record.id, Wanted(subject=subject))
    db.session.rollback()
    intents = db.session.scalars(select(RegistrationIntent)).all()
    names = {name for one in fields_of(db.session(), intents).values() for name in one}
    assert len(names) > 30
    assert {name for name in names if not named_in_both(name)} == set()


def test_one_of_several_is_named_with_its_number_and_hidden_like_a_single_one(app: Flask) -> None:
    [(label, value)] = shown_fields({"party.2.id_number": "310101199001011234"})
    assert (str(label), str(value)) == ("当事人 2：证件号码", "已登记，不在此显示")
    with reading(translate_for("en")):
        assert str(label_of("total.principal")) == "Total: Principal"
    assert "id_number" in HIDDEN
