"""Does a note reach every browser in which somebody asked for it, readable by that browser alone, and is one that is gone forgotten?"""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.outreach.channels.provider import Heard, Provider, Told, join, text_template
from tests.outreach.inbox.conftest import Shop
from tests.support.feed import Feed, Happened
from uems.kernel.settings import Settings
from uems.outreach.channels import web_push


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def mac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


@dataclass
class Browser:
    """A browser with a push service: opens what it gets as RFC 8291 (3.4) and RFC 8188 spell it out, step by step."""

    url: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes ok"

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self) -> dict[str, str]:
        return {"endpoint": self.url, "p256dh": text(self.public), "auth": text(self.auth)}

    def opened(self, heard: Heard) -> dict[str, Any]:
        body = heard.body
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, cipher = body[21 : 21 + length], body[21 + length :]
        assert (size, length, heard.headers["content-encoding"]) == (4_096, 65, "aes128gcm")
        assert len(body) <= 4_096
        ecdh = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        material = mac(mac(self.auth, ecdh), b"WebPush: info\0" + self.public + sender + b"\x01")
        pseudo = mac(salt, material)
        key = mac(pseudo, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = mac(pseudo, b"Content-Encoding: nonce\0\x01")[:12]
        plain = AESGCM(key).decrypt(nonce, cipher, None)
        assert plain[-1:] == b"\x02"
        found: dict[str, Any] = json.loads(plain[:-1])
        return found


def subscribe(shop: Shop, browser: Browser, **who: str) -> dict[str, Any]:
    headers = {"content-type": "text/plain;charset=UTF-8", "origin": "https://shop.example"}
    body = {"write_key": shop.write_key, "subscription": browser.subscription(), **who}
    answer = shop.world.stranger().post("/api/push", content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*"), answer.text
    found: dict[str, Any] = answer.json()
    return found


def ready(shop: Shop, provider: Provider, *browsers: Browser) -> str:
    """The public key that lin's browsers subscribed to."""
    provider.answer = lambda heard: (201, {})
    join(shop.world, "lin", {"first_name": "林"})
    text_template(shop.world, "web_push", "{{ person.first_name }}，到货了。", subject="到货", link="https://shop.example/o")
    said = [subscribe(shop, one, user_id="lin", proof=shop.proof("lin"), anonymous_id="b") for one in browsers]
    assert {one["address_kind"] for one in said} == {"user_id"}
    return str(said[0]["public_key"])


def test_every_browser_of_a_person_gets_the_note_signed_with_the_key_it_subscribed_to(shop: Shop, provider: Provider) -> None:
    one, two = Browser(f"{provider.url}/send/1"), Browser(f"{provider.url}/send/2")
    public = ready(shop, provider, one, two)
    found = shop.send("lin", "k1")
    assert (found["state"], found["address"]) == ("accepted", "user_id:lin")
    by_path = {heard.path: heard for heard in provider.heard}
    assert by_path.keys() == {"/send/1", "/send/2"}
    for browser in (one, two):
        heard = by_path[browser.url.removeprefix(provider.url)]
        note = browser.opened(heard)
        assert (note["title"], note["body"], note["image"]) == ("到货", "林，到货了。", "")
        token, key = heard.headers["authorization"].removeprefix("vapid t=").split(", k=")
        assert key == public
        trusted = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public))
        options: Any = {"verify_exp": False}
        assert jwt.decode(token, trusted, algorithms=["ES256"], audience=provider.url, options=options)["sub"] == "mailto:it@shop.example"
        assert (heard.headers["ttl"], len(heard.headers["topic"]) <= 32) == ("259200", True)
    follow = shop.world.stranger().get(note["link"].partition("8000")[2], headers={"user-agent": "Mozilla/5.0"})
    assert (follow.status_code, follow.headers["location"]) == (302, "https://shop.example/o")


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_person_is_not_suppressed(shop: Shop, provider: Provider, status: int) -> None:
    gone, there = Browser(f"{provider.url}/gone"), Browser(f"{provider.url}/there")
    ready(shop, provider, gone, there)
    provider.answer = lambda heard: (status, {}) if heard.path == "/gone" else (201, {})
    assert shop.send("lin", "k1")["state"] == "accepted"
    assert shop.send("lin", "k2")["state"] == "accepted"
    assert [heard.path for heard in provider.heard].count("/gone") == 1
    assert shop.world.ask("GET", "/suppressions").json()["items"] == []


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        ((410, {}), "failed", "refused"),
        ((429, {}), "queued", "trying_again"),
        ((503, {}), "queued", "trying_again"),
        ((403, {}), "queued", "trying_again"),
        ((413, {}), "failed", "refused"),
        ((500, {}), "unknown", "no_answer"),
        ((201, None), "unknown", "no_answer"),
    ],
)
def test_what_a_push_service_refuses_means_what_it_says(shop: Shop, provider: Provider, told: Told, state: str, reason: str) -> None:
    ready(shop, provider, Browser(f"{provider.url}/1"))
    provider.answer = lambda heard: told
    found = shop.send("lin", "k1")
    assert (found["state"], found["reason"]) == (state, reason)
    assert shop.world.ask("GET", "/suppressions").json()["items"] == []


def test_nobody_without_a_browser_has_an_address_and_a_browser_belongs_to_one_id_at_a_time(shop: Shop, provider: Provider) -> None:
    browser = Browser(f"{provider.url}/1")
    ready(shop, provider, browser)
    assert subscribe(shop, browser, user_id="tom", proof=shop.proof("tom"))["address_kind"] == "user_id"
    assert shop.send("lin", "k1")["reason"] == "no_address"
    assert shop.send("tom", "k2")["state"] == "accepted"


def test_a_user_id_that_is_only_said_gets_nothing_of_theirs(shop: Shop, provider: Provider) -> None:
    mine = Browser(f"{provider.url}/lin")
    ready(shop, provider, mine)
    theirs = Browser(f"{provider.url}/mallory")
    assert subscribe(shop, theirs, user_id="lin", anonymous_id="browser-of-mallory")["address_kind"] == "anonymous_id"
    feed = Feed(shop.world.house, shop.world.scope)
    feed.offset = 990
    feed.take([Happened(user="lin", anonymous="browser-of-mallory", ts=shop.world.clock.now)], shop.world.clock.now)
    assert shop.send("lin", "k1")["state"] == "accepted"
    assert [heard.path for heard in provider.heard] == ["/lin"]


def test_browsers_are_called_side_by_side(shop: Shop, provider: Provider) -> None:
    """None of the three is answered before all are there."""
    ready(shop, provider, *(Browser(f"{provider.url}/{n}") for n in range(3)))
    together = threading.Barrier(3)

    def answer(heard: Heard) -> Told:
        try:
            together.wait(5)
        except threading.BrokenBarrierError:
            return 500, {}
        return 201, {}

    provider.answer = answer
    sent = shop.send("lin", "k1")
    assert (sent["state"], sent["detail"]) == ("accepted", "browsers: 3 taken, 0 gone, 0 not reached")


def test_services_that_never_answer_hold_a_message_for_its_seconds_once(
    shop: Shop, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_push, "SECONDS", 0.3)
    ready(shop, provider, *(Browser(f"{provider.url}/{n}") for n in range(3)))
    over = threading.Event()
    provider.answer = lambda heard: (201 if over.wait(20) else 500, {})
    try:
        sent = shop.send("lin", "k1")
    finally:
        over.set()
    assert (sent["state"], sent["reason"]) == ("unknown", "no_answer")


WRONG = [
    ({"p256dh": text(bytes(65))}, "subscription.p256dh"),
    ({"p256dh": "é"}, "subscription.p256dh"),
    ({"auth": text(bytes(15))}, "subscription.auth"),
    ({"endpoint": "ftp://127.0.0.1/1"}, "url"),
    ({"endpoint": "x"}, "subscription.endpoint"),
    ({"endpoint": "https://push.example/1"}, "subscription.endpoint"),
    ({"endpoint": "https://evil.example/web.push.example"}, "subscription.endpoint"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_what_is_no_subscription_is_refused(shop: Shop, wrong: dict[str, str], field: str) -> None:
    found = offered(shop, Browser("https://web.push.example/1").subscription() | wrong)
    assert (found.status_code, found.json()["code"], found.json()["details"]["field"]) == (422, "invalid", field)
    assert offered(shop, Browser("https://web.push.example/1").subscription()).status_code == 200


def offered(shop: Shop, subscription: dict[str, str]) -> httpx.Response:
    body = {"write_key": shop.write_key, "anonymous_id": "a", "subscription": subscription}
    found: httpx.Response = shop.world.stranger().post("/api/push", content=json.dumps(body))
    return found


def test_who_may_write_to_nobody_is_told_so(shop: Shop) -> None:
    answer = shop.world.ask("PUT", "/channels/web_push", {"enabled": True, "config": {"contact": "nobody"}})
    assert (answer.status_code, "contact" in answer.text) == (422, True)


@pytest.fixture
def public(shop: Shop) -> Iterator[Shop]:
    """The shop as it is installed: no private addresses, the push services of the browsers."""
    house = shop.world.house
    shop.world.app.state.house = replace(house, settings=Settings(home=house.settings.home))
    yield shop
    shop.world.app.state.house = house


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/1",
        "https://127.0.0.1/1",
        "https://localhost/1",
        "https://fcm.googleapis.com:8443/1",
        "https://somebody@fcm.googleapis.com/1",
        "https://push.apple.com.evil.example/1",
        "https://evilpush.apple.com/1",
    ],
)
def test_a_stranger_cannot_have_us_call_what_they_like(public: Shop, endpoint: str) -> None:
    found = offered(public, Browser(endpoint).subscription())
    assert (found.status_code, found.json()["details"]["field"]) == (422, "subscription.endpoint")


@pytest.mark.parametrize(
    "host", ["fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", "wns2-by3p.notify.windows.com"]
)
def test_the_services_of_the_browsers_are_known(public: Shop, host: str) -> None:
    assert offered(public, Browser(f"https://{host}/send/1").subscription()).status_code == 200


@pytest.mark.parametrize("wrong", ["", "fcm.googleapis.com,", "https://fcm.googleapis.com", "*", "*.com.*"])
def test_what_is_no_list_of_hosts_is_no_setting(wrong: str) -> None:
    with pytest.raises(ValueError, match="must be host names"):
        Settings(push_services=wrong)


@pytest.mark.parametrize("piece", ['"', "a", "券", "\U0001f381"])
def test_a_note_is_weighed_as_it_is_sealed(shop: Shop, provider: Provider, piece: str) -> None:
    """4,096 bytes are what services take: 86 stand before the note and 17 behind it."""
    browser = Browser(f"{provider.url}/1")
    ready(shop, provider, browser)
    picture = "https://img.example/" + "x" * 900
    width = len(json.dumps(piece, ensure_ascii=False).encode()) - 2

    def send(times: int) -> dict[str, Any]:
        text_template(shop.world, "web_push", "{{ context.text }}", subject="到货", link="https://shop.example/o", image_url=picture)
        number = shop.world.send("lin", f"k{times}", template="note", context={"text": piece * times})
        shop.world.sender.step()
        return shop.world.message(number)

    assert send(100)["state"] == "accepted"
    room = (4_096 - len(provider.heard[0].body)) // width
    # The key of a message may be a digit longer than that of the one before, once in the note and once in its link.
    assert send(100 + room - 8)["state"] == "accepted"
    assert len(provider.heard[1].body) <= 4_096
    assert send(100 + room + 1)["reason"] == "too_long"
