"""Changes of a list that is being written: order, groups, texts, and back again.

Each is one revision. `open_list` first: it refuses a list that was changed since the form was
shown, or is submitted. A change that changes nothing leaves no trace.
"""

from dataclasses import dataclass, replace

from recovery.evidence.exhibits import rules
from recovery.evidence.exhibits.models import (
    EvidenceList,
    EvidenceListLine,
    EvidenceListRevision,
)
from recovery.evidence.exhibits.queries import (
    arranged,
    arrangement_of,
    find_list,
    line_of,
    revision_of,
)
from recovery.evidence.exhibits.rules import Arrangement
from recovery.evidence.exhibits.words import FORMS
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

LONGEST_NAME = 200
LONGEST_PURPOSE = 2000
"""Characters."""

MOST = 9999
"""Pages or copies that a line may have."""


@dataclass(frozen=True, slots=True)
class LineText:
    """What a person may write on a line."""

    name: str
    source: str
    form: str
    copies: int
    pages: int | None
    purpose: str


def open_list(work: Work, list_id: int, version: int) -> EvidenceList:
    """Return a list for change.

    Raises:
        NotFound: absent, or not for this actor to see.
        Conflict: somebody changed it since the form was shown.
        RuleViolation: it was submitted.
    """
    one = find_list(work.session, list_id, work.actor.scope)
    work.require_version(one, version)
    if one.submitted_at is not None:
        raise RuleViolation(_("证据目录已提交，不能再改动。请建立新版本。"))
    return one


def add_revision(work: Work, one: EvidenceList, change: str, arrangement: Arrangement) -> None:
    """Let the list stand as `arrangement` from now on, and note who did what."""
    _add(work, one, EvidenceListRevision(change=change, arrangement=_plain(arrangement)))


def move_line(work: Work, one: EvidenceList, line_id: int, *, group: int, place: int) -> None:
    """Put a line at `place` of `group`, both from 0, as they are without it."""
    arrangement = arrangement_of(work.session, one)
    _rearrange(work, one, "moved", rules.move(arrangement, line_id, group=group, place=place))


def lift_line(work: Work, one: EvidenceList, line_id: int) -> None:
    """Move a line one place up, into the group above from the top of its own."""
    _rearrange(work, one, "moved", rules.lift(arrangement_of(work.session, one), line_id))


def lower_line(work: Work, one: EvidenceList, line_id: int) -> None:
    """Move a line one place down, into the group below from the end of its own."""
    _rearrange(work, one, "moved", rules.lower(arrangement_of(work.session, one), line_id))


def remove_line(work: Work, one: EvidenceList, line_id: int) -> None:
    """Take a line off the list; the row stays, and so does every earlier revision."""
    _rearrange(work, one, "removed", rules.take_out(arrangement_of(work.session, one), line_id))


def add_group(work: Work, one: EvidenceList, title: str) -> None:
    """Add an empty group at the end.

    Raises:
        RuleViolation: without a title, or with one that is too long.
    """
    title = _short(title, _("组名"))
    _rearrange(work, one, "grouped", rules.add_group(arrangement_of(work.session, one), title))


def rename_group(work: Work, one: EvidenceList, group: int, title: str) -> None:
    """Give a group another title.

    Raises:
        RuleViolation: without a title, or with one that is too long.
    """
    title, arrangement = _short(title, _("组名")), arrangement_of(work.session, one)
    _rearrange(work, one, "grouped", rules.rename_group(arrangement, group, title))


def lift_group(work: Work, one: EvidenceList, group: int) -> None:
    """Move a group before the one above it."""
    _rearrange(work, one, "grouped", rules.lift_group(arrangement_of(work.session, one), group))


def drop_group(work: Work, one: EvidenceList, group: int) -> None:
    """Remove an empty group.

    Raises:
        RuleViolation: it has lines.
    """
    _rearrange(work, one, "grouped", rules.drop_group(arrangement_of(work.session, one), group))


def correct_line(work: Work, one: EvidenceList, line_id: int, text: LineText) -> None:
    """Write a line anew: the new row names the old and takes its place.

    Raises:
        RuleViolation: without a name, too long, or with an unknown form.
    """
    old = line_of(work.session, one, line_id)
    written = checked(text)
    if written == text_of(old):
        return
    new = work.add(
        EvidenceListLine(
            list_id=one.id,
            corrects_id=old.id,
            kind=old.kind,
            document_id=old.document_id,
            intent_id=old.intent_id,
            **columns_of(written),
        )
    )
    arrangement = rules.exchange(arrangement_of(work.session, one), old.id, new.id)
    add_revision(work, one, "corrected", arrangement)


def restore(work: Work, one: EvidenceList, number: int) -> None:
    """Put an earlier revision back, as a new one that names it.

    Raises:
        NotFound: the list has no such revision.
    """
    earlier = revision_of(work.session, one, number)
    if arranged(earlier) != arrangement_of(work.session, one):
        revision = EvidenceListRevision(
            change="restored", arrangement=earlier.arrangement, restores=number
        )
        _add(work, one, revision)


def undo(work: Work, one: EvidenceList) -> None:
    """Take the last change back; done again, the one before it, and so on.

    Raises:
        RuleViolation: there is nothing before.
    """
    restore(work, one, undone_to(work, one))


def undone_to(work: Work, one: EvidenceList) -> int:
    """Return the number of the revision that `undo` puts back.

    Raises:
        RuleViolation: there is nothing before.
    """
    revision = revision_of(work.session, one, one.revision)
    while revision.restores is not None:
        revision = revision_of(work.session, one, revision.restores)
    if revision.number == 1:
        raise RuleViolation(_("没有可以撤销的改动。"))
    return revision.number - 1


def text_of(line: EvidenceListLine) -> LineText:
    """Return what is written on a line."""
    return LineText(line.name, line.source, line.form, line.copies, line.pages, line.purpose)


def columns_of(text: LineText) -> dict[str, str | int | None]:
    """Return what is written on a line as its columns."""
    return {name: getattr(text, name) for name in text.__dataclass_fields__}


def checked(text: LineText) -> LineText:
    """Return what was written, trimmed.

    Raises:
        RuleViolation: without a name, too long, or with an unknown form or impossible numbers.
    """
    written = replace(
        text,
        name=_short(text.name, _("证据名称")),
        source=text.source.strip(),
        purpose=text.purpose.strip(),
    )
    if len(written.source) > LONGEST_NAME or len(written.purpose) > LONGEST_PURPOSE:
        raise RuleViolation(
            _(
                "来源最多 {short} 字，证明对象和内容最多 {long} 字。",
                short=LONGEST_NAME,
                long=LONGEST_PURPOSE,
            )
        )
    if written.form not in FORMS:
        raise RuleViolation(_("请选择原件、复印件或电子数据。"))
    if not 1 <= written.copies <= MOST or not 1 <= (written.pages or 1) <= MOST:
        raise RuleViolation(_("份数和页数须在 1 至 {most} 之间。", most=MOST))
    return written


def _rearrange(work: Work, one: EvidenceList, change: str, arrangement: Arrangement) -> None:
    if arrangement != arrangement_of(work.session, one):
        add_revision(work, one, change, arrangement)


def _add(work: Work, one: EvidenceList, revision: EvidenceListRevision) -> None:
    one.revision += 1
    work.session.flush()
    revision.list_id, revision.number = one.id, one.revision
    revision.at, revision.actor_name = work.now, work.actor.name
    work.add(revision)
    work.record(Action.CHANGE_EVIDENCE_LIST, one, change=revision.change, revision=revision.number)


def _plain(arrangement: Arrangement) -> list[dict[str, object]]:
    return [{"title": group.title, "lines": list(group.lines)} for group in arrangement]


def _short(text: str, what: object) -> str:
    short = text.strip()
    if not 1 <= len(short) <= LONGEST_NAME:
        raise RuleViolation(_("{what}须为 1 至 {most} 字。", what=what, most=LONGEST_NAME))
    return short
