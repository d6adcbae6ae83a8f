"""Keep the English catalogues: `update [FOLDER…]`, `check [FOLDER…]`, `compile`.

Every folder of `recovery/` owns the sentences of its Python files and of the templates of its
name, in `translations/en/LC_MESSAGES/messages.po`. What belongs to no folder (base templates,
the command line) is the web's. The Chinese sentence is the key.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "recovery"
TEMPLATES = ROOT / "templates"
PLACE = re.compile(r"\{(\w+)[^}]*\}")
KEYWORDS = {"_": None}


def folders() -> list[str]:
    """Return the folders with a catalogue of their own: the features, and parts of large ones."""
    features = {path.parent for path in PACKAGE.glob("*/__init__.py")}
    parts = {path.parent for path in PACKAGE.glob("*/*/translations")}
    return sorted(path.relative_to(PACKAGE).as_posix() for path in features | parts)


def catalogue_path(folder: str) -> Path:
    """Return where the English sentences of `folder` are."""
    return PACKAGE / folder / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def owner(path: Path) -> str:
    """Return the folder whose catalogue holds the sentences of the file `path`."""
    base = PACKAGE if path.is_relative_to(PACKAGE) else TEMPLATES
    above = [parent.as_posix() for parent in path.relative_to(base).parents]
    known = set(folders())
    # `templates/documents/loans` is of the loans: a folder may stand under one that is not known.
    named = [*above, *(name.partition("/")[2] for name in above)]
    return next((name for name in named if name in known), "web")


def sources() -> dict[str, list[Path]]:
    """Return folder -> the files whose sentences it owns."""
    owned: dict[str, list[Path]] = defaultdict(list)
    served = PACKAGE / "web" / "node_modules"
    pages = (path for path in TEMPLATES.rglob("*.*") if path.suffix != ".md")
    for path in sorted([*PACKAGE.rglob("*.py"), *pages]):
        if path.is_file() and not path.is_relative_to(served):
            owned[owner(path)].append(path)
    return owned


def sentences(path: Path) -> Iterator[str]:
    """Yield every sentence marked for translation in a Python file or a template."""
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {"encoding": "utf-8", "silent": "false"}
    found = extract(method, BytesIO(path.read_bytes()), keywords=KEYWORDS, options=options)
    for _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else message[0]


def keys_of(paths: Iterable[Path]) -> dict[str, Path]:
    """Return every sentence of `paths` with the first file that has it."""
    keys: dict[str, Path] = {}
    for path in paths:
        for sentence in sentences(path):
            keys.setdefault(sentence, path.relative_to(ROOT))
    return keys


def read_catalogue(folder: str) -> Catalog:
    """Return the English catalogue of `folder`, an empty one where there is none yet."""
    path = catalogue_path(folder)
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def known_translations(folder: str) -> dict[str, str]:
    """Return Chinese sentence -> English sentence as the catalogue of `folder` has them."""
    return {
        message.id: message.string
        for message in read_catalogue(folder)
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    }


def update(chosen: list[str]) -> int:
    """Bring the catalogues to just the sentences in use; new ones come without a translation."""
    owned, missing = sources(), 0
    for folder in chosen:
        known, keys = known_translations(folder), keys_of(owned[folder])
        if not keys:
            continue
        catalogue = Catalog(locale="en", fuzzy=False)
        for key in sorted(keys):
            catalogue.add(key, known.get(key, ""))
        missing += sum(not known.get(key) for key in keys)
        path = catalogue_path(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # Without places and dates a catalogue changes only where a sentence does.
            write_po(file, catalogue, width=100, no_location=True, omit_header=True)
    print(f"{missing} sentences without a translation")
    return 0


def faults_of(folder: str, paths: list[Path]) -> Iterator[str]:
    """Yield what is wrong with the catalogue of `folder`."""
    known, keys = known_translations(folder), keys_of(paths)
    for key, path in keys.items():
        english = known.get(key, "")
        if not english:
            yield f"{path}: no English for “{key}”"
        elif set(PLACE.findall(english)) != set(PLACE.findall(key)):
            yield f"{path}: “{key}” and “{english}” fill different places"
    for key in known.keys() - keys.keys():
        yield f"recovery/{folder}: “{key}” is in the catalogue and nowhere else"
    for path in paths:
        yield from unreadable_calls(path)


def unreadable_calls(path: Path) -> Iterator[str]:
    """Yield the calls of `_` whose sentence no extractor can read."""
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "_" and not (node.args and isinstance(node.args[0], ast.Constant)):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: _() takes a literal sentence"


def check(chosen: list[str]) -> int:
    """Print every fault of the catalogues; return 1 when there is one."""
    owned = sources()
    faults = [fault for folder in chosen for fault in faults_of(folder, owned[folder])]
    print("\n".join(faults) if faults else "Every sentence has its English.")
    return 1 if faults else 0


def compile_all() -> int:
    """Write the binary catalogues that are older than their text."""
    for source in sorted(PACKAGE.glob("**/translations/*/LC_MESSAGES/messages.po")):
        binary = source.with_suffix(".mo")
        if binary.exists() and binary.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with binary.open("wb") as file:
            write_mo(file, catalogue)
    return 0


def main() -> int:
    """Do what the first argument names, for the folders that follow or for all."""
    command, *chosen = sys.argv[1:] or [""]
    if command == "compile":
        return compile_all()
    act = {"update": update, "check": check}.get(command)
    if act is None:
        print("usage: translations.py update|check|compile [FOLDER…]", file=sys.stderr)
        return 2
    return act(chosen or folders())


if __name__ == "__main__":
    sys.exit(main())
