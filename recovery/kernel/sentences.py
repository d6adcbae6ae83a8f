"""A column that keeps a sentence by its key, so that each reader gets it in their own language."""

import json

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from recovery.kernel.job_rows import pack_text, unpack_text
from recovery.kernel.text import Text


class Sentence(TypeDecorator[Text | str]):
    """A `Text` as its key and values; what a person typed, a plain `str`, as it is."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Text | str | None, dialect: Dialect) -> str | None:
        """Return the sentence as JSON."""
        return None if value is None else json.dumps(pack_text(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Text | str | None:
        """Return the sentence that the JSON holds."""
        return None if value is None else unpack_text(json.loads(value))
