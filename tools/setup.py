"""Set the project up: `python3 tools/setup.py run` (to run it) or `test` (also the dev group).

Makes `.venv`, installs the locked packages with their hashes checked, the native libraries, the
front-end files and the compiled translations. Each step does nothing when it has been done.
Standard library only: this is what installs everything else.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import native

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
DIVIDER = "# Only for tests and clusters:"
"""The line of the lock above which everything stands that is needed to run."""

OFFLINE = (
    "NewConnectionError",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "Max retries exceeded",
    "ConnectTimeoutError",
    "Failed to establish a new connection",
    "ProxyError",
    "No matching distribution found",
)
"""Words by which pip's messages show that it reached no package index."""


def locked_packages(purpose: str) -> str:
    """Return the part of the lock that `purpose` needs."""
    text = LOCK.read_text("utf-8")
    return text if purpose == "test" else text.split(DIVIDER)[0]


def wanted_stamp(purpose: str) -> str:
    """Return a digest of what `purpose` needs on this Python."""
    content = locked_packages(purpose) + sys.version
    return hashlib.sha256(content.encode()).hexdigest()


def is_installed(purpose: str) -> bool:
    """Tell whether `.venv` holds what `purpose` needs; what tests need includes the rest."""
    return any(
        (VENV / f".installed-{done}").exists()
        and (VENV / f".installed-{done}").read_text("ascii") == wanted_stamp(done)
        for done in {purpose, "test"}
    )


def venv_works() -> bool:
    """Tell whether `.venv` is there, has pip, and is of this Python."""
    version = "import sys, pip; print(sys.version, end='')"
    try:
        done = subprocess.run(
            [str(PYTHON), "-c", version], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return done.stdout == sys.version


def install_packages(purpose: str) -> None:
    """Install the locked packages, hashes checked, into `.venv`."""
    wanted = VENV / "wanted.lock"
    wanted.write_text(locked_packages(purpose), "utf-8")
    print("Installing the locked Python packages (about a minute the first time)", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    how = ["--require-hashes", "--no-deps", "--no-compile", "--retries", "2", "-r", str(wanted)]
    done = subprocess.run([*pip, *how], capture_output=True, text=True, check=False)
    if done.returncode:
        (VENV / "setup.log").write_text(done.stdout + done.stderr, "utf-8")
        sys.exit(why_pip_failed(done.stderr))
    (VENV / f".installed-{purpose}").write_text(wanted_stamp(purpose), "ascii")


def why_pip_failed(messages: str) -> str:
    """Return one sentence on why pip failed."""
    if any(word in messages for word in OFFLINE):
        return (
            "无法下载 Python 软件包：请检查网络后重试。"
            "Cannot download the Python packages: check the network and try again."
        )
    errors = [line for line in messages.splitlines() if line.startswith("ERROR")]
    reason = errors[-1] if errors else "see .venv/setup.log"
    return f"安装 Python 软件包失败。Installing the Python packages failed: {reason}"


def link_project() -> None:
    """Put the checkout and the `recovery` command into `.venv`.

    A path file does what an editable install does, without a build backend to fetch.
    """
    minor = sys.version_info.minor
    (VENV / f"lib/python3.{minor}/site-packages/recovery.pth").write_text(f"{ROOT}\n", "utf-8")
    command = VENV / "bin" / "recovery"
    command.write_text(
        "#!/bin/sh\n"
        f"[ -f '{native.ENV_FILE}' ] && . '{native.ENV_FILE}'\n"
        f"exec '{PYTHON}' -m recovery.cli \"$@\"\n",
        "utf-8",
    )
    command.chmod(0o755)


def main() -> None:
    """Carry out every step that has not been done."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    if purpose not in ("run", "test"):
        sys.exit("usage: setup.py [run|test]")
    native.ensure_libraries()
    if not venv_works():
        native.make_environment(VENV)
    if not is_installed(purpose):
        install_packages(purpose)
    link_project()
    for step in (["vendor.py"], ["translations.py", "compile"]):
        done = subprocess.run([str(PYTHON), str(ROOT / "tools" / step[0]), *step[1:]], check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
