"""Nobody who operates the book learns what an auditor looks at, on any route."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access.engagements import Terms, create_engagement, end_engagement
from recovery.access.models import Branch, Engagement, UserAccount
from recovery.access.rights import Role, may
from recovery.evidence.sampling import readers
from recovery.evidence.sampling.models import AuditSample, SampleFile
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import system_work, work_as
from recovery.loans.models import Loan
from tests.conftest import Browser
from tests.evidence.sampling.conftest import acting, drawn, fixed, fresh
from tests.test_routes import Call, calls, guard, send

SEED = "314159265"
FOLDERS = {"sampling", "sample_items"}


@pytest.fixture
def sample(auditor: Actor) -> AuditSample:
    """Return a sample drawn by the external auditor, with letters and files."""
    made = drawn(auditor, fixed(auditor, query="balance_from=2000"), seed=SEED, size=2)
    for kind in ("redraw", "letters"):
        with work_as(auditor) as work:
            work.enqueue("sampling.export", {"sample": made.id, "kind": kind, "language": "zh"})
    run_due_jobs()
    return fresh(made.id)


def routes(app: Flask, sample: AuditSample) -> list[Call]:
    """Return every call on pages of samples, addressed to this one."""
    file = db.session.scalars(select(SampleFile.id).where(SampleFile.sample_id == sample.id))
    values = {"sample_id": sample.id, "place": 1, "file_id": file.first(), "kind": "redraw"}
    adapter, found = app.url_map.bind("localhost"), []
    for call in calls(app):
        if call.rule.endpoint.split(".")[0] in FOLDERS and "sample_id" in call.rule.arguments:
            given = {name: values[name] for name in call.rule.arguments}
            url = adapter.build(call.rule.endpoint, given, method=call.method)
            found.append(replace(call, url=url))
    return found


def words_of(sample: AuditSample) -> list[str]:
    """Return what only readers of the sample may learn."""
    words = [SEED, sample.conditions, sample.digest, f"{sample.number}-0001"]
    return [word for word in words if word]


def test_no_route_shows_a_sample_to_who_is_not_its_reader(
    app: Flask, sample: AuditSample, signed_in: Callable[..., Browser]
) -> None:
    wrong, found = [], routes(app, sample)
    assert len(found) > 12
    for role in set(Role) - {Role.EXTERNAL_AUDITOR}:
        client = signed_in(role)
        for call in found:
            answer = send(client, call)
            if answer.status_code not in {403, 404}:
                wrong.append(f"{role} {call}: {answer.status_code}")
    assert wrong == []


def test_another_auditor_of_another_engagement_sees_nothing(
    app: Flask, sample: AuditSample, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("external_auditor", username="another")
    with system_work("tests") as work:
        row = work.session.scalars(
            select(Engagement)
            .join(UserAccount, UserAccount.id == Engagement.user_id)
            .where(UserAccount.username == "another")
        ).one()
        row.purpose = "另一项审计"
    for call in routes(app, sample):
        assert send(client, call).status_code == 404, str(call)
    assert sample.number not in client.get("/evidence/samples/").text


def test_no_page_of_the_whole_program_tells_the_seed_or_the_conditions(
    app: Flask, sample: AuditSample, signed_in: Callable[..., Browser]
) -> None:
    told, secret = [], words_of(sample)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault of another page hides nothing here
    pages = [call for call in calls(app) if call.method == "GET" and not call.rule.arguments]
    own_pages = [f"/jobs/{number}" for number in range(1, 8)]
    of_house = select(RegistrationIntent.id).where(RegistrationIntent.loan_id.is_(None))
    own_pages += [f"/evidence/items/{number}" for number in db.session.scalars(of_house)]
    assert len(own_pages) > 8
    for role in (Role.COUNSEL, Role.ADMINISTRATOR, Role.AUDITOR):
        client = signed_in(role)
        for url in [*(call.url for call in pages), *own_pages]:
            answer = client.get(url)
            if answer.mimetype.startswith("text/"):
                told += [f"{role} {url}: {word}" for word in secret if word in answer.text]
    assert told == []


def test_an_administrator_sees_that_there_is_a_sample_and_whose(
    sample: AuditSample, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("administrator")
    page = client.get("/evidence/samples/").text
    assert sample.number in page
    assert "external-auditor" in page
    assert sample.title not in page
    assert f"/evidence/samples/{sample.id}" not in page
    for job_id in range(1, 12):
        page = client.get(f"/jobs/{job_id}").text
        assert not any(ending in page for ending in (".zip", ".csv", ".xlsx"))


def test_the_auditor_sees_it_and_no_more_once_the_engagement_ends(
    app: Flask, sample: AuditSample, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("external_auditor")
    assert SEED in client.get(f"/evidence/samples/{sample.id}").text
    for call in routes(app, sample):
        if call.method == "GET":
            with send(client, call) as answer:
                assert answer.status_code == 200, str(call)
    with system_work("tests") as work:
        end_engagement(work, work.session.get_one(Engagement, sample.engagement_id))
    with pytest.raises(NotFound):
        account = db.session.get_one(UserAccount, sample.auditor_id)
        readers.find_sample(db.session(), sample.id, acting(account), fresh_day())
    answer = signed_in("external_auditor").get(f"/evidence/samples/{sample.id}")
    assert answer.status_code == 403


def fresh_day() -> date:
    """Return the business day, reading afresh from now on."""
    db.session.rollback()
    return clock.today()


def test_a_colleague_sees_it_once_named(
    sample: AuditSample, auditor: Actor, person: Callable[..., UserAccount]
) -> None:
    colleague = person("external_auditor", username="colleague")
    today = fresh_day()
    with pytest.raises(NotFound):
        readers.find_sample(db.session(), sample.id, acting(colleague), today)
    stranger = person("counsel")
    with pytest.raises(RuleViolation), work_as(auditor) as work:
        readers.add_reader(work, sample.id, stranger.id)
    with work_as(auditor) as work:
        readers.add_reader(work, sample.id, colleague.id)
    db.session.rollback()
    seen = readers.find_sample(db.session(), sample.id, acting(colleague), today)
    assert seen.number == sample.number
    with pytest.raises(RuleViolation), work_as(acting(colleague)) as work:
        readers.add_reader(work, sample.id, colleague.id)


def test_a_new_engagement_does_not_open_the_sample_of_an_old_one(
    sample: AuditSample, auditor: Actor
) -> None:
    with system_work("tests") as work:
        end_engagement(work, work.session.get_one(Engagement, sample.engagement_id))
        branch = work.session.scalars(select(Branch)).first()
        account = work.session.get_one(UserAccount, auditor.id)
        last = work.today + timedelta(days=3)
        terms = Terms("另一项审计", work.today, last, frozenset({branch.id}))
        create_engagement(work, account, terms)
    today = fresh_day()
    account = db.session.get_one(UserAccount, auditor.id)
    with pytest.raises(NotFound):
        readers.find_sample(db.session(), sample.id, acting(account), today)


def test_an_internal_auditor_has_samples_of_ones_own(
    book: list[Loan], person: Callable[..., UserAccount], signed_in: Callable[..., Browser]
) -> None:
    own = fixed(acting(person("auditor")))
    assert own.item_count == len(book)
    other = signed_in("auditor", username="second.auditor")
    assert other.get(f"/evidence/samples/{own.id}").status_code == 404
    assert signed_in("auditor").get(f"/evidence/samples/{own.id}").status_code == 200


def test_an_external_auditor_writes_nothing_but_the_own_sample(app: Flask) -> None:
    writing = set()
    for call in calls(app):
        action = guard(app, call)
        if call.method == "POST" and action and may(Role.EXTERNAL_AUDITOR, action):
            writing.add(action)
    own = {Action.DRAW_SAMPLE, Action.RECORD_SAMPLE}
    assert own <= writing
    reading = {Action.EXPORT_CONTROLS, Action.EXPORT_DOSSIER, Action.EXPORT_PACKAGE}
    account = {Action.SIGN_OUT, Action.SIGN_OUT_EVERYWHERE, Action.CHANGE_OWN_ACCOUNT}
    left = {
        action
        for action in writing - own - reading - account
        if action.value.split(".")[1].split("_")[0] not in {"view", "verify", "save", "take"}
    }
    assert left == set()
