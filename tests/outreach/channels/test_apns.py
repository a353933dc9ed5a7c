"""Do notes reach Apple as its documentation wants them, and does each of its refusals mean what it says?"""

import json
from collections.abc import Iterator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.outreach.channels.apple import listening_http2
from tests.outreach.channels.provider import Heard, Provider, Told, join, sent, set_up, text_template
from tests.outreach.world import World

KEY = ec.generate_private_key(ec.SECP256R1())
P8 = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SETTINGS = {"signing_key": P8, "key_id": "ABC123DEFG", "team_id": "DEF123GHIJ", "topic": "com.example.shop"}
DEVICE = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"


@pytest.fixture
def apple() -> Iterator[Provider]:
    with listening_http2() as found:
        yield found


def with_apns(world: World, apple: Provider, said: Told = (200, {})) -> None:
    apple.answer = lambda heard: said
    set_up(world, "apns", **SETTINGS, base_url=apple.url)
    text_template(world, "apns", "{{ person.first_name }}，订单已到。", subject="到货")
    join(world, "ann", {"first_name": "小安", "apns_token": DEVICE})


def claims(heard: Heard) -> dict[str, object]:
    """What Apple reads in the token, once its signature holds."""
    kind, _, token = heard.headers["authorization"].partition(" ")
    assert (kind, jwt.get_unverified_header(token)["kid"]) == ("bearer", "ABC123DEFG")
    found: dict[str, object] = jwt.decode(token, KEY.public_key(), algorithms=["ES256"], issuer="DEF123GHIJ", options={"require": ["iat"]})
    return found


def test_apns_is_given_title_and_text_with_one_token_for_all(world: World, apple: Provider) -> None:
    with_apns(world, apple)
    one, two = sent(world, "ann", "k1"), sent(world, "ann", "k2")
    assert [(found["state"], found["provider_id"]) for found in (one, two)] == [("accepted", "id-1"), ("accepted", "id-2")]
    heard = apple.heard[0]
    assert (heard.method, heard.path) == ("POST", f"/3/device/{DEVICE}")
    assert (heard.headers["apns-topic"], heard.headers["apns-push-type"]) == ("com.example.shop", "alert")
    assert heard.headers["apns-collapse-id"] == f"m1-{one['message_id']}"
    alert = {"title": "到货", "body": "小安，订单已到。"}
    assert heard.json() == {"aps": {"alert": alert, "sound": "default"}, "message": f"m1-{one['message_id']}"}
    assert set(claims(heard)) == {"iss", "iat"}
    assert heard.headers["authorization"] == apple.heard[1].headers["authorization"]


@pytest.mark.parametrize(
    ("status", "word", "state", "reason"),
    [
        (410, "Unregistered", "failed", "bad_address"),
        (400, "BadDeviceToken", "failed", "bad_address"),
        (413, "PayloadTooLarge", "failed", "refused"),
        (400, "BadTopic", "queued", "trying_again"),
        (403, "InvalidProviderToken", "queued", "trying_again"),
        (429, "TooManyRequests", "queued", "trying_again"),
        (503, "ServiceUnavailable", "queued", "trying_again"),
        (500, "InternalServerError", "unknown", "no_answer"),
        (400, "AWordOfTomorrow", "failed", "refused"),
    ],
)
def test_what_apns_refuses_means_what_it_says(world: World, apple: Provider, status: int, word: str, state: str, reason: str) -> None:
    with_apns(world, apple, (status, {"reason": word}))
    found = sent(world, "ann", "k1")
    assert (found["state"], found["reason"]) == (state, reason)
    if reason == "bad_address":
        assert sent(world, "ann", "k2")["reason"] == "suppressed_address"


def test_a_token_that_became_too_old_is_signed_anew(world: World, apple: Provider) -> None:
    with_apns(world, apple)
    apple.answer = lambda heard: (200, {}) if apple.heard else (403, {"reason": "ExpiredProviderToken"})
    assert sent(world, "ann", "k1")["state"] == "accepted"
    assert [set(claims(heard)) for heard in apple.heard] == [{"iss", "iat"}] * 2


def test_a_lost_answer_is_asked_for_again_under_the_same_collapse_id(world: World, apple: Provider) -> None:
    with_apns(world, apple)
    apple.answer = lambda heard: (200, {}) if apple.heard else (200, None)
    assert sent(world, "ann", "k1")["state"] == "accepted"
    assert len(apple.heard) == 2
    assert len({heard.headers["apns-collapse-id"] for heard in apple.heard}) == 1


def test_what_is_no_key_of_apple_is_refused_when_it_is_given_and_not_repeated(world: World) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for document in ("s3cret", json.dumps({"key": "s3cret"}), pem):
        answer = world.ask("PUT", "/channels/apns", {"enabled": True, "config": {**SETTINGS, "signing_key": document}})
        assert (answer.status_code, ".p8" in answer.text, "s3cret" in answer.text) == (422, True, False)
