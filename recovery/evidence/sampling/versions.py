"""Which version of the program worked here from when on, with the rights that it gave."""

from collections.abc import Sequence
from datetime import datetime

from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery import __version__
from recovery.access.rights import RIGHTS
from recovery.evidence.sampling.models import ProgramVersion
from recovery.kernel.migrations import config
from recovery.kernel.work import system_work
from recovery.law.book import LawBook


def present_rights() -> dict[str, list[str]]:
    """Return the rights table of this version: act → roles."""
    return {action.value: sorted(role.value for role in roles) for action, roles in RIGHTS.items()}


def note_version() -> None:
    """Note this version where it differs from the one noted last."""
    revision = ScriptDirectory.from_config(config("")).get_current_head() or ""
    law, rights = LawBook.standard().version, present_rights()
    with system_work("program") as work:
        last = work.session.scalars(
            select(ProgramVersion).order_by(ProgramVersion.id.desc()).limit(1)
        ).first()
        noted = last and (last.version, last.revision, last.law, last.rights)
        if noted != (__version__, revision, law, rights):
            work.add(
                ProgramVersion(
                    version=__version__,
                    revision=revision,
                    law=law,
                    rights=rights,
                    began_at=work.now,
                )
            )


def versions(session: Session) -> Sequence[ProgramVersion]:
    """Return every version, the first first."""
    return session.scalars(select(ProgramVersion).order_by(ProgramVersion.id)).all()


def version_at(session: Session, moment: datetime) -> ProgramVersion | None:
    """Return the version that worked just before `moment`; None: none was noted by then."""
    before = select(ProgramVersion).where(ProgramVersion.began_at < moment)
    return session.scalars(before.order_by(ProgramVersion.id.desc()).limit(1)).first()
