"""Can somebody see what actions were worth, say what they cost, decide, and take it back, in both languages?"""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site
from uems.simulate.api import Answered, write_answers

GRAPH = {"entry": {"type": "event", "event": "Order Completed"}, "start": "end", "nodes": [{"id": "end", "type": "exit"}], "edges": []}


def test_an_action_is_judged_retired_and_taken_up_again(browser: Browser, site: Site, signed_in: object, page: Page) -> None:
    roles = {one["role"]: one for one in site.ask("roles")["items"]}
    if not roles["purchase"]["events"]:
        site.ask("roles/purchase", {"events": ["Order Completed"]}, "PUT")
    made = site.ask("flows/judged", {"name": "ABC judged", "graph": GRAPH}, "PUT")
    site.ask("flows/judged/publish", {"revision": made["revision"]})
    page.goto("/w/shop/evaluation")
    row = page.get_by_role("row").filter(has_text="ABC judged")
    expect(row.get_by_text("Wait", exact=True)).to_be_visible()
    expect(page.get_by_text("Health index")).to_be_visible()
    row.get_by_role("link", name="ABC judged").click()
    page.wait_for_url("**/evaluation/flow/judged")
    page.get_by_role("button", name="Other costs").click()
    page.get_by_label("Once").fill("12.5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert site.ask("evaluation/actions/flow/judged")["cost"]["fixed_minor"] == 1250
    page.get_by_role("button", name="Decide").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Decision").click()
    page.get_by_title("Retire", exact=True).click()
    expect(dialog.get_by_text("Nobody comes in any more")).to_be_visible()
    dialog.get_by_label("Why").fill("ABC")
    dialog.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("button", name="Take back")).to_be_visible()
    assert site.ask("flows/judged")["state"] == "stopped"
    with _context(browser, site, signed_in, width=390) as context:  # type: ignore[arg-type]
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/evaluation/flow/judged")
        expect(chinese.get_by_text("触达的人太少")).to_be_visible()
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chinese.goto("/w/shop/evaluation")
        expect(chinese.get_by_text("已决定：停用")).to_be_visible()
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back by")).to_be_visible()
    assert site.ask("flows/judged")["state"] == "live"


def test_where_the_truth_is_known_it_stands_beside_the_estimate(browser: Browser, site: Site, signed_in: object, page: Page) -> None:
    if not any(one["key"] == "judged" for one in site.ask("flows")["items"]):
        made = site.ask("flows/judged", {"name": "ABC judged", "graph": GRAPH}, "PUT")
        site.ask("flows/judged/publish", {"revision": made["revision"]})
    page.goto("/w/shop/evaluation/flow/judged")
    expect(page.get_by_role("heading", name="What it changed")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing is known of NPS yet")).to_be_visible()
    expect(page.get_by_role("link", name="Set the roles")).to_be_visible()
    expect(page.get_by_text("What last touch says")).to_have_count(0)
    ordered = datetime.now(UTC) - timedelta(hours=1)
    # The first flow of a workspace is number 1.
    folder = site.home / "demo-truth"
    write_answers(folder, "shop", "s1", [Answered("flow:1", 1, 1, ordered, 2500), Answered("flow:9", 2, 1, ordered, 70)])
    page.reload()
    expect(page.get_by_text("What last touch says")).to_be_visible()
    expect(page.get_by_text("One order that came of its messages alone")).to_be_visible()
    expect(page.get_by_text("$25.00")).to_be_visible()
    expect(page.get_by_text("Nothing is credited to it yet.")).to_be_visible()
    with _context(browser, site, signed_in, width=390) as context:  # type: ignore[arg-type]
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/evaluation/flow/judged")
        expect(chinese.get_by_text("末次触点归因的说法")).to_be_visible()
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
    (folder / "answers.parquet").unlink()


def test_channels_tell_credit_beside_what_they_changed(browser: Browser, site: Site, signed_in: object, page: Page) -> None:
    at = datetime.now(UTC) - timedelta(hours=2)
    came = {"type": "page", "name": "Home", "context": {"campaign": {"source": "ads"}}}
    paid = {"type": "track", "event": "Order Completed", "properties": {"revenue": 12.5, "currency": "USD"}}
    sent = {"type": "track", "event": "Letter Left", "properties": {"campaign_id": "spring", "channel": "email"}}
    steps = [(came, 0), (sent, 10), (paid, 20)]
    events = [
        {**what, "userId": f"buyer{n}", "messageId": f"channels-{n}-{after}", "timestamp": (at + timedelta(minutes=after)).isoformat()}
        for n in range(4)
        for what, after in steps
    ]
    site.send(events)
    site.ask("roles/purchase", {"events": ["Order Completed"]}, "PUT")
    site.ask("roles/sent", {"events": ["Letter Left"]}, "PUT")
    site.wait(lambda: len(site.ask("evaluation/channels")["items"]) == 2)
    page.goto("/w/shop/acquisition")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="Channels: credit against what changed"))
    email = card.get_by_role("row").filter(has_text="Outreach")
    expect(email.get_by_text("$50.00")).to_be_visible()
    expect(email.get_by_text("None of its actions (1) has people held out")).to_be_visible()
    ads = card.get_by_role("row").filter(has_text="ads")
    expect(ads.get_by_text("Never held out")).to_be_visible()
    with _context(browser, site, signed_in, width=390) as context:  # type: ignore[arg-type]
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/acquisition")
        expect(chinese.get_by_text("没有人被留在这个渠道之外")).to_be_visible()
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
