"""Is this a phone number, and is it the same as that one? People write them in many ways; a suppressed one is one."""

import re
from typing import Final

import phonenumbers

_ABROAD: Final = re.compile(r"^(?:\+|00)")
_DIGITS: Final = re.compile(r"[^0-9]")
_FEWEST: Final = 5


def international(number: str, country: str) -> str:
    """The number as +8613800138000, read as one of ``country`` (CN) where it names none; "" for what is none."""
    try:
        read = phonenumbers.parse(_ABROAD.sub("+", number.strip()), country or None)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)) if phonenumbers.is_possible_number(read) else ""


def spelled(number: str) -> str:
    """The one spelling under which a number is kept: with its country where it names one, else its digits. Raises ValueError for none."""
    digits = _DIGITS.sub("", number)
    if len(digits) < _FEWEST or len(digits) > 20:
        raise ValueError("is no phone number")
    return international(number, "") or digits if _ABROAD.match(number.strip()) else digits


def spellings(number: str, country: str) -> tuple[str, ...]:
    """Every spelling under which this number may be kept, by somebody who named its country or did not."""
    found = {number.strip().lower(), _DIGITS.sub("", number)}
    whole = international(number, country)
    if whole:
        read = phonenumbers.parse(whole, None)
        found |= {whole, whole.removeprefix("+"), str(phonenumbers.national_significant_number(read))}
        found.add(_DIGITS.sub("", str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL))))
    return tuple(sorted(found - {""}))
