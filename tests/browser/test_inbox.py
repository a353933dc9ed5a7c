"""Can somebody read, answer, take back, close and reopen a conversation, by mouse and by keys, in both languages?"""

import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site


def test_a_conversation_is_answered_closed_and_measured(browser: Browser, site: Site, signed_in: Path, page: Page) -> None:
    # Another name each time: a test that is tried again finds what it made before.
    name = f"talk-{time.time_ns()}"
    now = datetime.now(UTC).isoformat()
    site.send([{"type": "identify", "userId": name, "traits": {"email": f"{name}@example.com"}, "timestamp": now}])
    site.ask(f"snippets/{name}", {"name": name, "zh": "ABC", "en": f"Deliveries of {name} go out on the same day."}, "PUT")
    said = {"channel": "wecom", "person": {"kind": "user_id", "value": name}}
    taken = site.ask("incoming-messages", {**said, "message_id": name, "text": f"When do deliveries of {name} go out?"})
    page.goto(f"/w/shop/inbox?text={name}")
    page.get_by_role("button", name=name).click()
    log = page.get_by_role("log")
    expect(log.get_by_text(f"When do deliveries of {name} go out?")).to_be_visible()
    page.get_by_role("button", name="Use it").first.click()
    answer = page.get_by_label("Your answer")
    expect(answer).to_have_value(f"Deliveries of {name} go out on the same day.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(log.get_by_text("go out on the same day")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(log.get_by_text("Taken back")).to_be_visible()
    page.locator("main").get_by_role("heading", level=1).click()
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()
    with _context(browser, site, signed_in, width=390) as context:
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        for path, words in (
            (f"inbox?text={name}&conversation={taken['conversation_id']}", "您的回复"),
            ("inbox?tab=rules", "应在多少工作分钟内回复"),
            ("connection", "得分的构成"),
        ):
            chinese.goto(f"/w/shop/{path}")
            shown = chinese.get_by_text(words).or_(chinese.get_by_placeholder(words)).first
            expect(shown).to_be_visible()
            assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
