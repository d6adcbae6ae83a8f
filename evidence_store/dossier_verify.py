#!/usr/bin/env python3
"""验证本卷宗是否完整、未被改动。 Verify that this dossier is whole and unaltered.

Needs Python 3.8 or later and nothing else; runs isolated: python3 -I -S verify.py
Exit status: 0 whole, 1 not whole (the report says what and where), 2 wrong use.

    python3 -I -S verify.py [FOLDER or ZIP] [--vkey KEY]... [--keys FILE] [--witness KEY]...
                            [--tsa-root FILE.pem] [--json]

The key in --vkey is the lender's, had from somewhere else than this dossier. --keys is the lender's
ring of keys instead: what a revoked key signed counts only where a time-stamp over it, checked with
--tsa-root, is from before its day. This program
trusts nothing in the dossier: sizes, names and nesting are bounded, nothing in it is executed.
"""

from __future__ import annotations

import argparse
import base64
import bisect
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import unicodedata
import zipfile
from datetime import datetime, timezone
from typing import IO, Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

# ruff: noqa: B905, PTH100, PTH113, PTH118, PTH120, PTH123, RUF005, S603, UP006, UP017, UP031, UP035, UP045

MOST_FILES = 200_000
MOST_BYTES = 1 << 38
MOST_IN_MEMORY = 1 << 28
MOST_LINE = 1 << 24
MOST_FIELDS = 4096
MOST_ROWS = 2000
SMALL = 1 << 20
HEX = frozenset("0123456789abcdef")
ROW = frozenset(("index", "leaf", "proof", "fields", "digests", "original"))
ORIGINALS = ("data/originals/", "data/redacted/")
FROZEN = "data/frozen.jsonl"
BINDING = ("sha256", "digest")
"""Registered fields that name the bytes of a file in the bag."""


class Bad(Exception):
    """Something in the dossier is not as it must be."""


# --- Report ---------------------------------------------------------------------------------


class Report:
    """Collects the outcome of each check, in Chinese and English."""

    def __init__(self) -> None:
        """Begin an empty report."""
        self.rows: List[Tuple[str, str, str]] = []

    def passed(self, chinese: str, english: str) -> None:
        """Note a check that went well."""
        self.rows.append(("ok", chinese, english))

    def failed(self, chinese: str, english: str) -> None:
        """Note a failure; of very many, the first say enough."""
        if len(self.rows) < MOST_ROWS:
            self.rows.append(("FAILED", chinese, english))
        elif len(self.rows) == MOST_ROWS:
            self.rows.append(("FAILED", "其余未列出", "further failures are not listed"))

    def skipped(self, chinese: str, english: str) -> None:
        """Note what this program did not check, or could not."""
        self.rows.append(("not done", chinese, english))

    @property
    def whole(self) -> bool:
        """Tell whether no check failed."""
        return not any(row[0] == "FAILED" for row in self.rows)

    def lines(self) -> Iterator[str]:
        """Yield the report as text, failures first."""
        titles = [
            ("FAILED", "未通过 FAILED"),
            ("ok", "已通过 Passed"),
            ("not done", "未执行的检查 Checks that were not performed"),
        ]
        for status, title in titles:
            rows = [row for row in self.rows if row[0] == status]
            if rows:
                yield f"== {title} ({len(rows)})"
            for _, chinese, english in rows:
                yield f"  {printable(chinese)}"
                yield f"    {printable(english)}"
        if self.whole:
            yield "结论：完整。 Result: whole."
        else:
            yield "结论：不完整或已被改动。 Result: NOT whole, or altered."


def printable(text: str) -> str:
    """A hostile name must not move the cursor or forge a line of the report."""
    return "".join(c if c.isprintable() else "\\u%04x" % ord(c) for c in text)[:2000]


# --- Ed25519 (RFC 8032), verification only --------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]


def _add(p: Point, q: Point) -> Point:
    """Return the sum of two points of the curve."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    """Return a multiple of a point, by doubling and adding."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _point(data: bytes) -> Point:
    """Return the point that 32 bytes encode; Bad where they encode none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        raise Bad("a point that is not canonical")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Bad("not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = _point(bytes([0x58] + [0x66] * 31))


def ed25519_valid(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature is valid."""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    try:
        key, r = _point(public), _point(signature[:32])
    except Bad:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    left, right = _times(s, BASE), _add(r, _times(k, key))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


# --- Signed notes and checkpoints -----------------------------------------------------------


class Key:
    """A verifier key: name+id+base64(type, public key); and what a ring of keys says of it."""

    first, last = 0, 1 << 62
    """Smallest and largest head that it may sign."""

    until, reason = "-", "-"
    """Day from which it counts no more, and why: rotated, revoked."""

    def __init__(self, text: str) -> None:
        """Read a key as C2SP spells it."""
        parts = text.split("+", 2)
        data = decode64(parts[2]) if len(parts) == 3 else b""
        if len(data) != 33 or data[0] not in (1, 4) or not parts[0]:
            raise Bad("malformed verifier key")
        self.text, self.name, self.kind, self.public = text, parts[0], data[0], data[1:]
        self.id = hashlib.sha256(parts[0].encode() + b"\n" + data).digest()[:4]
        if self.id.hex() != parts[1]:
            raise Bad("a verifier key whose id does not fit")

    def valid(self, text: str, data: bytes) -> bool:
        """Tell whether a signature, or a cosignature with its time, is this key's over a text."""
        message = text.encode()
        if self.kind == 4:
            stamp, data = int.from_bytes(data[:8], "big"), data[8:]
            message = b"cosignature/v1\ntime %d\n" % stamp + message
        return ed25519_valid(self.public, message, data)


def decode64(text: str) -> bytes:
    """Return what base64 stands for; Bad where it is not spelt the one canonical way."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("malformed base64") from None
    if base64.b64encode(data).decode() != text:
        raise Bad("base64 that is not canonical")
    return data


def split_note(note: str) -> Tuple[str, List[Tuple[str, bytes]]]:
    """Split a signed note into its text and its signatures (name, key id and signature)."""
    text, blank, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines.pop() or not 1 <= len(lines) <= 100:
        raise Bad("not a signed note")
    if any(character < " " and character != "\n" for character in note):
        raise Bad("a control character in a signed note")
    signatures = []
    for line in lines:
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if mark != "\u2014" or not name or len(decode64(encoded)) < 5:
            raise Bad("a malformed signature line")
        signatures.append((name, decode64(encoded)))
    return text + "\n", signatures


_VERIFIED: Dict[Tuple[str, str], bool] = {}


def open_note(note: str, keys: Sequence[Key]) -> str:
    """Return the text of a note that one of the keys signed; a failing known line is refused."""
    text, signatures = split_note(note)
    good = False
    for name, data in signatures:
        for key in keys:
            if (key.name, key.id) == (name, data[:4]):
                place = (text + data.hex(), key.text)
                if place not in _VERIFIED:
                    _VERIFIED[place] = key.valid(text, data[4:])
                if not _VERIFIED[place]:
                    raise Bad("the signature of %s fails" % name)
                good = True
    if not good:
        raise Bad("no signature by a given key")
    return text


class Head:
    """A checkpoint: origin, number of leaves, root."""

    def __init__(self, text: str) -> None:
        """Read the text of a checkpoint."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise Bad("malformed checkpoint")
        self.origin, self.size, self.root = lines[0], number(lines[1]), decode64(lines[2])
        if len(self.root) != 32:
            raise Bad("a root that is no hash")


def number(text: str) -> int:
    """Return a decimal number without sign and leading zeros."""
    if not re.match(r"(0|[1-9][0-9]{0,18})\Z", text):
        raise Bad("not a number")
    return int(text)


def signers(note: str, keys: Sequence[Key]) -> List[Key]:
    """Return which of the keys signed a note that `open_note` opened."""
    named = {(name, data[:4]) for name, data in split_note(note)[1]}
    return [key for key in keys if (key.name, key.id) in named]


def ring_keys(note: str) -> List[Key]:
    """Return the keys of a ring, newest last; the last one signed it."""
    lines = split_note(note)[0].split("\n")
    if lines[0] != "evidence_store/keys/v1" or len(lines) < 4:
        raise Bad("data/keys is not a ring of keys")
    rows = [line.split(" ") for line in lines[2:-1]]
    if any(len(row) != 6 for row in rows):
        raise Bad("a malformed line in data/keys")
    keys = []
    for _since, first, until, last, reason, text in rows:
        key = Key(text)
        key.first, key.until, key.reason = number(first), until, reason
        key.last = key.last if last == "-" else number(last)
        keys.append(key)
    open_note(note, keys[-1:])
    return keys


# --- Merkle trees (RFC 6962, RFC 9162) and the radix map --------------------------------------


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).digest()


def tree_root(level: List[bytes]) -> bytes:
    """Return the Merkle root over hashes of leaves (RFC 6962)."""
    while len(level) > 1:
        pairs = [sha256(b"\1" + a + b) for a, b in zip(level[::2], level[1::2])]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0] if level else sha256(b"")


def check_inclusion(index: int, head: Head, leaf: bytes, proof: Sequence[bytes]) -> None:
    """Check that a proof leads from a leaf to the root of a head (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < head.size:
        raise Bad("the head has no such leaf")
    inner = (index ^ (head.size - 1)).bit_length()
    if len(proof) != inner + bin(index >> inner).count("1"):
        raise Bad("a proof of the wrong length")
    total = leaf
    for height, sibling in enumerate(proof):
        if height >= inner or index >> height & 1:
            total = sha256(b"\1" + sibling + total)
        else:
            total = sha256(b"\1" + total + sibling)
    if total != head.root:
        raise Bad("the proof leads to another root")


def check_map(stream: str, count: int, last: str, siblings: Any) -> str:
    """Return the root to which a map proof leads."""
    key, below = int(hex_text(stream, 64), 16), 256
    total = sha256(b'\0["%s",%d,"%s"]' % (stream.encode(), count, hex_text(last, 64).encode()))
    for row in siblings:
        bits, other = row["bits"], bytes.fromhex(hex_text(row["hash"], 64))
        if type(bits) is not int or not 0 <= bits < below:
            raise Bad("the path of a map proof does not go up")
        pair = other + total if key >> (255 - bits) & 1 else total + other
        total, below = sha256(b"\1[%d]" % bits + pair), bits
    return total.hex()


def _members(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """Return the members of a JSON object, each name once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Bad("a name stands twice in one object: readers may differ on which counts")
    return found


def _whole_number(text: str) -> int:
    """Return an integer of JSON; one of many digits would take long to read."""
    return -number(text[1:]) if text[:1] == "-" else number(text)


def _no_number(text: str) -> None:
    """Refuse NaN and infinities, which are no JSON."""
    raise Bad("a number that is not whole: %s" % text[:40])


def read_json(text: str) -> Any:
    """Read JSON that everybody reads alike: no name twice, no number but whole ones."""
    return json.loads(
        text,
        object_pairs_hook=_members,
        parse_int=_whole_number,
        parse_float=_no_number,
        parse_constant=_no_number,
    )


def canonical_leaf(text: str) -> Dict[str, Any]:
    """Read a leaf that is spelt in the one way in which this log writes it."""
    leaf = read_json(text)
    if not isinstance(leaf, dict) or set(map(type, leaf.values())) - {str, int, type(None)}:
        raise Bad("a leaf that is not of this log's form")
    if json.dumps(leaf, ensure_ascii=False, separators=(",", ":"), sort_keys=True) != text:
        raise Bad("a leaf that is not in canonical form")
    return leaf


def hex_text(value: Any, length: int) -> str:
    """Return lower-case hexadecimal of exactly this length."""
    if not isinstance(value, str) or len(value) != length or set(value) - HEX:
        raise Bad("%d hexadecimal digits are expected" % length)
    return value


# --- Where the files are ------------------------------------------------------------------------


class Folder:
    """An unpacked bag."""

    def __init__(self, root: str) -> None:
        """List every file below a folder."""
        self.root = os.path.realpath(root)
        self.sizes: Dict[str, int] = {}
        self._walk("")
        check_distinct(self.sizes)

    def _walk(self, prefix: str) -> None:
        """List the files of one folder; links, devices and empty folders are refused."""
        items = sorted(os.scandir(os.path.join(self.root, prefix)), key=lambda i: i.name)
        if prefix and not items:
            raise Bad("%s is an empty folder, which no manifest names" % prefix)
        for item in items:
            name = prefix + item.name
            mode = item.stat(follow_symlinks=False)
            if stat.S_ISDIR(mode.st_mode):
                if name.count("/") > 20:
                    raise Bad("folders nested too deep")
                self._walk(name + "/")
            elif stat.S_ISREG(mode.st_mode):
                self.sizes[check_name(name)] = mode.st_size
                check_bounds(self.sizes)
            else:
                raise Bad("%s is neither a file nor a folder" % name)

    def open(self, name: str) -> IO[bytes]:
        """Open a file that was listed, and follow no link that took its place."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(os.path.join(self.root, *name.split("/")), flags), "rb")


class Zip:
    """A bag still in its zip, below one folder."""

    def __init__(self, path: str) -> None:
        """List every file of a zip that holds one folder."""
        self.archive = zipfile.ZipFile(path)
        self.items: Dict[str, zipfile.ZipInfo] = {}
        self.sizes: Dict[str, int] = {}
        folders: List[str] = []
        infos = self.archive.infolist()
        tops = {info.filename.split("/")[0] for info in infos}
        if len(tops) != 1:
            raise Bad("the zip does not hold one folder")
        for info in infos:
            name = info.filename.partition("/")[2]
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Bad("%s is a symbolic link" % name[:100])
            if not name or name.endswith("/"):
                if info.file_size or not info.filename.endswith("/"):
                    raise Bad("%s is not in the folder of the dossier" % info.filename[:100])
                folders.append(name)
                continue
            if check_name(name) in self.items or info.flag_bits & 1:
                raise Bad("%s is twice in the zip, or encrypted" % name)
            if info.file_size > 1000 * info.compress_size + SMALL:
                raise Bad("%s unpacks to more than a thousand times its size" % name)
            self.items[name], self.sizes[name] = info, info.file_size
            check_bounds(self.sizes)
        names = sorted(self.sizes)
        for name in folders:
            first = bisect.bisect_left(names, name)
            if not (first < len(names) and names[first].startswith(name)):
                raise Bad("%s is an empty folder, which no manifest names" % name[:100])
        check_distinct(self.sizes)

    def open(self, name: str) -> IO[bytes]:
        """Open a file that was listed."""
        return self.archive.open(self.items[name])


def check_name(name: str) -> str:
    """Return a path that stays below the folder of the dossier."""
    parts = name.split("/")
    if len(name) > 1000 or "\\" in name or ":" in name or not name.isprintable() or "%" in name:
        raise Bad("a file name that is not allowed: %s" % name[:100])
    if any(part in ("", ".", "..") for part in parts):
        raise Bad("a path that leads elsewhere: %s" % name[:100])
    return name


def check_bounds(sizes: Dict[str, int]) -> None:
    """Refuse more files or bytes than a dossier has."""
    if len(sizes) > MOST_FILES or (len(sizes) % 1000 == 0 and sum(sizes.values()) > MOST_BYTES):
        raise Bad("too many files, or too large")


def check_distinct(names: Iterable[str]) -> None:
    """Refuse names that some file system takes for one: unpacked, one would hide the other."""
    seen: Dict[str, str] = {}
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise Bad("%s and %s are one name to some systems" % (name, seen[folded]))
        seen[folded] = name


# --- The checks ---------------------------------------------------------------------------------


class Dossier:
    """One verification."""

    def __init__(self, source: Any, options: argparse.Namespace, report: Report) -> None:
        """Take the bag, the options and the report to fill."""
        self.source, self.options, self.report = source, options, report
        self.digests: Dict[str, str] = {}
        self.keys: List[Key] = []
        self.signed: Dict[str, List[Key]] = {}
        self.stamped: Dict[str, List[str]] = {}
        self.head: Optional[Head] = None
        self.streams: Dict[str, List[Tuple[int, Dict[str, Any], str]]] = {}
        self.indexes: Dict[int, bytes] = {}
        self.chained: Dict[int, str] = {}
        self.shown: Dict[int, Dict[str, str]] = {}
        self.kinds: Dict[int, str] = {}
        self.closed = 0

    def run(self) -> None:
        """Make every check; one that fails does not keep the next from being made."""
        steps = [
            self.hash_files,
            self.check_manifests,
            self.check_checkpoint,
            self.check_signature,
            self.check_records,
            self.check_streams,
            self.check_originals,
            self.check_pages,
            self.check_tokens,
            self.check_revoked,
            self.check_witnesses,
        ]
        for step in steps:
            try:
                step()
            except Bad as error:
                what = (step.__doc__ or "").split(" / ")
                self.report.failed("%s：%s" % (what[0], error), "%s: %s" % (what[1], error))
            except Exception as error:  # what is hostile fails in ways that no list foresees
                what = (step.__doc__ or "").split(" / ")
                detail = "%s: %s" % (type(error).__name__, error)
                self.report.failed("%s：%s" % (what[0], detail), "%s: %s" % (what[1], detail))
        self.limits()

    def read(self, name: str, most: int = MOST_IN_MEMORY) -> bytes:
        """Return a file of the bag, as it was hashed."""
        if name not in self.source.sizes:
            raise Bad("%s is missing" % name)
        with self.source.open(name) as file:
            data: bytes = file.read(most + 1)
        if len(data) > most:
            raise Bad("%s is too large" % name)
        if name in self.digests and sha256(data).hex() != self.digests[name]:
            raise Bad("%s changed during verification" % name)
        return data

    def text(self, name: str, most: int = SMALL) -> str:
        """Return a file of the bag as text."""
        return self.read(name, most).decode("utf-8")

    def json(self, name: str) -> Any:
        """Return a file of the bag as JSON."""
        return read_json(self.read(name).decode("utf-8"))

    def hash_files(self) -> None:
        """读取文件 / reading files"""
        left = MOST_BYTES
        for name in sorted(self.source.sizes):
            digest, expected = hashlib.sha256(), self.source.sizes[name]
            with self.source.open(name) as file:
                size = 0
                for piece in iter(lambda: file.read(SMALL), b""):
                    digest.update(piece)
                    size += len(piece)
                    if size > expected or size > left:
                        raise Bad("%s is longer than it says" % name)
            left -= size
            self.digests[name] = digest.hexdigest()

    def check_manifests(self) -> None:
        """清单与文件 / manifests and files"""
        if self.read("bagit.txt", SMALL) != BAGIT:
            self.report.failed("bagit.txt 已被改动", "bagit.txt is altered")
        payload = [name for name in self.digests if name.startswith("data/")]
        tags = [name for name in self.digests if not name.startswith("data/")]
        tags = [name for name in tags if name not in ("tagmanifest-sha256.txt",)]
        same = self._check_manifest("manifest-sha256.txt", payload)
        same = self._check_manifest("tagmanifest-sha256.txt", tags) and same
        if same:
            self.report.passed(
                "全部 %d 个文件与清单逐字节一致" % len(self.digests),
                "all %d files agree with the manifests, byte for byte" % len(self.digests),
            )

    def _check_manifest(self, manifest: str, names: Iterable[str]) -> bool:
        """Compare files with a manifest; tell whether all agree."""
        listed: Dict[str, str] = {}
        data = self.read(manifest).decode("utf-8")
        for line in data.splitlines():
            listed[line[66:]] = line[:64]
        before = len(self.report.rows)
        for name in sorted(set(listed) | set(names)):
            if name not in listed:
                self.report.failed(
                    "%s 不在清单 %s 中" % (name, manifest),
                    "%s is not listed in %s" % (name, manifest),
                )
            elif name not in self.digests:
                self.report.failed("缺少文件 %s" % name, "%s is listed but missing" % name)
            elif listed[name] != self.digests[name]:
                self.report.failed("%s 已被改动" % name, "%s is altered" % name)
        exact = "".join("%s  %s\n" % (listed[name], name) for name in sorted(listed))
        if exact != data:
            self.report.failed(
                "清单 %s 的写法已被改动" % manifest, "%s is not spelt as it was written" % manifest
            )
        return len(self.report.rows) == before

    def check_checkpoint(self) -> None:
        """检查点 / checkpoint"""
        signed = self.text("data/checkpoint")
        self.head = head = Head(split_note(signed)[0])
        self.keys = self.trusted()
        keys = [key for key in self.keys if key.first <= head.size <= key.last]
        if not keys:
            raise Bad("no key of the log may have signed a head of %d leaves" % head.size)
        self.signed["data/checkpoint"] = signers(signed, keys)
        if self.options.own and not self.signed["data/checkpoint"]:
            self.report.failed(
                "检查点不是由本系统日志的密钥签名",
                "the checkpoint is not signed by a key of this system's log",
            )
            return
        open_note(signed, keys)
        self.report.passed(
            "日志 %s 的检查点（%d 条）签名有效" % (head.origin, head.size),
            "the checkpoint of log %s (%d leaves) is signed" % (head.origin, head.size),
        )
        for key in self.signed["data/checkpoint"]:
            self._say_whose(key)

    def trusted(self) -> List[Key]:
        """Return the keys that count: those given, with what a ring says of them, or a ring's."""
        ring = ring_keys(self.ring())
        known = {key.text: key for key in ring}
        if self.options.vkey and self.options.keys is None:
            # What the dossier's own ring says may count against a key that was given, not for it.
            for key in ring:
                key.first, key.last = Key.first, Key.last
        return [known.get(text) or Key(text) for text in self.options.vkey] or ring

    def _say_whose(self, key: Key) -> None:
        """Say from where the key that signed the checkpoint is known, and whether it is in use."""
        name = "ring" if self.options.keys else "dossier"
        name = "vkey" if self.options.vkey else "own" if self.options.own else name
        zh, en = WHOSE[name]
        if name != "vkey" or key.reason != "-":
            state = STATES.get(key.reason, STATES["rotated"])
            chinese, english = (words.format(key.until) for words in state)
            zh, en = "%s（%s）" % (zh, chinese), "%s (%s)" % (en, english)
        print_ = hashlib.sha256(key.public).hexdigest()
        if name == "dossier":
            self.report.skipped(
                "%s，指纹 %s" % (zh, print_), "%s, fingerprint %s; %s" % (en, print_, key.text)
            )
        else:
            self.report.passed("%s，指纹 %s" % (zh, print_), "%s, fingerprint %s" % (en, print_))

    def ring(self) -> str:
        """Return the ring of keys: the verifier's own copy, or the one in the dossier."""
        if self.options.keys is None:
            return self.text("data/keys")
        with open(self.options.keys, "rb") as file:
            return file.read(SMALL).decode("utf-8")

    def check_signature(self) -> None:
        """清单签名 / signature over the manifests"""
        if self.head is None:
            raise Bad("without a valid checkpoint there is no key")
        # A dossier may be made long after its head: by any key that was in use then or later.
        keys = [key for key in self.keys if self.head.size <= key.last]
        note = self.text("manifest.note")
        lines = open_note(note, keys).split("\n")
        self.signed["manifest.note"] = signers(note, keys)
        if lines[:2] != ["evidence_store/manifest/v1", self.head.origin] or len(lines) < 5:
            raise Bad("manifest.note is not a signature of this log over manifests")
        signed = {line[66:]: line[:64] for line in lines[3:-1]}
        if "manifest-sha256.txt" not in signed:
            raise Bad("manifest.note does not name manifest-sha256.txt")
        for name in sorted(self.digests):
            outside = name.startswith("data/") or name in (
                "manifest.note",
                "manifest.tsr",
                "manifest.pem",
                "tagmanifest-sha256.txt",
            )
            if not outside and signed.get(name) != self.digests[name]:
                raise Bad("%s is not the one that was signed" % name)
        self.report.passed(
            "清单由日志密钥签名，卷宗编号 %s" % lines[2],
            "the manifests are signed by the log key, dossier number %s" % lines[2],
        )

    def check_records(self) -> None:
        """登记记录 / registered records"""
        if self.head is None:
            raise Bad("without a valid checkpoint no record can be checked")
        bad = shown = originals = 0
        with self.source.open("data/records.jsonl") as file:
            for place, line in enumerate(iter(lambda: file.readline(MOST_LINE), b""), 1):
                try:
                    names, original = self._record(read_json(line.decode("utf-8")))
                except Exception as error:  # any failure is this line's, and the next is read
                    bad += 1
                    if bad > MOST_ROWS:
                        raise Bad("too many records are bad") from None
                    self.report.failed(
                        "records.jsonl 第 %d 行：%s" % (place, error),
                        "records.jsonl line %d: %s" % (place, error),
                    )
                    continue
                shown, originals = shown + names, originals + original
        if not bad:
            self.report.passed(
                "%d 条记录均在日志中；公开 %d 个字段，%d 个原件与登记一致"
                % (len(self.indexes), shown, originals),
                "%d records are in the log; %d fields shown and %d originals agree with what "
                "was registered" % (len(self.indexes), shown, originals),
            )
            self._tell_closed()

    def _tell_closed(self) -> None:
        """Say whether every field is shown: proved; else what their digests do not tell."""
        if not self.closed:
            self.report.passed(
                "各条记录的全部字段均已公开，没有隐去",
                "every field of every record is shown, none is withheld",
            )
            return
        self.report.skipped(
            "%d 个摘要未公开内容：一个摘要可以代表多个字段，隐去或删除了几个、"
            "是什么，只是放贷人的陈述" % self.closed,
            "%d digests are not opened: one digest can stand for several fields, so how many were "
            "withheld or erased, and which, is the lender's statement" % self.closed,
        )

    def _record(self, row: Dict[str, Any]) -> Tuple[int, int]:
        """Check one record; return how many fields and originals it shows."""
        if set(row) - ROW:
            raise Bad("members that nothing proves: %s" % ", ".join(sorted(set(row) - ROW)))
        text = row["leaf"]
        leaf = canonical_leaf(text)
        hash_, index = sha256(b"\0" + text.encode()), row["index"]
        if row["proof"] is None:
            self._chain(index, hash_, leaf["stream"])
        else:
            self.prove(index, hash_, row["proof"])
        digests = [bytes.fromhex(hex_text(value, 64)) for value in row["digests"]]
        if len(digests) > MOST_FIELDS:
            raise Bad("a record of more than %d fields" % MOST_FIELDS)
        if not digests or tree_root(digests).hex() != leaf["commitment"]:
            raise Bad("leaf %d does not commit to this record" % index)
        last = -1
        for name in sorted(row["fields"]):
            salt, value = row["fields"][name]
            spelt = json.dumps(
                [hex_text(salt, 32), name, value], ensure_ascii=False, separators=(",", ":")
            )
            digest = sha256(b"\0" + spelt.encode())
            if not isinstance(value, str) or digest not in digests:
                raise Bad("field %s of leaf %d is not what was registered" % (name, index))
            if digests.index(digest) <= last:
                raise Bad("field %s of leaf %d stands out of order" % (name, index))
            last = digests.index(digest)
        self.closed += len(digests) - len(row["fields"])
        self.streams.setdefault(leaf["stream"], []).append((index, leaf, hash_.hex()))
        self.kinds[index] = leaf["kind"]
        told = {name: row["fields"][name][1] for name in BINDING if name in row["fields"]}
        if told:
            self.shown[index] = told
        return len(row["fields"]), self._original(row, index)

    def _original(self, row: Dict[str, Any], index: int) -> int:
        """Compare an original in the bag with the digest that was registered for it."""
        name = row.get("original")
        if name is None:
            return 0
        if "sha256" not in row["fields"] or self.digests.get(name) != row["fields"]["sha256"][1]:
            raise Bad("%s is not the file that leaf %d registers" % (name, index))
        return 1

    def _chain(self, index: Any, leaf: bytes, stream: str) -> None:
        """Leave a record without a proof of its own to the chain of its stream."""
        if type(index) is not int or index < 0 or index in self.indexes:
            raise Bad("malformed index, or two leaves at index %s" % index)
        self.indexes[index], self.chained[index] = leaf, stream

    def prove(self, index: Any, leaf: bytes, name: Any) -> None:
        """Check the tlog-proof file of a leaf against the checkpoint of this dossier."""
        if type(index) is not int or not isinstance(name, str):
            raise Bad("malformed index or name of a proof")
        if self.indexes.get(index, leaf) != leaf:
            raise Bad("two leaves at index %d" % index)
        top, blank, signed = self.text(name, SMALL).partition("\n\n")
        lines = top.split("\n")
        if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise Bad("%s is not a tlog-proof" % name)
        if lines and lines[0].startswith("extra "):
            decode64(lines.pop(0)[6:])
        if not lines or lines.pop(0) != "index %d" % index or len(lines) > 64:
            raise Bad("%s is for another leaf" % name)
        if split_note(signed)[0] != split_note(self.text("data/checkpoint"))[0]:
            raise Bad("%s rests on another checkpoint" % name)
        assert self.head is not None
        check_inclusion(index, self.head, leaf, [decode64(line) for line in lines])
        self.indexes[index] = leaf

    def check_streams(self) -> None:
        """记录是否齐全 / completeness of streams"""
        if "data/map-proof.json" not in self.source.sizes:
            if self.chained:
                raise Bad("%d records carry no proof" % len(self.chained))
            self.report.skipped(
                "卷宗不含完整性证明（map-proof.json）",
                "the dossier carries no proof of completeness (map-proof.json)",
            )
            return
        proof = self.json("data/map-proof.json")
        index, root = proof["map"]["index"], self._map_root(proof["map"])
        covered = {row["stream"] for row in proof["streams"]}
        for row in proof["streams"]:
            self._stream(row, root, index)
        self._say_uncovered(covered, index)

    def _map_root(self, row: Dict[str, Any]) -> str:
        """Return the root of the map that the last leaf under the head registers."""
        leaf, index = canonical_leaf(row["leaf"]), row["index"]
        self.prove(index, sha256(b"\0" + row["leaf"].encode()), row["proof"])
        if leaf["kind"] != "map" or leaf["stream"] != hashlib.sha256(b"map").hexdigest():
            raise Bad("leaf %s is not a map" % index)
        assert self.head is not None
        if index != self.head.size - 1:
            raise Bad(
                "the map is leaf %d of %d: what was registered after it could be left out"
                % (index, self.head.size)
            )
        root: str = leaf["commitment"]
        return root

    def _say_uncovered(self, covered: Set[str], index: int) -> None:
        """Refuse records that nothing proves, and name what the map does not show."""
        loose = [i for i, stream in self.chained.items() if stream not in covered or i >= index]
        if loose:
            raise Bad("records %s … carry no proof" % loose[:5])
        if self.chained:
            self.report.skipped(
                "%d 条记录经所在流的链核验，其日志序号为所称，未单独证明" % len(self.chained),
                "%d records are proved through the chain of their stream; the log index stated "
                "for them is not proved by itself" % len(self.chained),
            )
        for stream in sorted(set(self.streams) - covered):
            self.report.skipped(
                "流 %s… 未证明齐全" % stream[:16],
                "stream %s… is not shown to be whole" % stream[:16],
            )
        self.report.skipped(
            "未重放全部日志以复核映射（map not replayed）",
            "map not replayed: that no second stream exists for the same subject is shown only "
            "by a witness or by replaying the whole log",
        )

    def _stream(self, row: Dict[str, Any], root: str, map_index: int) -> None:
        """Check that the records of one stream are all here, in their order."""
        stream, count = row["stream"], row["n"]
        # A salt of another length could take letters off the name, or lend it some.
        salt = bytes.fromhex(hex_text(row["salt"], 32))
        opened = sha256(salt + row["name"].encode()).hex()
        if row.get("root", root) != root or row.get("map_index", map_index) != map_index:
            raise Bad("the stream of %s is said to be of another map" % row["name"])
        if opened != stream or type(count) is not int or count < 1:
            raise Bad("the stream of %s is not opened by its salt" % row["name"])
        if check_map(stream, count, row["head"], row["siblings"]) != root:
            raise Bad("the map holds something else for the stream of %s" % row["name"])
        found = sorted(item for item in self.streams.get(stream, []) if item[0] < map_index)
        prev = None
        for place, (index, leaf, hash_) in enumerate(found, 1):
            if leaf["seq"] != place or leaf["prev"] != prev:
                raise Bad(
                    "%s: record %d is missing, added or moved (at leaf %d)"
                    % (row["name"], place, index)
                )
            prev = hash_
        if len(found) != count or prev != row["head"]:
            raise Bad("%s: %d records are here, the log has %d" % (row["name"], len(found), count))
        self.report.passed(
            "%s：%d 条记录齐全，无缺、无增、未调换" % (row["name"], count),
            "%s: all %d records are here, none missing, added or moved" % (row["name"], count),
        )

    def check_originals(self) -> None:
        """原件与登记 / originals and registrations"""
        named = {told.get("sha256") for told in self.shown.values()}
        for name in sorted(self.digests):
            if name.startswith(ORIGINALS) and self.digests[name] not in named:
                raise Bad("no record here registers %s" % name)
        if FROZEN not in self.digests:
            return
        freezes = [index for index, kind in self.kinds.items() if kind == "freeze"]
        told = [self.shown.get(index, {}).get("digest") for index in freezes]
        if self.digests[FROZEN] in told:
            self.report.passed(
                "%s 与冻结时登记的摘要一致" % FROZEN,
                "%s agrees with the digest registered at the freeze" % FROZEN,
            )
        elif any(told):
            raise Bad("%s is not what was registered at the freeze" % FROZEN)
        else:
            self.report.skipped(
                "%s 未与登记的摘要核对（卷宗未公开该摘要）" % FROZEN,
                "%s was not compared with what was registered: no record here shows its digest"
                % FROZEN,
            )

    def check_pages(self) -> None:
        """页码索引 / page index"""
        if "data/page-index.json" not in self.source.sizes:
            return
        index, numbered = self.json("data/page-index.json"), self._numbered()
        for name in sorted(index["files"]):
            if self.digests.get(name) != index["files"][name]["sha256"]:
                raise Bad("%s is not the file that the page index describes" % name)
        for item in index["items"]:
            first, last = item["pages"]
            if not 1 <= first <= last <= index["files"][item["file"]]["pages"]:
                raise Bad("%s lies on pages that do not exist" % item["evidence"])
            if item["index"] is not None and item["index"] not in self.indexes:
                raise Bad("%s names leaf %s, which is not here" % (item["evidence"], item["index"]))
            registered = self.shown.get(item["index"], {}).get("sha256")
            if numbered.get(item["evidence"], set()) - {registered}:
                raise Bad(
                    "%s is not the file that leaf %s registers" % (item["evidence"], item["index"])
                )
        self.report.passed(
            "页码索引的 %d 项与文件和记录一致" % len(index["items"]),
            "the page index agrees with files and records (%d items)" % len(index["items"]),
        )

    def _numbered(self) -> Dict[str, Set[str]]:
        """Return the digests of the originals by their evidence number."""
        found: Dict[str, Set[str]] = {}
        for name, digest in self.digests.items():
            if name.startswith(ORIGINALS):
                found.setdefault(name.split("/", 2)[2].split(".")[0], set()).add(digest)
        return found

    def check_tokens(self) -> None:
        """时间戳 / time-stamps"""
        names = [name for name in sorted(self.source.sizes) if name.startswith("data/tokens/")]
        names = [name for name in names if name.endswith(".tsr")]
        for name in names:
            self._token(name, "data/checkpoint", ("本检查点", "this checkpoint"))
        if "manifest.tsr" in self.source.sizes:
            self._token("manifest.tsr", "manifest.note", ("清单签名", "the signed manifest"))
        if not names:
            self.report.skipped(
                "无可信时间戳：只有放贷人自己的日志", "no time-stamp: lender's own log only"
            )

    def _token(self, name: str, over: str, called: Tuple[str, str]) -> None:
        """Check that a token stamps a file of the bag, and its signature where that can be."""
        oid, imprint, when = token_imprint(self.read(name, SMALL))
        algorithm = ALGORITHMS.get(oid)
        if algorithm is None:
            raise Bad("%s has an imprint of unknown algorithm %s" % (name, oid))
        if hashlib.new(algorithm, self.read(over)).digest() != imprint:
            raise Bad("%s is a time-stamp over something else" % name)
        self.report.passed(
            "%s 的时间戳对应%s，所称时间 %s" % (name, called[0], when),
            "%s stamps %s, stated time %s" % (name, called[1], when),
        )
        if self._token_signature(name, over):
            self.stamped.setdefault(over, []).append(when)

    def _token_signature(self, name: str, over: str) -> bool:
        """Let openssl check the signature of a token; False where that is left to the reader."""
        root = self.options.tsa_root
        if root is None or not isinstance(self.source, Folder):
            self.report.skipped(
                "%s 的签名未核验，请执行 openssl ts -verify（见 VERIFY.md）" % name,
                "the signature of %s is left to openssl ts -verify (see VERIFY.md)" % name,
            )
            return False
        paths = [os.path.join(self.source.root, *n.split("/")) for n in (over, name)]
        chain = os.path.join(self.source.root, *(name[:-4] + ".pem").split("/"))
        command = ["openssl", "ts", "-verify", "-data", paths[0], "-in", paths[1], "-CAfile", root]
        if os.path.isfile(chain):
            command += ["-untrusted", chain]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            self.report.skipped(
                "openssl 不可用：%s" % error, "openssl is not available: %s" % error
            )
            return False
        if done.returncode:
            raise Bad(
                "openssl refuses %s: %s" % (name, done.stderr.decode("utf-8", "replace")[-300:])
            )
        self.report.passed(
            "openssl 确认 %s 的签名" % name, "openssl confirms the signature of %s" % name
        )
        return True

    def check_revoked(self) -> None:
        """已吊销的密钥 / revoked keys"""
        # Whoever stole such a key can sign whatever they like, as if it were before its day.
        for name, keys in sorted(self.signed.items()):
            if not keys or any(key.reason != "revoked" for key in keys):
                continue
            day = max(key.until for key in keys)
            if any(when[:8] < day.replace("-", "") for when in self.stamped.get(name, [])):
                self.report.passed(
                    "%s 由 %s 吊销的密钥签名，时间戳证明签名在此之前" % (name, day),
                    "%s is signed by a key revoked on %s; a time-stamp shows that it was signed "
                    "before" % (name, day),
                )
            else:
                self.report.failed(
                    "%s 由 %s 吊销的密钥签名，没有经核验的时间戳（--tsa-root）证明签名在此之前；"
                    "请索取依新检查点出具的卷宗" % (name, day),
                    "%s is signed by a key revoked on %s, and no time-stamp that was checked "
                    "(--tsa-root) shows that it was signed before; ask for one over a later head"
                    % (name, day),
                )

    def check_witnesses(self) -> None:
        """见证签名 / witnesses"""
        name = "data/checkpoint.cosigned"
        own = [*ring_keys(self.ring()), *self.trusted()]
        given = [Key(text) for text in self.options.witness]
        known = [key for key in given if key.public not in {key.public for key in own}]
        for key in given:
            if key not in known:
                self.report.skipped(
                    "%s 是日志自己的密钥，不算见证" % key.name,
                    "%s is the log's own key: it witnesses nothing" % key.name,
                )
        signed = self.text(name if name in self.source.sizes else "data/checkpoint")
        ours = {(key.name, key.id) for key in own}
        lines = [line for line in split_note(signed)[1] if (line[0], line[1][:4]) not in ours]
        missing = {key.name for key in known} - {witness for witness, _data in lines}
        for witness in sorted(missing):
            self.report.skipped(
                "见证人 %s 未在本检查点签名" % witness,
                "witness %s, whose key was given, has not cosigned this checkpoint" % witness,
            )
        if not lines:
            self.report.skipped("无见证签名", "no witness has cosigned")
        if split_note(signed)[0] != split_note(self.text("data/checkpoint"))[0]:
            raise Bad("the cosigned checkpoint is another one")
        for witness, data in lines:
            for key in (key for key in known if (key.name, key.id) == (witness, data[:4])):
                open_note(signed, [key])
                at = datetime.fromtimestamp(int.from_bytes(data[4:12], "big"), timezone.utc)
                self.report.passed(
                    "见证人 %s 于 %s 签名有效" % (witness, at.isoformat()),
                    "witness %s signed at %s" % (witness, at.isoformat()),
                )
                break
            else:
                self.report.skipped(
                    "见证人 %s 的签名未核验（用 --witness 给出其密钥）" % witness,
                    "the signature of witness %s was not checked (give its key "
                    "with --witness)" % witness,
                )

    def limits(self) -> None:
        """Say what no program checks."""
        self.report.skipped(
            "PDF 的内容与签名、原件的真伪、登记前的事实不由本程序核验",
            "what PDFs show and their signatures, the truth of originals, and facts before "
            "registration are not checked by this program",
        )
        self.report.skipped(
            "完整性仅针对已登记者，从未登记的不在证明之内",
            "completeness is proved for what was registered, not for what never was",
        )


WHOSE = {
    "vkey": ("密钥由核验人提供", "key given by the verifier"),
    "ring": ("密钥在核验人提供的密钥环中", "key in the ring of keys given by the verifier"),
    "own": ("密钥属于本系统的日志", "key of this system's own log"),
    "dossier": (
        "密钥未经独立确认，取自卷宗本身",
        "key not independently confirmed, taken from the dossier",
    ),
}
"""From where a key is known."""

STATES = {
    "-": ("现用", "in use"),
    "rotated": ("已于 {} 更换", "replaced on {}"),
    "revoked": ("已于 {} 吊销", "revoked on {}"),
}
"""What a ring of keys says of a key."""

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


# --- RFC 3161, as much as the imprint needs -----------------------------------------------------


def der(data: bytes) -> Iterator[Tuple[int, bytes]]:
    """Yield tag and content of each DER element."""
    place = 0
    while place < len(data):
        tag, length = data[place], data[place + 1]
        place += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise Bad("a length that is not DER")
            length = int.from_bytes(data[place : place + count], "big")
            place += count
        if place + length > len(data):
            raise Bad("a token that ends too early")
        yield tag, data[place : place + length]
        place += length


def token_imprint(data: bytes) -> Tuple[str, bytes, str]:
    """Return algorithm, imprint and time of a time-stamp response."""
    response = list(der(next(der(data))[1]))
    if len(response) != 2 or next(der(response[0][1]))[1] not in (b"\0", b"\1"):
        raise Bad("a time-stamp that was not granted")
    content = list(der(response[1][1]))[1][1]
    signed = list(der(next(der(content))[1]))
    wrapped = list(der(signed[2][1]))[1][1]
    info = list(der(next(der(next(der(wrapped))[1]))[1]))
    algorithm, imprint = list(der(info[2][1]))
    return oid_text(next(der(algorithm[1]))[1]), imprint[1], info[4][1].decode("ascii")


def oid_text(data: bytes) -> str:
    """Return an object identifier in its dotted form."""
    numbers, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first] + numbers[1:]))


# --- Command line -------------------------------------------------------------------------------


def verify(path: str, options: argparse.Namespace) -> Report:
    """Verify the bag in a folder or zip and return the report."""
    report = Report()
    try:
        source = Zip(path) if os.path.isfile(path) else Folder(path)
    except Exception as error:
        report.failed("无法读取卷宗：%s" % error, "the dossier cannot be read: %s" % error)
        return report
    Dossier(source, options, report).run()
    return report


def parse(arguments: Optional[Sequence[str]]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("path", nargs="?", default=here, help="folder or zip; default: here")
    parser.add_argument("--vkey", action="append", default=[], help="the lender's verifier key")
    parser.add_argument("--keys", help="the log's ring of keys (a file), had from elsewhere")
    parser.add_argument("--own", action="store_true", help="--keys are of whose system runs this")
    parser.add_argument("--witness", action="append", default=[], help="a witness's verifier key")
    parser.add_argument("--tsa-root", help="root certificate of the time-stamp authority (PEM)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser.parse_args(arguments)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Verify and print; return the exit status."""
    options = parse(arguments)
    try:
        kinds = [Key(text).kind for text in options.vkey + options.witness]
        if 1 in kinds[len(options.vkey) :]:
            raise Bad("--witness takes a witness's key (type 4), not a log's")
    except Bad as error:
        print("--vkey, --witness: %s" % error, file=sys.stderr)
        return 2
    report = verify(options.path, options)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    if options.json:
        names = ("status", "zh", "en")
        rows = [dict(zip(names, row)) for row in report.rows]
        print(json.dumps({"whole": report.whole, "checks": rows}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(report.lines()))
    return 0 if report.whole else 1


if __name__ == "__main__":
    sys.exit(main())
