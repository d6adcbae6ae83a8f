"""A dossier holds what was done to collect, hides what a buyer may not see, and verifies."""

from pathlib import Path
from typing import Any

from flask import Flask

from recovery.collection import service
from recovery.collection.values import NewContact, NewDelivery, NewDemand
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from tests.collection.test_service import DAY, PHONE, at
from tests.conftest import NOW
from tests.evidence.dossiers.checking import unpack, verified, words_of
from tests.evidence.dossiers.making import make_loans


def test_a_buyers_dossier_tells_of_collection_without_who_and_what_was_written(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    [loan] = make_loans(actor)
    who: dict[str, Any] = {"person_id": loan.borrower_id, "address": PHONE}
    with work_as(actor, now=NOW) as work:
        call = NewContact(at=at(22), outcome="reached_confirmed", remark="家有病人", **who)
        service.record_contact(work, loan.id, call)
        sent = service.record_demand(
            work, loan.id, NewDemand(on=DAY, means="ems", address_basis="agreed", **who)
        )
        came = NewDelivery(on=DAY, outcome="delivered", proof="signed_receipt")
        service.record_delivery(work, sent.id, came)
    folder = unpack(export_dossier(actor, loan.id, Wanted(preset="buyer")), tmp_path)
    assert verified(folder).returncode == 0
    whole = (folder / "data/records.jsonl").read_text("utf-8")
    assert "reached_confirmed" in whole
    for hidden in (PHONE, "家有病人", loan.borrower_name or "?"):
        assert hidden not in whole
    words = words_of(folder)
    assert "联系：已接通，已核实身份" in words
    assert "催收函送达：已送达" in words
