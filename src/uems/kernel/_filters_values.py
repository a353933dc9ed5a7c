"""When do two values count as equal? Decided once, here, for both evaluators.

Values of one type compare as that type. A number and a text are equal when the text is that number in plain decimal digits
("5", "5.0", "-0.25"; not "05", "5e0", "+5"). A boolean and a text are equal when the text is "true" or "false". A boolean never
equals a number. Text compares by code point: case counts (unless ``ignore_case``), nothing is normalised, nothing is trimmed.
Whole numbers are exact up to 64 bits; beyond that the engine keeps a number as its digits, so it is a text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from uems.kernel._filters_model import Scalar

DECIMAL_PATTERN: Final = "^-?(0|[1-9][0-9]{0,39})([.][0-9]{1,40})?$"
"""The texts that count as a number. RE2 and Python read it alike (``$`` apart)."""
_DECIMAL = re.compile(DECIMAL_PATTERN.replace("$", r"\Z"))

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**64 - 1
# Up to here every whole number is a double, so a text can be read as one without losing digits.
_EXACT: Final = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Everything that equals one of some wanted values.

    texts: exactly these (in lower case when ``ignore_case``). numbers: JSON numbers; whole ones are ints. decimals: what a text in
    plain digits may be worth. booleans: JSON booleans.
    """

    texts: frozenset[str]
    numbers: frozenset[int | float]
    decimals: frozenset[float]
    booleans: frozenset[bool]
    ignore_case: bool

    def has(self, value: object) -> bool:
        """Whether one decoded JSON value is alike; lists and objects never are."""
        if isinstance(value, str):
            if (lower_ascii(value) if self.ignore_case else value) in self.texts:
                return True
            return bool(self.decimals) and (number := decimal_of(value)) is not None and number in self.decimals
        if isinstance(value, bool):
            return value in self.booleans
        if isinstance(value, int):
            return value in self.numbers if LOWEST <= value <= HIGHEST else str(value) in self.texts
        return isinstance(value, float) and value in self.numbers


def alike(wanted: Sequence[Scalar], *, ignore_case: bool) -> Alike:
    """What equals one of ``wanted``."""
    texts: set[str] = set()
    numbers: set[int | float] = set()
    decimals: set[float] = set()
    booleans: set[bool] = set()
    for value in wanted:
        if isinstance(value, bool):
            booleans.add(value)
            texts.add("true" if value else "false")
        elif isinstance(value, str):
            text = lower_ascii(value) if ignore_case else value
            texts.add(text)
            if text in ("true", "false"):
                booleans.add(text == "true")
            elif _DECIMAL.match(value):
                numbers.update(_number_of(value))
        else:
            numbers.add(whole(value))
            if isinstance(value, int) and abs(value) >= _EXACT:
                texts.add(str(value))
            else:
                decimals.add(float(value) + 0.0)
    return Alike(
        texts=frozenset(texts),
        numbers=frozenset(numbers),
        decimals=frozenset(decimals),
        booleans=frozenset(booleans),
        ignore_case=ignore_case,
    )


def whole(value: int | float) -> int | float:
    """A whole double as the int that it is, when 64 bits hold it."""
    if isinstance(value, float) and value.is_integer() and LOWEST <= value <= HIGHEST:
        return int(value)
    return value


def decimal_of(text: str) -> float | None:
    """The number that a data text counts as; None for any other text."""
    return float(text) if _DECIMAL.match(text) else None


def _number_of(text: str) -> tuple[int | float, ...]:
    if "." in text:
        return (whole(float(text)),)
    number = int(text)
    return (number,) if LOWEST <= number <= HIGHEST else ()


_LOWER = str.maketrans({c: chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})


def lower_ascii(text: str) -> str:
    """A to Z in lower case and nothing else, as the engine's ``lower`` does."""
    return text.translate(_LOWER)
