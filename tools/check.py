"""Run every check of `make check`, report each in one line, and fail when one of them does."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str | Path]] = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "mypy"],
    "types of tools": [BIN / "mypy", "tools"],
    "import contracts": [BIN / "lint-imports"],
    "migrations equal models": [sys.executable, "-m", "pytest", "-q", "tests/test_migrations.py"],
    "translations": [sys.executable, "tools/translations.py", "check"],
    "what is in git": [sys.executable, "tools/check_tree.py"],
}


def passes(name: str, command: list[str | Path]) -> bool:
    """Run one check; show what it says only when it fails."""
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<24} {verdict:<7} {time.monotonic() - start:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    """Run them all, also after a failure."""
    results = [passes(name, command) for name, command in CHECKS.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
