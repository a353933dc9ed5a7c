"""Push to iPhones, iPads and Macs by Apple itself (APNs over HTTP/2), signed in with a key of the developer account.

Source: Apple, "Sending notification requests to APNs" and "Establishing a token-based connection to APNs".
"""

import base64
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import field_validator

from uems.kernel.house import House
from uems.kernel.outbound import Answer, Outbound
from uems.kernel.scope import Scope
from uems.outreach.channel import ChannelBase, Content, Handed, Letter, Medium, Transport, Weight
from uems.outreach.channels._provider import (
    BUSY,
    NOBODY,
    SETUP,
    UNSURE,
    WRONG,
    Fault,
    Sending,
    call,
    fields,
    known_again,
    refused,
    status_fault,
)
from uems.outreach.channels._push import Document, Line, Push, Trait, weighed
from uems.outreach.channels._tokens import Tokens

_LIFE_SECONDS: Final = 3_300.0
"""Apple refuses a token older than an hour, and one that is renewed more often than every twenty minutes."""
_COLLAPSE_BYTES: Final = 64
_FAULTS: Final[Mapping[str, Fault]] = {
    "BadDeviceToken": NOBODY,
    "DeviceTokenNotForTopic": NOBODY,
    "ExpiredToken": NOBODY,
    "Unregistered": NOBODY,
    "BadTopic": SETUP,
    "TopicDisallowed": SETUP,
    "InvalidProviderToken": SETUP,
    "MissingProviderToken": SETUP,
    "ExpiredProviderToken": SETUP,
    "TooManyProviderTokenUpdates": BUSY,
    "TooManyRequests": BUSY,
    "PayloadTooLarge": WRONG,
    "InternalServerError": UNSURE,
    "ServiceUnavailable": BUSY,
    "Shutdown": BUSY,
}


class Apns(Push):
    """signing_key: the .p8 file of the key. key_id, team_id: as the developer account shows them. topic: the bundle id of the app.

    trait: where the device token stands. base_url: https://api.sandbox.push.apple.com for apps that are being developed.
    """

    signing_key: Document = ""
    key_id: Line = ""
    team_id: Line = ""
    topic: Line = ""
    trait: Trait = "apns_token"
    base_url: Line = "https://api.push.apple.com"

    @field_validator("signing_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if value:
            key_of(value)
        return value


def key_of(document: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError for what is no key on the curve P-256."""
    try:
        read = load_pem_private_key(document.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        read = None
    key = read if isinstance(read, ec.EllipticCurvePrivateKey) and isinstance(read.curve, ec.SECP256R1) else None
    if key is None:
        # What was given is not repeated: it is a key.
        raise ValueError("must be the text of a .p8 file from the developer account: a private key that begins with BEGIN PRIVATE KEY")
    return key


def provider_token(config: Apns, key: ec.EllipticCurvePrivateKey, at_seconds: int) -> str:
    """The signed claim by which Apple knows who sends (a JSON Web Token, ES256)."""
    parts = ({"alg": "ES256", "kid": config.key_id}, {"iss": config.team_id, "iat": at_seconds})
    signed = b".".join(_packed(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    # As RFC 7518 wants it: both numbers at their full length, one after the other.
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return (signed + b"." + _packed(r.to_bytes(32, "big") + s.to_bytes(32, "big"))).decode()


def _packed(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class _Calls(Sending):
    def __init__(self, outbound: Outbound, config: Apns, tokens: Tokens) -> None:
        self._outbound, self._config, self._tokens = outbound, config, tokens
        self._key = key_of(config.signing_key)
        self._credentials = (config.signing_key, config.key_id, config.team_id)

    def hand_over(self, letter: Letter) -> Handed:
        # A device shows two notes of one collapse id once.
        return known_again(lambda: self._told(letter))

    def _told(self, letter: Letter) -> Handed:
        answer = self._once(letter)
        if answer.status == 403 and fields(answer).get("reason") == "ExpiredProviderToken":
            answer = self._once(letter)
        if answer.ok:
            return Handed(provider_id=answer.headers.get("apns-id", ""))
        reason = str(fields(answer).get("reason", ""))
        raise refused("APNs", reason or answer.status, "", _FAULTS.get(reason) or status_fault(answer))

    def _once(self, letter: Letter) -> Answer:
        token = self._tokens.get(self._credentials, self._signed)
        shown = {"title": letter.subject, "body": letter.text} if letter.subject else {"body": letter.text}
        headers = {
            "authorization": f"bearer {token}",
            "apns-topic": self._config.topic,
            "apns-push-type": "alert",
            "apns-collapse-id": letter.key[-_COLLAPSE_BYTES:],
        }
        url = f"{self._config.base_url.rstrip('/')}/3/device/{quote(letter.address, safe='')}"
        answer = call(self._outbound, url, headers=headers, json={"aps": {"alert": shown, "sound": "default"}, "message": letter.key})
        if answer.status == 403:
            self._tokens.drop(self._credentials, token)
        return answer

    def _signed(self) -> tuple[str, float]:
        return provider_token(self._config, self._key, int(time.time())), _LIFE_SECONDS


class _Apns(ChannelBase):
    key: Final = "apns"
    label_zh: Final = "苹果推送（APNs）"
    label_en: Final = "Push by Apple (APNs)"
    Config: Final = Apns
    sample: Final = Apns(key_id="ABC123DEFG", team_id="DEF123GHIJ", topic="com.example.shop")
    medium: Medium = "device"
    content: Content = "note"
    secrets: Sequence[str] = ("signing_key",)
    needs: Sequence[str] = ("signing_key", "key_id", "team_id", "topic", "base_url")

    def __init__(self) -> None:
        self._tokens = Tokens()

    def address_key(self, config: Apns) -> str:
        return config.trait

    def weigh(self, config: Apns, letter: Letter) -> Weight:
        return weighed(letter)

    @asynccontextmanager
    async def open(self, house: House, scope: Scope, config: Apns) -> AsyncIterator[Transport]:
        with Outbound(house.settings, http2=True) as outbound:
            yield _Calls(outbound, config, self._tokens)


ITEM = _Apns()
