"""Files on their way in, from an upload, an archive or a folder: bounded, never followed.

Names play no part on disk. What cannot be taken comes out as a `Refused` with its reason, so
that one bad file hides none of the others.
"""

import os
import stat
import tempfile
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from recovery.evidence.intake.harm import two_types
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.web.display import file_size
from recovery.web.uploads import EVIDENCE, MEGABYTE, ZIP, kind_of, safe_name

LARGEST = 100 * MEGABYTE
"""Octets of one file."""

LARGEST_TOTAL = 2_000 * MEGABYTE
"""Octets of an archive unpacked, or of a folder."""

MOST_FILES = 5_000
MOST_TIMES = 200
"""How many times larger than packed a member may be; what zips of zeroes exceed."""

LONGEST_NAME = 255
DEEPEST = 16
SPOOLED = 8 * MEGABYTE
PIECE = 1 << 20
MEMBER_KINDS = tuple(kind for kind in EVIDENCE if kind is not ZIP)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that may be taken: its path inside what was given, its type, its bytes.

    The stream is open until the next file is asked for.
    """

    path: str
    media_type: str
    size: int
    stream: BinaryIO

    @property
    def name(self) -> str:
        """The last part of the path, safe to show and to keep."""
        return safe_name(self.path)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not taken, and why."""

    path: str
    reason: Text

    @property
    def name(self) -> str:
        """The last part of the path, safe to show and to keep."""
        return safe_name(self.path)


Received = Incoming | Refused


def checked(path: str, stream: BinaryIO) -> Received:
    """Return a file judged by its content: empty, too large, of no type of ours, of two types."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    name = safe_name(path)
    if not size:
        return Refused(path, _("文件“{name}”是空的。", name=name))
    if size > LARGEST:
        return Refused(path, _too_large(name, size))
    kind = kind_of(stream)
    if kind is None or kind not in MEMBER_KINDS:
        return Refused(path, _("不接受文件“{name}”的类型。", name=name))
    ending = Path(name).suffix.lower()
    if ending not in kind.suffixes:
        sentence = _("文件“{name}”的内容是 {kind}，与扩展名不符。", name=name, kind=kind.label)
        return Refused(path, sentence)
    double = two_types(kind, stream, name)
    return Refused(path, double) if double else Incoming(path, kind.media_type, size, stream)


def _too_large(name: str, size: int) -> Text:
    return _(
        "文件“{name}”有 {size}，超过上限 {largest}。",
        name=name,
        size=file_size(size),
        largest=file_size(LARGEST),
    )


def from_upload(file_name: str, stream: IO[bytes]) -> Iterator[Received]:
    """Yield the file that was sent, or the members of the archive that was."""
    file = cast(BinaryIO, stream)
    file.seek(0)
    if kind_of(file) is ZIP:
        yield from from_archive(file)
    else:
        yield checked(file_name, file)


def from_archive(stream: BinaryIO) -> Iterator[Received]:
    """Yield the members of a zip file; folders are left out.

    Raises:
        RuleViolation: it is broken, or has too many members.
    """
    try:
        archive = ZipFile(stream)
    except (BadZipFile, OSError, ValueError) as error:
        raise RuleViolation(_("压缩包已损坏，无法打开。")) from error
    with archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) > MOST_FILES:
            raise RuleViolation(
                _(
                    "一次最多 {most} 个文件，压缩包里有 {count} 个。",
                    most=MOST_FILES,
                    count=len(members),
                )
            )
        left, seen = LARGEST_TOTAL, set[str]()
        for member in members:
            path = member_name(member)
            reason = _refused_member(member, path, seen)
            received = Refused(path, reason) if reason else _unpacked(archive, member, path, left)
            if isinstance(received, Incoming):
                left -= received.size
            yield from _lent(received)


def _lent(received: Received) -> Iterator[Received]:
    """Yield a file, and close it when the next is asked for."""
    try:
        yield received
    finally:
        if isinstance(received, Incoming):
            received.stream.close()


def member_name(member: ZipInfo) -> str:
    """Return a member's path; names without the UTF-8 flag are read as GB18030 where they can be.

    Compressors on Chinese Windows write such names.
    """
    name = member.orig_filename
    if member.flag_bits & 0x800:
        return name
    with suppress(UnicodeError):
        return name.encode("cp437").decode("gb18030")
    return name


def _refused_member(member: ZipInfo, path: str, seen: set[str]) -> Text | None:
    """Return why a member is not taken by what the archive says of it."""
    name = safe_name(path)
    if stat.S_ISLNK(member.external_attr >> 16):
        return _("“{name}”是符号链接，不予接收。", name=name)
    reason = refused_path(path, seen)
    if reason is not None:
        return reason
    if member.flag_bits & 0x1:
        return _("“{name}”加了密码，无法读取。", name=name)
    if member.file_size > LARGEST:
        return _too_large(name, member.file_size)
    if member.file_size > MEGABYTE and member.file_size > MOST_TIMES * max(member.compress_size, 1):
        return _("“{name}”的压缩比异常，可能是压缩炸弹，不予接收。", name=name)
    return None


def refused_path(path: str, seen: set[str]) -> Text | None:
    """Return why a path is not taken; `seen` keeps the paths so far as they compare.

    Two paths that differ only in case or in the form of their characters are one on some disks.
    """
    name, parts = safe_name(path), path.replace("\\", "/").split("/")
    if "\0" in path or ".." in parts or path.startswith(("/", "\\")) or ":" in parts[0]:
        return _("“{name}”的路径指向压缩包之外，不予接收。", name=name)
    if any(len(part.encode("utf-8", "surrogatepass")) > LONGEST_NAME for part in parts):
        return _("“{name}”的名称过长。", name=name)
    key = unicodedata.normalize("NFKC", path).casefold()
    if key in seen:
        return _("“{name}”与另一个文件同名（大小写或字符形式不同），请改名。", name=name)
    seen.add(key)
    return None


def _unpacked(archive: ZipFile, member: ZipInfo, path: str, left: int) -> Received:
    """Unpack one member, stopping where it says less than it holds or the total is reached."""
    name, most = safe_name(path), min(LARGEST, left)
    file = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - the caller reads and closes it
    try:
        with archive.open(member) as source:
            taken = _copy(source, cast(BinaryIO, file), most)
    except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error):
        file.close()
        return Refused(path, _("“{name}”已损坏，无法解压。", name=name))
    if taken is None:
        file.close()
        return Refused(path, _("“{name}”解压后超过上限。", name=name))
    received = checked(path, cast(BinaryIO, file))
    if isinstance(received, Refused):
        file.close()
    return received


def _copy(source: IO[bytes], target: BinaryIO, most: int) -> int | None:
    """Copy at most `most` octets; None where there are more."""
    taken = 0
    while piece := source.read(PIECE):
        taken += len(piece)
        if taken > most:
            return None
        target.write(piece)
    return taken


def from_folder(folder: Path, *, leave_out: frozenset[str] = frozenset()) -> Iterator[Received]:
    """Yield the files under a folder in order; links, pipes and devices are refused.

    `leave_out` are paths inside the folder that are no documents (the index).

    Raises:
        RuleViolation: it is no folder, or holds too many files.
    """
    if not folder.is_dir():
        raise RuleViolation(_("“{name}”不是文件夹。", name=folder.name))
    left, seen, count = LARGEST_TOTAL, set[str](), 0
    for path in _walk(folder, DEEPEST):
        inside = path.relative_to(folder).as_posix()
        if inside in leave_out:
            continue
        count += 1
        if count > MOST_FILES:
            raise RuleViolation(_("一次最多 {most} 个文件，请分批收录。", most=MOST_FILES))
        reason = refused_path(inside, seen)
        received = Refused(inside, reason) if reason else _opened(path, inside, left)
        if isinstance(received, Incoming):
            left -= received.size
        yield from _lent(received)


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    """Yield what is in a folder, following no link."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False) and depth:
            yield from _walk(Path(entry.path), depth - 1)
        else:
            yield Path(entry.path)


def _opened(path: Path, inside: str, left: int) -> Received:
    """Open one file without following it or waiting for it, and judge it."""
    name = safe_name(inside)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return Refused(inside, _("“{name}”是符号链接或无法读取，不予接收。", name=name))
    file = os.fdopen(handle, "rb")
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        file.close()
        return Refused(inside, _("“{name}”不是普通文件，不予接收。", name=name))
    if about.st_size > min(LARGEST, left):
        file.close()
        return Refused(inside, _too_large(name, about.st_size))
    received = checked(inside, file)
    if isinstance(received, Refused):
        file.close()
    return received
