"""Can one see what sets segments apart, how they overlap and what is in them, and make a segment of what was found?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site, ago

KEYS = ("climbers", "swimmers", "climbing_swimmers")


def traffic() -> list[dict[str, Any]]:
    """Twelve who climb, of whom four swim too and ten have a rope; eight who only swim, of whom one has a rope."""
    found: list[dict[str, Any]] = []
    for n in range(20):
        user = {"userId": f"sport-{n}"}
        gear = "rope" if n < 10 or n == 19 else "goggles"
        found.append({"type": "identify", **user, "traits": {"name": f"Sport {n}", "gear": gear, "laps": n}, "timestamp": ago(3)})
        if n < 12:
            found.append({"type": "track", "event": "Wall Climbed", **user, "timestamp": ago(2)})
        if n >= 8:
            found.append({"type": "track", "event": "Lane Swum", **user, "timestamp": ago(1)})
    return found


@pytest.fixture(scope="module")
def sports(site: Site) -> Iterator[Site]:
    site.send(traffic())
    site.wait(lambda: site.overview()["events"].get("Lane Swum", 0) >= 12)
    for key, event in (("climbers", "Wall Climbed"), ("swimmers", "Lane Swum")):
        site.ask(f"segments/{key}", {"name": key.title(), "condition": {"did": {"events": [event]}}}, "PUT")
    site.wait(lambda: all(site.ask(f"segments/{key}")["size"] == 12 for key in KEYS[:2]))
    yield site
    known = {one["key"] for one in site.ask("segments")["items"]}
    for key in [key for key in reversed(KEYS) if key in known]:
        site.ask(f"segments/{key}", method="DELETE")


def findings(page: Page) -> Locator:
    return page.get_by_role("list", name="What sets them apart").get_by_role("listitem")


def test_what_sets_two_segments_apart_is_said_in_words(page: Page, sports: Site) -> None:
    page.goto("/w/shop/segments")
    for name in ("Climbers", "Swimmers"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    expect(page.get_by_text("2 segments chosen")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("8 people of “Climbers” beside 8 people of “Swimmers”")).to_be_visible()
    expect(page.get_by_text("4 people are in both, and left out of both sides.")).to_be_visible()
    told = sports.ask("understanding/comparison?segment=climbers&other=swimmers")
    sure = [one for one in told["findings"] if one["q"] < 0.05]
    expect(findings(page)).to_have_count(len(sure))
    climbed = findings(page).filter(has_text="Did “Wall Climbed”")
    expect(climbed).to_contain_text(re.compile(r"effect \+3\.14, large.*corrected p < 0\.001", re.DOTALL))
    expect(climbed).to_contain_text("100% against 0%")
    expect(findings(page).filter(has_text="Did “Lane Swum”")).to_contain_text("0% against 100%")
    expect(findings(page).filter(has_text="gear: rope")).to_contain_text("100% against 12.5%")
    page.get_by_text("Traits", exact=True).click()
    expect(climbed).to_have_count(0)
    findings(page).filter(has_text="gear: rope").get_by_role("link", name="Make a segment of it").click()
    expect(page.get_by_test_id("preview-count")).to_have_text("10")


def test_one_segment_is_compared_with_everybody_else(page: Page, sports: Site) -> None:
    page.goto("/w/shop/segments/climbers")
    page.get_by_role("link", name="Understand").click()
    expect(page.get_by_text(re.compile("12 people of “Climbers” beside .* people who are not in it"))).to_be_visible()
    expect(findings(page).filter(has_text="Did “Wall Climbed”")).to_contain_text("100% against 0%")


def test_every_combination_opens_the_people_in_it(page: Page, sports: Site) -> None:
    page.goto("/w/shop/understanding?view=overlap")
    expect(page.get_by_text("Which segments?")).to_be_visible()
    chooser = page.get_by_role("combobox", name="Segments", exact=True)
    chooser.click()
    for name in ("Climbers", "Swimmers"):
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    plot = page.get_by_role("group", name="Combinations of segments")
    expect(plot.get_by_role("button")).to_have_count(3)
    expect(plot.get_by_role("button", name="Only in Climbers: 8")).to_be_visible()
    plot.get_by_role("button", name="Climbers and Swimmers: 4").click()
    expect(page.get_by_text("4 people", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Sport 8"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Sport 12"))).to_have_count(0)
    page.get_by_role("link", name="Make a segment of it").click()
    expect(page.get_by_test_id("preview-count")).to_have_text("4")
    page.get_by_label("Name", exact=True).fill("Climbing swimmers")
    page.get_by_role("button", name="Create segment").click()
    page.wait_for_url("**/segments/climbing_swimmers")


def test_what_is_in_a_segment_is_shown_by_tag_or_trait(page: Page, sports: Site) -> None:
    page.goto("/w/shop/understanding?view=distribution&segments=climbers&of=trait:gear")
    expect(page.get_by_text("12 of 12 people have a value (100%).")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("rope 10 83.3%"))).to_be_visible()
    page.get_by_role("link", name=re.compile("goggles 2")).click()
    expect(page.get_by_test_id("preview-count")).to_have_text("2")

    page.goto("/w/shop/understanding?view=distribution&segments=swimmers&of=trait:laps")
    numbers = page.get_by_role("region", name="How the numbers spread")
    expect(numbers.locator("dl > div").filter(has_text="Lowest")).to_contain_text("8")
    expect(numbers.locator("dl > div").filter(has_text="Mean")).to_contain_text("13.5")
    bars = numbers.get_by_role("link")
    label = bars.last.get_attribute("aria-label") or ""
    bars.last.click()
    expect(page.get_by_test_id("preview-count")).to_have_text(label.rsplit(" ", 1)[1])


def test_the_nights_are_shown_with_what_they_put_right(page: Page, sports: Site) -> None:
    page.goto("/w/shop/segments")
    page.get_by_role("button", name="Always current").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Always current: proved every night")).to_be_visible()
    passes = sports.ask("segments/passes")["items"]
    shown = drawer.get_by_text(re.compile("put right|No pass yet")) if not passes else drawer.get_by_role("row")
    expect(shown.first).to_be_visible()
    assert "show=passes" in page.url
