"""Can somebody post an idea, answer it, keep a story with consent, invite to a group and thank an advocate, in both languages?"""

import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site


def test_an_advocate_is_heard_and_thanked(browser: Browser, site: Site, signed_in: Path, page: Page) -> None:
    # Another name each time: a test that is tried again finds what it made before.
    name = f"abc-{time.time_ns()}"
    site.send([{"type": "track", "event": "Signed Up", "userId": name, "timestamp": datetime.now(UTC).isoformat()}])
    page.goto("/w/shop/cocreation")
    page.get_by_role("button", name="New idea").click()
    page.get_by_label("Title").fill(name)
    page.get_by_label("User id of whoever had it").fill(name)
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row.get_by_text("New", exact=True)).to_be_visible()
    site.ask("voices", {"user": {"value": name}, "text": name, "consent_note": "ABC"})
    site.ask(f"beta-groups/{name}", {"name": name}, "PUT")
    site.ask(f"beta-groups/{name}/members", {"user": {"value": name}})
    row.get_by_role("link").first.click()
    page.wait_for_url("**/advocates/*")
    person = page.url.rpartition("/")[2]
    page.get_by_role("searchbox", name="What for").fill(name)
    page.get_by_role("button", name="Write down").click()
    expect(page.get_by_role("cell", name=name).first).to_be_visible()
    with _context(browser, site, signed_in, width=390) as context:
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        for path, words in (
            (f"advocates/{person}", "我们怎样感谢"),
            ("cocreation?tab=voices", "可以引用"),
            (f"cocreation?tab=groups&group={name}", "已邀请"),
            ("cocreation", "新提交"),
        ):
            chinese.goto(f"/w/shop/{path}")
            expect(chinese.get_by_text(words).first).to_be_visible()
            assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
