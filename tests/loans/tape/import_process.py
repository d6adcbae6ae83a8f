"""An import as a process of its own, which a test can kill.

python -m tests.loans.tape.import_process HOME FILE
"""

import sys
from pathlib import Path

from recovery import create_app
from recovery.kernel.db import db
from recovery.loans.tape.applying import apply_batch
from recovery.loans.tape.staging import Upload, stage
from tests.kernel.job_process import settings_at
from tests.loans.tape.tapes import ACTOR, AS_OF, TODAY, opener


def main(home: Path, file: Path) -> None:
    """Import the file, telling each unit of work on a line."""
    database, queue = f"sqlite:///{home / 'recovery.db'}", f"sqlite:///{home / 'queue.db'}"
    with create_app(settings_at(home, database, queue)).app_context():
        batch_id = stage(opener(), db.session(), Upload(file, file.name, as_of=AS_OF))
        apply_batch(opener(), db.session(), batch_id, actor=ACTOR, today=TODAY, progress=tell)


def tell(done: int, total: int) -> None:
    """Say how far it is."""
    print(done, total, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
