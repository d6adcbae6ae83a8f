"""What the program imports is installed by `make run`, which installs no tools of tests."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
OPTIONAL = {"pkcs11"}
"""Behind the extra `hsm`; imported where a key in a token is configured."""


def imported() -> set[str]:
    """Return the top-level modules of others that the program imports."""
    found: set[str] = set()
    for path in [*ROOT.glob("recovery/**/*.py"), *ROOT.glob("evidence_store/*.py")]:
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"recovery", "evidence_store"} - OPTIONAL


def test_every_import_of_the_program_is_locked_for_running() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8").split("# Only for tests")[0]
    locked = {line.partition("==")[0].lower() for line in lock.splitlines() if "==" in line}
    known = packages_distributions()
    missing = {
        module
        for module in imported()
        if not {name.lower().replace("_", "-") for name in known.get(module, [])} & locked
    }
    assert missing == set()
