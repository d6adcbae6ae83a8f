"""Background work of the registry: take intents to the log, sign heads, have them stamped."""

from typing import Any

from sqlalchemy import select

from recovery.evidence import sequencer, stamping
from recovery.evidence.models import Checkpoint
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, crontab, handles
from recovery.kernel.text import _

REGISTER = "evidence.register"
CHECKPOINT = "evidence.checkpoint"
STAMP = "evidence.stamp"


@handles(REGISTER, label=_("登记存证"), when=crontab(minute="*"))
def register_pending(job: RunningJob) -> dict[str, Any]:
    """Take every pending intent to the log."""
    count = sequencer.register_pending()
    job.progress(count, count)
    return {"registered": count}


@handles(CHECKPOINT, label=_("签署检查点"), when=crontab(minute="*/10"))
def sign_checkpoint(job: RunningJob) -> dict[str, Any]:
    """Sign a head when something came since the last."""
    made = sequencer.checkpoint()
    return {"size": made.size if made else None}


@handles(STAMP, label=_("加盖可信时间戳"), when=crontab(hour="1", minute="20"))
def stamp_head(job: RunningJob) -> dict[str, Any]:
    """Have the latest head stamped, where an authority is configured."""
    head = db.session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()
    stamped = stamping.stamp(head) if head is not None else None
    return {"stamped": bool(stamped and stamped.stamped_at)}


def register() -> None:
    """Importing this module has registered the handlers."""
