"""Does our own browser SDK deliver from a page of another origin, in a real Chromium: by itself, on leaving, and after a failure?"""

import functools
import http.server
import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.clients.conftest import Target
from tests.clients.test_browser_client import FLAGS
from tests.support.chromium import chromium
from uems.web.ui import STATIC

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "sdk" / "browser" / "dist"
GUIDE = ROOT / "docs" / "guides" / "browser-sdk.md"
SECRET = "never-tell-1234"
SCRIPT = """<!doctype html><meta charset="utf-8"><title>Shop 商店</title>
<script>window.uems = [["track", "SDK Early", {n: 0}]];</script>
<script src="/uems.js" data-write-key="KEY" data-host="SERVER"></script>
<button id="buy" data-uems-event="SDK Buy Clicked">Buy <b>now</b></button>
<div data-uems-ignore><button id="ignored" data-uems-event="SDK Ignored">No</button></div>
<form id="join" data-uems-event="SDK Joined" action="/join" onsubmit="return false">
<input name="email" value="SECRET"><button>Go</button></form>
<a id="away" href="/other.html">Away</a>"""
MODULE = """<!doctype html><meta charset="utf-8"><title>Module</title><script type="module">
import { load } from "/index.js";
window.uems = load({ writeKey: "KEY", host: "SERVER", consent: "CONSENT", heartbeatSeconds: 2, flushInterval: 300 });
</script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the test's output is the test's."""


@pytest.fixture(scope="module")
def shop(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that uses the SDK."""
    if not (DIST / "uems.js").is_file():
        pytest.skip("the browser SDK is not built; `make setup` builds it (npm run build in sdk/browser)")
    folder = tmp_path_factory.mktemp("sdk")
    guide = re.findall(r"^```html\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
    guide = guide.replace("WRITE_KEY", "KEY").replace("http://localhost:8000", "SERVER")
    pages = {"guide.html": guide, "index.html": SCRIPT, "other.html": "<title>Other</title>", "module.html": MODULE, "consent.html": MODULE}
    for name, text in pages.items():
        text = text.replace("KEY", target.write_key).replace("SERVER", target.url).replace("SECRET", SECRET)
        (folder / name).write_text(text.replace("CONSENT", "required" if name == "consent.html" else "granted"))
    for name in ("uems.js", "index.js"):
        shutil.copyfile(DIST / name, folder / name)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(engine: Browser) -> Iterator[BrowserContext]:
    """Somebody who was never here."""
    context = engine.new_context()
    yield context
    context.close()


def opened(visitor: BrowserContext, address: str) -> Page:
    tab = visitor.new_page()
    tab.goto(address)
    return tab


def told(target: Target, event: str, anonymous_id: str, enough: Callable[[list[dict[str, Any]]], bool] = bool) -> list[dict[str, Any]]:
    """The stored events of this name and visitor, oldest first, as soon as they are enough."""
    deadline = time.monotonic() + 60
    while True:
        receipts = target.get(f"events/live?limit=1000&event={event.replace(' ', '%20')}")["items"]
        found = [stored for r in reversed(receipts) if (stored := target.event(r["message_id"]))["anonymous_id"] == anonymous_id]
        if enough(found):
            return sorted(found, key=lambda stored: stored["ts"])
        assert time.monotonic() < deadline, f"{event}: {found}"
        time.sleep(0.2)


def anonymous_of(tab: Page) -> str:
    found: str = tab.evaluate("window.uems.anonymousId()")
    return found


def test_a_script_tag_collects_pages_clicks_and_forms_and_never_what_was_typed(target: Target, shop: str, visitor: BrowserContext) -> None:
    tab = opened(visitor, f"{shop}/?utm_source=news&utm_campaign=spring")
    who = anonymous_of(tab)
    tab.click("#buy b")
    tab.click("#ignored")
    tab.fill("input", SECRET)
    tab.click("#join button")
    tab.evaluate("history.pushState(null, '', '/cart')")
    tab.wait_for_timeout(100)
    tab.evaluate("window.uems.push(['identify', 'sdk-1', { name: '梅' }], ['track', 'SDK Ordered', { revenue: 12.5, currency: 'CNY' }])")
    tab.click("#away")
    tab.wait_for_url("**/other.html")
    pages = told(target, "Page Viewed", who, lambda found: len(found) >= 2)
    assert [page["path"] for page in pages] == ["/", "/cart"]
    assert (pages[0]["utm_source"], pages[0]["utm_campaign"], pages[0]["channel"]) == ("news", "spring", "browser")
    assert (pages[0]["title"], pages[1]["referrer"]) == ("Shop 商店", f"{shop}/?utm_source=news&utm_campaign=spring")
    [early] = told(target, "SDK Early", who)
    assert early["library"].startswith("uems-browser 0.")
    [click] = told(target, "SDK Buy Clicked", who)
    assert click["properties"] == {"tag": "button", "id": "buy", "text": "Buy now"}
    [form] = told(target, "SDK Joined", who)
    assert form["properties"]["action"] == f"{shop}/join"
    [order] = told(target, "SDK Ordered", who)
    assert (order["user_id"], order["revenue_minor"], order["browser"] != "") == ("sdk-1", 1250, True)
    left = told(target, "Page Left", who, lambda found: len(found) >= 2)
    assert [page["path"] for page in left] == ["/", "/cart"]
    assert target.get("events/live?limit=1000&event=SDK%20Ignored")["items"] == []
    everything = [target.event(r["message_id"]) for r in target.get("events/live?limit=1000&status=accepted")["items"]]
    assert SECRET not in json.dumps(everything, ensure_ascii=False)


def test_engaged_time_arrives_while_the_page_is_open_and_when_it_is_closed(target: Target, shop: str, visitor: BrowserContext) -> None:
    tab = opened(visitor, f"{shop}/module.html")
    who = anonymous_of(tab)
    began = time.monotonic()
    beats = told(target, "Heartbeat", who)
    tab.mouse.move(5, 5)
    tab.close(run_before_unload=True)
    open_seconds = time.monotonic() - began
    left = told(target, "Page Left", who)
    assert len(left) == 1
    beats = told(target, "Heartbeat", who)
    engaged = sum(event["properties"]["engaged_seconds"] for event in (*beats, *left))
    assert 2 <= engaged <= open_seconds + 10


def test_what_could_not_be_sent_is_sent_from_the_next_page_and_counted_once(target: Target, shop: str, visitor: BrowserContext) -> None:
    tab = opened(visitor, f"{shop}/module.html")
    who = anonymous_of(tab)
    visitor.route("**/v1/batch", lambda route: route.abort())
    tab.evaluate("(async () => { for (let n = 0; n < 30; n++) uems.track('SDK Kept', { n }); await uems.flush(); })()")
    tab.goto(f"{shop}/other.html")
    visitor.unroute("**/v1/batch")
    tab.goto(f"{shop}/module.html")
    assert anonymous_of(tab) == who
    found = told(target, "SDK Kept", who, lambda found: len(found) >= 30)
    assert sorted(event["properties"]["n"] for event in found) == list(range(30))
    tab.wait_for_function("localStorage.getItem(Object.keys(localStorage).find((k) => k.endsWith('queue'))) === null")


def test_the_tag_of_the_guide_loads_the_sdk_from_the_server_itself(target: Target, shop: str, visitor: BrowserContext) -> None:
    if not (STATIC / "uems.js").is_file():
        pytest.skip("the server has no SDK to serve; `make setup` puts it there")
    tab = opened(visitor, f"{shop}/guide.html")
    tab.wait_for_function("!Array.isArray(window.uems)")
    [viewed] = told(target, "Product Viewed", anonymous_of(tab))
    assert viewed["properties"] == {"product_id": "p-9", "price": 12.75}


def test_nothing_is_stored_or_sent_before_consent(target: Target, shop: str, visitor: BrowserContext) -> None:
    sent: list[str] = []
    visitor.on("request", lambda request: sent.append(request.url) if "/v1/" in request.url else None)
    tab = opened(visitor, f"{shop}/consent.html")
    tab.evaluate("uems.track('SDK Consented', { n: 1 })")
    tab.wait_for_timeout(800)
    assert tab.evaluate("Object.keys(localStorage)") == []
    assert visitor.cookies() == []
    assert sent == []
    who = anonymous_of(tab)
    tab.evaluate("uems.optIn()")
    [event] = told(target, "SDK Consented", who)
    assert event["properties"] == {"n": 1}
    tab.evaluate("uems.optOut()")
    kept = tab.evaluate("Object.entries(localStorage)")
    assert [(name.rpartition(".")[2], value) for name, value in kept] == [("consent", "denied")]
    sent.clear()
    tab.evaluate("uems.track('SDK Never')")
    tab.wait_for_timeout(800)
    assert sent == []
