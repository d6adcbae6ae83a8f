"""The calculators of counsel: every rule of the law with its form, and the four worksheets."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.law.registry import RULES
from recovery.rulebook.calculator_forms import CalculatorForm, asked, form_of, inputs_of
from recovery.rulebook.calculators import Outcome, Place, outcome
from recovery.rulebook.courts import suggested
from recovery.rulebook.service import current_book
from recovery.rulebook.sheets import Entry, form_of_sheet, sheets
from recovery.rulebook.words import rule_title, rules_by_subject, subject_of, subjects
from recovery.web.people import current_actor
from recovery.web.rights import allowed

bp = Blueprint("law", __name__, url_prefix="/law")


@bp.get("/")
@allowed(Action.USE_CALCULATORS)
def index() -> ResponseReturnValue:
    """List every rule by subject; `q` narrows by title or id."""
    words = request.args.get("q", "").strip()
    found = {
        subject: [(rule, rule_title(rule)) for rule in rules if _matches(rule, words)]
        for subject, rules in rules_by_subject().items()
    }
    return render_template(
        "rulebook/calculators.html",
        found={subject: rules for subject, rules in found.items() if rules},
        subjects=subjects(),
        sheets=sheets().values(),
        searched=words,
        count=sum(map(len, found.values())),
    )


def _matches(rule: str, words: str) -> bool:
    title = rule_title(rule)
    subject = subjects()[subject_of(rule)]
    text = f"{rule} {title.chinese} {title.english} {subject.chinese} {subject.english}".lower()
    return all(word in text for word in words.lower().split())


@bp.get("/courts")
@allowed(Action.USE_CALCULATORS)
def suggest_courts() -> ResponseReturnValue:
    """Suggest courts for what was typed, whatever the field is called."""
    typed = request.args.get("court") or request.args.get("place_name", "")
    lines = suggested(db.session(), current_actor().scope, current_book(), typed)
    return render_template("_options.html", lines=lines)


@bp.get("/rules/<rule>")
@allowed(Action.USE_CALCULATORS)
def show(rule: str) -> ResponseReturnValue:
    """Show the calculator of one rule, with its answer where the question is complete."""
    if rule not in RULES:
        raise NotFound(_("没有这条规则。"))
    form = asked(form_of(rule), _given())
    answered = _answer(rule, form)
    siblings = [(one, rule_title(one)) for one in rules_by_subject()[subject_of(rule)]]
    return render_template(
        "rulebook/calculator.html",
        rule=rule,
        title=rule_title(rule),
        subject=subjects()[subject_of(rule)],
        form=form,
        answered=answered,
        siblings=siblings,
        place=_place(form),
        asked_inputs=_typed(form),
    )


def _given() -> MultiDict[str, str]:
    """Return the query string without blank values, which were not filled in."""
    return MultiDict(
        [(name, text) for name, text in request.args.items(multi=True) if text.strip()]
    )


def _answer(rule: str, form: CalculatorForm) -> Outcome | None:
    """Return the answer; None where nothing was asked yet or the form has errors."""
    if RULES[rule].inputs and not _given():
        return None
    if not form.validate():
        return None
    answered = outcome(rule, inputs_of(form), _place(form), clock.today())
    if answered.fault and answered.field in form:
        form[answered.field].errors = [answered.fault]
    return answered


def _place(form: CalculatorForm) -> Place:
    return Place(form.on.data, form.court.data or "", form.place_province.data or "")


def _typed(form: CalculatorForm) -> list[tuple[str, str]]:
    """Return what was asked, for the printed page: label and text as typed."""
    lines = []
    for field in form:
        if field.raw_data and str(field.raw_data[0]).strip():
            choices = {one.value: str(one.label) for one in getattr(field, "choices", None) or ()}
            text = str(field.raw_data[0])
            lines.append((str(field.label.text), choices.get(text, text)))
    return lines


@bp.get("/sheets/<name>")
@allowed(Action.USE_CALCULATORS)
def sheet(name: str) -> ResponseReturnValue:
    """Show a worksheet: every answer that follows from its facts."""
    if name not in sheets():
        raise NotFound(_("没有这张计算表。"))
    one, form = sheets()[name], asked(form_of_sheet(name), _given())
    complete = bool(_given()) and form.validate()
    rows = _rows(one.entries, form) if complete else []
    return render_template(
        "rulebook/sheet.html",
        sheet=one,
        sheets=sheets().values(),
        form=form,
        rows=rows,
        complete=complete,
        asked_inputs=_typed(form),
    )


def _rows(entries: tuple[Entry, ...], form: CalculatorForm) -> list[dict[str, Any]]:
    facts, place = inputs_of(form), _place(form)
    rows = []
    for entry in entries:
        question = entry.question(facts)
        if question is None:
            continue
        answered = outcome(entry.rule, question, place, clock.today())
        rows.append({"entry": entry, "outcome": answered, "url": _address(entry, form)})
    return rows


def _address(entry: Entry, form: CalculatorForm) -> str:
    """Return the calculator of an entry's rule, with the facts filled in as they were typed."""
    given = _given()
    typed = {name: given[fact] for name, fact in entry.facts.items() if fact in given}
    places = {name: given[name] for name in ("on", "court", "place_province") if name in given}
    fixed = {name: str(value) for name, value in entry.fixed.items()}
    return f"{url_for('.show', rule=entry.rule)}?{urlencode({**typed, **fixed, **places})}"
