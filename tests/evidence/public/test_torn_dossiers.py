"""A dossier that cannot even be unpacked is answered with a report, not with an excuse."""

import io
import zipfile

from recovery.evidence.dossiers.models import Dossier
from tests.conftest import Browser
from tests.evidence.public.test_page import dossier, drop, loan  # noqa: F401 - fixtures


def test_a_dossier_whose_packed_bytes_are_torn_or_locked_is_called_altered(
    browser_client: Browser,
    dossier: tuple[Dossier, bytes],  # noqa: F811
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(dossier[1])) as old, zipfile.ZipFile(packed, "w") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info), zipfile.ZIP_DEFLATED)
    whole = packed.getvalue()
    with zipfile.ZipFile(packed) as archive:
        names = [one for one in archive.infolist() if one.filename.endswith("manifest.note")]
    start = names[0].header_offset + 30 + len(names[0].filename) + 8
    torn = whole[:start] + b"\xff" * 16 + whole[start + 16 :]
    locked = bytearray(whole)
    entry = whole.rindex(names[0].filename.encode()) - 46
    locked[entry + 8] |= 1
    for data in (torn, bytes(locked)):
        _status, page = drop(browser_client, data)
        assert "卷宗不完整、已被改动，或不是本系统出具的" in page
        assert "超出了本页" not in page
    for data in (whole[:-30], whole[: len(whole) // 2]):
        _status, page = drop(browser_client, data)
        assert "这个 zip 不完整或已损坏" in page
        assert "日志中没有这个文件" not in page
