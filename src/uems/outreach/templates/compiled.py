"""How does a template become letters fast? Everything that does not depend on the person is done once.

MJML becomes HTML and styles go to where mail programs look for them, with the Liquid parts out of the way as marks; then only these
are filled in, person by person.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import css_inline
from liquid import BoundTemplate
from mjml import mjml2html

from uems.outreach.channel import EXTRAS
from uems.outreach.templates import liquid
from uems.outreach.templates.approved import Approved
from uems.outreach.templates.blocks import PLAIN, Kit, put_together, refuse_open
from uems.outreach.templates.model import Language, TemplateSpec, Variant

_LIQUID: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<>]*$")
_MARK: Final = re.compile(r"<!--uemsmark(\d+)x-->|uemsmark(\d+)x")
_LINK: Final = re.compile(r"""(<a\b[^<>]*?\bhref\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
_BLOCKS: Final = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6]|/li|/table)\b[^<>]*>", re.IGNORECASE)
_DROPPED: Final = re.compile(r"<(?:(style|script|head|title)\b|!--)", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"<[^<>]+>")
_LINKED: Final = re.compile(r"""<a\b[^<>]*?\bhref\s*=\s*["']([^"'<>]*)["'][^<>]*>((?:(?!</?a\b).)*)</a>""", re.IGNORECASE | re.DOTALL)

Follow = Callable[[str], str]
"""Address → the address that stands in the letter, so that a click is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What one person reads."""

    language: Language
    subject: str
    html: str
    text: str
    provider_code: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    subject: BoundTemplate
    html: BoundTemplate | None
    text: BoundTemplate | None
    approved: Approved | None = None
    extras: Mapping[str, BoundTemplate] = field(default_factory=dict)


class Compiled:
    """A version of a template, ready for many people. Raises ``bad_template`` where it cannot be used."""

    def __init__(self, spec: TemplateSpec, kit: Kit = PLAIN) -> None:
        self.spec = spec
        self._parts = {language: _compile(variant, language, spec) for language, variant in put_together(spec, kit).items()}
        self._themes = {language: kit.theme.values(language) for language in spec.variants}

    def language_of(self, wanted: str) -> Language:
        """The variant that somebody with this language reads."""
        return next((one for one in self._parts if one == wanted), self.spec.language)

    def render(self, language: str, values: Mapping[str, Any], *, follow: Follow | None = None, pixel: str = "") -> Rendered:
        """What somebody reads. follow: for links of the HTML part. pixel: address of the picture that tells of an opening."""
        chosen = self.language_of(language)
        parts = self._parts[chosen]
        filled = {**filled_up(values, self.spec.fallbacks), "theme": self._themes[chosen]}
        if parts.approved is not None:
            text, given = parts.approved.render(filled)
            return Rendered(language=chosen, subject="", html="", text=text, provider_code=parts.approved.code, parameters=given)
        subject = " ".join(liquid.render(parts.subject, filled, f"{chosen}.subject").split())
        page = "" if parts.html is None else liquid.render(parts.html, filled, f"{chosen}.body")
        text = liquid.render(parts.text, filled, f"{chosen}.text") if parts.text is not None else as_text(page)
        if page:
            page = _followed(page, follow, self.spec, values)
            if pixel:
                page = _with_pixel(page, pixel)
        extras = {name: liquid.render(part, filled, f"{chosen}.{name}").strip() for name, part in parts.extras.items()}
        if extras.get("link"):
            extras["link"] = with_utm(extras["link"], self.spec)
        return Rendered(language=chosen, subject=subject, html=page, text=text, parameters=extras)


def filled_up(values: Mapping[str, Any], fallbacks: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values, with what stands where one is not known; null and empty text count as not known."""
    if not fallbacks:
        return values
    filled = dict(values)
    for path, value in fallbacks.items():
        names = path.split(".")
        here = filled
        for name in names[:-1]:
            inner = here.get(name)
            inner = dict(inner) if isinstance(inner, Mapping) else {}
            here[name] = inner
            here = inner
        if here.get(names[-1]) in (None, ""):
            here[names[-1]] = value
    return filled


def _compile(variant: Variant, language: Language, spec: TemplateSpec) -> _Parts:
    strict = spec.on_missing == "stop"
    for name in ("subject", "preheader", "body", "text", *EXTRAS):
        refuse_open(getattr(variant, name), f"{language}.{name}")
    subject = liquid.parse(variant.subject, f"{language}.subject", escape=False, strict=strict)
    text = liquid.parse(variant.text, f"{language}.text", escape=False, strict=strict) if variant.text else None
    if variant.provider_code:
        return _Parts(subject=subject, html=None, text=None, approved=Approved(variant, language, strict=strict))
    if variant.format == "text":
        body = liquid.parse(variant.body, f"{language}.body", escape=False, strict=strict)
        return _Parts(subject=subject, html=None, text=body, extras=_extras(variant, language, strict=strict))
    liquid.parse(variant.body, f"{language}.body", escape=True, strict=strict)  # said of what was written, before it is changed
    page = _page(variant, f"{language}.body")
    return _Parts(subject=subject, html=liquid.parse(page, f"{language}.body", escape=True, strict=strict), text=text)


def _extras(variant: Variant, language: Language, *, strict: bool) -> dict[str, BoundTemplate]:
    """What a note has beside title and text; nothing where it has neither picture nor button and lies among the others."""
    said = {name: value for name in EXTRAS if (value := getattr(variant, name).strip()) and (name, value) != ("layout", "card")}
    for name in ("image_url", "link"):
        value = said.get(name, "")
        if value and not value.startswith(("https://", "{{", "{%")):
            raise liquid.bad_template(f"{language}.{name}", f"is {value[:80]!r}. Give an address that begins with https://")
    return {name: liquid.parse(value, f"{language}.{name}", escape=False, strict=strict) for name, value in said.items()}


def _page(variant: Variant, where: str) -> str:
    """The HTML with styles inline, Liquid where it was."""
    marked, pieces = _marked(variant.body)
    try:
        page = mjml2html(marked) if variant.format == "mjml" else marked
    except ValueError as error:
        raise liquid.bad_template(where, f"is no MJML ({error})") from error
    try:
        page = _inliner().inline(page)
    except (css_inline.InlineError, ValueError) as error:
        raise liquid.bad_template(where, f"has styles that cannot be used ({error})") from error
    found = {int(first or second) for first, second in _MARK.findall(page)}
    lost = [piece for number, piece in enumerate(pieces) if number not in found]
    if lost:
        raise liquid.bad_template(where, f"{lost[0][:80]} stands where nothing may stand. Put it inside a text, or inside <mj-raw>.")
    page = _MARK.sub(lambda mark: pieces[int(mark[1] or mark[2])], page)
    if variant.preheader:
        hidden = f'<div style="display:none;max-height:0;overflow:hidden">{variant.preheader}</div>'
        page = re.sub(r"(<body\b[^>]*>)", lambda m: m[1] + hidden, page, count=1) if "<body" in page else hidden + page
    return page


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Nothing is fetched: neither styles nor anything else.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def _marked(source: str) -> tuple[str, list[str]]:
    """The source with a mark for each Liquid part, and the parts. In an attribute or a text a word stands for it, elsewhere a comment."""
    pieces: list[str] = []
    made: list[str] = []
    last = 0
    for found in _LIQUID.finditer(source):
        before = source[last : found.start()]
        made.append(before)
        inside_tag = _TAG.search("".join(made[-2:])[-5_000:]) is not None
        word = f"uemsmark{len(pieces)}x"
        made.append(word if inside_tag or found[0].startswith("{{") else f"<!--{word}-->")
        pieces.append(found[0])
        last = found.end()
    made.append(source[last:])
    return "".join(made), pieces


def _followed(page: str, follow: Follow | None, spec: TemplateSpec, values: Mapping[str, Any]) -> str:
    own = {str(link) for link in values.get("links", {}).values()} if isinstance(values.get("links"), Mapping) else set()

    def changed(found: re.Match[str]) -> str:
        address = html.unescape(found[3]).strip()
        if not address.startswith(("https://", "http://")) or address in own:
            return found[0]
        address = with_utm(address, spec)
        if follow is not None and spec.track:
            address = follow(address)
        return f"{found[1]}{found[2]}{html.escape(address, quote=True)}{found[2]}"

    return _LINK.sub(changed, page)


def with_utm(address: str, spec: TemplateSpec) -> str:
    """The address with what web analytics reads; what it says itself stays."""
    utm = {"utm_source": spec.utm.source, "utm_medium": spec.utm.medium, "utm_campaign": spec.utm.campaign}
    if not spec.utm.campaign:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    known = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    more = urlencode([(name, value) for name, value in utm.items() if value and name not in known])
    return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, more) if part)))


def _with_pixel(page: str, address: str) -> str:
    picture = f'<img src="{html.escape(address, quote=True)}" width="1" height="1" alt="" style="display:block">'
    end = page.lower().rfind("</body>")
    return page + picture if end < 0 else page[:end] + picture + page[end:]


def as_text(page: str) -> str:
    """The HTML as plain text, for whoever reads without it; links stand behind their words."""
    page = _LINKED.sub(r"\2 (\1)", _seen(page))
    text = html.unescape(_ANY_TAG.sub("", _BLOCKS.sub("\n", page)))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _seen(page: str) -> str:
    """The page without what nobody reads. By hand: an expression would look for each missing end through all that follows."""
    lower = page.lower()
    kept: list[str] = []
    here = 0
    while (found := _DROPPED.search(page, here)) is not None:
        kept.append(page[here : found.start()])
        end = f"</{found[1].lower()}" if found[1] else "-->"
        at = lower.find(end, found.end())
        close = page.find(">", at)
        if at < 0 or close < 0:  # never closed: browsers show nothing of the rest
            return "".join(kept)
        here = close + 1
    return "".join([*kept, page[here:]])
