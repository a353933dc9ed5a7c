"""How are the passwords of sources kept? Encrypted (Fernet: AES-128 and HMAC-SHA256) with a key that is not in the database."""

import hashlib
import hmac
import json
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings


def _key_file(home: Path) -> bytes:
    path = home / "secret.key"
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        pass
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = home / f"secret.key.{os.getpid()}"
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)  # two processes that start together agree on the first one's key
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path.read_bytes().strip()


def _fernet(settings: Settings) -> Fernet:
    key = settings.secret_key.encode() if settings.secret_key else _key_file(settings.home)
    try:
        return Fernet(key)
    except ValueError as error:
        raise UemsError("bad_settings", "UEMS_SECRET_KEY must be 32 bytes in URL-safe base64 (44 characters).", status=500) from error


def signing_key(settings: Settings, purpose: str) -> bytes:
    """32 bytes that only this installation has, another for each purpose."""
    key = settings.secret_key.encode() if settings.secret_key else _key_file(settings.home)
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def seal(settings: Settings, secrets: dict[str, str]) -> bytes:
    """The secrets as bytes that only this installation can open."""
    return _fernet(settings).encrypt(json.dumps(secrets).encode())


def unseal(settings: Settings, sealed: bytes) -> dict[str, str]:
    """Raises ``secret_unreadable`` (422) when the key is not the one they were sealed with."""
    try:
        found: dict[str, str] = json.loads(_fernet(settings).decrypt(sealed))
    except InvalidToken as error:
        message = "The password of this source was encrypted with another key (UEMS_SECRET_KEY or secret.key). Enter it again."
        raise UemsError("secret_unreadable", message, status=422) from error
    return found
