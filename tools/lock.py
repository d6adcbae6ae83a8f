"""Write requirements.lock: every dependency with its version and hashes, and no address.

One lock for Python 3.11 to 3.14. What running needs stands first; what only tests and clusters
need follows below a dividing line, so that `make run` installs no more than it must.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from setup import DIVIDER, LOCK, ROOT

HEAD = "# Made by `make lock` from pyproject.toml. Names, versions and hashes; no addresses.\n"


def compile_lock(*groups: str) -> dict[str, str]:
    """Return name and marker -> its lines in the lock, for the run-time needs and `groups`."""
    with tempfile.NamedTemporaryFile("r", suffix=".txt", encoding="utf-8") as out:
        command = [
            *(str(Path(sys.executable).with_name("uv")), "pip", "compile", "pyproject.toml"),
            *("--universal", "--python-version", "3.11", "--generate-hashes"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *("--no-config", "--quiet", "--output-file", out.name, *groups),
        ]
        # Only the index counts: what one machine keeps at hand must not decide the lock.
        clean = {key: value for key, value in os.environ.items() if not key.startswith("UV_")}
        subprocess.run(command, cwd=ROOT, env=clean, check=True)
        text = Path(out.name).read_text("utf-8")
    blocks = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)
    return {block.split("\\")[0].strip(): block for block in blocks if block.strip()}


def main() -> None:
    """Compile with every group, then sort what running needs above the line."""
    everything = compile_lock("--all-extras", "--group", "dev")
    names = {key.split("==")[0] for key in compile_lock()}
    running = "".join(text for key, text in everything.items() if key.split("==")[0] in names)
    testing = "".join(text for key, text in everything.items() if key.split("==")[0] not in names)
    LOCK.write_text(f"{HEAD}{running}{DIVIDER}\n{testing}", "utf-8")


if __name__ == "__main__":
    main()
