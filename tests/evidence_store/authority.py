"""A time-stamp authority for tests only: openssl behind HTTP on loopback."""

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from evidence_store.tokens import Authority

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[extensions]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
"""


def make(folder: Path) -> Path:
    """Make root and certificate of an authority in `folder`."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on this machine")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.conf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    run = partial(subprocess.run, cwd=folder, check=True, capture_output=True)
    key = ["-newkey", "rsa:2048", "-nodes", "-config", "tsa.conf"]
    root = ["req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-days", "400"]
    run(["openssl", *root, "-subj", "/CN=Test Root", "-extensions", "root"])
    request = ["req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA"]
    run(["openssl", *request])
    sign = ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key"]
    more = ["-CAcreateserial", "-out", "tsa.pem", "-days", "300", "-extfile", "tsa.conf"]
    run(["openssl", *sign, *more, "-extensions", "extensions"])
    return folder


class _Handler(http.server.BaseHTTPRequestHandler):
    folder: Path

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        (self.folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-queryfile", "query"]
        done = subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(done.stdout)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, name: str = "test") -> Iterator[Authority]:
    """Serve an authority made in `folder`."""
    handler = type("Handler", (_Handler,), {"folder": folder})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            yield Authority(name, url, (folder / "root.pem").read_bytes())
        finally:
            server.shutdown()
            thread.join()
