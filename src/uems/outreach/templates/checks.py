"""What is doubtful about a letter? Things that spam filters and readers dislike; said, and never in the way."""

import html
import re
from typing import Final

from uems.outreach.consent.tokens import MOST_ADDRESS
from uems.outreach.templates.compiled import Rendered
from uems.outreach.templates.model import TemplateSpec

CLIPPED: Final = 102_000
"""Bytes after which large mail programs cut a letter off."""
_LOUD: Final = re.compile(r"[!！]{2,}|[$￥¥]{3,}|\b[A-Z]{12,}\b|免费.*免费|100%", re.IGNORECASE)
_HREF: Final = re.compile(r"""<a\b[^<>]*?\bhref\s*=\s*["']([^"'<>]*)["']""", re.IGNORECASE)
_IMAGE: Final = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_LONG_SUBJECT: Final = 80


def doubts(rendered: Rendered, spec: TemplateSpec) -> list[str]:
    """Words of the program, each at most once."""
    found: list[str] = []
    if rendered.html and not rendered.subject:
        found.append("no_subject")
    if len(rendered.subject) > _LONG_SUBJECT:
        found.append("long_subject")
    if _LOUD.search(rendered.subject):
        found.append("loud_subject")
    if len(rendered.html.encode()) > CLIPPED:
        found.append("clipped")
    links = _HREF.findall(rendered.html)
    if any(not link.startswith(("https://", "http://", "mailto:", "tel:")) for link in links):
        found.append("dead_link")
    if any(link.startswith("http://") for link in links):
        found.append("plain_http")
    if spec.track and any(len(html.unescape(link).encode()) > MOST_ADDRESS for link in links):
        found.append("long_link")
    images = _IMAGE.findall(rendered.html)
    if any("alt=" not in image.lower() for image in images):
        found.append("image_without_words")
    if images and len(rendered.text) < 100:
        found.append("mostly_images")
    if len(spec.variants) == 1:
        found.append("one_language")
    return found
