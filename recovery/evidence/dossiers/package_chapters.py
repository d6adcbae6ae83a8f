"""The chapters of a dossier about many loans."""

from recovery.evidence.dossiers.chapters import (
    FOLDER,
    ROWS,
    Chapter,
    about_values,
    others,
    statement,
)
from recovery.evidence.dossiers.contents import Basis
from recovery.evidence.dossiers.packages import Many
from recovery.evidence.dossiers.records import LogReader
from recovery.evidence.dossiers.states import Anchors, stand_of
from recovery.kernel.text import _


def package_chapters(
    reader: LogReader, basis: Basis, many: Many, anchors: Anchors
) -> list[Chapter]:
    """Return the chapters: what the package is, its loans a line each, how it is verified."""
    kind = basis.subject.kind
    title = kind.title(basis.subject.record)
    shown = [record.shown(basis.disclosure) for record in many.own if record.kind == "particulars"]
    freezes = [record.shown(basis.disclosure) for record in many.own if record.kind == "freeze"]
    about = about_values(basis.subject, shown[-1] if shown else {}, freezes)
    first = [] if kind.template is None else [Chapter("subject", title, kind.template, about)]
    return [
        *first,
        Chapter(
            "loans",
            _("贷款清单与登记情况"),
            FOLDER + "_loans.html",
            {ROWS: many.lines, "columns": kind.columns},
        ),
        *others(reader, basis, []),
        Chapter(
            "records",
            _("登记经过与生成记录"),
            FOLDER + "_records.html",
            {ROWS: [stand_of(record, anchors) for record in many.own], "batches": ()},
        ),
        Chapter(
            "withheld",
            _("未公开与已删除的内容"),
            FOLDER + "_withheld.html",
            {
                "count": many.withheld_count,
                "counts": (),
                "originals": (),
                "derivatives": (),
                "erased": (),
                "is_package": True,
            },
        ),
        statement(basis, anchors),
    ]
