"""Can somebody without a line of code say who a segment is, see at once whom that gives, and find out why?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site, ago

BOUGHT = {"did": {"events": ["Order Completed"]}}


def traffic() -> list[dict[str, Any]]:
    """Five buyers, of whom b1 and b2 spent 20 and 40 dollars and pay for a plan; four who only looked."""
    found: list[dict[str, Any]] = []
    for n in range(1, 6):
        user, plan = {"userId": f"buyer-{n}"}, "pro" if n < 3 else "free"
        found.append({"type": "identify", **user, "traits": {"name": f"Buyer {n}", "plan": plan}, "timestamp": ago(20)})
        order = {"order_id": f"S-{n}", "revenue": 20 * n, "currency": "USD", "coupon": n == 1}
        found.append({"type": "track", "event": "Order Completed", **user, "properties": order, "timestamp": ago(n)})
    found += [{"type": "track", "event": "Product Viewed", "userId": f"looker-{n}", "timestamp": ago(40)} for n in range(1, 5)]
    return found


@pytest.fixture(scope="module")
def shop(site: Site) -> Site:
    """The site with people to segment; how many there are grows with the tests of other modules, so none counts everybody."""
    site.send(traffic())
    return site


@pytest.fixture
def made(shop: Site) -> Iterator[str]:
    """A segment of the buyers of this module, that is live."""
    save(shop, "shop_buyers", {"and": [BOUGHT, {"trait": {"name": "plan", "op": "is_set"}}]}, "Shop buyers")
    shop.wait(lambda: shop.ask("segments/shop_buyers")["state"] == "live")
    yield "shop_buyers"
    shop.ask("segments/shop_buyers", method="DELETE")


def save(site: Site, key: str, condition: object, name: str = "", base: int | None = None) -> Any:
    body = {"name": name or key, "condition": condition, **({} if base is None else {"base_version": base})}
    return site.ask(f"segments/{key}", body, "PUT")


def add(page: Page | Locator, kind: str) -> None:
    page.get_by_role("button", name="Add condition").last.click()
    owner = page if isinstance(page, Page) else page.page
    owner.get_by_role("menuitem", name=kind, exact=True).click()


def view(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="View").get_by_text(name, exact=True).click()


def counted(page: Page) -> Locator:
    return page.get_by_test_id("preview-count")


def test_a_segment_is_built_counted_saved_and_opened(page: Page, shop: Site) -> None:
    page.goto("/w/shop/segments")
    page.get_by_role("link", name="New segment").first.click()
    page.get_by_label("Name", exact=True).fill("Paying buyers")
    expect(page.get_by_label("Key")).to_have_value("paying_buyers")

    add(page, "Did an event")
    bought = page.get_by_role("region", name="Did an event")
    expect(bought.get_by_role("combobox", name="Events")).to_be_focused()
    page.keyboard.type("Order Comp")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    add(page, "Trait")
    trait = page.get_by_role("region", name="Trait")
    expect(trait.get_by_role("combobox", name="Trait")).to_be_focused()
    page.keyboard.type("plan")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Complete or correct the marked parts")).to_be_visible()
    trait.get_by_role("combobox", name="Value").fill("pro")
    # The builder begins with the last thirty days, and other modules may have told of purchases before them.
    recent = {"did": {**BOUGHT["did"], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}}
    buyers = shop.ask("segments/preview", {"condition": {"and": [recent, {"trait": {"name": "plan", "op": "equals", "value": "pro"}}]}})
    expect(counted(page)).to_have_text(str(buyers["count"]))
    expect(page.get_by_text("trait plan is “pro”")).to_be_visible()
    everybody = buyers["parts"][1]["count"]
    expect(bought.get_by_test_id("part-count")).to_contain_text(f"{everybody} people")
    expect(trait.get_by_test_id("part-count")).to_contain_text(f"removes {buyers['parts'][2]['removes']}")

    page.get_by_role("button", name=re.compile("^Buyer 1")).click()
    why = page.get_by_role("dialog")
    expect(why.get_by_text("found pro")).to_be_visible()
    expect(why.get_by_text("In", exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Create segment").click()
    page.wait_for_url("**/segments/paying_buyers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paying buyers")
    shop.wait(lambda: shop.ask("segments/paying_buyers")["state"] == "live")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Buyer 2"))
    row.get_by_role("button", name="Why is Buyer 2 in this segment?").click()
    expect(page.get_by_role("dialog").get_by_text("All of these")).to_be_visible()
    page.keyboard.press("Escape")
    row.get_by_role("link", name=re.compile("Buyer 2")).click()
    page.get_by_role("tab", name="Segments").click()
    expect(page.get_by_role("link", name="Paying buyers")).to_be_visible()
    shop.ask("segments/paying_buyers", method="DELETE")


def test_parts_are_grouped_turned_round_moved_and_taken_back(page: Page, shop: Site) -> None:
    page.goto("/w/shop/segments/new-segment")
    for _ in range(2):
        add(page, "Did an event")
    expect(page.get_by_role("region", name="Did an event")).to_have_count(2)
    page.get_by_role("region", name="Did an event").first.get_by_role("button", name="Not").click()
    last = page.get_by_role("region", name="Did an event").last
    last.get_by_role("button", name="More for this part").click()
    page.get_by_role("menuitem", name="Put into a group").click()
    view(page, "JSON")
    text = page.get_by_role("textbox", name="Condition as JSON")
    expect(text).to_have_value(re.compile(r'"not".*"did".*"or"', re.DOTALL))
    view(page, "Builder")
    undo = page.get_by_role("button", name="Undo")
    undo.click()
    expect(page.get_by_role("group", name="Group")).to_have_count(1)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("region", name="Did an event")).to_have_count(1)
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("group", name="Group")).to_have_count(2)
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()
    page.get_by_role("link", name="Segments", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    page.wait_for_url("**/segments")


def test_a_filter_on_events_and_money_in_its_unit(page: Page, shop: Site) -> None:
    page.goto("/w/shop/segments/new-segment?template=spenders")
    did = page.get_by_role("region", name="Did an event")
    amount = did.get_by_role("spinbutton", name="Value")
    expect(amount).to_have_value("100")
    amount.fill("40")
    amount.press("Enter")
    expect(page.get_by_text("at least 40.00 USD")).to_be_visible()
    did.get_by_role("button", name="Add filter").click()
    did.get_by_role("combobox", name="Property").first.fill("order_id")
    page.keyboard.press("Escape")
    did.get_by_role("combobox", name="Value").fill("S-3")
    expect(counted(page)).to_have_text("1")
    expect(page.get_by_role("button", name=re.compile("^Buyer 3"))).to_be_visible()


def test_text_makes_the_tree_and_says_where_it_is_wrong(page: Page, shop: Site) -> None:
    page.goto("/w/shop/segments/new-segment")
    view(page, "YAML")
    text = page.get_by_role("textbox", name="Condition as YAML")
    text.fill("and:\n  - did: {events: [Order Completed]}\n  - dit: {}\n")
    expect(page.get_by_role("alert")).to_contain_text("and[1]: unknown condition “dit”")
    expect(page.get_by_text("Correct the text to see how many people that gives.")).to_be_visible()
    text.fill("and:\n  - did: {events: [Order Completed]\n")
    expect(page.get_by_role("alert")).to_contain_text("this cannot be read")
    text.fill("and:\n  - trait: {name: plan, op: regex, value: '(?=x)'}\n")
    expect(page.get_by_role("alert")).to_contain_text("and[0].trait.value")
    view(page, "Builder")
    trait = page.get_by_role("region", name="Trait")
    expect(trait.get_by_role("alert")).to_contain_text("This is no regular expression that can be run here")
    trait.get_by_role("textbox", name="Value").fill("^pr")
    expect(trait.get_by_role("alert")).to_be_hidden()
    expect(counted(page)).not_to_have_text("0")


def test_what_is_missing_is_said_at_its_place_when_saving(page: Page, shop: Site) -> None:
    page.goto("/w/shop/segments/new-segment")
    page.get_by_role("button", name="Create segment").click()
    expect(page.get_by_text("Give it a name.")).to_be_visible()
    expect(page.get_by_text("Add at least one condition.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("\u590d\u8d2d")
    expect(page.get_by_label("Key")).to_have_value(re.compile(r"segment_\d+"))
    add(page, "In another segment")
    page.get_by_role("button", name="Create segment").click()
    expect(page.get_by_role("region", name="In another segment").get_by_role("alert")).to_have_text("Choose a segment.")


def test_two_who_change_the_same_segment_are_asked_which_stands(page: Page, shop: Site, made: str) -> None:
    page.goto(f"/w/shop/segments/{made}/edit")
    page.get_by_label("Name", exact=True).fill("Mine")
    save(shop, made, BOUGHT, "Theirs")
    page.get_by_role("button", name="Save segment").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody else changed this segment meanwhile")
    dialog.get_by_role("button", name="Load theirs").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Theirs")
    expect(page.get_by_role("region", name="Trait")).to_have_count(0)
    page.get_by_label("Name", exact=True).fill("Ours")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ours")

    page.get_by_role("tab", name="Versions").click()
    first = page.get_by_role("row", name=re.compile("Shop buyers"))
    first.last.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shop buyers")


def test_a_segment_is_archived_and_brought_back(page: Page, shop: Site, made: str) -> None:
    page.goto(f"/w/shop/segments/{made}")
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Back in use")).to_be_visible()
    shop.wait(lambda: shop.ask(f"segments/{made}")["state"] == "live")
    page.goto("/w/shop/segments?search=no-such-thing")
    expect(page.get_by_text("No segment matches")).to_be_visible()
    page.get_by_label("Name, key, or what it asks").fill("buyers")
    expect(page.get_by_role("row", name=re.compile("Shop buyers"))).to_be_visible()


def test_who_was_in_on_a_day_and_why_somebody_is_out(page: Page, shop: Site, made: str) -> None:
    page.goto(f"/w/shop/segments/{made}?on=2020-01-01")
    expect(page.get_by_text("Nobody was in it on that day.")).to_be_visible()
    looker = shop.ask("people?search=looker-1")["items"][0]["person_id"]
    page.goto(f"/w/shop/people/{looker}?tab=segments")
    page.get_by_role("combobox", name="Choose a segment").click()
    page.keyboard.type("Shop")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Out", exact=True)).to_be_visible()
    buyer = shop.ask(f"segments/{made}/members")["items"][0]["person_id"]
    page.goto(f"/w/shop/people/{buyer}")
    expect(page.get_by_role("link", name="Entered segment Shop buyers")).to_be_visible()
