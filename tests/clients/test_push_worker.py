"""Does the service worker hand a note to the browser as it came? In a real Chromium, which is given the note as by its push service.

Chromium without a screen shows no notes, so the worker of the site writes down what it is asked to show.
"""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.clients.test_browser_client import FLAGS
from tests.clients.test_own_sdk import DIST, _Quiet
from tests.support.chromium import chromium

pytestmark = pytest.mark.browser

WORKER = """importScripts("/from-uems.js");
self.registration.showNotification = async (title, how) => {
  const said = JSON.stringify([title, how.body, how.tag, how.data, "image" in how]);
  await (await caches.open("shown")).put("/shown", new Response(said));
};"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A site whose worker is ours."""
    if not (DIST / "uems-sw.js").is_file():
        pytest.skip("the browser SDK is not built; `make setup` builds it (npm run build in sdk/browser)")
    (tmp_path / "index.html").write_text("<title>Shop</title>")
    (tmp_path / "uems-sw.js").write_text(WORKER)
    shutil.copyfile(DIST / "uems-sw.js", tmp_path / "from-uems.js")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_note_that_comes_is_shown_with_what_it_says(site: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(site)
        known: list[str] = []
        session = context.new_cdp_session(tab)
        session.on("ServiceWorker.workerRegistrationUpdated", lambda said: known.extend(r["registrationId"] for r in said["registrations"]))
        session.send("ServiceWorker.enable")
        tab.evaluate("navigator.serviceWorker.register('/uems-sw.js').then(() => navigator.serviceWorker.ready).then(() => undefined)")
        tab.wait_for_timeout(200)
        note = {"title": "到货", "body": "<b>x</b>", "image": "", "link": f"{site}/there", "tag": "m1-1"}
        session.send("ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": known[-1], "data": json.dumps(note)})
        shown = """async () => {
            for (let n = 0; n < 50; n++) {
                const one = await caches.match("/shown");
                if (one) return one.json();
                await new Promise((done) => setTimeout(done, 100));
            }
        }"""
        assert tab.evaluate(shown) == ["到货", "<b>x</b>", "m1-1", f"{site}/there", False]
        browser.close()
