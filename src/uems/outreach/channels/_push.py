"""What do channels share that carry notes, to phones and browsers? Where a token stands, how large one may be, what it may link to."""

from typing import Annotated, Final

from pydantic import Field

from uems.kernel.edge import Clean
from uems.outreach.channel import Config, Letter, Weight

Line = Annotated[str, Field(max_length=200), Clean]
Trait = Annotated[str, Field(min_length=1, max_length=100), Clean]
Document = Annotated[str, Field(max_length=20_000, json_schema_extra={"format": "lines"})]
"""A key as its file has it, line ends and all."""
LONGEST: Final = 3_500
"""Bytes of title and text: 4,096 for the whole note, with room for what stands around them."""


class Push(Config):
    """trait: in which trait, or kind of id, the token of a person's device stands; of several in a list, the last."""

    trait: Trait = "device_token"


def weighed(letter: Letter, longest: int = LONGEST, size: int | None = None) -> Weight:
    """One note that costs nothing; refused where it is empty or too large. longest, size: in bytes; size: title and text unless given."""
    if size is None:
        size = len(letter.subject.encode()) + len(letter.text.encode())
    if not letter.text.strip():
        return Weight(refusal="no_text")
    return Weight(refusal="too_long", facts={"bytes": size, "limit": longest}) if size > longest else Weight()


def doubtful(letter: Letter) -> str:
    """Which of its addresses no page may open; "" for none. Asked when they are filled in, since values of the person may stand there."""
    for name in ("image_url", "link"):
        value = letter.parameters.get(name, "")
        if value and (not value.startswith("https://") or any(sign <= " " for sign in value)):
            return name
    return ""
