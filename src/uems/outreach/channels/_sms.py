"""How many parts is a short message billed as, and what does it cost?

GSM 03.38: 160 letters of its own alphabet, or 153 in each of several parts; anything else is UCS-2: 70, or 67. Letters of the extension
table take two places, and neither they nor a pair of surrogates are cut in two.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field

from uems.kernel.edge import Clean
from uems.outreach.channel import ChannelBase, Config, Content, Letter, Medium, Weight
from uems.outreach.phone import international, spellings

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_MICROS: Final = 1_000_000

Line = Annotated[str, Field(max_length=200), Clean]


class Sms(Config):
    """country: of numbers that are written without one, such as CN. price_per_part: in the currency of the workspace, for each part.

    most_parts: a text that takes more is not sent.
    """

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    price_per_part: Annotated[Decimal, Field(ge=0, le=1_000, decimal_places=6)] = Decimal(0)
    most_parts: Annotated[int, Field(ge=1, le=20)] = 5

    def priced(self, parts: int) -> int:
        """Millionths of the currency."""
        return int(self.price_per_part * _MICROS) * parts


def is_gsm(text: str) -> bool:
    """Whether the text can be said in the alphabet of GSM 03.38."""
    return all(letter in _BASIC or letter in _EXTENSION for letter in text)


def gsm_parts(text: str) -> int:
    """Parts of a text as mobile networks outside China bill it."""
    if is_gsm(text):
        return _packed((2 if letter in _EXTENSION else 1 for letter in text), 160, 153)
    return ucs2_parts(text)


def ucs2_parts(text: str) -> int:
    """Parts of a text of which every letter takes two bytes; letters beyond the first plane take four."""
    return _packed((2 if letter > "\uffff" else 1 for letter in text), 70, 67)


def chinese_parts(text: str) -> int:
    """Parts as providers in China bill them: 70 characters, or 67 in each of several, whatever the letters are."""
    length = units(text)
    return 1 if length <= 70 else -(-length // 67)


def units(text: str) -> int:
    """Characters as UCS-2 counts them."""
    return len(text.encode("utf-16-le")) // 2


def _packed(sizes: Iterable[int], single: int, each: int) -> int:
    found = list(sizes)
    if sum(found) <= single:
        return 1
    parts, room = 1, each
    for size in found:
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return parts


def weighed(config: Sms, letter: Letter, parts: int) -> Weight:
    """What it comes to, and why it cannot go."""
    cost = config.priced(parts)
    facts: dict[str, object] = {"parts": parts, "limit": config.most_parts, "characters": units(letter.text)}
    refusal = ""
    if not letter.text.strip():
        refusal = "no_text"
    elif parts > config.most_parts:
        refusal = "too_long"
    elif letter.address and not international(letter.address, config.country):
        refusal, facts = "no_phone_number", {"country": config.country}
    return Weight(parts=parts, cost_micros=cost, refusal=refusal, facts=facts if refusal else {})


def weighed_approved(config: Sms, letter: Letter, sign: str) -> Weight:
    """The same, of a text that the provider keeps; its signature stands before it in 【】 and counts."""
    if not letter.provider_code:
        return Weight(refusal="no_provider_code")
    return weighed(config, letter, chinese_parts(f"【{sign}】{letter.text}"))


class SmsBase(ChannelBase):
    """What channels of short messages share."""

    medium: Medium = "phone"
    content: Content = "text"

    def spellings(self, config: Sms, address: str) -> tuple[str, ...]:
        return spellings(address, config.country)
