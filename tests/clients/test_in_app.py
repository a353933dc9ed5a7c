"""Do messages inside a page come at once, work by keyboard, show no foreign HTML and count when read, in a real Chromium?"""

import functools
import hashlib
import hmac
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.clients.conftest import Target
from tests.clients.test_browser_client import FLAGS
from tests.clients.test_own_sdk import DIST
from tests.support.chromium import chromium
from uems.web.ui import STATIC

pytestmark = pytest.mark.browser

SECRET = "fedcba9876543210fedcba9876543210"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<meta http-equiv="content-security-policy" content="default-src 'self'; script-src 'self' SERVER; connect-src SERVER; img-src https:">
<button id="before">Buy</button><script src="/page.js"></script><script src="SERVER/uems.js" data-write-key="KEY"></script></html>"""
SCRIPT = """window.uems = [["identify", new URLSearchParams(location.search).get("user")]];
window.began = (proof) => window.uems.inApp({ proof });"""
LIVE = "document.body.lastElementChild.shadowRoot.querySelector('[role=status]').textContent"
EVIL = '<img src=x onerror="document.title=1">'


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the test's output is the test's."""


class Shop:
    """url: of the page. ask: the API of its workspace, as the operator."""

    def __init__(self, target: Target, url: str) -> None:
        self.target, self.url = target, url

    def ask(self, method: str, path: str, body: object = None) -> Any:
        address, headers = f"{self.target.url}/api/workspaces/shop/{path}", {"authorization": f"Bearer {self.target.server.token}"}
        answer = httpx.request(method, address, json=body, headers=headers, timeout=30, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def template(self, key: str, **variant: object) -> None:
        spec = {"language": "en", "variants": {"en": {"format": "text", **variant}}}
        self.ask("PUT", f"templates/{key}", {"name": key, "channel": "in_app", "kind": "service", "topic": "", "spec": spec})

    def send(self, user: str, template: str, key: str) -> int:
        body = {"template_id": template, "to": {"kind": "user_id", "value": user}, "key": key}
        return int(self.ask("POST", "messages", body)["message_id"])

    def known(self, user: str) -> None:
        """Until the server has heard of a user."""
        until = time.monotonic() + 60
        while not self.ask("GET", f"people?search={user}")["items"]:
            assert time.monotonic() < until
            time.sleep(0.1)

    def message(self, number: int, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        until = time.monotonic() + 30
        while not enough(found := self.ask("GET", f"messages/{number}")):
            assert time.monotonic() < until, found
            time.sleep(0.1)
        return dict(found)


@pytest.fixture(scope="module")
def shop(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    if not (DIST / "uems-inapp.js").is_file() or not (STATIC / "uems-inapp.js").is_file():
        pytest.skip("the browser SDK is not built; `make setup` builds it (npm run build in sdk/browser)")
    folder: Path = tmp_path_factory.mktemp("in-app")
    (folder / "index.html").write_text(PAGE.replace("SERVER", target.url).replace("KEY", target.write_key))
    (folder / "page.js").write_text(SCRIPT)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    found = Shop(target, f"http://localhost:{server.server_address[1]}")
    found.ask("PUT", "channels/in_app", {"enabled": True, "config": {"identity_secret": SECRET}})
    found.template("card", subject="Your card", body=f"Line one\n{EVIL}")
    found.template("modal", subject="A modal", body="Please look.", layout="modal", button="See it", link="https://shop.invalid/see")
    found.template("question", subject="A question", body="How was it?", reply="yes")
    found.template("banner", subject="A banner", body="Free delivery.", layout="banner")
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


def opened(engine: Browser, shop: Shop, user: str, **how: Any) -> Page:
    """The page of somebody whom the shop's server vouches for, listening."""
    tab = engine.new_context(**how).new_page()
    tab.goto(f"{shop.url}/?user={user}")
    shop.known(user)
    proof = hmac.new(SECRET.encode(), user.encode(), hashlib.sha256).hexdigest()
    with tab.expect_response("**/stream"):
        tab.evaluate("(proof) => window.began(proof).then(() => undefined)", proof)
    return tab


def test_a_card_comes_while_the_page_is_open_is_counted_read_and_put_away_and_is_never_html(shop: Shop, engine: Browser) -> None:
    tab = opened(engine, shop, "inapp-card")
    launcher = tab.get_by_role("button", name="Messages")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    number = shop.send("inapp-card", "card", "c1")
    expect(tab.get_by_role("button", name="Messages: 1 unread")).to_be_visible()
    launcher.click()
    card = tab.get_by_role("article", name="Your card")
    expect(card).to_contain_text(EVIL)
    assert tab.evaluate("document.title") == "Shop"
    assert shop.message(number, lambda one: one["opened_at"] is not None)["clicked_at"] is None
    expect(launcher).to_have_attribute("aria-label", "Messages")
    tab.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert tab.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launcher"
    tab.keyboard.press("Enter")
    card.get_by_role("button", name="Remove").click()
    expect(tab.get_by_text("No messages")).to_be_visible()
    assert [one["what"] for one in shop.message(number, lambda one: len(one["touches"]) > 1)["touches"]] == ["open", "dismiss"]
    tab.context.close()


def test_a_reader_answers_below_a_message_and_what_is_typed_stays_while_others_come(shop: Shop, engine: Browser) -> None:
    tab = opened(engine, shop, "inapp-answer")
    shop.send("inapp-answer", "question", "q1")
    tab.get_by_role("button", name="Messages: 1 unread").click()
    question = tab.get_by_role("article", name="A question")
    question.get_by_label("Answer").press_sequentially("Very ")
    shop.send("inapp-answer", "card", "q2")
    expect(tab.get_by_role("article", name="Your card")).to_be_visible()
    assert tab.get_by_role("article", name="Your card").get_by_label("Answer").count() == 0
    tab.keyboard.type("good")
    question.get_by_role("button", name="Answer").click()
    expect(question.get_by_role("status")).to_have_text("Sent")
    expect(question.get_by_label("Answer", exact=True).first).to_have_value("")
    (talk,) = shop.ask("GET", "conversations?text=Very+good")["items"]
    assert (talk["channel"], talk["last_text"], talk["said_in"]) == ("in_app", "Very good", 1)
    tab.context.close()


def test_a_modal_keeps_the_focus_until_escape_and_a_click_in_it_is_counted(shop: Shop, engine: Browser) -> None:
    tab = opened(engine, shop, "inapp-modal")
    tab.focus("#before")
    first = shop.send("inapp-modal", "modal", "m1")
    dialog = tab.get_by_role("dialog", name="A modal")
    expect(dialog).to_be_visible()
    tags = set()
    for _ in range(6):
        tab.keyboard.press("Tab")
        tags.add(tab.evaluate("(document.activeElement.shadowRoot?.activeElement ?? document.activeElement).className"))
    assert {"go", "close"} <= tags
    assert tab.evaluate("document.activeElement.id") != "before", "what lies behind it cannot be reached"
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert tab.evaluate("document.activeElement.id") == "before"
    assert shop.message(first, lambda one: len(one["touches"]) > 1)["clicked_at"] is None
    second = shop.send("inapp-modal", "modal", "m2")
    tab.route("https://shop.invalid/**", lambda route: route.fulfill(body="there"))
    tab.get_by_role("link", name="See it").click()
    tab.wait_for_url("https://shop.invalid/see")
    assert shop.message(second, lambda one: one["clicked_at"] is not None)["opened_at"]
    tab.context.close()


def test_a_banner_stays_over_a_reload_until_it_is_closed_and_fits_on_a_telephone(shop: Shop, engine: Browser) -> None:
    tab = opened(engine, shop, "inapp-banner", viewport={"width": 390, "height": 800}, locale="zh-CN")
    shop.send("inapp-banner", "banner", "b1")
    banner = tab.get_by_role("region", name="A banner")
    expect(banner).to_be_visible()
    box = banner.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    proof = hmac.new(SECRET.encode(), b"inapp-banner", hashlib.sha256).hexdigest()
    tab.reload()
    tab.evaluate("(proof) => window.began(proof).then(() => undefined)", proof)
    expect(banner).to_be_visible()
    with tab.expect_response("**/messages/*"):
        banner.get_by_role("button", name="Close").click()
    expect(banner).to_be_hidden()
    tab.evaluate("window.uems.reset()")
    tab.context.close()


def test_without_a_proof_and_after_signing_out_nothing_of_a_user_is_there(shop: Shop, engine: Browser) -> None:
    tab = opened(engine, shop, "inapp-out")
    shop.send("inapp-out", "banner", "o1")
    banner = tab.get_by_role("region", name="A banner")
    expect(banner).to_be_visible()
    with tab.expect_response("**/api/inbox"):
        tab.evaluate("window.uems.reset()")
    expect(banner).to_be_hidden()
    assert tab.evaluate(LIVE) == "", "what was read out is theirs too"
    other = engine.new_context().new_page()
    other.goto(f"{shop.url}/?user=inapp-out")
    items = other.evaluate("window.uems.inApp().then((inbox) => new Promise((done) => setTimeout(() => done(inbox.items()), 1000)))")
    assert items == []
    other.context.close()
    tab.context.close()


def test_a_modal_that_is_open_at_sign_out_goes_unread_and_stays_while_its_reader_is_named_again(shop: Shop, engine: Browser) -> None:
    tab = opened(engine, shop, "inapp-left")
    number = shop.send("inapp-left", "modal", "l1")
    dialog = tab.get_by_role("dialog", name="A modal")
    expect(dialog).to_be_visible()
    with tab.expect_response("**/api/inbox"):
        tab.evaluate("window.uems.identify('inapp-left', { seen: true })")
    expect(dialog).to_be_visible()
    shop.message(number, lambda one: len(one["touches"]) == 1)
    with tab.expect_response("**/api/inbox"):
        tab.evaluate("window.uems.reset()")
    expect(dialog).to_have_count(0)
    assert [one["what"] for one in shop.message(number, lambda one: True)["touches"]] == ["open"]
    tab.context.close()
