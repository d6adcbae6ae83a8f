"""The list of dossiers that were exported: of what, to whom, when, why."""

from collections.abc import Sequence

from recovery.evidence.dossiers.disclosure import NAMES
from recovery.evidence.dossiers.models import Dossier
from recovery.kernel import links
from recovery.kernel.text import Text, _
from recovery.web.display import file_size
from recovery.web.filters import Choices, DayRange, FilterBar, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.people import called
from recovery.web.worklist import Column, Worklist


def kinds() -> Sequence[tuple[str, Text]]:
    """Return what dossiers are about, as code and name."""
    return [(code, kind.label) for code, kind in links.dossier_subjects.items()]


def kind_name(one: Dossier) -> Text:
    """Return what kind of record a dossier is about."""
    return links.dossier_subjects.get(one.subject).label


DOSSIERS = Worklist(
    key="dossiers",
    title=_("存证与卷宗"),
    endpoint="evidence.index",
    row_endpoint="dossiers.show",
    row_argument="dossier_id",
    columns=(
        Column("number", _("卷宗编号"), "link"),
        Column("subject", _("对象"), value=kind_name),
        Column("subject_number", _("对象编号")),
        Column("preset", _("版本"), value=lambda one: NAMES[one.preset]),
        Column("recipient", _("交给谁")),
        Column("purpose", _("用途")),
        Column("made_at", _("导出时间"), "moment", sort="made_at"),
        Column("made_by", _("导出人"), value=lambda one: called(one.made_by)),
        Column("records", _("记录数"), "count", value=lambda one: one.contents["records"]),
        Column("size", _("大小"), value=lambda one: file_size(one.size)),
        Column("sha256", _("指纹"), value=lambda one: one.sha256[:16], shown=False),
    ),
    sorts=Sorts((Sort("made_at", _("导出时间"), Dossier.id, descending=True),), tie=Dossier.id),
    filters=FilterBar(
        (
            Words("recipient", _("交给谁")),
            Choices("preset", _("版本"), options=tuple(NAMES.items())),
            Words("number", _("对象编号")),
            DayRange("made", _("导出日")),
            Choices("subject", _("对象"), options=kinds),
            Words("made_by", _("导出人")),
        )
    ),
)
