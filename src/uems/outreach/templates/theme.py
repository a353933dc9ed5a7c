"""How does everything that a workspace sends look? One theme: logo, colours, font, and who sends it from where, in both languages."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from uems.kernel.edge import Body, Clean
from uems.outreach.templates.model import Language

LIQUID_SIGNS: Final = ("{{", "{%", "}}", "%}")
_USED: Final = re.compile(r"""'[^']*'|"[^"]*"|(?<![\w.])theme\b(?:\.([A-Za-z_]\w*))?""")


def _plain(value: str) -> str:
    if any(sign in value for sign in LIQUID_SIGNS):
        raise ValueError("is shown as it is written, so it cannot hold Liquid. Put Liquid into a block")
    return value


def _picture(value: str) -> str:
    if value and not value.startswith("https://"):
        raise ValueError("must begin with https://, or be empty")
    return _plain(value)


Colour = Annotated[str, Field(pattern=r"^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]
Words = Annotated[str, Clean, AfterValidator(_plain)]


class ThemeWords(Body):
    """What is said in one language. sender: who writes; address: their postal address; footer: what else stands below a letter."""

    sender: Annotated[Words, Field(max_length=200)] = ""
    address: Annotated[Words, Field(max_length=500)] = ""
    footer: Annotated[Words, Field(max_length=1_000)] = ""


class Theme(Body):
    """The look of a workspace's messages. Templates and blocks read it as ``{{ theme.primary_color }}`` and so on.

    Colours are #rgb or #rrggbb; widths and radii are pixels; font: families by comma, the first that a reader's machine has is taken.
    """

    logo_url: Annotated[str, Field(max_length=1_000), Clean, AfterValidator(_picture)] = ""
    logo_width: Annotated[int, Field(ge=16, le=600)] = 160
    primary_color: Colour = "#1677ff"
    background_color: Colour = "#f5f5f5"
    surface_color: Colour = "#ffffff"
    text_color: Colour = "#1f1f1f"
    muted_color: Colour = "#6b6b6b"
    link_color: Colour = "#0958d9"
    font: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ,-]{0,199}$")] = "Arial, PingFang SC, Microsoft YaHei, sans-serif"
    radius: Annotated[int, Field(ge=0, le=60)] = 6
    words: dict[Language, ThemeWords] = Field(default_factory=dict)

    def values(self, language: Language) -> dict[str, str | int]:
        """Name → what a template reads in a language; words that a language lacks are those of the other one."""
        own = self.words.get(language) or next(iter(self.words.values()), ThemeWords())
        look: dict[str, str | int] = self.model_dump(exclude={"words"})
        return {**look, **own.model_dump()}


NAMES: Final = frozenset(Theme().values("en"))


def theme_names(piece: str) -> set[str]:
    """Names of the theme that a Liquid part asks for; "" for the theme itself."""
    return {found[1] or "" for found in _USED.finditer(piece) if found[0].startswith("theme")}


def bare(piece: str, values: Mapping[str, str | int]) -> str | None:
    """What stands for ``{{ theme.NAME }}`` and nothing else; None where a filter or a condition reads it."""
    found = re.fullmatch(r"\{\{-?\s*theme\.([A-Za-z_]\w*)\s*-?\}\}", piece)
    return None if found is None or found[1] not in values else str(values[found[1]])
