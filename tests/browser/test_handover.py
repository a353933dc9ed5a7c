"""Can the people of a segment be handed to another system: as a file, and by telling it who comes and goes?"""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site


class Receiver:
    """A system that takes webhooks; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append({"body": json.loads(body), "signature": self.headers["uems-signature"]})
                self.send_response(outer.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook/s3cret"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def readers(site: Site) -> Iterator[str]:
    """A segment of three readers."""
    events = [{"type": "identify", "userId": f"reader-{n}", "traits": {"name": f"Reader {n}", "city": "Oslo"}} for n in range(3)]
    site.send([*events, *({"type": "track", "event": "Book Opened", "userId": f"reader-{n}"} for n in range(3))])
    site.ask("segments/readers", {"name": "Readers", "condition": {"did": {"events": ["Book Opened"]}}}, "PUT")
    site.wait(lambda: site.ask("segments/readers")["size"] == 3)
    yield "readers"
    for one in site.ask("syncs?segment=readers")["items"]:
        site.ask(f"syncs/{one['sync_id']}", method="DELETE")
    site.ask("segments/readers", method="DELETE")


def test_people_are_written_into_a_file_that_is_fetched_and_deleted(page: Page, site: Site, readers: str) -> None:
    page.goto(f"/w/shop/segments/{readers}?tab=exports")
    expect(page.get_by_text("Nothing exported yet")).to_be_visible()
    page.get_by_role("button", name="Export").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("3 people are written into a file, as of now.")).to_be_visible()
    dialog.get_by_role("combobox", name="Traits").click()
    page.keyboard.type("city")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Write the file").click()
    row = page.get_by_role("row", name=re.compile("CSV"))
    expect(row.get_by_text("Done", exact=True)).to_be_visible()
    with page.expect_download() as waiting:
        row.get_by_role("link", name="Download").click()
    lines = waiting.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[0].split(",")[:5] == ["person_id", "user_id", "email", "phone", "trait.city"]
    assert all("Oslo" in line for line in lines[1:])
    row.get_by_role("button", name="Delete file").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete file").click()
    expect(row.get_by_text("Expired", exact=True)).to_be_visible()
    expect(row.get_by_role("link", name="Download")).to_have_count(0)


def make_sync(page: Page, url: str, name: str) -> str:
    """Through the form; its secret."""
    page.get_by_role("button", name="New sync").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Address").fill("mail-tool")
    dialog.get_by_role("button", name="Create sync").click()
    expect(dialog.get_by_text("Must begin with https:// or http://.")).to_be_visible()
    dialog.get_by_label("Address").fill(url)
    dialog.get_by_label("Begin with everybody who is in it now").check()
    dialog.get_by_role("button", name="Create sync").click()
    secret = dialog.get_by_test_id("sync-secret").inner_text()
    dialog.get_by_role("button", name="Done").click()
    return secret


def act(page: Page, sync: Locator, what: str) -> None:
    sync.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name=what).click()


def test_another_system_is_told_and_what_it_answered_is_shown(page: Page, site: Site, readers: str, receiver: Receiver) -> None:
    page.goto(f"/w/shop/segments/{readers}?tab=syncs")
    secret = make_sync(page, receiver.url, "Mail tool")
    assert secret.startswith("whsec")
    sync = page.get_by_role("region", name="Mail tool")
    expect(sync.locator("dl > div").filter(has_text="People told")).to_contain_text("3")
    expect(sync).not_to_contain_text("s3cret")
    assert receiver.got[0]["signature"].startswith("t=")

    sync.get_by_role("button", name="Calls").click()
    expect(sync.get_by_role("row", name=re.compile("Arrived.*200"))).to_be_visible()
    receiver.status = 500
    sync.get_by_role("button", name="Send a test").click()
    expect(sync.get_by_role("row", name=re.compile("Test.*500"))).to_be_visible()

    sync.get_by_role("button", name="Pause").click()
    expect(sync.get_by_text("Paused", exact=True)).to_be_visible()
    sync.get_by_role("button", name="Resume").click()
    expect(sync.get_by_text("Active", exact=True)).to_be_visible()

    act(page, sync, "New secret")
    page.get_by_role("dialog").get_by_role("button", name="New secret").click()
    shown = page.get_by_test_id("sync-secret")
    expect(shown).to_be_visible()
    assert shown.inner_text() != secret
    page.get_by_role("dialog").get_by_role("button", name="Done").click()

    act(page, sync, "Edit")
    page.get_by_role("dialog").get_by_label("Name").fill("Post")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    post = page.get_by_role("region", name="Post")
    expect(post).to_be_visible()
    act(page, post, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No sync yet")).to_be_visible()
