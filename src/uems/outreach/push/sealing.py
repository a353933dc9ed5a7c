"""How does a note get to one browser so that its push service cannot read it, and knows who sends it?

Encryption: RFC 8291 over RFC 8188 (aes128gcm), one record. Who sends: VAPID, RFC 8292. The key pair of a workspace is made of the key
of the installation, so that it stays the same for as long as that does: browsers subscribe to one key.
"""

import base64
import json
import os
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from uems.collect import api as collect
from uems.kernel.settings import Settings

_CURVE: Final = ec.SECP256R1()
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RECORD: Final = 4_096
_LIFE: Final = timedelta(hours=12)
"""Of a signature; services take 24 hours at most."""


def packed(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """Raises ValueError for what is no base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 65 bytes of a public key."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def read_point(data: bytes) -> ec.EllipticCurvePublicKey:
    """Raises ValueError for what is no point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, data)


def own_key(settings: Settings, workspace_id: int) -> ec.EllipticCurvePrivateKey:
    """The key pair of a workspace."""
    secret = collect.signing_key(settings, f"web push {workspace_id}")
    # 16 bytes more than the order has, so that no number is noticeably likelier than another (FIPS 186-5, A.2.1).
    wide = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=b"uems vapid").derive(secret)
    return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, _CURVE)


def signed(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime) -> str:
    """The header ``Authorization`` for a push service: who sends, to which service, until when."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + _LIFE).timestamp()), "sub": contact}
    said = [packed(json.dumps(one, separators=(",", ":")).encode()) for one in ({"typ": "JWT", "alg": "ES256"}, claims)]
    r, s = decode_dss_signature(key.sign(".".join(said).encode(), ec.ECDSA(hashes.SHA256())))
    token = ".".join([*said, packed(r.to_bytes(32, "big") + s.to_bytes(32, "big"))])
    return f"vapid t={token}, k={packed(point(key.public_key()))}"


def sealed(plain: bytes, browser: bytes, auth: bytes, *, once: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b"") -> bytes:
    """The body of a request: what only this browser can open.

    browser: its public key, 65 bytes; auth: its secret, 16 bytes. once, salt: fresh each time; a published vector gives its own.
    """
    once = once or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    theirs = read_point(browser)
    ours = point(once.public_key())
    about = b"WebPush: info\0" + browser + ours
    shared = HKDF(algorithm=hashes.SHA256(), length=32, salt=auth, info=about).derive(once.exchange(ec.ECDH(), theirs))
    content_key = HKDF(algorithm=hashes.SHA256(), length=16, salt=salt, info=b"Content-Encoding: aes128gcm\0").derive(shared)
    nonce = HKDF(algorithm=hashes.SHA256(), length=12, salt=salt, info=b"Content-Encoding: nonce\0").derive(shared)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    # The last record, and the only one: 2 behind the text, no padding.
    return head + AESGCM(content_key).encrypt(nonce, plain + b"\x02", None)
