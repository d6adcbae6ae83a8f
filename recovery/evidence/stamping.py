"""Trusted timestamps (可信时间戳) over signed heads, from the authorities that this house names.

`RECOVERY_TSA` names a TOML file:

    [[authority]]
    name = "tsa"
    url = "https://…"
    roots = "roots.pem"      # certificates that its chain ends in, beside the file
"""

import os
import tomllib
from pathlib import Path

from sqlalchemy import update

from evidence_store import tokens
from evidence_store.tokens import Authority, TokenError
from recovery.evidence.house import house_store
from recovery.evidence.models import Checkpoint
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import system_work

VARIABLE = "RECOVERY_TSA"


def authorities() -> list[Authority]:
    """Return the authorities in the order in which they are asked; none is configured by default.

    Raises:
        RuleViolation: the file cannot be read.
    """
    place = os.environ.get(VARIABLE)
    if not place:
        return []
    path = Path(place)
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["authority"]
        return [
            Authority(row["name"], row["url"], (path.parent / row["roots"]).read_bytes())
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuleViolation(
            _("时间戳机构的配置文件 {path} 无法读取：{error}", path=place, error=error)
        ) from error


def stamped(data: bytes) -> tuple[bytes, bytes] | None:
    """Return a token over `data` and its certificates (PEM); None: no authority gives one."""
    try:
        _authority, token = tokens.request(data, authorities())
    except (TokenError, OSError):
        return None
    return token.response, token.chain


def stamp(head: Checkpoint) -> Checkpoint:
    """Have a head stamped, unless it is already or no authority is configured.

    An authority that does not answer leaves the head unstamped: papers then say so.
    """
    asked = authorities()
    if not asked or head.stamped_at is not None:
        return head
    try:
        token = tokens.stamp(house_store(), asked, head.size)
    except (TokenError, OSError):
        return head
    with system_work("stamping") as work:
        work.session.execute(
            update(Checkpoint).where(Checkpoint.size == head.size).values(stamped_at=token.time)
        )
    head.stamped_at = token.time
    return head
