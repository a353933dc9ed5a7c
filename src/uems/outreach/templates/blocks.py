"""What is a block, and what stands in its place? Parts that many letters share: they are put in as text before anything is compiled.

``{% render 'footer' %}`` takes the latest version, ``{% render 'footer@3' %}`` the third one for ever, and
``{% render 'button', label: 'Buy', link: context.url %}`` says what the block reads as ``{{ block.label }}``.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field

from uems.kernel.edge import Body, Clean
from uems.kernel.errors import UemsError
from uems.outreach.templates import liquid
from uems.outreach.templates.model import Language, TemplateSpec, Variant
from uems.outreach.templates.theme import LIQUID_SIGNS, NAMES, Theme, bare, theme_names

DEEPEST: Final = 5
MOST_PUT_IN: Final = 300
MOST_GROWN: Final = 400_000
_PIECE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_RENDER: Final = re.compile(r"\{%-?\s*render\b(.*?)-?%\}", re.DOTALL)
_NAMED: Final = re.compile(r"""\s*(['"])([a-z0-9][a-z0-9_-]{0,99})(?:@([1-9][0-9]{0,8}))?\1\s*""")
_ARGUMENT: Final = re.compile(
    r""",\s*([A-Za-z_]\w{0,39})\s*:\s*('[^']*'|"[^"]*"|-?\d{1,15}(?:\.\d{1,15})?|[A-Za-z_]\w*(?:\.\w+)*)\s*""",
)
_OWN: Final = re.compile(r"""'[^']*'|"[^"]*"|(?<![\w.])block\.([A-Za-z_]\w*)([.\[]?)""")
_HOW: Final = "{% render 'key' %} or {% render 'key@3', name: 'value' %}"

Place: TypeAlias = Literal["mjml", "html", "text"]
_FITS: Final[Mapping[Place, tuple[Place, ...]]] = {"mjml": ("mjml", "html", "text"), "html": ("html", "text"), "text": ("text",)}
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$")]


def _default(value: str) -> str:
    if ("'" in value and '"' in value) or any(sign in value for sign in LIQUID_SIGNS):
        raise ValueError("holds both kinds of quotes, or Liquid. What stands there where nobody says anything is plain text")
    return value


Default = Annotated[str, Field(max_length=500), Clean, AfterValidator(_default)]
BlockSource = Annotated[str, Field(max_length=50_000), Clean]


class BlockSpec(Body):
    """A version. bodies: language → source; a language that is missing reads the first one.

    parameters: what whoever puts it in may say, and what stands there where they say nothing.
    """

    format: Place = "mjml"
    bodies: Annotated[dict[Language, BlockSource], Field(min_length=1)]
    parameters: Annotated[dict[ParameterName, Default], Field(max_length=20)] = Field(default_factory=dict)

    def body(self, language: Language) -> str:
        """The source in a language."""
        return self.bodies.get(language) or next(iter(self.bodies.values()))


@dataclass(frozen=True, slots=True, order=True)
class Used:
    """A version of a block that something is made of; pinned: named with its number."""

    key: str
    version: int
    pinned: bool


def _nothing(key: str, version: int) -> BlockSpec | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What templates are made of. latest: key → version of each block in use; find: one version of one, None where there is none."""

    theme: Theme = field(default_factory=Theme)
    theme_version: int = 0
    latest: Mapping[str, int] = field(default_factory=dict)
    find: Callable[[str, int], BlockSpec | None] = _nothing


PLAIN: Final = Kit()
"""No blocks, and the standard theme."""


def references(source: str) -> Iterator[tuple[str, int | None]]:
    """(key, version or None for the latest) of every block that a source puts in; what cannot be read is passed over."""
    for found in _RENDER.finditer(source):
        named = _NAMED.match(found[1])
        if named is not None:
            yield named[2], int(named[3]) if named[3] else None


def closure(sources: Iterable[str], kit: Kit) -> tuple[set[Used], bool]:
    """(every block that the sources are made of, also by way of others; whether any of it reads the theme). Missing ones do not count."""
    found: set[Used] = set()
    themed = False
    left = list(sources)
    while left:
        source = left.pop()
        themed = themed or any(theme_names(piece) for piece in _PIECE.findall(source))
        for key, version in references(source):
            number = kit.latest.get(key) if version is None else version
            if number is None or (one := Used(key, number, version is not None)) in found:
                continue
            spec = kit.find(key, number)
            if spec is not None:
                found.add(one)
                left.extend(spec.bodies.values())
    return found, themed


def put_together(spec: TemplateSpec, kit: Kit) -> dict[Language, Variant]:
    """Language → the variant with everything put in. Raises ``bad_template``, also where a block is missing."""
    return {language: whole(variant, language, kit) for language, variant in spec.variants.items()}


def complete(spec: TemplateSpec, kit: Kit) -> bool:
    """Whether every block that a template is made of is there."""
    try:
        put_together(spec, kit)
    except UemsError:
        return False
    return True


def sources_of(spec: TemplateSpec) -> list[str]:
    """Every text of a template in which Liquid may stand."""
    found = []
    for variant in spec.variants.values():
        found += [variant.subject, variant.preheader, variant.body, variant.text, variant.image_url, variant.button, variant.link]
        found += variant.parameters.values()
    return found


def whole(variant: Variant, language: Language, kit: Kit) -> Variant:
    """The variant with its blocks and its theme put in. Raises ``bad_template``."""
    body: Place = variant.format
    places: dict[str, Place] = {"subject": "text", "preheader": "html", "body": body, "text": "text", "image_url": "text"}
    places |= {"button": "text", "link": "text"}
    if variant.provider_code:
        del places["body"]  # stays as the provider approved it
    return variant.model_copy(
        update={name: put_in(getattr(variant, name), f"{language}.{name}", place, language, kit) for name, place in places.items()}
    )


def put_in(source: str, where: str, place: Place, language: Language, kit: Kit, given: Mapping[str, str] | None = None) -> str:
    """A source with everything put in. given: what stands for ``block.NAME`` in it, as Liquid. Raises ``bad_template``."""
    if "{{" not in source and "{%" not in source:
        return source
    return _Putting(where, language, kit).put(source, place, (), given)


class _Putting:
    """One source that is being put together; counts what goes in, so that blocks in blocks cannot grow without end."""

    def __init__(self, where: str, language: Language, kit: Kit) -> None:
        self._where, self._language, self._kit = where, language, kit
        self._values = kit.theme.values(language)
        self._count = self._grown = 0

    def put(self, source: str, place: Place, inside: tuple[str, ...], given: Mapping[str, str] | None) -> str:
        refuse_open(source, self._where)
        self._grown += len(source)
        if self._grown > MOST_GROWN:
            raise liquid.bad_template(self._where, f"comes to more than {MOST_GROWN} characters with its blocks. Put in fewer")

        def changed(found: re.Match[str]) -> str:
            piece = found[0] if given is None else self._own(found[0], given, inside)
            for name in theme_names(piece):
                if name and name not in NAMES:
                    raise liquid.bad_template(self._where, f"theme.{name} is no part of the theme. There are {', '.join(sorted(NAMES))}")
            rendered = _RENDER.fullmatch(piece)
            if rendered is not None:
                return self._block(rendered[1], place, inside)
            known = bare(piece, self._values)
            if known is None:
                return piece
            return known if place == "text" else html.escape(known)

        return _PIECE.sub(changed, source)

    def _block(self, said: str, place: Place, inside: tuple[str, ...]) -> str:
        key, version, arguments = self._read(said)
        self._count += 1
        if self._count > MOST_PUT_IN:
            raise liquid.bad_template(self._where, f"puts in more than {MOST_PUT_IN} blocks. Put in fewer")
        if key in inside:
            raise liquid.bad_template(self._where, f"the block {key!r} puts in itself: {' → '.join([*inside, key])}. Take it out of one")
        if len(inside) >= DEEPEST:
            raise liquid.bad_template(self._where, f"{' → '.join([*inside, key])}: blocks go {DEEPEST} deep at most")
        number = version or self._kit.latest.get(key)
        spec = None if number is None else self._kit.find(key, number)
        if spec is None:
            named = key if version is None else f"{key}@{version}"
            raise liquid.bad_template(self._where, f"there is no block {named!r}. Save it first, or correct the name")
        if spec.format not in _FITS[place]:
            raise liquid.bad_template(self._where, f"the block {key!r} is {spec.format}, which cannot stand in {place}")
        unknown = sorted(arguments.keys() - spec.parameters.keys())
        if unknown:
            known = ", ".join(sorted(spec.parameters)) or "none"
            raise liquid.bad_template(self._where, f"the block {key!r} has no {unknown[0]!r}. It reads {known}")
        given = {name: arguments.get(name) or _literal(value) for name, value in spec.parameters.items()}
        inner: Place = place if spec.format == "text" and place != "text" else spec.format
        body = spec.body(self._language)
        return self.put(_escaped(body) if inner != spec.format else body, inner, (*inside, key), given)

    def _read(self, said: str) -> tuple[str, int | None, dict[str, str]]:
        named = _NAMED.match(said)
        arguments: dict[str, str] = {}
        at = named.end() if named else 0
        while named and at < len(said) and (one := _ARGUMENT.match(said, at)) is not None:
            arguments[one[1]] = one[2]
            at = one.end()
        if named is None or at < len(said):
            raise liquid.bad_template(self._where, f"{{% render{said[:60]}%}} cannot be read. Write {_HOW}")
        return named[2], int(named[3]) if named[3] else None, arguments

    def _own(self, piece: str, given: Mapping[str, str], inside: tuple[str, ...]) -> str:
        """A Liquid part of a block with what was said of its parameters."""

        def changed(found: re.Match[str]) -> str:
            if not found[1]:
                return found[0]
            value = given.get(found[1])
            if value is None:
                named = inside[-1] if inside else "block"
                raise liquid.bad_template(self._where, f"{named}: block.{found[1]} is read, and is none of its parameters. Add it to them")
            if found[2] and not value[0].isalpha():
                raise liquid.bad_template(self._where, f"block.{found[1]} is {value[:40]} here, which has no parts to read")
            return f"{value}{found[2]}"

        return _OWN.sub(changed, piece)


def _literal(value: str) -> str:
    """A text as Liquid writes it."""
    return f"'{value}'" if "'" not in value else f'"{value}"'


def _escaped(body: str) -> str:
    """A plain text as markup; Liquid stays, and its values are escaped when they are filled in."""
    made, last = [], 0
    for found in _PIECE.finditer(body):
        made += [html.escape(body[last : found.start()]).replace("\n", "<br>"), found[0]]
        last = found.end()
    return "".join([*made, html.escape(body[last:]).replace("\n", "<br>")])


def refuse_open(source: str, where: str) -> None:
    """Said before anybody looks for the end of each beginning."""
    for begin, end in (("{{", "}}"), ("{%", "%}")):
        if source.rfind(begin) > source.rfind(end):
            raise liquid.bad_template(where, f"a {begin} has no {end} behind it. Close it")
