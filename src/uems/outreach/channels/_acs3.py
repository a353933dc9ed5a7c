"""How is a request to Alibaba Cloud signed? ACS3-HMAC-SHA256, the third version of its signature."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

_ALGORITHM: Final = "ACS3-HMAC-SHA256"


def encoded(query: Mapping[str, str]) -> str:
    """The query in the order and spelling that is signed (RFC 3986)."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))


def signed(
    key_id: str, secret: str, *, host: str, action: str, version: str, query: Mapping[str, str], nonce: str, at: datetime
) -> dict[str, str]:
    """Headers of a POST to "/" without a body. nonce: another one for each request."""
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", "/", encoded(query), lines, names, nothing])
    to_sign = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    sealed = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return {**headers, "authorization": f"{_ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={sealed}"}
