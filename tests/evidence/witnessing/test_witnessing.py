"""A witness reads the published log, cosigns its heads, and the registry shows it."""

import json
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from evidence_store import note, remote, tiles
from evidence_store.note import PrivateKey, VerifierKey
from evidence_store.witness import Refused, witness
from recovery.access.approvals import PENDING, approve_request, reject_request
from recovery.access.models import ApprovalRequest, UserAccount
from recovery.cli import cli
from recovery.evidence import queries, sequencer
from recovery.evidence.house import house_store
from recovery.evidence.public.queries import known_file
from recovery.evidence.witnessing import naming, publication, service
from recovery.evidence.witnessing.models import Cosignature, Witness
from recovery.evidence.witnessing.queries import standings
from recovery.kernel.actions import Action
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Loan
from tests.books import add_loans
from tests.conftest import NOW, Browser

ACTOR = Actor.system("tests")
FIRM = "安信会计师事务所"
SECOND = int(NOW.timestamp())


@pytest.fixture
def loan(app: Flask) -> Loan:
    """Return a loan whose records stand under a signed head."""
    with work_as(ACTOR, now=NOW) as work:
        made = add_loans(work)[0]
    sequencer.register_pending()
    sequencer.checkpoint()
    return made


@pytest.fixture
def key() -> PrivateKey:
    """Return the key of an auditing firm."""
    return note.generate("auditor.example/witness", note.COSIGNATURE)


def cosigned(folder: Path, key: PrivateKey, state: Path) -> str:
    """Return what the witness's own command gives for a copy of the log."""
    vkeys = house_store().ring.vkeys()
    return witness(remote.reader(str(folder)), key, state, vkeys=vkeys, now=SECOND)


def asked(actor: Actor, key: PrivateKey) -> Witness:
    """Propose a witness as `actor`."""
    with work_as(actor, now=NOW) as work:
        return naming.propose_witness(work, str(key.vkey), FIRM, reason="年度审计")


def decided(actor: Actor) -> ApprovalRequest:
    """Approve as `actor` what is pending."""
    with work_as(actor, now=NOW) as work:
        request = work.session.scalars(select(ApprovalRequest).filter_by(status=PENDING)).one()
        return approve_request(work, request.id, shown=request.digest)


@pytest.fixture
def two(person: Callable[..., UserAccount]) -> tuple[Actor, Actor]:
    """Return who asks and who approves."""
    accounts = person("administrator"), person("approver")
    first, second = (Actor(one.id, one.username, one.role, EVERYTHING) for one in accounts)
    return first, second


@pytest.fixture
def named(two: tuple[Actor, Actor], key: PrivateKey) -> Witness:
    """Return a witness that one person proposed and another approved."""
    one = asked(two[0], key)
    decided(two[1])
    return one


def take_in(text: str) -> list[Cosignature]:
    with work_as(ACTOR, now=NOW) as work:
        return service.take_in(work, text)


def test_what_a_named_witness_cosigned_is_shown_as_witnessed(
    loan: Loan, key: PrivateKey, named: Witness, tmp_path: Path
) -> None:
    publication.publish(house_store(), tmp_path / "copy")
    text = cosigned(tmp_path / "copy", key, tmp_path / "state")
    [row] = take_in(text)
    assert row.cosigned_at == NOW
    assert row.checkpoint_size == house_store().checkpoint_sizes()[-1]
    assert {one.reached for one in queries.registrations(db.session(), loan.id)} == {(1, 2, 4)}
    assert str(key.vkey).split("+")[0] in house_store().cosigned_head()
    assert take_in(text) == [], "the same again is nothing new"
    assert house_store().verify(full=True) == []


def test_the_public_sees_who_witnessed_a_file_while_later_heads_still_wait(
    loan: Loan, key: PrivateKey, named: Witness, tmp_path: Path
) -> None:
    kept = keep_file(BytesIO(b"signed on paper"), "contract.txt")
    with work_as(ACTOR, now=NOW) as work:
        add_documents(work, loan.id, [kept], Papers("loan_contract"))
    sequencer.register_pending()
    sequencer.checkpoint()
    db.session.rollback()
    [known] = known_file(db.session(), house_store(), kept.stored.sha256)
    assert known.witnesses == ()
    publication.publish(house_store(), tmp_path / "copy")
    take_in(cosigned(tmp_path / "copy", key, tmp_path / "state"))
    with work_as(ACTOR, now=NOW) as work:
        add_loans(work, first=500)
    sequencer.register_pending()
    sequencer.checkpoint()
    db.session.rollback()
    [known] = known_file(db.session(), house_store(), kept.stored.sha256)
    assert known.witnesses == ("auditor.example/witness",)


def test_publishing_again_gives_what_came_since_and_the_witness_follows(
    loan: Loan, key: PrivateKey, named: Witness, tmp_path: Path
) -> None:
    for number in range(2):
        leaves = publication.publish(house_store(), tmp_path / "copy")
        taken = take_in(cosigned(tmp_path / "copy", key, tmp_path / "state"))
        assert [one.checkpoint_size for one in taken] == [leaves]
        with work_as(ACTOR, now=NOW) as work:
            add_loans(work, count=300, first=1_000 * (number + 1))
        sequencer.register_pending()
        sequencer.checkpoint()


def test_a_log_that_was_rolled_back_gets_no_cosignature(
    loan: Loan, key: PrivateKey, tmp_path: Path
) -> None:
    publication.publish(house_store(), tmp_path / "old")
    with work_as(ACTOR, now=NOW) as work:
        add_loans(work, first=500)
    sequencer.register_pending()
    sequencer.checkpoint()
    publication.publish(house_store(), tmp_path / "new")
    cosigned(tmp_path / "new", key, tmp_path / "state")
    with pytest.raises(Refused, match="rollback"):
        cosigned(tmp_path / "old", key, tmp_path / "state")


def test_nothing_but_heads_keys_and_tiles_is_published(loan: Loan, tmp_path: Path) -> None:
    store = house_store()
    publication.publish(store, tmp_path / "copy")
    copied = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    files = {path.relative_to(tmp_path / "copy").as_posix() for path in copied}
    for path in files:
        assert publication.published(store, path) is not None
    for path in ("private/log.key", "../recovery.db", "objects/00/11", "tile/../private/log.key"):
        assert publication.published(store, path) is None
    everything = b"".join(path.read_bytes() for path in copied)
    assert loan.contract_no.encode() not in everything
    assert loan.borrower_name is not None
    assert loan.borrower_name.encode() not in everything
    size = store.checkpoint_sizes()[-1]
    assert {tile.path for tile in tiles.tiles_of(size)} <= files


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text[:-6] + "AAAA=\n",
        lambda text: text.partition("\n\n")[0] + "\n\n",
    ],
)
def test_what_is_no_cosignature_of_a_named_witness_is_refused(
    loan: Loan, key: PrivateKey, named: Witness, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    publication.publish(house_store(), tmp_path / "copy")
    text = cosigned(tmp_path / "copy", key, tmp_path / "state")
    with pytest.raises(RuleViolation):
        take_in(spoil(text))
    assert db.session.scalars(select(Cosignature)).all() == []


def test_a_head_of_another_log_is_refused(loan: Loan, key: PrivateKey, named: Witness) -> None:
    other = note.sign("log.example/other\n1\n" + "A" * 43 + "=\n", str(note.generate("other")))
    text = note.cosign(other, str(key), SECOND)
    with pytest.raises(RuleViolation, match="没有保存"):
        take_in(text)


def test_a_witness_counts_when_a_second_person_has_approved_it(
    loan: Loan, key: PrivateKey, two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    publication.publish(house_store(), tmp_path / "copy")
    text = cosigned(tmp_path / "copy", key, tmp_path / "state")
    asked(two[0], key)
    with pytest.raises(RuleViolation):
        take_in(text)
    with pytest.raises(Conflict):
        asked(two[0], key)
    with pytest.raises(RuleViolation, match="自己提交"):
        decided(two[0])
    decided(two[1])
    assert len(take_in(text)) == 1
    with pytest.raises(RuleViolation, match="已经登记"):
        asked(two[0], key)


def test_a_witness_that_was_refused_is_none_and_may_be_proposed_again(
    loan: Loan, key: PrivateKey, two: tuple[Actor, Actor]
) -> None:
    asked(two[0], key)
    with work_as(two[1], now=NOW) as work:
        request = work.session.scalars(select(ApprovalRequest)).one()
        reject_request(work, request.id, shown=request.digest, reason="公钥未核对")
    db.session.rollback()
    assert standings(db.session()) == []
    again = asked(two[0], key)
    with pytest.raises(NotFound), work_as(two[0], now=NOW) as work:
        naming.propose_end(work, again.id, reason="未登记")
    decided(two[1])
    db.session.rollback()
    [one] = standings(db.session())
    assert (one.witness.named_at, one.pending) == (NOW, None)


def test_an_ended_witness_counts_no_more_for_new_heads(
    loan: Loan, key: PrivateKey, named: Witness, two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    publication.publish(house_store(), tmp_path / "copy")
    with work_as(two[0], now=NOW) as work:
        naming.propose_end(work, named.id, reason="聘期届满")
    text = cosigned(tmp_path / "copy", key, tmp_path / "state")
    assert len(take_in(text)) == 1, "it counts until a second person has approved its end"
    decided(two[1])
    with pytest.raises(RuleViolation):
        take_in(text)
    with pytest.raises(RuleViolation, match="已经结束"), work_as(two[0], now=NOW) as work:
        naming.propose_end(work, named.id, reason="再次")


@pytest.mark.parametrize("kind", ["", "x", "log", "ours"])
def test_only_the_key_of_a_witness_is_named(
    loan: Loan, two: tuple[Actor, Actor], kind: str
) -> None:
    own = note.parse_vkey(house_store().ring.keys[0].vkey)
    dressed = str(VerifierKey("auditor.example", note.COSIGNATURE, own.public))
    vkeys = {"log": str(note.generate("log").vkey), "ours": dressed}
    vkey = vkeys.get(kind, kind)
    with pytest.raises(RuleViolation, match="公钥"), work_as(two[0], now=NOW) as work:
        naming.propose_witness(work, vkey, "某所", reason="年度审计")


def test_two_name_it_and_the_auditor_brings_the_cosignature(
    loan: Loan, key: PrivateKey, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    administrator, approver = signed_in("administrator"), signed_in("approver")
    data = {"organisation": FIRM, "vkey": str(key.vkey), "reason": "年度审计"}
    page = administrator.post("/evidence/witnesses/new", data=data, follow_redirects=True).text
    assert FIRM in page
    assert "登记待审批" in page
    approve_shown(approver, str(key.vkey))
    publication.publish(house_store(), tmp_path / "copy")
    text = cosigned(tmp_path / "copy", key, tmp_path / "state")
    brought = {
        "data": {"cosigned": text.replace("\n", "\r\n")},
        "follow_redirects": True,
    }
    address = "/evidence/witnesses/cosignatures/new"
    assert administrator.post(address, **brought).status_code == 403, "who named it is another"
    assert "新接收 1 个会签" in signed_in("auditor").post(address, **brought).text
    one = db.session.scalars(select(Witness)).one()
    address = f"/evidence/witnesses/{one.id}/end"
    assert approver.get(address).status_code == 403
    page = administrator.post(address, data={"reason": "聘期届满"}, follow_redirects=True).text
    assert "结束待审批" in page
    approve_shown(approver, "不再接收其会签")
    assert "已结束" in administrator.get("/evidence/witnesses/").text


def approve_shown(approver: Browser, words: str) -> None:
    """Approve what is pending, on a page that says `words`."""
    db.session.rollback()
    request = db.session.scalars(select(ApprovalRequest).filter_by(status=PENDING)).one()
    assert words in approver.get(f"/approvals/{request.id}").text
    decision = {"shown": request.digest, "decision": "approve"}
    answer = approver.post(f"/approvals/{request.id}/decide", data=decision)
    assert answer.status_code == 302


def test_the_log_is_read_over_http_only_where_it_is_published(
    loan: Loan, browser_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser_client.get("/log/checkpoint").status_code == 404
    monkeypatch.setenv(publication.VARIABLE, "on")
    assert browser_client.get("/log/checkpoint").data == house_store().head().encode()
    assert browser_client.get("/log/private/log.key").status_code == 404
    assert browser_client.get("/log/%2e%2e/recovery.db").status_code == 404


def test_commands_rotate_and_revoke_the_logs_key_and_the_house_signs_on(
    loan: Loan, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    old, size = house_store().ring.keys[-1].vkey, house_store().checkpoint_sizes()[-1]
    file = str(tmp_path / "new.key")
    rotate = CliRunner().invoke(cli, ["evidence", "rotate-key", "--key", file, "--json"])
    vkey = json.loads(rotate.output)["vkey"]
    words = ["evidence", "revoke-key", "--vkey", old, "--day", "2026-07-01", "--last-size"]
    CliRunner().invoke(cli, [*words, str(size)], standalone_mode=False)
    refused = CliRunner().invoke(cli, [*words, str(size + 1)], standalone_mode=False)
    assert "存证库拒绝" in str(refused.exception)
    house_store().add_records("x", [{"a": "b"}])
    assert note.verify(house_store().checkpoint(), [vkey])  # of a process that knew the old key
    assert [key.reason for key in house_store().ring.keys] == ["revoked", "-"]
    assert house_store().verify(full=True) == []
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == Action.CHANGE_LOG_KEY).order_by(AuditEvent.id)
    ).all()
    assert [event.changes for event in events] == [
        {"key": [old, vkey]},
        {"key": old, "ended_on": "2026-07-01", "checkpoint": size},
    ]


def test_the_copy_that_the_command_publishes_verifies(loan: Loan, tmp_path: Path) -> None:
    from evidence_store.__main__ import main

    publication.publish(house_store(), tmp_path / "copy")
    vkey = house_store().ring.vkeys()[-1]
    assert main(["verify-log", str(tmp_path / "copy"), "--vkey", vkey]) == 0
    shutil.rmtree(tmp_path / "copy" / "tile" / "0")
    assert main(["verify-log", str(tmp_path / "copy"), "--vkey", vkey]) == 1
