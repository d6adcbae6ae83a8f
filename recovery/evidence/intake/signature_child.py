"""What the bounded child does with the signatures inside a PDF (电子签名): says what holds.

Nothing is fetched from the network unless `Trust.may_fetch`. Imports nothing of the program's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any


@dataclass(frozen=True, slots=True)
class Trust:
    """The roots that this house trusts (PEM), and whether revocation may be asked online."""

    roots: bytes = b""
    may_fetch: bool = False


def signatures_of(data: bytes, trust: Trust) -> list[dict[str, Any]]:
    """Return a report of each embedded signature; an empty list where there is none.

    Keys: `field`, `kind`, `signer`, `issuer`, `serial`, `since`, `until`, `claimed_at`,
    `stamped_at`, `checked_for`, `intact`, `valid`, `trusted`, `chain`, `revocation`, `coverage`,
    `changes`, `outcome` (good, untrusted, broken, unreadable), `problem`.
    """
    from pyhanko.pdf_utils.misc import PdfReadError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        found = list(reader.embedded_signatures)
    except (PdfReadError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [_report(reader, one, trust) for one in found]


def _report(reader: Any, one: Any, trust: Trust) -> dict[str, Any]:
    """Return the report of one signature; what breaks its reading is said."""
    from pyhanko.sign.general import UnacceptableSignerError
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator.errors import PathError, ValidationError

    report = _facts(one)
    try:
        return report | _checked(reader, one, trust, report)
    except (
        SignatureValidationError,
        UnacceptableSignerError,
        PathError,
        ValidationError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        NotImplementedError,
    ) as error:
        return report | {"outcome": "unreadable", "problem": type(error).__name__}


def _facts(one: Any) -> dict[str, Any]:
    """Return what a signature says of itself."""
    facts = dict.fromkeys(
        ("signer", "issuer", "serial", "since", "until", "claimed_at", "stamped_at"), ""
    )
    kind = "time_stamp" if one.sig_object_type == "/DocTimeStamp" else "signature"
    facts |= {"field": str(one.field_name), "kind": kind}
    certificate = one.signer_cert
    if certificate is not None:
        facts |= {
            "signer": _name(certificate.subject),
            "issuer": _name(certificate.issuer),
            "serial": f"{certificate.serial_number:x}",
            "since": certificate.not_valid_before.astimezone(UTC).isoformat(),
            "until": certificate.not_valid_after.astimezone(UTC).isoformat(),
        }
    claimed = one.self_reported_timestamp
    if claimed is not None:
        facts["claimed_at"] = claimed.astimezone(UTC).isoformat()
    return facts


def _name(name: Any) -> str:
    """Return the common name of a subject, else the whole of it."""
    common = name.native.get("common_name")
    return str(common) if isinstance(common, str) else str(name.human_friendly)


def _checked(reader: Any, one: Any, trust: Trust, facts: dict[str, Any]) -> dict[str, Any]:
    """Validate one signature at the time it was stamped, else at the time it claims."""
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp

    moment = _moment(one, facts)
    context, embedded = _context(reader, trust, moment)
    validate = validate_pdf_timestamp if facts["kind"] == "time_stamp" else validate_pdf_signature
    status: Any = validate(one, context)
    stamped = getattr(status, "timestamp_validity", None)
    stamped_at = getattr(status, "timestamp", None) or (stamped and stamped.timestamp)
    sound = bool(status.intact and status.valid)
    allowed = bool(status.docmdp_ok) if hasattr(status, "docmdp_ok") else True
    changes = status.modification_level.name if status.modification_level else "UNKNOWN"
    trusted = bool(status.trusted)
    return {
        "checked_for": moment.isoformat(),
        "stamped_at": stamped_at.astimezone(UTC).isoformat() if stamped_at else "",
        "intact": bool(status.intact),
        "valid": bool(status.valid),
        "trusted": trusted,
        "chain": [_name(link.subject) for link in status.validation_path or ()],
        "revocation": "revoked" if status.revoked else ("embedded" if embedded else "none"),
        "coverage": status.coverage.name,
        "changes": changes,
        "outcome": _outcome(sound and allowed and changes != "OTHER", trusted=trusted),
        "problem": str(status.trust_problem_indic.name) if status.trust_problem_indic else "",
    }


def _outcome(sound: bool, *, trusted: bool) -> str:
    if not sound:
        return "broken"
    return "good" if trusted else "untrusted"


def _moment(one: Any, facts: dict[str, Any]) -> datetime:
    """Return the moment for which certificates are judged: stamped, as claimed, else now."""
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    for stamp in extract_tst_data_iter(one.signer_info, signed=False):
        stated = stamp["encap_content_info"]["content"].parsed["gen_time"].native
        if isinstance(stated, datetime):
            return stated
    if facts["claimed_at"]:
        return datetime.fromisoformat(facts["claimed_at"])
    return datetime.now(UTC)  # the reader's moment: a signature that names none


def _context(reader: Any, trust: Trust, moment: datetime) -> tuple[Any, bool]:
    """Return how certificates are judged, and whether the file brings its own revocations."""
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError
    from pyhanko_certvalidator import ValidationContext

    settings: dict[str, Any] = {
        "trust_roots": list(load_certs_from_pemder_data(trust.roots)) if trust.roots else [],
        "moment": moment,
        "best_signature_time": moment,
        "allow_fetching": trust.may_fetch,
        "revocation_mode": "soft-fail",
        "retroactive_revinfo": True,
    }
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except (NoDSSFoundError, KeyError, ValueError, TypeError):
        return ValidationContext(**settings), False
    embedded = bool(store.ocsps or store.crls)
    return store.as_validation_context(settings), embedded
