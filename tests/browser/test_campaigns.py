"""Can somebody write a campaign, see whom it would reach, launch it, hold it and find it in the calendar, in both languages?"""

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site


def test_a_campaign_is_written_launched_held_and_found(browser: Browser, site: Site, signed_in: object, page: Page) -> None:
    everybody: dict[str, object] = {"did": {"events": []}}
    made = site.ask("segments/campaigned", {"name": "Campaigned", "condition": everybody}, "PUT")
    assert made
    spec = {"language": "en", "variants": {"en": {"subject": "Hi", "body": "<p>Hi</p>"}}}
    assert site.ask("templates/greet", {"name": "Greeting", "kind": "service", "spec": spec}, "PUT")
    page.goto("/w/shop/campaigns/new-campaign")
    page.get_by_label("Name", exact=True).fill("Spring letter")
    expect(page.get_by_text("Choose a template.")).to_be_visible()
    expect(page.get_by_text("Choose a segment, or write a condition.")).to_be_visible()
    page.get_by_label("In the segment").click()
    page.get_by_title("Campaigned").click()
    page.get_by_label("Template A").click()
    page.get_by_title("Greeting").click()
    page.get_by_label("Kind").click()
    page.get_by_title("Service").click()
    page.get_by_label("At most").fill("1")
    expect(page.get_by_text("people would be sent it")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/campaigns/spring_letter")
    page.get_by_role("button", name="Launch", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("people would be sent it")).to_be_visible()
    dialog.get_by_role("button", name="Launch").click()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing goes out, and nothing is lost.")).to_be_visible()
    assert site.ask("campaigns/spring_letter")["state"] == "paused"
    page.goto("/w/shop/calendar")
    page.get_by_role("link", name="Spring letter").click()
    page.wait_for_url("**/campaigns/spring_letter")
    with _context(browser, site, signed_in) as context:  # type: ignore[arg-type]
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/campaigns/spring_letter")
        expect(chinese.get_by_text("已暂停：不再发出，也不会丢失。")).to_be_visible()
        chinese.set_viewport_size({"width": 390, "height": 800})
        chinese.goto("/w/shop/calendar?view=week")
        expect(chinese.get_by_role("link", name="Spring letter")).to_be_visible()
