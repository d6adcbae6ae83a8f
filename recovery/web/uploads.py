"""Files that people send: capped, typed by their content, never executed, returned safely.

The name a file came with is kept for people; on disk and in addresses it plays no part.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any
from urllib.parse import quote
from zipfile import BadZipFile, ZipFile

from flask import Response
from werkzeug.datastructures import FileStorage
from wtforms import FileField
from wtforms.widgets import FileInput

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.web.display import file_size

MEGABYTE = 1_000_000
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
"""Octets that stand in no text file."""

HEAD = 4096
"""Octets from which a type is told."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file: its media type and the endings its names may have."""

    media_type: str
    suffixes: tuple[str, ...]
    label: Text | str


PDF = Kind("application/pdf", (".pdf",), "PDF")
PNG = Kind("image/png", (".png",), "PNG")
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), "JPEG")
TIFF = Kind("image/tiff", (".tif", ".tiff"), "TIFF")
OFD = Kind("application/ofd", (".ofd",), "OFD")
DOCX = Kind(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",), "DOCX"
)
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), "XLSX")
ZIP = Kind("application/zip", (".zip",), "ZIP")
MP3 = Kind("audio/mpeg", (".mp3",), "MP3")
WAV = Kind("audio/wav", (".wav",), "WAV")
MP4 = Kind("video/mp4", (".mp4", ".m4a", ".mov"), "MP4")
TEXT = Kind("text/plain", (".txt", ".csv", ".tsv", ".json", ".log"), _("文本"))

EVIDENCE = (PDF, PNG, JPEG, TIFF, OFD, DOCX, XLSX, ZIP, MP3, WAV, MP4, TEXT)
PAPERS = (PDF, PNG, JPEG, TIFF, OFD)
TAPES = (XLSX, TEXT, ZIP)

MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"\xff\xf3", MP3),
)
INSIDE_ZIP = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("OFD.xml", OFD))


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file: what people call it, what it is, and its content."""

    name: str
    kind: Kind
    size: int
    stream: IO[bytes]


def kind_of(stream: IO[bytes]) -> Kind | None:
    """Return the type that the content of `stream` has; None for none that we take."""
    head = stream.read(HEAD)
    stream.seek(0)
    for start, kind in MAGIC:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head[4:8] == b"ftyp":
        return MP4
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(stream)
    return TEXT if _is_text(head) else None


def _kind_of_zip(stream: IO[bytes]) -> Kind | None:
    """Return which of the formats that are zip files `stream` holds; macros are refused."""
    try:
        with ZipFile(stream) as archive:
            names = set(archive.namelist())
    except BadZipFile:
        return None
    finally:
        stream.seek(0)
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for member, kind in INSIDE_ZIP if member in names), ZIP)


def _is_text(head: bytes) -> bool:
    """Return whether octets read as text in one of the encodings in use, and are no web page."""
    if (
        not head
        or CONTROL.search(head)
        or re.match(rb"\s*<(!doctype|html|script|svg|\?xml)", head, re.I)
    ):
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8-sig", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    """Return whether octets decode, a character cut off at the end apart."""
    try:
        head.decode(encoding)
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start >= HEAD - 4
    return True


def safe_name(name: str) -> str:
    """Return the last part of a file's name without anything that a shell, a path or a header
    could read otherwise, at most 120 characters."""
    last = PurePath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    kept = "".join(
        letter
        for letter in last
        if unicodedata.category(letter)[0] not in "C" and letter not in '<>:"/\\|?*'
    )
    stem, dot, suffix = kept.strip(". ").rpartition(".")
    if not dot:
        return suffix[:120] or "file"
    return f"{stem[: 119 - len(suffix)]}.{suffix}" if len(suffix) < 12 else kept[:120]


def receive(file: FileStorage, kinds: tuple[Kind, ...], largest: int) -> Upload:
    """Return the file that was sent, checked.

    Raises:
        RuleViolation: empty, larger than `largest` octets, of a type not in `kinds`, or with a
            name that says another type than its content.
    """
    stream = file.stream
    size = stream.seek(0, 2)
    stream.seek(0)
    name = safe_name(file.filename or "")
    if not size:
        raise RuleViolation(_("文件“{name}”是空的。", name=name))
    if size > largest:
        raise RuleViolation(
            _(
                "文件“{name}”有 {size}，超过上限 {largest}。",
                name=name,
                size=file_size(size),
                largest=file_size(largest),
            )
        )
    kind = kind_of(stream)
    if kind is None or kind not in kinds:
        wanted = "、".join(str(one.label) for one in kinds)
        raise RuleViolation(
            _("不接受文件“{name}”的类型；可以上传：{kinds}。", name=name, kinds=wanted)
        )
    if PurePath(name).suffix.lower() not in kind.suffixes:
        raise RuleViolation(
            _("文件“{name}”的内容是 {kind}，与扩展名不符。", name=name, kind=kind.label)
        )
    return Upload(name, kind, size, stream)


class UploadField(FileField):  # type: ignore[misc]
    """A file; `data` is a checked `Upload`, or None when none was chosen."""

    def __init__(
        self,
        label: Text | str | None = None,
        validators: list[object] | None = None,
        *,
        kinds: tuple[Kind, ...] = EVIDENCE,
        largest: int = 100 * MEGABYTE,
        help_text: Text | str = "",
        **kwargs: object,
    ) -> None:
        super().__init__(label, validators, description=help_text, **kwargs)
        self.kinds = kinds
        self.largest = largest

    def process_formdata(self, valuelist: list[FileStorage]) -> None:
        """Check the file that was sent."""
        self.data = None
        sent = next((one for one in valuelist if getattr(one, "filename", "")), None)
        if sent is None:
            return
        try:
            self.data = receive(sent, self.kinds, self.largest)
        except RuleViolation as error:
            raise ValueError(error.message) from None


class UploadsField(UploadField):
    """Several files at once; `data` lists the checked `Upload`s, none when none was chosen."""

    widget = FileInput(multiple=True)
    data: Any

    def process_formdata(self, valuelist: list[FileStorage]) -> None:
        """Check every file that was sent."""
        self.data = []
        sent = [one for one in valuelist if getattr(one, "filename", "")]
        try:
            self.data = [receive(one, self.kinds, self.largest) for one in sent]
        except RuleViolation as error:
            raise ValueError(error.message) from None


def as_attachment(content: bytes | IO[bytes], *, name: str, media_type: str) -> Response:
    """Return `content` as a download that no browser runs or shows inside a page."""
    body = content if isinstance(content, bytes) else _pieces(content)
    response = Response(body, mimetype=media_type)
    safe = safe_name(name)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", safe) or "file"
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _pieces(stream: IO[bytes], size: int = 1 << 20) -> Iterator[bytes]:
    """Yield a stream in pieces, and close it."""
    with stream:
        while piece := stream.read(size):
            yield piece
