"""Audit events of a loan in words."""

from typing import Any

import pytest

from recovery.kernel.models import AuditEvent
from recovery.loans.history import changes_of


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"mortgage_state": ["registered", "released"]},
            ("抵押登记", "已办理抵押登记", "抵押已解除"),
        ),
        ({"accelerated_on": [None, "2026-01-01"]}, ("提前到期日", "—", "2026-01-01")),
        ({"changed": ["phone", "address"]}, ("更新的项目", None, "电话、地址")),
        ({"owner": [["own_book"], "pledged"]}, ("权属", "自有", "已质押")),
        ({"kind": "payment"}, ("类别", None, "还款")),
        ({"last_place": "changed"}, ("最后发现地点", None, "已更新")),
        ({"something": 7}, ("something", None, "7")),
    ],
)
def test_changes_are_told_in_words(
    changes: dict[str, Any], expected: tuple[str, str | None, str]
) -> None:
    [line] = changes_of(AuditEvent(changes=changes))
    before = None if line.before is None else str(line.before)
    assert (str(line.label), before, str(line.after)) == expected
