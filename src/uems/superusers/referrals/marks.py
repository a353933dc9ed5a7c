"""Do two people share a device, a network, an address or a mailbox? Compared by keyed hashes, so that none of it is kept."""

import hashlib
import hmac
import ipaddress
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.settings import Settings
from uems.superusers.referrals.spec import CHECKS, Check

Marks: TypeAlias = Mapping[Check, Sequence[str]]
_MOST: Final = 20
_NO_DOTS: Final = ("gmail.com", "googlemail.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a program knows of somebody when it issues or redeems a code; "" for what it does not."""

    device: str = ""
    network: str = ""
    address: str = ""
    email: str = ""


def marks_of(settings: Settings, workspace_id: int, facts: Facts, ids: Iterable[identity.Id]) -> dict[Check, list[str]]:
    """What somebody can be known again by; an id that came with their events counts as well as what is told."""
    known = list(ids)
    found: dict[Check, list[str]] = {
        "device": [facts.device.strip(), *(one.value for one in known if one.kind == "anonymous_id")],
        "network": [network(facts.network)],
        "address": [address(facts.address)],
        "mailbox": [mailbox(facts.email), *(mailbox(one.value) for one in known if one.kind == "email")],
    }
    key = collect.signing_key(settings, "referral marks")
    marks: dict[Check, list[str]] = {}
    for check, values in found.items():
        hashed = [_hash(key, f"{workspace_id}:{check}:{value}") for value in dict.fromkeys(values) if value]
        if hashed:
            marks[check] = hashed[:_MOST]
    return marks


def shared(mine: Marks, theirs: Marks) -> list[Check]:
    """What both have, in the order of the checks."""
    return [check for check in CHECKS if set(mine.get(check, ())) & set(theirs.get(check, ()))]


def joined(first: Marks, second: Marks) -> dict[Check, list[str]]:
    """Both together, what is known the longest last."""
    found = {check: list(dict.fromkeys((*first.get(check, ()), *second.get(check, ()))))[:_MOST] for check in CHECKS}
    return {check: values for check, values in found.items() if values}


def read_marks(stored: object) -> Marks:
    """As they stand in the store."""
    return cast(Marks, stored) if isinstance(stored, Mapping) else {}


def mailbox(email: str) -> str:
    """The mailbox behind an address: without what follows a plus, and for those who ignore them without dots."""
    name, at, host = email.strip().lower().rpartition("@")
    if not at:
        return ""
    name = name.partition("+")[0]
    if host in _NO_DOTS:
        name, host = name.replace(".", ""), _NO_DOTS[0]
    return f"{name}@{host}"


def network(said: str) -> str:
    """An IPv4 address, or the /64 that one subscriber holds of IPv6; "" for what is neither, and for addresses inside of a house."""
    try:
        found = ipaddress.ip_address(said.strip())
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return "" if not found.is_global else str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return str(found) if found.is_global else ""


def address(said: str) -> str:
    """An address of the post without case, blanks, signs and wide letters."""
    plain = unicodedata.normalize("NFKC", said).casefold()
    return "".join(c for c in plain if c.isalnum())


def _hash(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:24]
