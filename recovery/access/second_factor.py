"""The second factor: codes by time (TOTP, RFC 6238) and recovery codes."""

import pyotp
import segno
from sqlalchemy import update

from recovery.access import passwords
from recovery.access.models import RecoveryCode, UserAccount
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

ISSUER = "Recovery"
DRIFT = 1
"""Steps of 30 seconds by which the person's clock may differ."""


def begin(work: Work, account: UserAccount) -> str:
    """Give the account a new secret, not asked for until it is confirmed; return the secret.

    Raises:
        RuleViolation: a second factor is in use; it has to be turned off first.
    """
    if account.totp_confirmed_at is not None:
        raise RuleViolation(_("已启用动态口令。如需更换设备，请先停用。"))
    account.totp_secret = pyotp.random_base32()
    account.totp_last_step = None
    work.session.flush()
    return str(account.totp_secret)


def confirm(work: Work, account: UserAccount, code: str) -> list[str]:
    """Turn the second factor on, once a code proves that the secret arrived; return recovery codes.

    Raises:
        RuleViolation: nothing was begun, or the code is wrong.
    """
    if account.totp_secret is None or account.totp_confirmed_at is not None:
        raise RuleViolation(_("请先生成动态口令密钥。"))
    if not accepts_code(work, account, code):
        raise RuleViolation(_("动态口令不正确，请核对手机时间后重试。"))
    account.totp_confirmed_at = work.now
    work.record(Action.CHANGE_OWN_ACCOUNT, account, second_factor=(False, True))
    return renew_recovery_codes(work, account)


def turn_off(work: Work, account: UserAccount) -> None:
    """Take the second factor and its recovery codes from the account."""
    account.totp_secret = None
    account.totp_confirmed_at = None
    account.totp_last_step = None
    _spend_recovery_codes(work, account)


def renew_recovery_codes(work: Work, account: UserAccount) -> list[str]:
    """Replace the account's recovery codes; return the new ones, which are shown once."""
    _spend_recovery_codes(work, account)
    codes = passwords.new_recovery_codes()
    for code in codes:
        digest = passwords.digest(passwords.typed_code(code))
        work.add(RecoveryCode(user_id=account.id, digest=digest, created_at=work.now))
    work.record(Action.CHANGE_OWN_ACCOUNT, account, recovery_codes=len(codes))
    return codes


def _spend_recovery_codes(work: Work, account: UserAccount) -> None:
    """Close every recovery code that still opens."""
    work.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == account.id, RecoveryCode.used_at.is_(None))
        .values(used_at=work.now)
    )


def accepts(work: Work, account: UserAccount, typed: str) -> bool:
    """Return whether `typed` is a current code or an unused recovery code, and spend it."""
    return accepts_code(work, account, typed) or _accepts_recovery_code(work, account, typed)


def accepts_code(work: Work, account: UserAccount, typed: str) -> bool:
    """Return whether `typed` is a current code by time that was not used before, and spend it."""
    secret, code = account.totp_secret, passwords.typed_code(typed)
    if secret is None or len(code) != 6:
        return False
    totp = pyotp.TOTP(secret)
    present = totp.timecode(work.now)
    for step in range(present - DRIFT, present + DRIFT + 1):
        fresh = account.totp_last_step is None or step > account.totp_last_step
        if fresh and pyotp.utils.strings_equal(code, totp.generate_otp(step)):
            account.totp_last_step = step
            work.session.flush()
            return True
    return False


def _accepts_recovery_code(work: Work, account: UserAccount, typed: str) -> bool:
    """Return whether `typed` is an unused recovery code, and spend it."""
    spent = work.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == account.id,
            RecoveryCode.digest == passwords.digest(passwords.typed_code(typed)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=work.now)
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        return False
    work.record(Action.SIGN_IN, account, recovery_code="used")
    return True


def provisioning_address(account: UserAccount) -> str:
    """Return what an authenticator app scans."""
    totp = pyotp.TOTP(str(account.totp_secret))
    return totp.provisioning_uri(name=account.username, issuer_name=ISSUER)


def qr_code(text: str) -> str:
    """Return `text` as a QR code: an SVG element without styles, for a page under our policy."""
    code: str = segno.make(text, error="m").svg_inline(
        scale=5, border=4, svgclass="qr", lineclass=None, omitsize=False, dark="#000", light="#fff"
    )
    return code
