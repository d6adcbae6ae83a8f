"""Command line: `python -m evidence_store --help`."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from . import foreign, keys, note, remote, witness
from .findings import Finding
from .note import NoteError
from .storage import StoreError
from .store import Store


def init(options: argparse.Namespace) -> int:
    """Make a store, and its key where there is none, and print the verifier key."""
    path = Path(options.key) if options.key else None
    if path is None:
        reference = str(note.generate(options.origin))
    else:
        if not path.exists():
            keys.write(path, note.generate(options.origin), os.environ.get(keys.PASSPHRASE))
        reference = f"file:{path.resolve()}"
    store = Store.create(options.dir, options.origin, reference)
    print(store.ring.vkeys()[-1])
    return 0


def add(options: argparse.Namespace) -> int:
    """Store and register files."""
    store = Store.open(options.dir)
    entries = store.add_files(options.stream, [(path, {}) for path in options.file])
    for path, entry in zip(options.file, entries, strict=True):
        if options.json:
            row = {"index": entry.index, "id": entry.id, "seq": entry.seq, "file": path}
            print(json.dumps(row, ensure_ascii=False))
        else:
            print(f"{entry.index}\t{entry.leaf_hash.hex()}\t{path}")
    return 0


def checkpoint(options: argparse.Namespace) -> int:
    """Sign the present head and print it."""
    store = Store.open(options.dir)
    print(store.checkpoint_with_map() if options.map else store.checkpoint(), end="")
    return 0


def prove(options: argparse.Namespace) -> int:
    """Print the tlog-proof of a leaf."""
    print(Store.open(options.dir).prove(options.index, options.size), end="")
    return 0


def witness_log(options: argparse.Namespace) -> int:
    """Cosign a log's head if it continues the one last seen."""
    path = Path(options.key)
    if options.name and not path.exists():
        key = note.generate(options.name, note.COSIGNATURE)
        keys.write(path, key, os.environ.get(keys.PASSPHRASE))
        print(f"the witness's verifier key: {key.vkey}", file=sys.stderr)
    try:
        cosigned = witness.witness(
            remote.reader(options.place),
            witness.load_key(path),
            Path(options.state),
            vkeys=options.vkey,
            now=int(time.time()),
        )
    except witness.Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        print(refusal.evidence, end="")
        return 1
    print(cosigned, end="")
    return 0


def accept(options: argparse.Namespace) -> int:
    """Keep the cosignature that a witness gave."""
    text = Path(options.file).read_text("utf-8")
    size = Store.open(options.dir).add_cosignature(text, options.vkey)
    print(f"the head of {size} leaves is cosigned")
    return 0


def ring(options: argparse.Namespace) -> int:
    """List the keys that the log has had, with the days and the heads for which they count."""
    for key in Store.open(options.dir).ring.keys:
        last = "" if key.last_size is None else key.last_size
        print(f"{key.since}\t{key.until or ''}\t{key.first_size}-{last}\t{key.reason}\t{key.vkey}")
    return 0


def rotate_key(options: argparse.Namespace) -> int:
    """Let a new key sign from the next head on, and print its verifier key."""
    store = Store.open(options.dir)
    store.rotate_key(keys.new_reference(options.key, store.ring), options.day)
    print(store.ring.vkeys()[-1])
    return 0


def revoke_key(options: argparse.Namespace) -> int:
    """Declare that a key that is no longer in use counts only up to a head."""
    store = Store.open(options.dir)
    key = store.ring.named(options.vkey)
    store.revoke_key(key.vkey, options.day, options.last_size)
    print(f"from {options.day} on, {key.vkey} counts up to the head of {options.last_size} leaves")
    return 0


def renew(options: argparse.Namespace) -> int:
    """Renew time-stamps over heads before their certificates end (RFC 4998 evidence records)."""
    from . import renewal, tokens  # what reads tokens need not be there for the rest
    from .tokens import Authority

    roots = Path(options.roots).read_bytes()
    tokens.check_roots(roots)  # also where nothing is due
    store, end = Store.open(options.dir), options.before or _today() + timedelta(days=180)
    authority = Authority("tsa", options.tsa, roots)
    before = datetime.combine(end, datetime.min.time(), UTC)
    one = options.size
    sizes = list(renewal.due(store, before, options.hash)) if one is None else [one]
    for size in sizes:
        print(f"{size}\t{renewal.renew(store, [authority], size, options.hash)}")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Verify a store."""
    try:
        findings = Store.open(options.dir).verify(full=options.full)
    except (NoteError, UnicodeDecodeError) as error:
        findings = [Finding("ring of keys refused", "keys", str(error))]
    return _report(findings, options)


def verify_log(options: argparse.Namespace) -> int:
    """Verify any tiled log."""
    for vkey in options.vkey:
        try:
            note.parse_vkey(vkey)
        except NoteError as error:
            raise NoteError(f"--vkey {vkey}: {error}") from error
    return _report(foreign.verify_log(remote.reader(options.place), options.vkey), options)


def _report(findings: Sequence[Finding], options: argparse.Namespace) -> int:
    if options.json:
        rows = [finding._asdict() for finding in findings]
        print(json.dumps({"whole": not findings, "findings": rows}, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(finding)
        print(f"{len(findings)} findings" if findings else "whole")
    return 1 if findings else 0


def _today() -> date:
    return datetime.now(UTC).date()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evidence_store", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, place: str = "dir") -> argparse.ArgumentParser:
        text = (run.__doc__ or "").strip()
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        made.add_argument(place, metavar="DIR" if place == "dir" else "DIR_OR_URL")
        return made

    made = command("init", init)
    made.add_argument("--origin", required=True, help="name of the log, like example.com/log")
    made.add_argument("--key", help="private key file, made if absent; default: in the store")
    made = command("add", add)
    made.add_argument("file", nargs="+", metavar="FILE")
    made.add_argument("--stream", default="files", help="what the files belong to")
    made.add_argument("--json", action="store_true")
    made = command("checkpoint", checkpoint)
    made.add_argument("--map", action="store_true", help="register the map of streams first")
    made = command("prove", prove)
    made.add_argument("index", type=int, metavar="INDEX")
    made.add_argument("--size", type=int, help="under the head of so many leaves")
    made = command("witness", witness_log, "place")
    made.add_argument("--key", required=True, metavar="FILE")
    made.add_argument("--state", required=True, metavar="FILE")
    made.add_argument("--name", help="make the key under this name if there is none")
    made.add_argument("--vkey", action="append", default=[], help="key of the log, to pin it")
    made = command("accept", accept)
    made.add_argument("file", metavar="COSIGNED")
    made.add_argument("--vkey", required=True, help="key of the witness")
    _add_keys(command)
    _add_renewal(command("renew", renew))
    made = command("verify", verify)
    made.add_argument(
        "--full", action="store_true", help="also replay every stream and map from the first leaf"
    )
    made.add_argument("--json", action="store_true")
    made = command("verify-log", verify_log, "place")
    made.add_argument("--vkey", action="append", required=True, help="verifier key of the log")
    made.add_argument("--json", action="store_true")
    return parser


def _add_keys(command: Callable[..., argparse.ArgumentParser]) -> None:
    command("keys", ring)
    made = command("rotate-key", rotate_key)
    made.add_argument(
        "--key", required=True, help="file of the new key, made if absent; or env:… or pkcs11:…"
    )
    made.add_argument("--day", type=date.fromisoformat, default=_today(), help="default: today")
    made = command("revoke-key", revoke_key)
    made.add_argument("--vkey", required=True, help="the key, or the eight digits in its middle")
    made.add_argument("--day", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    made.add_argument("--last-size", type=int, required=True, help="last head that it may sign")


def _add_renewal(made: argparse.ArgumentParser) -> None:
    made.add_argument("--tsa", required=True, metavar="URL", help="time-stamp authority")
    made.add_argument("--roots", required=True, metavar="FILE", help="its root certificates (PEM)")
    made.add_argument("--hash", default="sha256", choices=("sha256", "sha512"))
    made.add_argument("--size", type=int, help="the head of so many leaves only")
    made.add_argument(
        "--before",
        type=date.fromisoformat,
        help="heads whose token's certificate ends before this day; default: in 180 days",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 1 findings, 2 wrong use."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return 2 if stop.code else 0
    try:
        status: int = options.run(options)
    except (StoreError, ValueError, OSError) as error:
        print(f"evidence_store: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # file names
    sys.exit(main())
