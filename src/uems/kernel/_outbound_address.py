"""May this address be called? Public ones always; private ones only when the operator allows it; some never.

A name is resolved once, its addresses are judged, and the connection goes to a judged address: a name that answers
differently the second time (DNS rebinding) gains nothing. Numbers in odd spellings (0x7f.1) are resolved first like any name.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final, TypeAlias

import httpx

from uems.kernel.errors import UemsError, invalid

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

# Public by number, yet answered by the host's own platform (Azure's wire server).
_PLATFORM: Final = frozenset({ipaddress.ip_address("168.63.129.16")})
# Metadata services that hand out credentials; no connector has business there, allowed private network or not.
_METADATA: Final = frozenset(
    ipaddress.ip_address(a) for a in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")

_NEVER_SENT: Final = frozenset({"outbound_refused", "outbound_unknown_host", "outbound_tls", "outbound_bad_url"})


class OutboundError(UemsError):
    """A call that did not succeed. permanent: trying the same again is pointless. retry_after_seconds: when the other side said so.

    unsent: nothing of the request left the house for sure; otherwise the other side may have done what it was asked for.
    """

    def __init__(
        self, code: str, message: str, *, permanent: bool, retry_after_seconds: float | None = None, unsent: bool | None = None
    ) -> None:
        details: dict[str, object] = {"permanent": permanent}
        if retry_after_seconds is not None:
            details["retry_after_seconds"] = retry_after_seconds
        super().__init__(code, message, status=422 if permanent else 502, details=details)
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds
        self.unsent = code in _NEVER_SENT if unsent is None else unsent


def is_allowed(text: str, *, private: bool) -> bool:
    """Whether the numeric address ``text`` may be called; ``private`` opens loopback and private networks, nothing else."""
    try:
        address = _inner(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return False
    if address in _METADATA or address in _PLATFORM:
        return False
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if private and (address.is_loopback or address.is_private):
        return True
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not address.is_reserved and not site_local


def host_of(url: str, *, private: bool) -> str:
    """Scheme, host and port of an address that is to be kept and called later; raises ``invalid``.

    A number in a private network is refused at once where ``private`` is not open; what a name stands for is judged at each call.
    """
    try:
        read = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise _bad_url() from None
    if len(url) > 2_000 or read.scheme not in ("http", "https") or not read.host or read.userinfo:
        raise _bad_url()
    if not private and (read.host == "localhost" or (_is_number(read.host) and not is_allowed(read.host, private=False))):
        raise invalid(
            "url", read.host[:200], "is not public, so it would never be called; have the operator set UEMS_ALLOW_PRIVATE_OUTBOUND=true."
        )
    port = f":{read.port}" if read.port else ""
    return f"{read.scheme}://{read.host[:200]}{port}"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _bad_url() -> UemsError:
    # The address itself is not repeated: its path is often a password.
    return invalid("url", "an address", "must be https://host/path (or http) of at most 2,000 characters, without user and password.")


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64, Teredo, compatible), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host``, as the operating system finds them. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@lru_cache(maxsize=1)
def _resolvers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="resolve")


def judged_addresses(host: str, port: int, seconds: float | None, resolve_name: Resolve, *, private: bool) -> list[str]:
    """The addresses of ``host`` that may be called. Raises ``OutboundError`` when there are none."""
    try:
        # The operating system's resolver takes no time limit, so it works in a thread that may be left behind.
        found = _resolvers().submit(resolve_name, host, port).result(timeout=seconds)
    except TimeoutError as error:
        raise OutboundError("outbound_timeout", f"The name {host[:200]!r} was not resolved in time. Try again.", permanent=False) from error
    except (OSError, UnicodeError) as error:
        again = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        advice = "Try again later." if again else "Check the spelling of the address."
        raise OutboundError("outbound_unknown_host", f"No host {host[:200]!r}. {advice}", permanent=not again) from error
    allowed = [address for address in found if is_allowed(address, private=private)]
    if not allowed:
        raise OutboundError(
            "outbound_refused",
            f"{host[:200]!r} is not a public address, so it is not called. Use a public address, or have the operator set"
            " UEMS_ALLOW_PRIVATE_OUTBOUND=true.",
            permanent=True,
        )
    return allowed
