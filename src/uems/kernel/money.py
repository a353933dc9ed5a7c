"""How much is it, exactly? Integer minor units and an ISO 4217 currency; binary fractions never take part.

An amount from outside (a JSON number or text) is read as the decimal number that was written, then rounded to the minor
unit, halves away from zero: 4.35 USD is 435, and 30.299999999999997, as a browser adds prices up, is 3030.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

from uems.kernel.errors import UemsError, invalid

MAX_MINOR: Final = 10**15
"""Beyond this an amount is a defect, not a price; sums over billions of rows stay inside 64 bits for any real business."""

_TEXT = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_EXACT = Context(prec=200)
# Withdrawn codes that data of the last decades still carries; ISO keeps them in a list of its own (list three).
_WITHDRAWN: Final = {
    "ANG": 2, "BGN": 2, "BYR": 0, "CUC": 2, "EEK": 2, "GHC": 2, "HRK": 2, "LTL": 2, "LVL": 2, "MRO": 2, "MZM": 2, "ROL": 2,
    "SKK": 2, "SLL": 2, "STD": 2, "TRL": 2, "VEB": 2, "VEF": 2, "XSU": 2, "ZMK": 2, "ZWL": 2,
}  # fmt: skip


@lru_cache(maxsize=1)
def exponents() -> dict[str, int]:
    """ISO 4217 code → digits after the point (0 for JPY, 2 for CNY, 3 for KWD); codes without minor units (XAU) are left out."""
    import iso4217  # parses a table of 47 kB: not before the first amount

    current = {code: row["CcyMnrUnts"] for code, row in iso4217.raw_table.items() if code}
    return _WITHDRAWN | {code: int(units) for code, units in current.items() if isinstance(units, str) and units.isdigit()}


def exponent(currency: str) -> int:
    """Digits after the point of ``currency``; raises ``unknown_currency`` for anything but an upper-case ISO 4217 code."""
    found = exponents().get(currency)
    if found is None:
        raise UemsError(
            "unknown_currency",
            f"currency is {currency[:40]!r}; must be a three-letter ISO 4217 code in capitals, such as CNY or USD.",
            status=422,
            details={"currency": currency[:40]},
        )
    return found


def to_minor(value: int | float | str, currency: str) -> int | None:
    """Minor units of an amount in major units, rounded halves away from zero. The fast path of the pipeline: never raises.

    None when the currency is unknown, the text is not a plain decimal number ("1,234.50" and "$5" are not), or the amount
    exceeds ``MAX_MINOR``. A bool is not an amount.
    """
    digits = exponents().get(currency)
    if digits is None:
        return None
    if type(value) is int:
        minor = value * _POWERS[digits]
        return minor if -MAX_MINOR <= minor <= MAX_MINOR else None
    if type(value) is float:
        if not -1e15 < value < 1e15:  # NaN fails this too
            return None
        # repr is the shortest decimal that reads back as this double: what the sender wrote.
        return _read(repr(value), digits)
    return _read(value, digits) if type(value) is str else None


_POWERS: Final = (1, 10, 100, 1_000, 10_000)


def _read(text: str, digits: int) -> int | None:
    whole, _, fraction = text.partition(".")
    # Nine amounts in ten are plain digits that fit the currency; this is two to three times as fast as Decimal.
    if text.isascii() and whole.isdigit() and len(whole) < 12 and (not fraction or (fraction.isdigit() and len(fraction) <= digits)):
        return int(whole + fraction) * _POWERS[digits - len(fraction)]
    text = text.strip(" \t\r\n")
    if len(text) > 90 or not _TEXT.fullmatch(text):
        return None
    amount = Decimal(text)
    if amount.adjusted() > 15:
        return None
    minor = int(amount.scaleb(digits, _EXACT).to_integral_value(ROUND_HALF_UP))
    return minor if -MAX_MINOR <= minor <= MAX_MINOR else None


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount in major units, exactly, with all digits of the currency: 430 USD cents is Decimal("4.30")."""
    return Decimal(minor).scaleb(-exponent(currency), _EXACT)


def amount_text(minor: int, currency: str) -> str:
    """The amount in major units as plain text ("-4.30", "1200", "0.005"), the way exports and the API write it."""
    return f"{from_minor(minor, currency):f}"


def major_text(minor: int | float, currency: str) -> str:
    """As ``amount_text``, also for parts of a minor unit as averages have them: 350.5 cents are "3.505"."""
    if isinstance(minor, int) or minor.is_integer():
        return amount_text(int(minor), currency)
    return f"{Decimal(repr(minor)).scaleb(-exponent(currency), _EXACT):f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount. minor: integer minor units. currency: ISO 4217 code. Only amounts of one currency add up."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)

    @staticmethod
    def parse(value: int | float | str, currency: str) -> "Money":
        """As ``to_minor``, but raises ``unknown_currency`` or ``invalid`` where that gives None."""
        exponent(currency)
        minor = to_minor(value, currency)
        if minor is None:
            raise invalid("amount", value, "must be a plain decimal number such as 4.35, without separators or a currency sign.")
        return Money(minor=minor, currency=currency)

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise UemsError("mixed_currencies", f"Cannot add {other.currency} to {self.currency}; convert one first.", status=422)
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(minor=-self.minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __str__(self) -> str:
        return f"{amount_text(self.minor, self.currency)} {self.currency}"
