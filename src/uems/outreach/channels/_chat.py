"""What do channels of chat programs share? Where a person's account stands, how a title goes before a text, and how long it may be."""

from typing import Annotated, Final

from pydantic import Field

from uems.kernel.edge import Clean
from uems.outreach.channel import Config, Letter, Weight

Line = Annotated[str, Field(max_length=200), Clean]
Trait = Annotated[str, Field(min_length=1, max_length=100), Clean]
LONGEST: Final = 2_048
"""Bytes of a text that these programs take."""


class Chat(Config):
    """trait: in which trait, or kind of id, a person's account stands."""

    trait: Trait = "chat_id"


def words(letter: Letter) -> str:
    """The title in a line of its own, then the text."""
    return f"{letter.subject}\n{letter.text}" if letter.subject else letter.text


def weighed(letter: Letter, longest: int = LONGEST) -> Weight:
    """One message that costs nothing; refused where it is empty or too long. longest: in bytes."""
    size = len(words(letter).encode())
    if not letter.text.strip():
        return Weight(refusal="no_text")
    return Weight(refusal="too_long", facts={"bytes": size, "limit": longest}) if size > longest else Weight()
