"""What is altered or emptied in the database after it was registered is named, record by record."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from recovery.evidence.keeping.differences import all_differences, differences
from recovery.evidence.models import EvidenceItem
from recovery.kernel.db import Base, db
from recovery.kernel.gate import Actor
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from tests.conftest import NOW
from tests.evidence.keeping.making import add_file, closed_loan, register


def alter(actor: Actor, model: type[Base], key: Any, intent_id: int, **values: Any) -> None:
    """Change columns of a record's row past the program."""
    with work_as(actor, now=NOW) as work:
        work.session.execute(update(model).where(key == intent_id).values(**values))
    db.session.rollback()


@pytest.mark.parametrize(
    ("model", "key", "column"),
    [
        (RegistrationIntent, RegistrationIntent.id, "fields_sealed"),
        (EvidenceItem, EvidenceItem.intent_id, "secret_sealed"),
    ],
)
def test_a_record_that_no_longer_opens_its_commitment_is_named(
    app: Flask, actor: Actor, model: type[Base], key: Any, column: str
) -> None:
    add_file(actor, closed_loan(actor), "statement")
    closed_loan(actor, "HT-0002")
    register()
    db.session.rollback()
    assert list(all_differences()) == []
    mine = select(EvidenceItem).where(EvidenceItem.log_index == 0)
    item = db.session.scalars(mine).one()
    intent_id, kept = (
        item.intent_id,
        getattr(item if model is EvidenceItem else item.intent, column),
    )
    for value in (None, kept[:-1] + bytes([kept[-1] ^ 1])):
        alter(actor, model, key, intent_id, **{column: value})
        assert differences() == []
        [told] = all_differences()
        assert "第 0 号：数据库中的内容与登记时不一致" in str(told)
    alter(actor, model, key, intent_id, **{column: kept})
    assert list(all_differences()) == []
