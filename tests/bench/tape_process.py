"""An import as a process of its own, so that its memory is its own.

python -m tests.bench.tape_process FILE: prints seconds and megabytes at the peak as JSON. The time
is that of reading, staging and applying, as a job; starting Python and the program is not in it.
"""

import json
import sys
import time
from pathlib import Path

from recovery import create_app
from recovery.kernel.commands import command_work
from recovery.kernel.db import db
from recovery.kernel.job_runner import run_here
from recovery.kernel.logs import configure_logs
from recovery.loans.models import ImportBatch
from recovery.loans.tape.resuming import batch_for
from recovery.loans.tape.service import request_import
from recovery.loans.tape.staging import Upload


def main(file: Path) -> None:
    """Import the file into the installation that the environment names."""
    configure_logs()
    with create_app().app_context():
        begun = time.monotonic()
        batch_id, _known = batch_for(command_work, db.session(), Upload(file, file.name))
        with command_work() as work:
            job_id = request_import(work, batch_id).id
        run_here(job_id)
        seconds = time.monotonic() - begun
        batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
        assert batch.state == "applied", batch.control_totals
    print(json.dumps({"seconds": seconds, "megabytes": megabytes_at_the_peak()}))


def megabytes_at_the_peak() -> float:
    """Return the most memory that this program had; `getrusage` counts the parent's in."""
    status = Path("/proc/self/status").read_text("ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
