"""What a recipient is shown: presets, and choices made field by field.

A field is named by itself (`phone`: in whatever record) or with its record's kind
(`transaction:reference`; `batch:*` are all of such a record). Of numbered fields
(`party.2.name`) the last part counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _

PERSONAL = frozenset(
    {
        "actor",
        "address",
        "bank_account",
        "borrower",
        "borrower_id_number",
        "borrower_name",
        "certificate_no",
        "contact_address",
        "engine_no",
        "file_name",
        "from_holder",
        "id_number",
        "particulars:name",
        "person_name",
        "phone",
        "plate",
        "remark",
        "signatures",
        "signers",
        "terms",
        "title",
        "to_holder",
        "vin",
        "visitors",
    }
)
"""Fields that say who somebody is; a file's name and title often do."""

HANDLERS = frozenset({"actor", "from_holder", "to_holder", "visitors"})
"""Fields that say who handled something: the lender's people, and whom papers went to."""

OF_THE_BOOK = frozenset({"batch:*"})
"""Control totals of an import, which are those of the whole book."""

OF_OTHERS = frozenset({"event:recipient", "event:purpose"})
"""To whom else something was given, and why."""

NOT_OURS = OF_THE_BOOK | OF_OTHERS
"""What concerns others than the recipient's loan."""

CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Preset:
    """What a kind of recipient is shown."""

    name: Text
    withheld: frozenset[str]
    shows_originals: bool


PRESETS: dict[str, Preset] = {
    "court": Preset(_("法院版（全部公开）"), frozenset(), shows_originals=True),
    "auditor": Preset(_("审计版（全部公开）"), frozenset(), shows_originals=True),
    "buyer": Preset(_("受让方版（隐去个人信息）"), PERSONAL | NOT_OURS, shows_originals=False),
    "debtor": Preset(_("债务人版（隐去经办人）"), HANDLERS | NOT_OURS, shows_originals=True),
}

NAMES: dict[str, Text] = {
    **{code: preset.name for code, preset in PRESETS.items()},
    CUSTOM: _("逐项选定"),
}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What one dossier shows."""

    preset: str
    withheld: frozenset[str]
    hidden_originals: frozenset[str] | None = frozenset()
    """SHA-256 of the originals left out; None: all of them."""

    derivatives: frozenset[str] = frozenset()
    """SHA-256 of the black-boxed derivatives that go in, each chosen by a person."""

    offered: frozenset[str] | None = None
    """Fields (`kind:name`) that the person could tick: what nobody saw is withheld; None: all."""

    @property
    def name(self) -> Text:
        """The preset in words."""
        return NAMES[self.preset]

    def hides(self, name: str, kind: str = "") -> bool:
        """Tell whether a field of a record of `kind` is withheld.

        Without a kind it is asked for a chapter that no record of its own stands behind: one
        that was chosen to be withheld of any kind is then withheld there too.
        """
        last = name.rpartition(".")[2]
        if not kind and self.preset == CUSTOM:
            return any(key.rpartition(":")[2] == last for key in self.withheld)
        if self.offered is not None and f"{kind}:{last}" not in self.offered:
            return True
        return not self.withheld.isdisjoint((last, f"{kind}:{last}", f"{kind}:*"))

    def hides_any(self, kind: str, names: Iterable[str]) -> bool:
        """Tell whether one of the fields of a record of `kind` is withheld."""
        return any(self.hides(name, kind) for name in names)

    def shows_original(self, sha256: str) -> bool:
        """Tell whether the original with this digest goes into the dossier."""
        return self.hidden_originals is not None and sha256 not in self.hidden_originals

    def canonical(self) -> list[str]:
        """Return what the dossier's number depends on."""
        if self.preset != CUSTOM:
            return [self.preset]
        hidden = self.hidden_originals
        left_out = sorted(hidden) if hidden is not None else ["*"]
        offered = ["?", *sorted(self.offered)] if self.offered is not None else []
        taken = ["+", *sorted(self.derivatives)]
        return [CUSTOM, *sorted(self.withheld), "-", *left_out, *taken, *offered]


def of_preset(code: str) -> Disclosure:
    """Return what a preset discloses.

    Raises:
        RuleViolation: there is no such preset.
    """
    if code not in PRESETS:
        raise RuleViolation(_("没有“{preset}”这种卷宗版本。", preset=code))
    preset = PRESETS[code]
    return Disclosure(code, preset.withheld, frozenset() if preset.shows_originals else None)


def chosen(
    withheld: Iterable[str],
    hidden_originals: Iterable[str],
    derivatives: Iterable[str] = (),
    offered: Iterable[str] | None = None,
) -> Disclosure:
    """Return what a person has chosen field by field."""
    return Disclosure(
        CUSTOM,
        frozenset(withheld),
        frozenset(hidden_originals),
        frozenset(derivatives),
        None if offered is None else frozenset(offered),
    )
