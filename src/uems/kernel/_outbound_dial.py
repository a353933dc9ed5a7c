"""How is somebody else's server reached that does not speak HTTP? Over TLS, at a judged address, as everything that leaves the house."""

import socket
import ssl
import time

from uems.kernel._outbound_address import OutboundError, Resolve, judged_addresses, resolve
from uems.kernel.settings import Settings


def dial(
    settings: Settings, host: str, port: int, *, seconds: float, tls: ssl.SSLContext | None = None, resolve_name: Resolve = resolve
) -> ssl.SSLSocket:
    """A connection; the certificate must be of ``host``. Whoever calls closes it.

    seconds: for everything until it stands, and then for each single step. tls: for a certificate authority of one's own.
    Raises ``OutboundError`` as ``Outbound.request`` does.
    """
    end = time.monotonic() + seconds
    shown = f"{host[:200]}:{port}"
    addresses = judged_addresses(host, port, seconds, resolve_name, private=settings.allow_private_outbound)
    for last, address in enumerate(addresses, 1 - len(addresses)):
        try:
            connected = socket.create_connection((address, port), timeout=max(end - time.monotonic(), 0.1))
            break
        except OSError as error:
            if last == 0:
                raise _translated(error, shown) from error
    try:
        connected.settimeout(max(end - time.monotonic(), 0.1))
        wrapped = (tls or ssl.create_default_context()).wrap_socket(connected, server_hostname=host)
        wrapped.settimeout(seconds)
    except OSError as error:
        connected.close()
        raise _translated(error, shown) from error
    return wrapped


def _translated(error: OSError, shown: str) -> OutboundError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutboundError("outbound_tls", f"The certificate of {shown} is not valid: {error.verify_message}.", permanent=True)
    if isinstance(error, TimeoutError):
        return OutboundError("outbound_timeout", f"{shown} did not answer in time. Try again.", permanent=False)
    return OutboundError("outbound_unreachable", f"{shown} cannot be reached or speaks no TLS. Try again.", permanent=False)
