"""Push by Firebase Cloud Messaging (HTTP v1), for Android, iOS and the web: signed in with the key of a service account."""

import base64
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import field_validator

from uems.kernel.house import House
from uems.kernel.outbound import Answer, Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Content, Handed, Letter, Medium, Transport, Weight
from uems.outreach.channels._provider import BUSY, NOBODY, SETUP, UNSURE, WRONG, Fault, Sending, call, fields, refused, status_fault
from uems.outreach.channels._push import Document, Line, Push, weighed
from uems.outreach.channels._tokens import Tokens

_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_LIFE_SECONDS: Final = 3_600
_FAULTS: Final[Mapping[str, Fault]] = {
    "UNREGISTERED": NOBODY,
    "SENDER_ID_MISMATCH": NOBODY,
    "INVALID_ARGUMENT": WRONG,
    "QUOTA_EXCEEDED": BUSY,
    "UNAVAILABLE": BUSY,
    "INTERNAL": UNSURE,
    "THIRD_PARTY_AUTH_ERROR": SETUP,
}


class Fcm(Push):
    """service_account: the JSON of its key, as Firebase gives it. trait: where the registration token of the device stands."""

    service_account: Document = ""
    trait: Line = "device_token"
    token_url: Line = "https://oauth2.googleapis.com/token"
    base_url: Line = "https://fcm.googleapis.com"

    @field_validator("service_account")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if value:
            key_of(value)
        return value


def key_of(document: str) -> tuple[dict[str, str], rsa.RSAPrivateKey]:
    """(project_id, client_email and private_key_id; the key) of a service account. Raises ValueError for what is none."""
    try:
        said = json.loads(document)
        names = {name: str(said[name]) for name in ("project_id", "client_email", "private_key_id")}
        read = load_pem_private_key(str(said["private_key"]).encode(), password=None)
    except (ValueError, KeyError, TypeError, UnsupportedAlgorithm):
        names, read = {}, None
    key = read if isinstance(read, rsa.RSAPrivateKey) else None
    if key is None:
        # What was given is not repeated: it is a key.
        raise ValueError("must be the JSON of a service account, with project_id, client_email, private_key_id and an RSA private_key")
    return names, key


def assertion(names: Mapping[str, str], key: rsa.RSAPrivateKey, audience: str, at_seconds: int) -> str:
    """The signed claim for which Google gives a token (RFC 7523), good for an hour."""
    head = {"alg": "RS256", "typ": "JWT", "kid": names["private_key_id"]}
    claims = {"iss": names["client_email"], "scope": _SCOPE, "aud": audience, "iat": at_seconds, "exp": at_seconds + _LIFE_SECONDS}
    signed = b".".join(_packed(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return (signed + b"." + _packed(key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))).decode()


def _packed(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class _Calls(Sending):
    def __init__(self, outbound: Outbound, config: Fcm, tokens: Tokens) -> None:
        self._outbound, self._config, self._tokens = outbound, config, tokens
        self._names, self._key = key_of(config.service_account)
        self._credentials = (config.token_url, config.service_account)
        self._url = f"{config.base_url.rstrip('/')}/v1/projects/{quote(self._names['project_id'], safe='')}/messages:send"

    def hand_over(self, letter: Letter) -> Handed:
        answer = self._once(letter)
        if answer.status == 401 and _code(answer) != "THIRD_PARTY_AUTH_ERROR":
            answer = self._once(letter)
        said = fields(answer)
        if answer.ok and said.get("name"):
            return Handed(provider_id=str(said["name"]))
        code = _code(answer)
        message = _error(answer).get("message", "")
        fault = _FAULTS.get(code) or status_fault(answer)
        if code == "INVALID_ARGUMENT" and "registration token" in str(message):
            fault = NOBODY
        raise refused("FCM", code or answer.status, message, fault)

    def _once(self, letter: Letter) -> Answer:
        token = self._tokens.get(self._credentials, self._ask)
        message = {"token": letter.address, "notification": {"title": letter.subject, "body": letter.text}, "data": {"message": letter.key}}
        answer = call(self._outbound, self._url, headers={"authorization": f"Bearer {token}"}, json={"message": message})
        if answer.status == 401:
            self._tokens.drop(self._credentials, token)
        return answer

    def _ask(self) -> tuple[str, float]:
        claim = assertion(self._names, self._key, self._config.token_url, int(time.time()))
        body = urlencode({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": claim}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = call(self._outbound, self._config.token_url, headers=headers, content=body)
        said = fields(answer)
        if not answer.ok or not said.get("access_token"):
            raise refused("Google", said.get("error", answer.status), said.get("error_description", ""), SETUP)
        return str(said["access_token"]), float(said.get("expires_in", _LIFE_SECONDS))


def _error(answer: Answer) -> dict[str, Any]:
    error = fields(answer).get("error")
    return error if isinstance(error, dict) else {}


def _code(answer: Answer) -> str:
    """The word of FCM itself, else that of Google's interfaces; "" for neither."""
    error = _error(answer)
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and isinstance(detail.get("errorCode"), str):
            return str(detail["errorCode"])
    return str(error.get("status", ""))


class _Fcm(ChannelBase):
    key: Final = "fcm"
    label_zh: Final = "FCM 推送（Firebase）"
    label_en: Final = "Push by Firebase (FCM)"
    Config: Final = Fcm
    sample: Final = Fcm()
    medium: Medium = "device"
    content: Content = "note"
    secrets: Sequence[str] = ("service_account",)
    needs: Sequence[str] = ("service_account", "token_url", "base_url")

    def __init__(self) -> None:
        self._tokens = Tokens()

    def address_key(self, config: Fcm) -> str:
        return config.trait

    def weigh(self, config: Fcm, letter: Letter) -> Weight:
        return weighed(letter)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Fcm) -> AsyncIterator[Transport]:
        with Outbound(house.settings) as outbound:
            yield _Calls(outbound, config, self._tokens)


ITEM = _Fcm()
