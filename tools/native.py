"""Install the few native libraries that PDFs need, and pip where Debian's Python lacks it.

As root, or where sudo asks no password, apt installs them. Otherwise apt's packages are
unpacked into `.native/`, and `.native/env` tells the shell where they are. Otherwise one
sentence says exactly what to install. Standard library only: this runs before anything else.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / ".native"
ENV_FILE = NATIVE / "env"

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
"""Shared library WeasyPrint loads -> Debian's and Ubuntu's package. Without the last one a
Chinese PDF is made thirty times slower."""


class Unavailable(Exception):
    """Packages could not be had this way; the next way is tried."""


def missing_libraries() -> list[str]:
    """Return the packages whose libraries the loader does not find."""
    load = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    return [
        package
        for library, package in LIBRARIES.items()
        if subprocess.run(
            [sys.executable, "-c", load, library],
            env=native_environment(),
            capture_output=True,
            check=False,
        ).returncode
    ]


def native_environment() -> dict[str, str]:
    """Return the environment with the unpacked libraries, where there are any, in sight."""
    environment = dict(os.environ)
    folders = sorted({str(path.parent) for path in NATIVE.glob("root/**/*.so.*")})
    if folders:
        known = environment.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = ":".join([*folders, *([known] if known else [])])
        if not Path("/etc/fonts/fonts.conf").exists():
            environment["FONTCONFIG_PATH"] = str(NATIVE / "root" / "etc" / "fonts")
    return environment


def install(packages: list[str]) -> None:
    """Make `packages` available, system-wide where permitted, else below `.native/`."""
    if not packages:
        return
    for way in (install_with_apt, unpack):
        try:
            way(packages)
        except Unavailable:
            continue
        return
    names = " ".join(packages)
    sys.exit(
        f"缺少系统库，且无权安装：请管理员执行 apt-get install {names}。"
        f"Native libraries are missing and may not be installed here: ask an administrator to "
        f"run `apt-get install {names}` (macOS: `brew install pango`)."
    )


def install_with_apt(packages: list[str]) -> None:
    """Install system-wide, as root or through a sudo that asks nothing."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (prefix and not shutil.which("sudo")):
        raise Unavailable
    print(f"apt-get install {' '.join(packages)}", flush=True)
    command = [*prefix, "apt-get", "-q", "-y", "--no-install-recommends", "install", *packages]
    if run(command):
        return
    if not run([*prefix, "apt-get", "-q", "update"]) or not run(command):
        raise Unavailable


def unpack(packages: list[str]) -> None:
    """Download `packages` with all they need and unpack them below `.native/`, as anyone."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Unavailable
    state, cache = NATIVE / "state", NATIVE / "cache"
    for folder in (state / "lists" / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    private = [
        "apt-get",
        "-q",
        "-y",
        *("-o", f"Dir::State::lists={state / 'lists'}"),
        *("-o", f"Dir::Cache={cache}"),
        *("-o", "Debug::NoLocking=1"),
        *("-o", "APT::Sandbox::User=root"),
    ]
    print(f"unpacking {' '.join(packages)} into .native", flush=True)
    wanted = ["--no-install-recommends", "--download-only", "install", *packages]
    if not run([*private, "update"]) or not run([*private, *wanted]):
        raise Unavailable
    for archive in sorted((cache / "archives").glob("*.deb")):
        if not run(["dpkg", "-x", str(archive), str(NATIVE / "root")]):
            raise Unavailable
    write_environment()


def write_environment() -> None:
    """Store what the shell has to export in `.native/env`."""
    environment = native_environment()
    names = [name for name in ("LD_LIBRARY_PATH", "FONTCONFIG_PATH") if name in environment]
    ENV_FILE.write_text("".join(f"export {name}='{environment[name]}'\n" for name in names))


def run(command: list[str]) -> bool:
    """Run `command` quietly and tell whether it succeeded."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def ensure_libraries() -> None:
    """Install the libraries that are missing, and check that they load afterwards."""
    if sys.platform != "linux":
        return
    install(missing_libraries())
    if still := missing_libraries():
        sys.exit(
            f"系统库安装后仍无法加载：{' '.join(still)}。"
            f"These libraries still do not load after their installation: {' '.join(still)}."
        )


def make_environment(venv: Path) -> None:
    """Make the virtual environment, with pip, also where Debian's Python has no ensurepip."""
    python = [sys.executable, "-m", "venv"]
    if not has_ensurepip():
        package = f"python3.{sys.version_info.minor}-venv"
        install([package])
    if has_ensurepip():
        subprocess.run([*python, "--clear", str(venv)], check=True)
        return
    wheels = sorted(NATIVE.glob("root/usr/share/python-wheels/pip-*.whl"))
    subprocess.run([*python, "--clear", "--without-pip", str(venv)], check=True)
    subprocess.run(
        [
            *(str(venv / "bin" / "python"), f"{wheels[-1]}/pip", "-q", "install", "--no-index"),
            str(wheels[-1]),
        ],
        check=True,
    )


def has_ensurepip() -> bool:
    """Tell whether this Python can put pip into a virtual environment by itself."""
    found = "import ensurepip, sys; sys.exit(0)"
    return run([sys.executable, "-c", found])


if __name__ == "__main__":
    ensure_libraries()
