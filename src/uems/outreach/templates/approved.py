"""How is a text filled in that the provider keeps? The approved text stays as it is; only its parameters are ours.

Providers of short messages in China send nothing else. Parameters stand in the text as ``${name}`` (Aliyun) or ``{1}`` (Tencent).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from uems.outreach.templates import liquid
from uems.outreach.templates.model import Language, Variant

_PLACE: Final = re.compile(r"\$\{([A-Za-z0-9_]{1,40})\}|\{([0-9]{1,2})\}")
_LIQUID: Final = re.compile(r"\{\{|\{%")


def places(body: str) -> list[str]:
    """Names of the parameters of an approved text, each once, in the order in which they come."""
    return list(dict.fromkeys(found[1] or found[2] for found in _PLACE.finditer(body)))


class Approved:
    """One approved text, ready for many people. Raises ``bad_template``."""

    def __init__(self, variant: Variant, language: Language, *, strict: bool) -> None:
        self.code, self._body, self._language = variant.provider_code, variant.body, language
        if _LIQUID.search(variant.body):
            where = f"{language}.body"
            raise liquid.bad_template(where, "is the text as the provider approved it, without Liquid; put Liquid into its parameters")
        named = places(variant.body)
        for name in named:
            if not variant.parameters.get(name, "").strip():
                raise liquid.bad_template(f"{language}.parameters.{name}", "is empty, and stands in the text. Say what is filled in there")
        for name in variant.parameters:
            if name not in named:
                raise liquid.bad_template(f"{language}.parameters.{name}", "does not stand in the text. Remove it, or correct the text")
        self._parts = {
            name: liquid.parse(variant.parameters[name], f"{language}.parameters.{name}", escape=False, strict=strict) for name in named
        }

    def render(self, values: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """(the whole text, parameter → value)."""
        given = {name: liquid.render(part, values, f"{self._language}.parameters.{name}").strip() for name, part in self._parts.items()}
        return _PLACE.sub(lambda found: given[found[1] or found[2]], self._body), given
