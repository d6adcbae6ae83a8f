"""A key that signs papers and never leaves its PKCS#11 token."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyhanko_certvalidator.registry import SimpleCertificateStore

from recovery.evidence.signing.configuration import Configuration, fault
from recovery.kernel.text import _


@contextmanager
def token_signer(found: Configuration, certificates: tuple[Any, ...]) -> Iterator[Any]:
    """Give the signer whose key is in the configured token, while its session is open.

    Raises:
        RuleViolation: no such library, token or key; a wrong PIN; the token refuses to sign.
    """
    try:
        from pkcs11 import PKCS11Error
        from pyhanko.sign.pkcs11 import PKCS11Signer
    except ImportError as error:
        raise fault(found.place, _("没有安装 python-pkcs11，不能使用令牌中的密钥")) from error
    store: Any = SimpleCertificateStore
    above = store()
    above.register_multiple(certificates[1:])
    try:
        with _session(found) as session:
            yield PKCS11Signer(
                session, signing_cert=certificates[0], ca_chain=above, key_label=found.text("key")
            )
    except (PKCS11Error, RuntimeError) as error:
        detail = f"{type(error).__name__} {error}".strip()
        raise fault(found.place, _("令牌拒绝：{error}", error=detail)) from error


def _session(found: Configuration) -> Any:
    """Log in to the token; where this process already is, a second login is refused."""
    from pkcs11.exceptions import UserAlreadyLoggedIn
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import open_pkcs11_session

    token = TokenCriteria(label=found.text("token"))
    module, pin = found.text("module"), found.secret("pin")
    try:
        return open_pkcs11_session(module, token_criteria=token, user_pin=pin)
    except UserAlreadyLoggedIn:
        return open_pkcs11_session(module, token_criteria=token)
