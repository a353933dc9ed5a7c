"""Does every number of the overview open to the people and events behind it, of the same days and no others?"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site, ago

WEEK = "period=d7"


def rows(page: Page) -> Locator:
    """The people or events that the list shows."""
    return page.locator("main tbody tr.ant-table-row")


def opens(page: Page, name: str, number: int) -> None:
    """Click the number with this name on the overview of the last seven days: the list behind it has as many rows."""
    page.goto(f"/w/shop/overview?{WEEK}")
    page.get_by_role("link", name=f"{name}: {number}", exact=True).click()
    page.wait_for_url(re.compile(r"/w/shop/(people|events)\?"))
    assert WEEK in page.url
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Overview")
    assert number <= 50, "more than a page shows"
    expect(rows(page)).to_have_count(number)


def test_each_number_opens_a_list_of_that_length(page: Page, site: Site) -> None:
    # Of a time before the period, so that one of the lists without it would be longer.
    site.send([{"type": "track", "event": "Ship Boarded", "userId": f"sailor-{n}", "timestamp": ago(60)} for n in range(3)])
    site.send([{"type": "track", "event": "Ship Boarded", "userId": "sailor-1", "timestamp": ago(1)}])
    site.wait(lambda: site.overview()["events"].get("Ship Boarded") == 4)
    today = site.ask("reports/overview", days())["data"]
    opens(page, "Ship Boarded, Count", 1)
    opens(page, "Ship Boarded, People", 1)
    opens(page, "People", today["people"])
    opens(page, "New people", today["new_people"])
    opens(page, "Orders", today["orders"])


def days() -> dict[str, str]:
    """The last seven days of the workspace."""
    today = datetime.now(ZoneInfo("America/New_York")).date()
    return {"first_day": str(today - timedelta(days=6)), "last_day": str(today)}


def test_revenue_opens_the_events_it_is_made_of(page: Page, site: Site) -> None:
    page.goto("/w/shop/overview")
    page.get_by_role("link", name=re.compile(r"^\$")).click()
    page.wait_for_url("**/w/shop/events?revenue=1")
    expect(page.get_by_role("row", name=re.compile(r"Order Completed.*\$12\.50"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Product Viewed"))).to_have_count(0)


def test_an_event_opens_whole_and_leads_to_who_did_it(page: Page) -> None:
    page.goto("/w/shop/events?event=Product+Viewed")
    page.get_by_role("button", name="Product Viewed").first.click()
    expect(page.get_by_role("dialog").get_by_label("Properties").get_by_text('"p-1"')).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Who did it").click()
    page.wait_for_url("**/w/shop/people?who=active&event=Product+Viewed")
    expect(page.get_by_text("Did: Product Viewed")).to_be_visible()
    expect(rows(page)).not_to_have_count(0)  # whoever else was sent by other tests
    page.get_by_role("button", name="Any event").click()
    expect(page.get_by_text("Did: Product Viewed")).to_have_count(0)
    page.get_by_role("link", name="Show all people").click()
    expect(page.get_by_label("Name, email, phone, any id or trait")).to_be_visible()
