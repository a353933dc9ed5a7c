"""How is a request to Tencent Cloud signed? TC3-HMAC-SHA256, the third version of its signature."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

_ALGORITHM: Final = "TC3-HMAC-SHA256"
_TYPE: Final = "application/json; charset=utf-8"


def signed(
    secret_id: str, secret: str, *, service: str, host: str, action: str, version: str, region: str, body: bytes, at: datetime
) -> dict[str, str]:
    """Headers of a POST of JSON to "/"."""
    stamp, day = str(int(at.timestamp())), at.astimezone(UTC).strftime("%Y-%m-%d")
    names = "content-type;host;x-tc-action"
    lines = f"content-type:{_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    canonical = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"TC3{secret}".encode()
    for step in (day, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    sealed = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return {
        "authorization": f"{_ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={sealed}",
        "content-type": _TYPE,
        "host": host,
        "x-tc-action": action,
        "x-tc-timestamp": stamp,
        "x-tc-version": version,
        **({"x-tc-region": region} if region else {}),
    }
