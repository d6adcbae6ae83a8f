"""The audit log speaks to people: no key of the program is shown where there is a word for it."""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from recovery.access.audit_words import FIELDS, change_said, changes_of, people_of
from recovery.access.models import UserAccount
from recovery.evidence import audit_words
from recovery.kernel.db import Base, db
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import reading
from recovery.kernel.work import Work
from recovery.loans.history import FIELDS as LOAN_FIELDS
from recovery.web.language import translate_for
from tests.conftest import NOW, Browser

PACKAGE = Path(__file__).parents[2] / "recovery"


def recorded() -> set[str]:
    """Return the fields that any feature records by name."""
    found = set()
    texts = (path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    for text in (one for one in texts if ".record(" in one):
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr == "record" and node.args and "Action." in ast.unparse(node.args[0]):
                found |= {one.arg for one in node.keywords if one.arg is not None}
    return found


def event(table: str, **changes: object) -> AuditEvent:
    return AuditEvent(
        at=NOW, actor_name="li.na", action="x", subject_type=table, subject_id=1, changes=changes
    )


def lines(one: AuditEvent) -> list[tuple[str, str, str]]:
    return [(str(x.label), str(x.before), str(x.after)) for x in changes_of(one)]


WORDS = {
    "basis", "comment", "conditions", "criteria", "description", "holder", "note", "purpose",
    "query", "reason", "remark", "request_reason", "text", "title", "view", "words",
}  # fmt: skip
"""Names under which people's own words stand in forms and rows: the log has none of them."""


def test_no_field_of_the_log_holds_what_a_person_typed() -> None:
    """What is given as `reason` is kept beside the log; everything else stands in it."""
    assert recorded() & WORDS == {"reason"}
    kept = inspect.signature(Work.record).parameters["reason"]
    assert kept.kind is inspect.Parameter.KEYWORD_ONLY


def test_every_field_that_is_recorded_has_a_name() -> None:
    assert recorded() - set(FIELDS) - set(LOAN_FIELDS) == set()


def test_codes_of_each_feature_are_words_in_both_languages(app: Flask) -> None:
    step = event("litigation_file", stage=["preparing", "submitted"])
    assert lines(step) == [("阶段", "准备起诉", "已提交立案")]
    with reading(translate_for("en")):
        assert lines(step) == [("Stage", "Preparing", "Submitted")]
    assert lines(event("package", state=["draft", "frozen"])) == [("状态", "组包中", "已冻结")]
    assert lines(event("approval_request", status=["pending", "approved"], kind="loan.waiver")) == [
        ("状态", "待审批", "已同意"),
        ("种类", "None", "减免"),
    ]
    assert lines(event("user_account", role=["counsel", None], name_changed=True)) == [
        ("角色", "法务人员", "—"),
        ("姓名已更改", "None", "是"),
    ]


def test_codes_of_evidence_are_words_in_both_languages(app: Flask) -> None:
    letter = event("audit_sample", letter="agreed", step="conclusion")
    assert lines(letter) == [("询证函", "None", "回函相符"), ("步骤", "None", "出具结论")]
    with reading(translate_for("en")):
        assert lines(letter)[1] == ("Step", "None", "Conclusion given")
    erased = event("erasure", state=["requested", "approved"], fields=["title", "party.2.name"])
    assert lines(erased) == [
        ("状态", "待审批", "执行中"),
        ("项目", "None", "标题、当事人 2：姓名"),
    ]
    assert lines(event("legal_hold", state="released")) == [("状态", "None", "解除")]


def test_no_table_of_evidence_is_recorded_without_its_words(app: Flask) -> None:
    """Each code of a closed list that these tables record is a word in the list given."""
    for table, said in audit_words.words().items():
        assert table in Base.metadata.tables
        for name, codes in said.codes.items():
            assert lines(event(table, **{name: next(iter(codes))}))[0][2] != next(iter(codes))


def test_a_list_of_two_changed_items_is_no_before_and_after(app: Flask) -> None:
    assert lines(event("loan", changed=["phone", "address"])) == [
        ("更新的项目", "None", "电话、地址")
    ]


def test_people_stand_by_name_and_processes_as_such(
    app: Flask, person: Callable[..., UserAccount], signed_in: Callable[..., Browser]
) -> None:
    account = person("counsel")
    system = event("loan")
    system.actor_name = "system:cli/ops"
    own = event("loan")
    own.actor_name = account.username
    found = people_of(db.session(), [system, own])
    assert found[account.username] == account.name
    assert str(found["system:cli/ops"]) == "系统（cli/ops）"
    page = signed_in("administrator").get("/audit/").text
    assert "<td" in page


def test_what_a_request_is_on_is_named_in_both_languages(app: Flask) -> None:
    asked = event("approval_request", on="evidence_list:1")
    assert lines(asked) == [("对象", "None", "证据目录 1")]
    with reading(translate_for("en")):
        assert lines(asked)[0][2] == "Evidence list 1"


def test_a_conflict_tells_in_words_what_somebody_else_changed(app: Flask) -> None:
    renamed = event("evidence_list", change="moved", revision=3)
    assert str(change_said(renamed)) == "改动：调整顺序"
    assert str(change_said(event("user_account", role=["counsel", "auditor"]))) == "角色"
    assert str(change_said(event("user_account"))) == "x"
