"""Unpacks dossiers and checks them as a recipient would."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2

from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import open_dossier


def unpack(made: Dossier, folder: Path) -> Path:
    """Return the folder of the unpacked dossier."""
    with open_dossier(made) as file, zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    return folder / made.number


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the dossier's own verifier, isolated."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def check_every_file_counts(folder: Path) -> None:
    """Check that a flipped byte in any file is caught: of the proofs, of which are many, in one."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.name == "verify.py":
            continue
        data = path.read_bytes()
        at = len(data) // 2
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert verified(folder).returncode == 1, path.name
        path.write_bytes(data)
        if path.parent.name == "proofs":
            break
    assert verified(folder).returncode == 0


def words_of(folder: Path) -> str:
    """Return what the paper says, without the breaks of lines."""
    document = pypdfium2.PdfDocument((folder / "data/dossier.pdf").read_bytes())
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r\n", "").replace("\n", "")


def records_of(folder: Path) -> list[dict[str, Any]]:
    """Return the records of a dossier as it writes them."""
    lines = (folder / "data/records.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
