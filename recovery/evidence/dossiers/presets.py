"""What each kind of recipient is shown: which fields a preset withholds."""

from recovery.kernel.text import Text, _

PERSONAL = frozenset(
    {
        "actor",
        "address",
        "bank_account",
        "borrower",
        "borrower_id_number",
        "borrower_name",
        "file_name",
        "id_number",
        "phone",
        "title",
    }
)
"""Fields that say who somebody is; a file's name and title often do."""

PRESETS: dict[str, tuple[Text, frozenset[str]]] = {
    "court": (_("法院版（全部公开）"), frozenset()),
    "auditor": (_("审计版（全部公开）"), frozenset()),
    "buyer": (_("受让方版（隐去个人信息）"), PERSONAL),
    "debtor": (_("债务人版（隐去经办人）"), frozenset({"actor"})),
}
"""Preset → its name and the fields that it withholds; their digests stay verifiable."""
