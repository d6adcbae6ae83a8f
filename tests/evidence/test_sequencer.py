"""Each intent is registered once, none is skipped, also when the process is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select

from evidence_store import StoreError, commitment
from recovery.evidence import house, sequencer
from recovery.evidence.comparison import compare
from recovery.evidence.house import house_store
from recovery.evidence.models import Checkpoint, EvidenceItem, EvidenceStream
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from tests.conftest import NOW
from tests.evidence.making import make_loan


def wish(actor: Actor, count: int = 3, contract_no: str = "HT-0001") -> None:
    """Write `count` intents on a new loan."""
    with work_as(actor, now=NOW) as work:
        loan = make_loan(work, contract_no)
        for number in range(count):
            fields = {"contract_no": contract_no, "number": str(number)}
            work.register("contract", loan, loan_id=loan.id, fields=fields)


def test_pending_intents_go_to_the_log_in_the_order_of_their_stream(
    app: Flask, actor: Actor
) -> None:
    wish(actor)
    assert sequencer.backlog() == 3
    assert sequencer.register_pending() == 3
    assert sequencer.backlog() == 0
    items = db.session.scalars(select(EvidenceItem).order_by(EvidenceItem.log_index)).all()
    assert [(item.log_index, item.seq) for item in items] == [(0, 1), (1, 2), (2, 3)]
    assert house_store().verify(full=True) == []


def test_what_is_kept_opens_the_commitment_in_the_log(app: Flask, actor: Actor) -> None:
    wish(actor, count=1)
    sequencer.register_pending()
    item = db.session.scalars(select(EvidenceItem)).one()
    entry = house_store().entry(0)
    assert item.secret_sealed is not None
    secret = sequencer.open_secret(item.intent.uuid, item.secret_sealed)
    fields = sequencer.fields_of(db.session(), [item.intent])[item.intent_id]
    assert commitment.commit(fields, secret).root.hex() == item.commitment == entry.commitment
    assert entry.stream == db.session.scalars(select(EvidenceStream)).one().digest


def test_a_second_run_registers_nothing_twice(app: Flask, actor: Actor) -> None:
    wish(actor)
    sequencer.register_pending()
    assert sequencer.register_pending() == 0
    assert house_store().size == 3


def test_a_batch_takes_as_many_statements_as_one_intent(app: Flask, actor: Actor) -> None:
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    counts = []
    for number in (1, 40):
        wish(actor, count=number, contract_no=f"HT-{number:04}")
        statements.clear()
        event.listen(Engine, "before_cursor_execute", note)
        try:
            sequencer.register_pending()
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert 0 < counts[1] <= counts[0]


def test_a_checkpoint_is_signed_only_when_something_came(app: Flask, actor: Actor) -> None:
    wish(actor)
    sequencer.register_pending()
    made = sequencer.checkpoint()
    assert made is not None
    assert made.size == 4  # the map is the last leaf before the head
    assert sequencer.checkpoint() is None
    assert db.session.scalar(select(func.count()).select_from(Checkpoint)) == 1


KILLED_BETWEEN = """
import os, signal
from evidence_store.store import Store
from recovery import create_app
from recovery.evidence import house, sequencer

append = Store.append
def append_and_die(self, *args, **kwargs):
    append(self, *args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
Store.append = append_and_die
with create_app().app_context():
    sequencer.register_pending()
"""


def test_a_run_killed_after_the_log_and_before_the_database_registers_nothing_twice(
    app: Flask, actor: Actor, settings: Settings
) -> None:
    wish(actor, count=5)
    house_store()
    environment = os.environ | {
        "RECOVERY_HOME": str(settings.home),
        "RECOVERY_SECRET_KEY": "only for tests",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
    }
    child = subprocess.run(
        [sys.executable, "-c", KILLED_BETWEEN], env=environment, check=False, timeout=60
    )
    assert child.returncode == -signal.SIGKILL
    assert (sequencer.backlog(), house_store().size) == (5, 5)
    assert list(compare()) == []
    assert sequencer.register_pending() == 0
    assert (sequencer.backlog(), house_store().size) == (0, 5)
    registered = select(func.count()).where(RegistrationIntent.log_index.is_not(None))
    assert db.session.scalar(registered) == 5
    assert house_store().verify(full=True) == []


def test_heads_taken_back_are_named_though_the_leaves_stay(app: Flask, actor: Actor) -> None:
    storage = house_store().storage
    wish(actor, count=1)
    sequencer.register_pending()
    first = sequencer.checkpoint()
    assert first is not None
    kept = house_store().head()
    wish(actor, count=1, contract_no="HT-0002")
    sequencer.register_pending()
    second = sequencer.checkpoint()
    assert second is not None
    assert list(compare()) == []
    storage.delete(f"checkpoints/{second.size}")
    storage.replace("checkpoint", kept.encode())
    [told] = compare()
    assert f"{second.size} 条记录时签署的检查点，日志中没有" in str(told)
    storage.replace(f"checkpoints/{second.size}", kept.encode())
    [told] = compare()
    assert "数据库与日志不一致" in str(told)


def test_no_second_log_is_begun_where_the_first_is_out_of_reach(
    app: Flask, actor: Actor, settings: Settings
) -> None:
    wish(actor)
    sequencer.register_pending()
    folder = settings.home / "evidence"
    folder.rename(settings.home / "elsewhere")
    house._open.cache_clear()  # another process starts
    wish(actor, contract_no="HT-0002")
    with pytest.raises(StoreError, match="is not there"):
        sequencer.register_pending()
    assert not folder.exists()
    assert sequencer.backlog() == 3
    folder.mkdir()  # a disk that is not mounted leaves an empty folder
    with pytest.raises(StoreError, match="is not there"):
        sequencer.checkpoint()
    assert list(folder.iterdir()) == []
    folder.rmdir()
    (settings.home / "elsewhere").rename(folder)
    assert sequencer.register_pending() == 3
    assert list(compare()) == []
