"""Administration of people and places: what the services refuse, and the pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from recovery.access import engagements, queries, service, sessions
from recovery.access.engagements import Terms
from recovery.access.identity import actor_of, scope_of
from recovery.access.models import ApprovalLimit, Branch, Engagement, UserAccount
from recovery.access.rights import Role
from recovery.access.throttle import Origin
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, NOTHING, Scope
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import Work, system_work, work_as
from tests.conftest import NOW, Browser

TODAY = clock.business_day(NOW)
DAY = timedelta(days=1)
HERE = Origin("127.0.0.1", "")


def fresh(account: UserAccount) -> UserAccount:
    db.session.rollback()
    return db.session.get_one(UserAccount, account.id)


def as_boss(person: Callable[..., UserAccount]):
    boss = person("administrator")
    return work_as(actor_of(db.session(), boss, TODAY), now=NOW)


def row(work: Work, account: UserAccount) -> UserAccount:
    return work.session.get_one(UserAccount, account.id)


def test_nobody_changes_resets_or_ends_their_own_account_as_administrator(person):
    boss = person("administrator")
    with as_boss(person) as work:
        mine = row(work, boss)
        with pytest.raises(RuleViolation, match="另一位管理员"):
            service.end_user(work, mine)
        with pytest.raises(RuleViolation, match="我的账户"):
            service.reset_password(work, mine)
        with pytest.raises(RuleViolation, match="我的账户"):
            service.reset_second_factor(work, mine)
        with pytest.raises(RuleViolation, match="另一位管理员"):
            service.change_user(work, mine, name="x", role=Role.APPROVER, branch=None, agency=None)


def test_the_last_administrator_cannot_be_ended(person):
    boss = person("administrator")
    with system_work("command", now=NOW) as work, pytest.raises(RuleViolation, match="最后一位"):
        service.end_user(work, row(work, boss))
    person("administrator", username="second")
    with system_work("command", now=NOW) as work:
        service.end_user(work, row(work, boss))
    assert fresh(boss).ended_at == NOW


def test_a_reset_ends_every_session_and_asks_for_a_new_password(person):
    counsel = person("counsel")
    with system_work("tests", now=NOW) as work:
        sessions.start_session(work, row(work, counsel), HERE)
    with as_boss(person) as work:
        service.reset_password(work, row(work, counsel))
    assert queries.open_sessions(db.session(), counsel.id, NOW) == []
    assert fresh(counsel).must_change_password


def test_a_changed_role_ends_the_sessions_and_is_audited_without_the_name(person):
    counsel = person("counsel")
    with system_work("tests", now=NOW) as work:
        sessions.start_session(work, row(work, counsel), HERE)
    with as_boss(person) as work:
        branch = work.session.get_one(Branch, counsel.branch_id)
        service.change_user(
            work, row(work, counsel), name="新名", role=Role.COLLECTOR, branch=branch, agency=None
        )
    assert queries.open_sessions(db.session(), counsel.id, NOW) == []
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event.changes["role"] == ["counsel", "collector"]
    assert "新名" not in str(event.changes)


def test_a_changed_name_alone_ends_no_session(person):
    counsel = person("counsel")
    with system_work("tests", now=NOW) as work:
        sessions.start_session(work, row(work, counsel), HERE)
    with as_boss(person) as work:
        branch = work.session.get_one(Branch, counsel.branch_id)
        service.change_user(
            work, row(work, counsel), name="新名", role=Role.COUNSEL, branch=branch, agency=None
        )
    assert len(queries.open_sessions(db.session(), counsel.id, NOW)) == 1


@pytest.mark.parametrize(
    ("role", "place", "everything"),
    [
        ("administrator", "none", True),
        ("auditor", "none", True),
        ("approver", "none", True),
        ("approver", "branch", False),
        ("asset_manager", "none", True),
        ("asset_manager", "branch", False),
    ],
)
def test_who_sees_the_whole_book_and_who_one_branch(person, role, place, everything):
    account = person(role)
    branch = db.session.scalars(select(Branch)).one().id
    with system_work("tests", now=NOW) as work:
        row(work, account).branch_id = branch if place == "branch" else None
    scope = scope_of(db.session(), fresh(account), TODAY)
    assert scope == (EVERYTHING if everything else Scope(branches=frozenset({branch})))


def test_counsel_see_their_branch_and_their_own_files_collectors_their_branch(person):
    counsel, collector = person("counsel"), person("collector")
    branch = frozenset({counsel.branch_id})
    assert scope_of(db.session(), fresh(counsel), TODAY) == Scope(
        branches=branch, owner_id=counsel.id
    )
    assert scope_of(db.session(), fresh(collector), TODAY) == Scope(branches=branch)


def test_an_agency_user_sees_the_placements_of_the_agency_only(person):
    account = person("agency_user")
    scope = scope_of(db.session(), fresh(account), TODAY)
    assert scope == Scope(agency_id=account.agency_id)


@pytest.fixture
def auditor(person: Callable[..., UserAccount]) -> UserAccount:
    """Return an external auditor without an engagement."""
    account = person("external_auditor")
    with system_work("tests", now=NOW) as work:
        for engagement in work.session.scalars(select(Engagement)):
            engagement.ended_at = NOW
    return account


def engage(person, auditor: UserAccount, first_day, last_day, **what) -> int:
    with as_boss(person) as work:
        if not what:
            what = {"branches": frozenset(work.session.scalars(select(Branch.id)))}
        terms = Terms("年度审计", first_day, last_day, **what)
        return engagements.create_engagement(work, row(work, auditor), terms).id


def test_without_an_engagement_an_external_auditor_sees_nothing(auditor):
    assert scope_of(db.session(), fresh(auditor), TODAY) == NOTHING


def test_an_engagement_opens_from_its_first_day_to_its_last_day_inclusive(person, auditor):
    engage(person, auditor, TODAY + DAY, TODAY + 3 * DAY)
    seen = [
        scope_of(db.session(), fresh(auditor), TODAY + offset * DAY) != NOTHING
        for offset in range(5)
    ]
    assert seen == [False, True, True, True, False]


def test_engagements_add_up_to_branches_and_packages(person, auditor):
    engage(person, auditor, TODAY, TODAY)
    engage(person, auditor, TODAY, TODAY, packages=frozenset({7}))
    branches = frozenset(db.session.scalars(select(Branch.id)))
    scope = scope_of(db.session(), fresh(auditor), TODAY)
    assert scope == Scope(branches=branches, packages=frozenset({7}))


def test_an_engagement_that_is_ended_closes_at_once(person, auditor):
    number = engage(person, auditor, TODAY, TODAY + DAY)
    with as_boss(person) as work:
        engagements.end_engagement(work, queries.engagement(work.session, number))
    assert scope_of(db.session(), fresh(auditor), TODAY) == NOTHING


@pytest.mark.parametrize(
    ("first", "last", "what", "sentence"),
    [
        (TODAY, TODAY - DAY, {}, "不能早于第一日"),
        (TODAY - 2 * DAY, TODAY - DAY, {}, "已经过去"),
        (TODAY, TODAY, {"branches": frozenset()}, "至少选择一个"),
        (TODAY, TODAY, {"branches": frozenset({987})}, "所选机构不存在"),
    ],
)
def test_an_engagement_that_opens_nothing_is_refused(person, auditor, first, last, what, sentence):
    with pytest.raises(RuleViolation, match=sentence):
        engage(person, auditor, first, last, **what)


def test_only_an_external_auditor_is_engaged(person):
    with pytest.raises(RuleViolation, match="外部审计"):
        engage(person, person("auditor"), TODAY, TODAY)


def test_outside_the_engagement_an_external_auditor_opens_the_own_account_only(signed_in):
    client = signed_in("external_auditor")
    with system_work("tests") as work:
        work.session.scalars(select(Engagement)).one().last_day = clock.today() - DAY
    assert client.get("/account").status_code == 200
    assert client.get("/files/").status_code == 403


def test_an_account_is_made_on_its_page_and_its_password_shown_once(signed_in):
    client = signed_in("administrator")
    signed_in("counsel")
    typed = {"username": "li.na", "name": "李娜", "role": "counsel", "branch": "101 机构 101"}
    page = client.post("/people/new", data={**typed, "language": "zh"})
    password = re.search(r'handed-password">([a-z0-9-]{19})<', page.text)[1]
    opened = sessions.sign_in("li.na", password, origin=HERE, now=clock.now(), today=clock.today())
    assert opened.token
    account = queries.account_named(db.session(), "li.na")
    assert password not in client.get(f"/people/{account.id}").text


def test_an_unknown_branch_is_named_beside_its_field_and_nothing_is_lost(signed_in):
    client = signed_in("administrator")
    typed = {"username": "li.na", "name": "李娜", "role": "counsel", "branch": "404"}
    page = client.post("/people/new", data={**typed, "language": "zh"})
    assert page.status_code == 422
    assert "没有找到“404”" in page.text
    assert 'value="李娜"' in page.text


def test_a_stale_change_says_who_changed_what_and_loses_nothing(signed_in, person):
    client = signed_in("administrator")
    counsel = person("counsel")
    stale = {"name": "手工", "role": "counsel", "branch": "101", "version": "1"}
    page = client.post(f"/people/{counsel.id}/change", data=stale)
    assert page.status_code == 409
    assert "改动了这条记录" in page.text
    assert 'value="手工"' in page.text


def test_people_are_found_by_name_role_and_state(signed_in, person):
    client = signed_in("administrator")
    person("counsel")
    ended = person("approver")
    with system_work("tests", now=NOW) as work:
        row(work, ended).ended_at = NOW
    assert "counsel" in client.get("/people/?q=coun").text
    listed = client.get("/people/?state=ended").text
    assert f"/people/{ended.id}" in listed
    assert listed.count("data-url=") == 1
    assert client.get("/people/?role=counsel").text.count("data-url=") == 1


def test_places_are_made_and_renamed(signed_in):
    client = signed_in("administrator")
    typed = {"code": "310", "name": "上海分公司"}
    assert client.post("/places/branches/new", data=typed).location == "/places/"
    again = client.post("/places/branches/new", data=typed)
    assert "“310”已存在。" in again.text
    branch = queries.branch_coded(db.session(), "310")
    client.post(f"/places/branches/{branch.id}", data={"name": "沪中分公司"})
    assert "沪中分公司" in client.get("/places/").text


def test_a_limit_is_set_by_another_administrator(signed_in, person):
    client, approver = signed_in("administrator"), person("approver")
    done = client.post(f"/people/{approver.id}/limit", data={"kind": "*", "amount": "50万"})
    assert done.location == f"/people/{approver.id}"
    db.session.rollback()
    assert db.session.scalars(select(ApprovalLimit)).one().amount == Decimal("500000.00")
    assert "500,000.00" in client.get(f"/people/{approver.id}").text


@pytest.mark.parametrize("act", ["end", "reset-password", "sign-out", "reset-second-factor"])
def test_an_administrator_acts_on_the_account_of_another(
    signed_in: Callable[..., Browser], person, act
):
    client, there = signed_in("administrator"), signed_in("counsel")
    counsel = person("counsel")
    assert client.post(f"/people/{counsel.id}/{act}").status_code in {200, 302}
    assert there.get("/account").status_code == 302
