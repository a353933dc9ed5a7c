"""Does the unmodified browser client deliver from a page of another origin, in a real Chromium?"""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.clients.conftest import Target
from tests.support.chromium import chromium

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><meta charset="utf-8"><title>Shop 商店</title><script src="/umd/index.js"></script><script>
const analytics = AnalyticsNext.AnalyticsBrowser.load(
  { writeKey: "WRITE_KEY", cdnURL: "SERVER" },
  { integrations: { "Segment.io": { apiHost: "HOST/v1", protocol: "http", DELIVERY } } },
);
window.go = async () => {
  await analytics.identify("web-1", { name: "Mei" });
  for (let n = 0; n < 12; n++) await analytics.track("EVENT", { n, sku: "中文-😀" });
  await analytics.page("Home");
};
</script>"""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the test's output is the test's."""


@pytest.fixture(params=["one by one", "in batches"])
def page(request: pytest.FixtureRequest, target: Target, packages: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a page that uses the client, and the name of the event that it sends."""
    event = f"Web Counted {request.param}"
    delivery = 'deliveryStrategy: { strategy: "batching", config: { size: 5, timeout: 500 } }' if request.param == "in batches" else ""
    text = PAGE.replace("WRITE_KEY", target.write_key).replace("SERVER", target.url).replace("EVENT", event)
    text = text.replace("HOST", target.url.removeprefix("http://")).replace(", DELIVERY", f", {delivery}" if delivery else "")
    (tmp_path / "index.html").write_text(text)
    (tmp_path / "umd").symlink_to(packages / "@segment" / "analytics-next" / "dist" / "umd")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}/?utm_source=news&utm_campaign=spring", event
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_browser_client_sends_from_another_origin(target: Target, page: tuple[str, str]) -> None:
    address, event = page
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            tab = browser.new_page()
            problems: list[str] = []
            tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
            tab.goto(address)
            tab.evaluate("window.go()")
            tab.wait_for_timeout(1500)
        finally:
            browser.close()
    assert [p for p in problems if "favicon" not in p and "404" not in p] == []
    found = target.receipts(event, 12)
    assert {r["status"] for r in found} == {"accepted"}
    stored = target.event(found[0]["message_id"])
    assert stored["properties"]["sku"] == "中文-😀"
    assert stored["user_id"] == "web-1"
    assert stored["anonymous_id"]
    assert (stored["utm_source"], stored["utm_campaign"]) == ("news", "spring")
    assert (stored["channel"], stored["title"]) == ("browser", "Shop 商店")
    assert stored["browser"]
