"""Do notes reach phones as the push services document it, and is a device that is gone not written to again?"""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.outreach.channels.provider import Heard, Provider, Told, join, sent, set_up, text_template
from tests.outreach.world import World

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ACCOUNT = {
    "type": "service_account",
    "project_id": "my-shop",
    "client_email": "uems@my-shop.iam.gserviceaccount.com",
    "private_key_id": "kid-1",
    "private_key": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
}
JPUSH = {"app_key": "0123456789abcdef01234567", "master_secret": "s3cret"}


class Google:
    """The token endpoint, which checks the claim, and FCM behind it. said: what FCM answers."""

    def __init__(self, url: str) -> None:
        self.url, self.asked, self.taken = url, 0, list[Any]()
        self.said: Told = (200, {"name": "projects/my-shop/messages/0:1500415314455276%31bd1c9631bd1c96"})

    def __call__(self, heard: Heard) -> Told:
        if heard.path == "/token":
            given = parse_qs(heard.body.decode())
            assert given["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
            token = given["assertion"][0]
            claims = jwt.decode(token, KEY.public_key(), algorithms=["RS256"], audience=f"{self.url}/token", issuer=ACCOUNT["client_email"])
            assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
            assert claims["exp"] - claims["iat"] <= 3_600
            assert jwt.get_unverified_header(token)["kid"] == "kid-1"
            self.asked += 1
            return 200, {"access_token": f"ya29-{self.asked}", "expires_in": 3599, "token_type": "Bearer"}
        if heard.headers["authorization"] != f"Bearer ya29-{self.asked}":
            return 401, {"error": {"code": 401, "message": "invalid authentication credentials", "status": "UNAUTHENTICATED"}}
        assert heard.path == "/v1/projects/my-shop/messages:send"
        self.taken.append(heard.json())
        return self.said


def with_fcm(world: World, provider: Provider) -> Google:
    google = Google(provider.url)
    provider.answer = google
    account = json.dumps(ACCOUNT, indent=2)
    set_up(world, "fcm", service_account=account, token_url=f"{provider.url}/token", base_url=provider.url)
    text_template(world, "fcm", "{{ person.first_name }}，订单已到。", subject="到货")
    join(world, "phi", {"first_name": "小飞", "device_token": ["an-old-one", "fcm-token-1"]})
    return google


def fault(code: int, status: str, word: str = "", message: str = "x") -> Told:
    """An error as FCM words it."""
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    details = [{"@type": kind, "errorCode": word}] if word else []
    return code, {"error": {"code": code, "message": message, "status": status, "details": details}}


def test_fcm_is_given_title_and_text_with_a_token_that_is_asked_for_once(world: World, provider: Provider) -> None:
    google = with_fcm(world, provider)
    one, two = sent(world, "phi", "k1"), sent(world, "phi", "k2")
    assert [found["state"] for found in (one, two)] == ["accepted", "accepted"]
    assert one["provider_id"].startswith("projects/my-shop/messages/0:")
    assert google.asked == 1
    note = {"title": "到货", "body": "小飞，订单已到。"}
    assert google.taken[0] == {"message": {"token": "fcm-token-1", "notification": note, "data": {"message": f"m1-{one['message_id']}"}}}


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (fault(404, "NOT_FOUND", "UNREGISTERED"), "failed", "bad_address"),
        (fault(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), "failed", "bad_address"),
        (fault(400, "INVALID_ARGUMENT", message="The registration token is not a valid FCM registration token"), "failed", "bad_address"),
        (fault(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), "failed", "refused"),
        (fault(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), "queued", "trying_again"),
        (fault(503, "UNAVAILABLE", "UNAVAILABLE"), "queued", "trying_again"),
        (fault(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"), "queued", "trying_again"),
        (fault(500, "INTERNAL", "INTERNAL"), "unknown", "no_answer"),
    ],
)
def test_what_fcm_refuses_means_what_it_says(world: World, provider: Provider, told: Told, state: str, reason: str) -> None:
    google = with_fcm(world, provider)
    google.said = told
    found = sent(world, "phi", "k1")
    assert (found["state"], found["reason"], len(google.taken)) == (state, reason, 1)
    if reason == "bad_address":
        assert sent(world, "phi", "k2")["reason"] == "suppressed_address"


def test_a_token_that_google_does_not_take_any_more_is_asked_for_anew(world: World, provider: Provider) -> None:
    google = with_fcm(world, provider)
    assert sent(world, "phi", "k1")["state"] == "accepted"
    google.asked += 1  # as if another had been given out since
    assert sent(world, "phi", "k2")["state"] == "accepted"


def test_what_is_no_service_account_is_refused_when_it_is_given_and_not_repeated(world: World) -> None:
    for document in ('{"private_key": "s3cret"}', "s3cret", json.dumps({**ACCOUNT, "private_key": "s3cret"})):
        answer = world.ask("PUT", "/channels/fcm", {"enabled": True, "config": {"service_account": document}})
        assert (answer.status_code, "service account" in answer.text, "s3cret" in answer.text) == (422, True, False)


def with_jpush(world: World, provider: Provider) -> None:
    set_up(world, "jpush", **JPUSH, base_url=provider.url)
    text_template(world, "jpush", "订单已到。", subject="到货")
    join(world, "jin", {"jpush_registration_id": "1507bfd3f7c466c355c"})


def test_jpush_is_given_one_registration_id_and_a_cid(world: World, provider: Provider) -> None:
    with_jpush(world, provider)
    provider.answer = lambda heard: (200, {"sendno": "18", "msg_id": "1828256757"})
    found = sent(world, "jin", "k1")
    assert (found["state"], found["provider_id"]) == ("accepted", "1828256757")
    (heard,) = provider.heard
    assert heard.path == "/v3/push"
    login = base64.b64decode(heard.headers["authorization"].removeprefix("Basic ")).decode()
    assert login == "0123456789abcdef01234567:s3cret"
    body = heard.json()
    assert body["cid"] == f"0123456789abcdef01234567-m1-{found['message_id']}"
    assert (body["platform"], body["audience"]) == ("all", {"registration_id": ["1507bfd3f7c466c355c"]})
    assert body["notification"]["android"] == {"alert": "订单已到。", "title": "到货"}
    assert body["notification"]["ios"]["alert"] == {"title": "到货", "body": "订单已到。"}
    assert body["options"] == {"apns_production": True}


@pytest.mark.parametrize(
    ("status", "code", "state", "reason"),
    [
        (400, 1011, "failed", "bad_address"),
        (400, 1003, "failed", "refused"),
        (401, 1004, "queued", "trying_again"),
        (429, 2002, "queued", "trying_again"),
    ],
)
def test_what_jpush_refuses_means_what_it_says(world: World, provider: Provider, status: int, code: int, state: str, reason: str) -> None:
    with_jpush(world, provider)
    provider.answer = lambda heard: (status, {"error": {"code": code, "message": "x"}, "msg_id": 1})
    found = sent(world, "jin", "k1")
    assert (found["state"], found["reason"]) == (state, reason)


def test_jpush_is_asked_a_second_time_under_the_same_cid_where_the_answer_got_lost(world: World, provider: Provider) -> None:
    with_jpush(world, provider)
    provider.answer = lambda heard: (200, None) if not provider.heard else (200, {"sendno": "1", "msg_id": "7"})
    assert sent(world, "jin", "k1")["state"] == "accepted"
    assert len({heard.json()["cid"] for heard in provider.heard}) == 1
    assert len(provider.heard) == 2
