"""A log key that never leaves its token: Ed25519 through PKCS#11 (python-pkcs11, when installed).

The reference is `pkcs11:MODULE?token=LABEL&object=LABEL&name=KEYNAME`; the PIN comes from
EVIDENCE_STORE_PIN.
"""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from .note import ED25519, NoteError, Signer, VerifierKey

PIN = "EVIDENCE_STORE_PIN"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A private key inside a token."""

    vkey: VerifierKey
    handle: Any
    mechanism: Any

    def raw_sign(self, message: bytes) -> bytes:
        """Let the token sign."""
        return bytes(self.handle.sign(message, mechanism=self.mechanism))


def connect(address: str) -> Signer:
    """Find the key in its token.

    Raises:
        NoteError: no such library, token or key, or a wrong PIN.
    """
    try:
        import pkcs11  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise NoteError("a key in a token needs the package python-pkcs11") from error
    module, _, query = address.partition("?")
    options = {name: values[0] for name, values in parse_qs(query).items()}
    try:
        session, label = _session(module, options["token"]), options["object"]
        private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        public = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, label=label)
        # CKA_EC_POINT is the point in a DER octet string: 0x04, its length, 32 bytes.
        point = bytes(public[pkcs11.Attribute.EC_POINT])[-32:]
        vkey = VerifierKey(options["name"], ED25519, point)
    except KeyError as error:
        raise NoteError(f"the reference to the token lacks {error}") from error
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise NoteError(f"the token refuses: {type(error).__name__} {error}") from error
    return TokenKey(vkey, private, pkcs11.Mechanism.EDDSA)


@cache
def _session(module: str, token: str) -> Any:
    """Log in, once per process: a token allows no second login."""
    import pkcs11

    return pkcs11.lib(module).get_token(token_label=token).open(user_pin=os.environ.get(PIN))
