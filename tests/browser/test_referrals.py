"""Can somebody begin a programme, see who came, pay the reward, and follow the tree of word of mouth, in both languages?"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site


def test_a_programme_is_begun_and_brings_somebody(browser: Browser, site: Site, signed_in: Path, page: Page) -> None:
    # Another name each time: a test that is tried again finds what it made before.
    key = f"abc-{time.time_ns()}"
    begun = datetime.now(UTC) - timedelta(hours=3)
    site.ask("roles/purchase", {"events": ["Order Completed"]}, "PUT")
    site.send([signed_up("friend-a", begun), signed_up("friend-b", begun), signed_up("friend-c", begun)])
    page.goto("/w/shop/referrals/new-programme")
    page.get_by_label("Name", exact=True).fill("ABC friends")
    page.get_by_label("Key").fill(key)
    page.get_by_label("Where links lead").fill("https://shop.example/hello")
    page.get_by_label("What it says").first.fill("ABC thanks")
    page.get_by_label("Days until a reward is due").fill("0")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/referrals/" + key)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("searchbox", name="User id").fill("friend-a")
    page.get_by_role("button", name="Issue code").click()
    expect(page.get_by_role("cell", name="friend-a")).to_be_visible()
    [code] = site.ask(f"referral-codes?programme={key}")["items"]
    for user in ("friend-b", "friend-c"):
        found = site.ask("referral-redemptions", {"user": {"value": user}, "code": code["code"]})
        assert found["referral"]["state"] == "joined"
    site.send([bought("friend-b", datetime.now(UTC))])
    site.wait(lambda: site.ask("referral-rewards?state=due")["items"] != [])
    page.goto("/w/shop/referrals?tab=rewards")
    page.get_by_role("checkbox", name="Choose this reward").check()
    page.get_by_role("button", name="Mark as paid").click()
    page.get_by_role("tooltip").get_by_role("button", name="Mark as paid").click()
    expect(page.get_by_text("One reward changed")).to_be_visible()
    assert [one["text"] for one in site.ask("referral-rewards?state=paid")["items"]] == ["ABC thanks"]
    site.ask("referral-tree", {}, "POST")
    page.goto("/w/shop/word-of-mouth")
    top = page.get_by_role("treeitem", name="friend-a")
    top.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", name="friend-b")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The way up")).to_be_visible()
    expect(page.get_by_role("button", name="friend-a")).to_be_visible()
    with _context(browser, site, signed_in, width=390) as context:
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        for path, words in (("referrals?tab=came", "已达标"), ("word-of-mouth", "由别人带来的人")):
            chinese.goto(f"/w/shop/{path}")
            expect(chinese.get_by_text(words).first).to_be_visible()
            assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")


def signed_up(user: str, at: datetime) -> dict[str, object]:
    return {"type": "track", "event": "Signed Up", "userId": user, "timestamp": at.isoformat()}


def bought(user: str, at: datetime) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Order Completed",
        "userId": user,
        "timestamp": at.isoformat(),
        "properties": {"revenue": 30, "currency": "USD"},
    }
