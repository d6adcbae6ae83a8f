"""Uploaded files: stored by content, read back by digest. `kernel.links.document_store`."""

from typing import BinaryIO

from obstore.exceptions import BaseError

from evidence_store.storage import StoreError
from recovery.evidence.house import house_store
from recovery.evidence.intake.harm import harmless_kind
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.links import StoredFile
from recovery.kernel.text import _


class HouseDocuments:
    """The documents of this installation, in its evidence store."""

    def keep(self, file: BinaryIO, file_name: str) -> StoredFile:
        """Store the bytes durably and return their digest; see `links.DocumentStore`."""
        kind = harmless_kind(file, file_name)
        try:
            [kept] = house_store().put_objects([file])
        except (StoreError, OSError, BaseError) as error:
            raise RuleViolation(
                _("证据库暂时不可用，“{name}”没有保存，请稍后再上传。", name=file_name)
            ) from error
        return StoredFile(kept.sha256, kept.size, kind.media_type)

    def open(self, sha256: str) -> BinaryIO:
        """Return the bytes; NotFound when the store does not hold them."""
        try:
            return house_store().open_object(sha256)
        except FileNotFoundError as error:
            raise NotFound(_("证据库中没有这个文件。")) from error
