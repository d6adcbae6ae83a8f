"""A reason that names an erased person goes from the step or the deadline of a file."""

from flask import Flask
from sqlalchemy import select

from recovery.evidence.keeping.reach import erasers, person_reach
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.litigation.dossiers import particulars
from recovery.litigation.endings import end_deadline
from recovery.litigation.models import Deadline, LitigationFile, StageChange
from tests.conftest import NOW
from tests.evidence.dossiers.making import make_file


def test_only_the_named_step_loses_its_reason(app: Flask, actor: Actor) -> None:
    file = make_file(actor)
    eraser = erasers.get("litigation_file")
    assert eraser.may_erase("step.2.reason")
    assert not eraser.may_erase("step.2.to")
    with work_as(actor, now=NOW) as work:
        step = {"file_id": file.id, "at": NOW, "actor_name": "counsel", "to_stage": "submitted"}
        step |= {"from_stage": None, "happened_on": NOW.date()}
        work.add(StageChange(**step, reason="王伟已还款"))
        mine = select(StageChange).where(StageChange.file_id == file.id).order_by(StageChange.id)
        steps = work.session.scalars(mine).all()
        before = [one.reason for one in steps[:-1]]
        eraser.erase(work, file.id, [f"step.{len(steps)}.reason"])
        assert [one.reason for one in steps] == [*before, "（已删除）"]


def test_why_a_deadline_was_missed_is_told_in_the_particulars_and_can_be_erased(
    app: Flask, actor: Actor
) -> None:
    file = make_file(actor)
    eraser = erasers.get("litigation_file")
    assert eraser.may_erase("deadline.1.reason")
    with work_as(actor, now=NOW) as work:
        deadline = work.session.scalars(select(Deadline).where(Deadline.file_id == file.id)).one()
        end_deadline(work, deadline.id, deadline.version, outcome="lapsed", reason="王伟已还款")
        assert particulars(work.session, file)["deadline.1.reason"] == "王伟已还款"
        eraser.erase(work, file.id, ["deadline.1.reason"])
        assert deadline.outcome_reason == "（已删除）"


def test_what_people_wrote_in_the_files_of_a_loan_goes_whoever_it_names(
    app: Flask, actor: Actor
) -> None:
    file = make_file(actor)
    with work_as(actor, now=NOW) as work:
        work.session.get_one(LitigationFile, file.id).remark = "其妻愿代偿"
        deadline = work.session.scalars(select(Deadline).where(Deadline.file_id == file.id)).one()
        end_deadline(work, deadline.id, deadline.version, outcome="lapsed", reason="通知书误投")
        person_reach.get("litigation_file")(work, file.loan_id)
        assert deadline.outcome_reason == "（已删除）"
        assert work.session.get_one(LitigationFile, file.id).remark == "（已删除）"
        steps = work.session.scalars(select(StageChange).where(StageChange.file_id == file.id))
        assert {step.reason for step in steps} <= {None, "（已删除）"}
