"""A worker as a process of its own, which a test can kill; its jobs write numbered steps.

python -m tests.kernel.job_process HOME DATABASE_URL QUEUE_URL
"""

import sys
import time
from pathlib import Path
from typing import Any

from flask import Flask

from recovery.kernel.actions import Action
from recovery.kernel.config import Settings
from recovery.kernel.crypto import load_keyring, use_keyring
from recovery.kernel.db import init_database
from recovery.kernel.job_worker import run_worker
from recovery.kernel.jobs import RunningJob, handles
from recovery.kernel.text import _

STEPS = "test.steps"


@handles(STEPS, label=_("任务"))
def write_steps(job: RunningJob) -> dict[str, Any]:
    """Write one audit event a step, each in a unit of work, from where the last attempt got to."""
    total = int(job.arguments["steps"])
    for step in range(job.done, total):
        with job.work() as work:
            work.record(Action.VIEW_JOBS, step=step)
            job.progress(step + 1, total)
        time.sleep(float(job.arguments.get("pause", 0)))
    return {"steps": total}


def settings_at(home: Path, database_url: str, queue_url: str) -> Settings:
    """Return the settings of an installation for tests."""
    return Settings(
        home=home,
        database_url=database_url,
        blob_url=f"file://{home / 'evidence'}",
        queue_url=queue_url,
        secret_key="only for tests",
        environment="test",
        public_url=None,
    )


def kernel_app(settings: Settings) -> Flask:
    """Return an application of the kernel alone: database, keys and queue."""
    app = Flask("kernel")
    app.config.update(SETTINGS=settings)
    init_database(app, settings.database_url)
    use_keyring(load_keyring(settings.keys))
    return app


def main() -> None:
    """Work until stopped."""
    run_worker(kernel_app(settings_at(Path(sys.argv[1]), sys.argv[2], sys.argv[3])), threads=1)


if __name__ == "__main__":
    # Under its own name, so that a second import does not register a second handler.
    from tests.kernel.job_process import main as run

    run()
