"""Where and with what was the person when it happened? The columns that are promoted from an event's ``context``.

Contexts repeat: the same page, library and device send many events. So each distinct text is read once and remembered.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import msgspec

_MOST_REMEMBERED = 50_000
_MOST_CHARS = 2_000


class Context(NamedTuple):
    """The promoted columns, in the order of the staged table, and the text that they were read from."""

    text: str
    external_ids: str
    session_hint: str
    active: bool
    channel: str
    url: str
    path: str
    title: str
    referrer: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_term: str
    utm_content: str
    device: str
    os: str
    browser: str
    country: str
    locale: str
    library: str


_SERVER = re.compile(r"(analytics|segment)[-_.]?(python|node|ruby|java|go|php|net|rust)|server", re.IGNORECASE)
_MOBILE = re.compile(r"ios|android|swift|kotlin|flutter|react-native|xamarin", re.IGNORECASE)


def _short(value: object) -> str:
    if isinstance(value, str):
        return value[:_MOST_CHARS]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _part(value: dict[str, object], name: str) -> dict[str, object]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=10_000)
def _user_agent(text: str) -> tuple[str, str, str]:
    """(device, os, browser) of a user agent; "" for what it does not tell."""
    from ua_parser import parse  # loads its table of patterns: not before the first browser is seen

    found = parse(text[:1000])
    os_name = found.os.family if found.os else ""
    browser = found.user_agent.family if found.user_agent else ""
    family = found.device.family if found.device else ""
    if family == "Spider":
        device = "bot"
    elif "iPad" in text or "Tablet" in text or ("Android" in text and "Mobile" not in text):
        device = "tablet"
    elif "Mobi" in text:
        device = "mobile"
    else:
        device = "desktop" if os_name else ""
    return device, os_name, browser


def _channel(value: dict[str, object], library: str) -> str:
    stated = _short(value.get("channel"))
    if stated:
        return stated[:100]
    if library.startswith("analytics.js"):
        return "browser"
    if _SERVER.search(library):
        return "server"
    return "mobile" if _MOBILE.search(library) else ""


def _external_ids(value: object) -> str:
    if not isinstance(value, list):
        return ""
    found = []
    for item in value[:20]:
        if isinstance(item, dict):
            id_, type_ = _short(item.get("id")), _short(item.get("type"))
            if id_ and type_ and item.get("collection", "users") in ("users", "", None):
                found.append([type_, id_])
    return json.dumps(found, ensure_ascii=False) if found else ""


def read_context(text: str) -> Context:
    """The promoted columns of a context's JSON; anything of an unexpected type is simply not promoted."""
    value: object = json.loads(text) if text else {}
    if not isinstance(value, dict):
        value = {}
    page, campaign, library = _part(value, "page"), _part(value, "campaign"), _part(value, "library")
    device, os_name, browser = _user_agent(_short(value.get("userAgent"))) if value.get("userAgent") else ("", "", "")
    library_name = _short(library.get("name"))
    version = _short(library.get("version"))
    return Context(
        text=text,
        external_ids=_external_ids(value.get("externalIds")),
        session_hint=_short(value.get("sessionId"))[:200],
        active=value.get("active") is not False,
        channel=_channel(value, library_name),
        url=_short(page.get("url")),
        path=_short(page.get("path")),
        title=_short(page.get("title")),
        referrer=_short(page.get("referrer")),
        utm_source=_short(campaign.get("source")),
        utm_medium=_short(campaign.get("medium")),
        utm_campaign=_short(campaign.get("name")),
        utm_term=_short(campaign.get("term")),
        utm_content=_short(campaign.get("content")),
        device=_short(_part(value, "device").get("type")) or device,
        os=_short(_part(value, "os").get("name")) or os_name,
        browser=browser,
        country=_short(_part(value, "location").get("country")),
        locale=_short(value.get("locale"))[:40],
        library=f"{library_name} {version}".strip(),
    )


class Contexts:
    """Reads contexts and remembers them; one a consumer, not shared between threads."""

    def __init__(self) -> None:
        self._known: dict[bytes, Context] = {b"": read_context("")}
        self._merged: dict[tuple[bytes, bytes], bytes] = {}

    def of(self, raw: bytes) -> Context:
        """The columns of the context whose JSON is ``raw`` (b"" for none)."""
        found = self._known.get(raw)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known = {b"": self._known[b""]}
            found = read_context("" if raw == b"null" else raw.decode())
            self._known[raw] = found
        return found

    def merge(self, outer: bytes, inner: bytes) -> bytes:
        """A batch's context under an item's own: what the item says wins, key by key."""
        if not inner or inner == b"null":
            return outer
        key = (outer, inner)
        found = self._merged.get(key)
        if found is None:
            if len(self._merged) >= _MOST_REMEMBERED:
                self._merged.clear()
            decode: Callable[[bytes], dict[str, msgspec.Raw]] = _parts.decode
            try:
                found = msgspec.json.encode({**decode(outer), **decode(inner)})
            except msgspec.DecodeError:
                found = inner  # one of them is not an object: the item's own is what counts
            self._merged[key] = found
        return found


_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])
