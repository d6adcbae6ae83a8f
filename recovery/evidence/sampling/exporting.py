"""The package by which anyone draws a sample again: population, plan with seed, and the script."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from recovery.evidence.sampling import draw, files
from recovery.evidence.sampling.drawing import unpacked
from recovery.evidence.sampling.models import AuditSample
from recovery.evidence.sampling.service import (
    items_of,
    plan_of,
    population_text,
    registered_digest,
)
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.jobs import RunningJob
from recovery.kernel.money import fen_of
from recovery.kernel.text import _
from recovery.web.uploads import ZIP

README = r"""# 抽样复算 / Drawing the sample again

    python3 -I -S draw.py .

draw.py 只用 Python 标准库：核对 population.csv 的摘要与 plan.json 一致，用种子重新抽样，
并与 sample.csv 逐字比较（一致时退出码为 0）。算法写在 draw.py 开头。

registered.json 写明登记到存证日志的摘要：population_digest 在输入种子之前登记，是
SHA-256(salt 的字节 ‖ "count\nvalue\ndigest\nsha256\n")；plan_digest 和 sample_digest 是
SHA-256(salt 的字节 ‖ 文件内容)。sha256 是 population.csv 的摘要。

draw.py needs the standard library only: it compares the digest of population.csv with plan.json,
draws again with the seed, and compares with sample.csv byte for byte (exit 0 when equal).
registered.json holds what the evidence log holds: population_digest, registered before the seed was
taken, is SHA-256(bytes of salt || "count\nvalue\ndigest\nsha256\n"); plan_digest and sample_digest
are SHA-256(bytes of salt || file). sha256 is that of population.csv.
"""


def make_redraw(job: RunningJob, sample: AuditSample) -> None:
    """Make the package of a sample that was drawn.

    Raises:
        RuleViolation: it was not.
    """
    if sample.drawn_at is None:
        raise RuleViolation(_("样本尚未抽出。"))
    with TemporaryDirectory() as folder, TemporaryFile() as file:
        write_redraw(file, sample, Path(folder))
        kept = files.keep(file, ZIP.media_type)
    with job.work() as work:
        name = f"{sample.number}-redraw.zip"
        files.note_file(work, sample, kept, kind="redraw", name=name)


def write_redraw(file: IO[bytes], sample: AuditSample, folder: Path) -> None:
    """Write the zip; `folder` takes the population in passing."""
    population = unpacked(db.session(), sample, folder)
    plan = draw.plan_text(plan_of(sample))
    drawn = draw.sample_text(list(picks_of(sample)))
    file_sha256 = sha256_of(Path(population.path))
    registered = {
        "sample": sample.number,
        "count": sample.item_count,
        "value": str(sample.value),
        "digest": sample.digest,
        "sha256": file_sha256,
        "checkpoint": sample.log_size,
        "root": sample.log_root,
        "salt": sample.salt,
        "population_digest": registered_digest(sample, population_text(sample, file_sha256)),
        "plan_digest": registered_digest(sample, plan),
        "sample_digest": registered_digest(sample, drawn),
    }
    texts = {
        "README.md": README,
        "draw.py": Path(draw.__file__).read_text("utf-8"),
        "plan.json": plan,
        "sample.csv": drawn,
        "registered.json": json.dumps(registered, indent=1) + "\n",
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in texts.items():
            archive.writestr(files.member(name), text)
        with (
            archive.open(files.member("population.csv"), "w", force_zip64=True) as target,
            Path(population.path).open("rb") as source,
        ):
            shutil.copyfileobj(source, target)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read a part at a time."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def picks_of(sample: AuditSample) -> Iterator[draw.Pick]:
    """Yield the sample as it was drawn and kept."""
    for item in items_of(db.session(), sample.id):
        row = draw.Row(item.entry_id or item.loan_id, item.reference, fen_of(item.value))
        yield draw.Pick(row, item.stratum, item.hits, item.is_certain)
