"""All originals once more as one PDF, in the order of the evidence list."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from evidence_store.bag_data import Content
from recovery.evidence.dossiers.contents import Contents
from recovery.evidence.dossiers.lines import number_in, ordered_digests
from recovery.evidence.merging.service import Merged, Original, merge_originals

NOTHING = Merged(0, {}, {})


def merged_of(
    session: Session, contents: Contents, payload: Mapping[str, Content], folder: Path
) -> Merged:
    """Write `merged.pdf` into `folder` where it was asked for; return what is in it.

    Raises:
        RuleViolation: too large for the limits of memory and time.
    """
    if not contents.basis.with_merged:
        return NOTHING
    paths = {digest: path for path, digest in contents.originals.items()}
    titles = {
        one.fields.get("sha256", ""): one.shown(contents.disclosure).get("title", "")
        for one in contents.of_kind("file")
    }
    wanted = [digest for digest in ordered_digests(session, contents) if digest in paths]
    rest = [digest for digest in paths if digest not in wanted]
    originals = [
        Original(number_in(paths[digest]), titles.get(digest, ""), copy)
        for digest in (*wanted, *rest)
        if isinstance(copy := payload[paths[digest]], Path)
    ]
    return merge_originals(folder / "merged.pdf", originals)
