"""Which key signs papers: `RECOVERY_PDF_SIGNER` names a TOML file.

[signer]
level = "B-T"                       # B-B, B-T or B-LTA; B-T and B-LTA need RECOVERY_TSA
file = "signer.p12"                 # a PKCS#12 file beside this one …
passphrase_file = "signer.pass"     # … and the file with its passphrase, or
passphrase_variable = "NAME"        # the variable of the environment that holds it

module = "/usr/lib/…/libsofthsm2.so"    # or a PKCS#11 token:
token = "signing"                       # its label,
key = "seal"                            # the label of the key in it,
certificate = "signer.pem"              # the certificate, then those above it,
pin_variable = "NAME"                   # and the variable (or pin_file) with the PIN

roots = "roots.pem"                 # B-LTA: where the chains of signer and authority end
fetch_revocation = true             # B-LTA: ask the issuers for lists of revoked certificates
reason = "…"
location = "…"
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _

VARIABLE = "RECOVERY_PDF_SIGNER"
LEVELS = ("B-B", "B-T", "B-LTA")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says, read and checked for what it alone can tell."""

    place: Path
    level: str
    values: Mapping[str, Any]

    @property
    def is_token(self) -> bool:
        """Whether the key is in a PKCS#11 token."""
        return "module" in self.values

    def text(self, name: str) -> str:
        """Return a value that must be there.

        Raises:
            RuleViolation: it is missing, or no text.
        """
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise fault(self.place, _("缺少“{name}”", name=name))
        return value

    def path(self, name: str) -> Path:
        """Return a file that is named relative to the configuration.

        Raises:
            RuleViolation: it is not named, or not there.
        """
        path = self.place.parent / self.text(name)
        if not path.is_file():
            raise fault(self.place, _("“{name}”所指的文件 {path} 不存在", name=name, path=path))
        return path

    def secret(self, name: str) -> str:
        """Return the passphrase or PIN from `NAME_file` or the variable in `NAME_variable`.

        Raises:
            RuleViolation: neither is given, or the variable is not set.
        """
        if f"{name}_file" in self.values:
            return self.path(f"{name}_file").read_text("utf-8").strip()
        variable = self.text(f"{name}_variable")
        if variable not in os.environ:
            raise fault(self.place, _("环境变量 {variable} 没有设置", variable=variable))
        return os.environ[variable]


def fault(place: Path, what: Text | str) -> RuleViolation:
    """Return the refusal that says which configuration is wrong, and how."""
    return RuleViolation(_("PDF 签名的配置 {path} 有误：{what}。", path=place, what=what))


def configured() -> Configuration | None:
    """Return what is configured; None: papers are not signed.

    Raises:
        RuleViolation: the file cannot be read, or says what cannot be.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    place = Path(named)
    try:
        values = tomllib.loads(place.read_text("utf-8"))["signer"]
    except (OSError, ValueError, KeyError) as error:
        raise fault(place, str(error)) from error
    if not isinstance(values, dict) or ("file" in values) == ("module" in values):
        raise fault(place, _("须写明 file 或 module 之一"))
    level = values.get("level", "B-B")
    if level not in LEVELS:
        raise fault(place, _("没有“{level}”这种签名等级", level=level))
    return Configuration(place, level, values)
