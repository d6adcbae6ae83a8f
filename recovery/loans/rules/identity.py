"""Check digits and forms of ID numbers and VINs, and what an ID number tells."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.iso7064 import mod_11_2

VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        map(int, "0123456789" + "12345678" + "12345" + "79" + "23456789"),
        strict=True,
    )
)
"""Value of each letter of a VIN (GB 16735, ISO 3779); I, O and Q do not occur."""

VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def normal(number: str) -> str:
    """Return `number` in narrow capitals without blanks, hyphens and the dot of plates."""
    folded = unicodedata.normalize("NFKC", number).upper()
    return "".join(sign for sign in folded if sign not in " -\t·.・•")


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What a resident's ID number (居民身份证号码) tells: codes of GB/T 2260, `male`/`female`."""

    birth_year: int
    sex: str
    province: str
    city: str


def id_facts(number: str) -> IdFacts | None:
    """Return what an 18-digit ID number tells; None where its form or check digit is wrong.

    The place is read from the number without asking whether the code is still in use.
    """
    digits = normal(number)
    # The parts of `stdnum.cn.ric`, without its cleaning: a tape asks this of every row.
    if not re.fullmatch(r"\d{17}[\dX]", digits) or mod_11_2.checksum(digits) != 1:
        return None
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return None
    return IdFacts(born.year, "male" if int(digits[16]) % 2 else "female", digits[:2], digits[:4])


def vin_check_digit(vin: str) -> str:
    """Return the ninth sign that the other sixteen ask for.

    Raises:
        KeyError: `vin` holds a sign that no VIN has.
    """
    total = sum(VIN_VALUES[sign] * weight for sign, weight in zip(vin, VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def vin_check(vin: str | None) -> str:
    """Return `absent`, `valid` or `invalid` for a vehicle identification number (车辆识别代号)."""
    if not vin:
        return "absent"
    signs = normal(vin)
    if len(signs) != len(VIN_WEIGHTS) or not set(signs) <= VIN_VALUES.keys():
        return "invalid"
    return "valid" if vin_check_digit(signs) == signs[8] else "invalid"
