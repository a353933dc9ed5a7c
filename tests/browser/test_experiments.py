"""Is an experiment designed, started, read and decided in the browser, and does it say what makes it untrue?"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site

KEY = "price-test"


@pytest.fixture
def shop(site: Site) -> Iterator[Site]:
    """The site; the experiment is put away afterwards."""
    yield site
    for one in site.ask("experiments")["items"]:
        if one["key"] == KEY:
            for state in ("stopped", "archived") if one["state"] == "running" else ("archived",):
                site.ask(f"experiments/{KEY}/state", {"state": state})


def viewed(user: str, arm: str) -> dict[str, object]:
    told = {"experiment_id": KEY, "variation_id": arm}
    return {"type": "track", "event": "Experiment Viewed", "userId": user, "properties": told}


def test_from_the_design_to_the_decision(page: Page, shop: Site) -> None:
    page.goto("/w/shop/experiments/new-experiment")
    page.get_by_label("Name", exact=True).fill("Monthly price")
    page.get_by_label("Key", exact=True).fill(KEY)
    weight = page.get_by_label("Weight").first
    weight.fill("40")
    weight.blur()
    expect(page.get_by_role("alert")).to_contain_text("add up to 90%")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page).to_have_url(re.compile("new-experiment$"))
    weight.fill("50")
    weight.blur()
    event = page.get_by_label("Event", exact=True)
    event.fill("Price Paid")
    event.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not started yet")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(page.get_by_text("Nobody has been exposed yet")).to_be_visible()

    # Six in either arm, and one who is seen in both.
    arms = [viewed(f"payer-{n}", ("control", "new")[n % 2]) for n in range(12)]
    paid = [{"type": "track", "event": "Price Paid", "userId": f"payer-{n}"} for n in (0, 1, 3, 5, 7)]
    shop.send([*arms, *paid, viewed("payer-12", "control"), viewed("payer-12", "new")])
    page.reload()
    expect(page.get_by_test_id("verdict")).to_contain_text("No difference can be shown so far")
    expect(page.get_by_text("1 person was seen in several arms and is not compared.").first).to_be_visible()
    expect(page.get_by_role("row", name="Conversion")).to_contain_text("16.67%")
    page.get_by_role("row", name="Control").get_by_role("button", name="6").click()
    expect(page.get_by_role("dialog").get_by_text("6 people")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Stop").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Decide").click()
    deciding = page.get_by_role("dialog", name="Decide")
    expect(deciding.get_by_role("button", name="Decide")).to_be_disabled()
    deciding.get_by_label("Why").fill("Too few people to say.")
    deciding.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Too few people to say.")).to_be_visible()
    expect(page.get_by_text("It was stopped after 0 days")).to_be_visible()
