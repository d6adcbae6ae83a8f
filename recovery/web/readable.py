"""Whether a PDF that was sent can be opened: a broken one would prove nothing to anybody."""

from typing import Any, BinaryIO

import pikepdf
from wtforms.validators import ValidationError

from recovery.kernel.text import Text, _
from recovery.web.uploads import PDF


def readable_pdfs(form: Any, field: Any) -> None:
    """Refuse PDFs that cannot be opened, need a password, or have no page."""
    uploads = field.data if isinstance(field.data, list) else [field.data]
    for upload in uploads:
        if upload is not None and upload.kind is PDF:
            fault = fault_of(upload.stream, upload.name)
            if fault is not None:
                raise ValidationError(fault)


def fault_of(stream: BinaryIO, name: str) -> Text | None:
    """Return what is wrong with a PDF, as a sentence; None: a reader opens it."""
    try:
        with pikepdf.open(stream) as pdf:
            if len(pdf.pages):
                return None
    except pikepdf.PasswordError:
        return _("文件“{name}”需要密码才能打开，请上传不加密的 PDF。", name=name)
    except (pikepdf.PdfError, ValueError):
        return _("文件“{name}”已损坏，打不开；请重新扫描或导出后再上传。", name=name)
    finally:
        stream.seek(0)
    return _("文件“{name}”里没有页面；请重新扫描或导出后再上传。", name=name)
