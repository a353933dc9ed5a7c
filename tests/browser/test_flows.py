"""Can somebody draw a flow without a mouse on the canvas, publish it, and see people go through it, in both languages?"""

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site


def add(page: Page, after: str, kind: str) -> None:
    page.get_by_role("button", name=after).click()
    page.get_by_role("menuitem", name=kind).click()


def test_a_flow_is_drawn_published_and_gone_through(browser: Browser, site: Site, signed_in: object, page: Page) -> None:
    page.goto("/w/shop/flows/new-flow")
    page.get_by_label("Name", exact=True).fill("After signing up")
    page.get_by_label("Key", exact=True).fill("drawn")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/flows/drawn/edit")
    add(page, "New step after: Who comes in", "Wait for some time")
    canvas = page.get_by_test_id("flow-canvas")
    expect(canvas.get_by_text("Wait for some time")).to_be_visible()
    expect(page.get_by_text("“next” leads nowhere; connect it.")).to_be_visible()
    add(page, "New step after: next", "Leave the flow")
    expect(canvas.get_by_text("Leave the flow")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(canvas.get_by_text("Leave the flow")).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("whoever the entry brings")).to_be_visible()
    dialog.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/flows/drawn")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    site.send([{"type": "track", "userId": f"flow-{n}", "event": "Signed Up", "messageId": f"flow-{n}"} for n in range(20)])
    site.wait(lambda: sum(site.ask("flows/drawn/report")["entries"][way] for way in ("entered", "holdout")) == 20)
    standing = site.ask("flows/drawn/report")["nodes"][0]["standing"]
    expect(page.get_by_test_id("flow-canvas").get_by_text(f"{standing} here")).to_be_visible()
    with _context(browser, site, signed_in) as context:  # type: ignore[arg-type]
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/flows/drawn")
        expect(chinese.get_by_test_id("flow-canvas").get_by_text("等待一段时间")).to_be_visible()
        expect(chinese.get_by_text(f"{standing} 人在此")).to_be_visible()
