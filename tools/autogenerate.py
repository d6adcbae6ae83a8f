"""Write the tables of one feature into its migration, from its models.

    python tools/autogenerate.py loans              fills migrations/versions/0004_loans.py
    python tools/autogenerate.py evidence.intake    fills 0011_evidence_intake.py: a part of a
                                                    feature that has a migration of its own

For a migration that no release holds yet: what stands between its two `# generated` marks is
replaced, what stands elsewhere (full-text tables, data) is kept. A test proves that all
migrations together equal the models.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from recovery.kernel.db import Base, MomentType, RateType, YuanType
from recovery.kernel.migrations import load_models, upgrade
from recovery.kernel.sentences import Sentence

VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"
PLAIN = {
    MomentType: "sa.DateTime(timezone=True)",
    YuanType: "sa.BigInteger()",
    RateType: "sa.BigInteger()",
    Sentence: "sa.String()",
}
HEADER = '''"""Make the tables of `{feature}`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
'''
SHORT = (
    ("sa.BigInteger().with_variant(sa.Integer(), 'sqlite')", "Id"),
    ("sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')", "Json"),
    ("sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')", "Json"),
)


def render_item(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Render our column types as the plain types that they are in the database."""
    return PLAIN.get(type(value), False) if kind == "type" else False


def tables_of(feature: str) -> set[str]:
    """Return the names of the tables whose models stand in `recovery.<feature>`.

    What stands in a part with a migration of its own is that part's.
    """
    load_models()
    return {
        str(mapper.local_table.name)  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if owner_of(mapper.class_.__module__) == feature
    }


def owner_of(module: str) -> str:
    """Return the feature, or the part of one, whose migration makes the tables of `module`."""
    names = module.split(".")[1:]
    part = "_".join(names[:2])
    return ".".join(names[:2]) if any(VERSIONS.glob(f"*_{part}.py")) else names[0]


def produce(feature: str, before: str) -> tuple[str, str]:
    """Return the code that makes, and that drops, the feature's tables."""
    names = tables_of(feature)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'migrated.db'}"
        upgrade(url, before)

        def chosen(_o: Any, name: str | None, kind: str, *_rest: Any) -> bool:
            return kind != "table" or name in names

        with create_engine(url).connect() as connection:
            options = {"include_object": chosen, "render_item": render_item}
            context = MigrationContext.configure(connection, opts=options)
            script = produce_migrations(context, Base.metadata)
        up, down = (
            render_python_code(ops, render_item=render_item)
            for ops in (script.upgrade_ops, script.downgrade_ops)
            if ops is not None
        )
    for long, short in SHORT:
        up, down = up.replace(long, short), down.replace(long, short)
    clean = [re.sub(r"^ *# ###.*\n?", "", code, flags=re.M).strip() for code in (up, down)]
    return clean[0], clean[1]


def put(text: str, function: str, code: str) -> str:
    """Return `text` with the generated part of `function` replaced by `code`."""
    block = f"    # generated: begin\n    {code or 'pass'}\n    # generated: end\n"
    pattern = rf"(def {function}\(\) -> None:\n(?:    \"\"\".*?\"\"\"\n)?)"
    marked = re.compile(pattern + r"(.*?)    # generated: begin\n.*?    # generated: end\n", re.S)
    if marked.search(text):
        return marked.sub(lambda m: m[1] + m[2] + block, text, count=1)
    return re.sub(pattern, lambda m: m[1] + block, text, count=1, flags=re.S)


def main(feature: str) -> None:
    """Write the migration of `feature`."""
    path = next(VERSIONS.glob(f"????_{feature.replace('.', '_')}.py"))
    revision = path.name[:4]
    down = f"{int(revision) - 1:04d}" if revision != "0001" else None
    up_code, down_code = produce(feature, down or "base")
    text = path.read_text("utf-8")
    header = HEADER.format(feature=feature, revision=revision, down=repr(down).replace("'", '"'))
    text = re.sub(r"\A.*?(?=\n\ndef upgrade)", lambda _: header, text, count=1, flags=re.S)
    text = put(put(text, "upgrade", up_code), "downgrade", down_code)
    path.write_text(text, "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    subprocess.run([sys.executable, "-m", "ruff", "check", "-q", "--fix", str(path)], check=True)


main(sys.argv[1])
