"""Where may a browser's push service be? Anybody can name one, and each is called: only at hosts that the operator knows."""

import httpx

from uems.kernel.settings import Settings


def known_service(settings: Settings, endpoint: str) -> bool:
    """Whether notes may be sent to this address: https at its usual port, at a host of the setting ``push_services``.

    Where private addresses may be called, also by http and at any port. False for what is no address.
    """
    try:
        url = httpx.URL(endpoint)
    except (httpx.InvalidURL, ValueError, TypeError):
        return False
    if url.userinfo or (not settings.allow_private_outbound and (url.scheme != "https" or url.port is not None)):
        return False
    names = [name.strip() for name in settings.push_services.split(",")]
    return any(url.host.endswith(name[1:]) if name.startswith("*.") else url.host == name for name in names)
