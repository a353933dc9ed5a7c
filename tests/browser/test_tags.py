"""Can somebody define a tag, see beforehand what it would say, change it, give it by hand, import it, take all that back, and remove it?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, ago
from tests.browser.test_segments import add

EVENT = "Tag Test Bought"


def traffic() -> list[dict[str, Any]]:
    """Four who bought once to four times, the last for more; t1 also by an email."""
    found: list[dict[str, Any]] = []
    for n in range(1, 5):
        user = {"userId": f"tagged-{n}"}
        found.append(
            {"type": "identify", **user, "traits": {"name": f"Tagged {n}", "email": f"tagged-{n}@example.com"}, "timestamp": ago(30)}
        )
        found += [
            {"type": "track", "event": EVENT, **user, "properties": {"kind": "tea", "size": n}, "timestamp": ago(day)}
            for day in range(1, n + 1)
        ]
    return found


@pytest.fixture(scope="module")
def shop(site: Site) -> Site:
    before = sum(site.overview()["events"].values())
    site.send(traffic())
    site.wait(lambda: sum(site.overview()["events"].values()) >= before + 10)
    return site


def save(site: Site, key: str, kind: str, config: object, value_type: str = "boolean", **more: object) -> Any:
    label = {"zh": key, "en": key}
    return site.ask(
        f"tags/{key}", {"family": "behaviour", "kind": kind, "label": label, "value_type": value_type, "config": config, **more}, "PUT"
    )


BUYERS = {"values": [{"value": True, "when": {"did": {"events": [EVENT]}}}], "default": None}


@pytest.fixture
def rule(shop: Site) -> Iterator[str]:
    save(shop, "tag_buyers", "rule", BUYERS)
    shop.ask("tags/tag_buyers/refresh", {}, "POST")
    yield "tag_buyers"
    shop.ask("tags/tag_buyers", method="DELETE")


def test_a_rule_is_tried_before_it_is_saved_and_computed_after(page: Page, shop: Site) -> None:
    page.goto("/w/shop/tags")
    page.get_by_role("link", name="New tag").click()
    page.get_by_label("Name in English").fill("Frequent buyer")
    expect(page.get_by_label("Key")).to_have_value("frequent_buyer")
    page.get_by_label("Name in Chinese").fill("\u5e38\u5ba2")
    page.get_by_label("Owner").fill("growth team")
    first = page.get_by_role("region", name="Value 1")
    add(first, "Did an event")
    page.keyboard.type(EVENT)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("trial-people")).to_have_text("4")
    first.get_by_role("spinbutton", name="Value").fill("3")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("trial-people")).to_have_text("2")
    expect(page.get_by_role("link", name="Tagged 4")).to_be_visible()
    page.get_by_role("button", name="Create tag").click()
    page.wait_for_url("**/tags/frequent_buyer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Frequent buyer")
    expect(page.get_by_text("growth team")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Tagged 3"))).to_be_visible()
    assert shop.ask("tags/frequent_buyer")["people"] == 2

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Meaning in English").fill("Bought three times.")
    page.get_by_role("button", name="Save tag").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Note").fill("said what it means")
    dialog.get_by_role("button", name="Save tag").click()
    page.wait_for_url("**/tags/frequent_buyer")
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_text("said what it means")).to_be_visible()
    shop.ask("tags/frequent_buyer", method="DELETE")


def test_a_measure_gives_the_type_that_fits_it(page: Page, shop: Site) -> None:
    page.goto("/w/shop/tags/new-tag?kind=computed")
    page.get_by_label("Name in English").fill("Biggest size")
    page.get_by_role("combobox", name="Measure").click()
    page.get_by_title("Largest", exact=True).click()
    page.get_by_role("button", name="Create tag").click()
    expect(page.get_by_text("Something is missing.")).to_be_visible()
    page.get_by_role("combobox", name="Events", exact=True).click()
    page.keyboard.type(EVENT)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Property").fill("size")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("trial-people")).to_have_text("4")
    page.get_by_role("combobox", name="Measure").click()
    page.get_by_title("All different", exact=True).click()
    expect(page.get_by_label("Type")).to_be_disabled()
    page.get_by_role("combobox", name="Property").fill("kind")
    page.keyboard.press("Escape")
    expect(page.get_by_text("tea", exact=True)).to_be_visible()
    page.get_by_role("button", name="Create tag").click()
    page.wait_for_url("**/tags/biggest_size")
    assert shop.ask("tags/biggest_size")["value_type"] == "list"
    shop.ask("tags/biggest_size", method="DELETE")


def test_two_who_change_the_same_tag_are_asked_which_stands(page: Page, shop: Site, rule: str) -> None:
    page.goto(f"/w/shop/tags/{rule}/edit")
    expect(page.get_by_test_id("trial-people")).to_have_text("4")
    page.get_by_label("Name in English").fill("Mine")
    save(shop, rule, "rule", BUYERS, owner="theirs")
    page.get_by_role("button", name="Save tag").click()
    page.get_by_role("dialog").get_by_role("button", name="Save tag").click()
    dialog = page.get_by_role("dialog").filter(has_text="Somebody else changed this tag meanwhile")
    dialog.get_by_role("button", name="Load theirs").click()
    expect(page.get_by_label("Owner")).to_have_value("theirs")
    page.get_by_label("Name in English").fill("Ours")
    page.get_by_role("button", name="Save tag").click()
    page.get_by_role("dialog").get_by_role("button", name="Save tag").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ours")


def test_a_tag_that_is_asked_is_not_removed(page: Page, shop: Site, rule: str) -> None:
    asks = {"name": "Asks the tag", "condition": {"tag": {"name": rule, "op": "is_set"}}}
    shop.ask("segments/asks_the_tag", asks, "PUT")
    page.goto(f"/w/shop/tags/{rule}")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    refused = page.get_by_role("dialog").filter(has_text="This tag is in use")
    expect(refused.get_by_role("link", name="Asks the tag")).to_be_visible()
    refused.get_by_role("button", name="Done").click()
    shop.ask("segments/asks_the_tag", method="DELETE")


def test_a_tag_is_given_by_hand_and_taken_back(page: Page, shop: Site) -> None:
    save(shop, "tag_vip", "manual", {}, "text", allowed=["gold", "silver"])
    page.goto("/w/shop/tags/tag_vip?tab=actions")
    page.get_by_role("button", name="Give to people").click()
    page.get_by_role("combobox", name="People").fill("tagged-1@example.com")
    page.get_by_title("Tagged 1", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Value").click()
    page.get_by_title("gold", exact=True).click()
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_text("1 person has it now")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Set to gold"))).to_be_visible()
    assert shop.ask("tags/tag_vip/distribution")["values"] == [{"value": "gold", "people": 1}]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone")).to_be_visible()
    assert shop.ask("tags/tag_vip/distribution")["people"] == 0
    shop.ask("tags/tag_vip", method="DELETE")


def test_a_file_gives_a_tag_and_can_be_undone(page: Page, shop: Site) -> None:
    save(shop, "tag_crm", "imported", {}, "number")
    page.goto("/w/shop/tags/tag_crm?tab=actions")
    page.get_by_role("button", name="Import a file").click()
    rows = b"user_id,value\ntagged-1,7\ntagged-2,9\nnobody-at-all,1\n"
    page.locator("input[type=file]").set_input_files({"name": "crm.csv", "mimeType": "text/csv", "buffer": rows})
    expect(page.get_by_text("2 people have the tag now")).to_be_visible()
    expect(page.get_by_text("1 id belongs to nobody")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone")).to_be_visible()
    assert shop.ask("tags/tag_crm/distribution")["people"] == 0
    shop.ask("tags/tag_crm", method="DELETE")


def test_the_catalogue_says_how_each_tag_does(page: Page, shop: Site, rule: str) -> None:
    page.set_viewport_size({"width": 1500, "height": 860})
    page.goto("/w/shop/tags?search=tag_buyers")
    row = page.get_by_role("row", name=re.compile("tag_buyers"))
    for what in ("Behaviour", "Rule", EVENT, "Healthy", "%"):
        expect(row).to_contain_text(what)
    for heading in ("Coverage", "Made from", "Computed", "Health", "Owner", "Version"):
        expect(page.get_by_role("columnheader", name=heading)).to_be_visible()
    page.goto("/w/shop/tags?search=no-such-tag-at-all")
    expect(page.get_by_text("No tag matches")).to_be_visible()
