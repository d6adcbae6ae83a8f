"""What no file may be, by whichever way it comes: a form, a delivery, a scan, a receipt.

The one place that says so: `documents.HouseDocuments.keep` asks here before it stores anything.
"""

from dataclasses import replace
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, is_zipfile

from recovery.evidence.intake import bounded, pdf_child
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.web.uploads import JPEG, PDF, PNG, TIFF, Kind, kind_of

PDF_FAULTS = {
    "damaged": _("文件“{name}”已损坏，打不开；请重新扫描或导出后再上传。"),
    "blank": _("文件“{name}”里没有页面；请重新扫描或导出后再上传。"),
    "locked": _("文件“{name}”需要密码才能打开，请上传不加密的 PDF。"),
    "active": _("“{name}”含有脚本、启动程序或发送数据的动作，不予接收。"),
}


def harmless_kind(stream: BinaryIO, name: str) -> Kind:
    """Return the type of a file that may be kept; the stream is then at its begin.

    Raises:
        RuleViolation: of no type of ours, with macros, of two types at once; a PDF that cannot
            be looked into, or would run something.
    """
    kind = kind_of(stream)
    if kind is None:
        raise RuleViolation(_("不接受文件“{name}”的类型。", name=name))
    refusal = two_types(kind, stream, name) or _fault(kind, stream, name)
    if refusal is not None:
        raise RuleViolation(refusal)
    return kind


def two_types(kind: Kind, stream: BinaryIO, name: str) -> Text | None:
    """Return why a file that also opens as an archive with members is not taken."""
    if kind not in {PDF, PNG, JPEG, TIFF} or not _is_archive_too(stream):
        return None
    return _("文件“{name}”同时是 {kind} 和压缩包，不予接收。", name=name, kind=kind.label)


def _is_archive_too(stream: BinaryIO) -> bool:
    found = is_zipfile(stream)
    stream.seek(0)
    if not found:
        return False
    try:
        with ZipFile(stream) as archive:
            return bool(archive.namelist())
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    finally:
        stream.seek(0)


def _fault(kind: Kind, stream: BinaryIO, name: str) -> Text | None:
    """Return why a PDF is not taken, by a look at it in the bounded child."""
    if kind is not PDF:
        return None
    looked = bounded.run(pdf_child.look, stream.read())
    stream.seek(0)
    return replace(PDF_FAULTS[looked.fault], values={"name": name}) if looked.fault else None
