"""The list of dossiers that were exported."""

from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.presets import PRESETS
from recovery.kernel.text import _
from recovery.web.display import file_size
from recovery.web.filters import FilterBar
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Column, Worklist

DOSSIERS = Worklist(
    key="dossiers",
    title=_("存证与卷宗"),
    endpoint="evidence.index",
    row_endpoint="evidence.download_dossier",
    row_argument="dossier_id",
    columns=(
        Column("number", _("卷宗编号"), "link"),
        Column("preset", _("版本"), value=lambda one: PRESETS[one.preset][0]),
        Column("recipient", _("交给谁")),
        Column("purpose", _("用途")),
        Column("made_at", _("导出时间"), "moment", sort="made_at"),
        Column("made_by", _("导出人")),
        Column("records", _("记录数"), "count", value=lambda one: one.contents["records"]),
        Column("size", _("大小"), value=lambda one: file_size(one.size)),
        Column("sha256", _("指纹"), value=lambda one: one.sha256[:16]),
    ),
    sorts=Sorts((Sort("made_at", _("导出时间"), Dossier.id, descending=True),), tie=Dossier.id),
    filters=FilterBar(()),
)
