"""Numbers that name a person, an account or a car, and codes: cast from text, never from floats."""

import re
import unicodedata

from stdnum.iso7064 import mod_11_2

from recovery.kernel.text import Text, _
from recovery.loans.tape.amounts import is_scientific
from recovery.loans.tape.shapes import shape
from recovery.loans.tape.sources import Number
from recovery.web.reading import Unreadable

TRUE_DIGITS = 15
"""Digits that a workbook keeps of a number."""

_ID_18 = re.compile(r"\d{17}[\dX]")
_ID_15 = re.compile(r"\d{15}")
_OTHER_PAPER = re.compile(r"[A-Z0-9()]{5,20}")
_PHONE = re.compile(r"(?:\+?86)?(1\d{10})|(0\d{9,11})|(\d{5,15})")
_ACCOUNT = re.compile(r"[A-Z0-9]{6,34}")
_SEVERAL = re.compile(r"[;；,，、/|]|\s{2,}")
_BLANKS = re.compile(r"[\s'\u3000]+")
_FLOAT_TAIL = re.compile(r"(\d+)\.0")


def _bare(text: str) -> str:
    """Return `text` narrow, in capitals, without blanks and the apostrophe of workbooks."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def _refuse_lost_digits(text: str) -> None:
    """Refuse a long number that a workbook kept as a number.

    Raises:
        Unreadable: its digits after the fifteenth are gone.
    """
    is_number = isinstance(text, Number)
    if not is_number and "E+" not in text and "e+" not in text:
        return
    digits = sum(letter.isdigit() for letter in text)
    if is_scientific(text):
        raise Unreadable(
            _(
                "号码在表格中以科学记数法存储（{value}），尾数已失真，请将该列改为文本后重新导出",
                value=shape(text),
            )
        )
    if is_number and digits > TRUE_DIGITS:
        raise Unreadable(
            _(
                "{digits} 位号码在表格中按数字存储（{value}），第 15 位之后已失真，"
                "请将该列改为文本后重新导出",
                digits=digits,
                value=shape(text),
            )
        )


def cast_id_number(text: str, _unit: str | None, notes: list[Text]) -> str | None:
    """Return the number of an identity paper; a masked one is left out, with a note.

    Raises:
        Unreadable: digits were lost, or it has a wrong length.
    """
    _refuse_lost_digits(text)
    number = _bare(text)
    if "*" in number:
        notes.append(_("号码已脱敏（{value}），未采用", value=shape(text)))
        return None
    if _ID_18.fullmatch(number):
        return _checked(number, notes)
    if _ID_15.fullmatch(number) or (not number.isdecimal() and _OTHER_PAPER.fullmatch(number)):
        return number
    raise Unreadable(
        _(
            "“{value}”不是证件号码：居民身份证应为 18 位，现为 {length} 位",
            value=shape(text),
            length=len(number),
        )
    )


def _checked(number: str, notes: list[Text]) -> str:
    """Return an ID number of 18 places; a false check digit is noted, rounded digits refused."""
    if mod_11_2.checksum(number) == 1:
        return number
    if number.endswith("000"):
        raise Unreadable(
            _("身份证号码以 000 结尾且校验位不符，尾数已在表格中失真，请改为文本后重新导出")
        )
    notes.append(_("身份证号码校验位不符，请核对"))
    return number


def cast_phone(text: str, _unit: str | None, notes: list[Text]) -> str | None:
    """Return a phone number; of several the first, with a note.

    Raises:
        Unreadable: its digits were lost.
    """
    _refuse_lost_digits(text)
    if text.isdecimal() and len(text) == 11:
        return str(text)
    first, *others = [part for part in _SEVERAL.split(text.strip()) if part.strip()] or [""]
    number = _bare(first).replace("-", "").removesuffix(".0")
    match = _PHONE.fullmatch(number)
    if match is None:
        notes.append(_("“{value}”不是电话号码，未采用", value=shape(first)))
        return None
    if others:
        notes.append(_("一格中有 {count} 个电话号码，采用第一个", count=len(others) + 1))
    return next(group for group in match.groups() if group)


def cast_account(text: str, _unit: str | None, notes: list[Text]) -> str | None:
    """Return the number of a bank account.

    Raises:
        Unreadable: its digits were lost.
    """
    _refuse_lost_digits(text)
    number = _bare(text).replace("-", "")
    if _ACCOUNT.fullmatch(number):
        return number
    notes.append(_("“{value}”不是银行账号，未采用", value=shape(text)))
    return None


def cast_number_text(text: str, _unit: str | None, _notes: list[Text]) -> str:
    """Return a contract or certificate number as it stands.

    Raises:
        Unreadable: its digits were lost.
    """
    if text.isalnum() and text.isascii() and not isinstance(text, Number):
        return str(text)
    _refuse_lost_digits(text)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    match = _FLOAT_TAIL.fullmatch(plain)
    return match.group(1) if match else str(plain).strip("' ")


def cast_vin(text: str, _unit: str | None, notes: list[Text]) -> str:
    """Return a VIN in capitals; another length than 17 is noted."""
    vin = _bare(text)
    if len(vin) != 17:
        notes.append(_("车架号应为 17 位，现为 {length} 位", length=len(vin)))
    return vin


def cast_plate(text: str, _unit: str | None, _notes: list[Text]) -> str:
    """Return a plate in capitals, without blank or dot."""
    return _bare(text).replace("·", "").replace("-", "").replace("•", "")
