"""How are things named? Sortable unique ids, unguessable tokens, and hashes of tokens."""

import hashlib
import os
import secrets
import time
import uuid


def new_id(prefix: str) -> str:
    """``prefix_`` and a UUIDv7 in hex: unique, and sorts by creation time (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{prefix}_{uuid.UUID(int=value).hex}"


def new_token(prefix: str) -> str:
    """``prefix_`` and 256 random bits in URL-safe text; shown once, stored only as ``token_hash``."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """SHA-256 in hex: enough for a token of 256 random bits (a password needs argon2id instead)."""
    return hashlib.sha256(token.encode()).hexdigest()
