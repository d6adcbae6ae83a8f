"""The files that pages load: addressed by their content, cached for a year, sent compressed.

Set-up leaves a `.gz` beside each vendor file; our own small files are compressed on first use.
"""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from recovery.web.rights import public

FOLDER = Path(__file__).parent / "static"
VENDOR = FOLDER / "vendor"
ROOT = "/static"
TEXTS = (".css", ".js", ".svg")
A_YEAR = 365 * 24 * 3600


@lru_cache(maxsize=256)
def _address(root: str, name: str, _changed: int) -> str:
    """Return the address of a file under `static/`, with a short digest of its content."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"{root}{ROOT}/{name}?v={digest}"


def asset(name: str) -> str:
    """Return the address of a file under `static/`, with its content's digest."""
    try:
        changed = (FOLDER / name).stat().st_mtime_ns
    except FileNotFoundError:
        return f"{request.script_root}{ROOT}/{name}"
    return _address(request.script_root, name, changed)


def _sent_text(path: Path) -> Response:
    """Return the answer with a text file, compressed for who can read that."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if request.accept_encodings["gzip"]:
        response = Response(_compressed(path, path.stat().st_mtime_ns), mimetype=kind)
        response.content_encoding = "gzip"
    else:
        response = Response(path.read_bytes(), mimetype=kind)
    response.vary.add("Accept-Encoding")
    response.add_etag()
    response.make_conditional(request)
    return response


@lru_cache(maxsize=64)
def _compressed(path: Path, _changed: int) -> bytes:
    """Return a file's content in gzip, from the file beside it where there is one."""
    ready = path.with_name(path.name + ".gz")
    return ready.read_bytes() if ready.is_file() else gzip.compress(path.read_bytes(), mtime=0)


@public
def serve(filename: str) -> Response:
    """Send a file under `static/`."""
    path = (FOLDER / filename).resolve()
    inside = path.is_relative_to(FOLDER.resolve()) and path.is_file()
    if inside and path.suffix in TEXTS:
        response = _sent_text(path)
    else:
        response = send_from_directory(FOLDER, filename, conditional=True)
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR if request.args.get("v") else 0
    return response


def register(app: Flask) -> None:
    """Serve the files of the frame as endpoint `static`."""
    app.view_functions.pop("static", None)
    if not any(rule.endpoint == "static" for rule in app.url_map.iter_rules()):
        app.add_url_rule(f"{ROOT}/<path:filename>", "static", serve)
    app.view_functions["static"] = serve
    app.jinja_env.globals["asset"] = asset
