"""Can somebody bring a list of ids from elsewhere, see what was in it, and use it in a segment?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.site import Site


@pytest.fixture(scope="module")
def fair(site: Site) -> Site:
    """The site with three guests of a fair."""
    before = site.overview()["events"].get("Fair Visited", 0)
    site.send([{"type": "track", "event": "Fair Visited", "userId": f"guest-{n}"} for n in range(1, 4)])
    site.wait(lambda: site.overview()["events"].get("Fair Visited", 0) >= before + 3)
    return site


@pytest.fixture
def guests(fair: Site) -> Iterator[dict[str, Any]]:
    """An empty list of user ids."""
    made = fair.ask("lists", {"name": "Guests of the fair", "kind": "user_id"})
    yield made
    left = [one["list_id"] for one in fair.ask("lists")["items"]]
    if made["list_id"] in left:
        fair.ask(f"lists/{made['list_id']}", method="DELETE")


def file(text: str, name: str = "guests.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def upload(page: Page, text: str, name: str = "guests.csv") -> Locator:
    """Choose a file, send it as it stands, and wait for what was in it."""
    page.locator("input[type=file]").set_input_files(file(text, name))
    page.get_by_role("button", name="Upload", exact=True).click()
    return page.get_by_role("region", name=f"What was in {name}")


def fact(report: Locator, name: str) -> Locator:
    return report.locator("dl > div").filter(has_text=name).locator("dd")


def test_a_list_is_made_filled_and_tells_what_was_in_the_file(page: Page, fair: Site) -> None:
    page.goto("/w/shop/segments")
    page.get_by_role("link", name="Lists").click()
    page.get_by_role("button", name="New list").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Create list").click()
    expect(dialog.get_by_text("This cannot be empty.")).to_be_visible()
    dialog.get_by_label("List").fill("Met at the fair")
    dialog.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Met at the fair")
    expect(page.get_by_text("Nothing uploaded yet").first).to_be_visible()

    page.locator("input[type=file]").set_input_files(file("name,user_id\nA,guest-1\nB,guest-2\nC,guest-2\nD,nobody-7\nE,\n"))
    expect(page.get_by_label("First lines of the file")).to_contain_text("A,guest-1")
    page.get_by_label("Column of the ids").fill("number")
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is no such column in the file.")
    page.get_by_label("Column of the ids").fill("user_id")
    page.get_by_role("button", name="Upload", exact=True).click()
    report = page.get_by_role("region", name="What was in guests.csv")
    for name, number in (("Rows", 5), ("Ids found here", 2), ("Unknown ids", 1), ("Repeated rows", 1), ("On the list afterwards", 2)):
        expect(fact(report, name).first).to_have_text(str(number))
    expect(report.get_by_text("nobody-7")).to_be_visible()
    expect(report.get_by_text("row 5 · empty")).to_be_visible()

    page.get_by_role("button", name="Met at the fair: More for this part").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("dialog").get_by_label("List").fill("Fair of March")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fair of March")
    page.get_by_role("button", name="Fair of March: More for this part").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/w/shop/lists")
    expect(page.get_by_text("Fair of March", exact=True)).to_have_count(0)


def test_who_comes_later_is_added_or_takes_their_place(page: Page, fair: Site, guests: dict[str, Any]) -> None:
    page.goto(f"/w/shop/lists/{guests['list_id']}")
    expect(fact(upload(page, "guest-1\nguest-2\n", "first.txt"), "On the list afterwards")).to_have_text("2")
    expect(fact(upload(page, "guest-3\n", "more.txt"), "On the list afterwards")).to_have_text("3")
    page.locator("input[type=file]").set_input_files(file("guest-3\n", "only.txt"))
    page.get_by_text("Replace them", exact=True).click()
    page.get_by_role("button", name="Upload", exact=True).click()
    report = page.get_by_role("region", name="What was in only.txt")
    expect(fact(report, "On the list afterwards")).to_have_text("1")
    nobody = upload(page, "x-1\nx-2\n", "strangers.txt")
    expect(nobody.get_by_text("Nobody here has any of the ids in this file.")).to_be_visible()
    expect(nobody.get_by_text("x-2", exact=True)).to_be_visible()
    assert fair.ask(f"lists/{guests['list_id']}")["people"] == 1


def test_a_file_is_dropped_onto_the_page(page: Page, guests: dict[str, Any]) -> None:
    page.goto(f"/w/shop/lists/{guests['list_id']}")
    transfer = page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['guest-2\\n'], 'dropped.txt')); return t; }"
    )
    zone = page.get_by_text("Drop a file of ids here")
    zone.dispatch_event("dragover", {"dataTransfer": transfer})
    zone.dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.get_by_text("dropped.txt", exact=True)).to_be_visible()
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(fact(page.get_by_role("region", name="What was in dropped.txt"), "Ids found here")).to_have_text("1")


def test_a_segment_is_made_of_a_list_which_then_cannot_be_deleted(page: Page, fair: Site, guests: dict[str, Any]) -> None:
    page.goto(f"/w/shop/lists/{guests['list_id']}")
    expect(fact(upload(page, "guest-1\nguest-3\n"), "On the list afterwards")).to_have_text("2")
    page.get_by_role("link", name="Make a segment of it").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Guests of the fair")
    expect(page.get_by_test_id("preview-count")).to_have_text("2")
    page.get_by_role("button", name="Create segment").click()
    page.wait_for_url("**/segments/guests_of_the_fair")

    page.goto("/w/shop/lists")
    row = page.get_by_role("row", name=re.compile("Guests of the fair"))
    row.get_by_role("button", name=re.compile("More for this part")).click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    refusal = page.get_by_role("dialog").filter(has_text="is in use")
    expect(refusal.get_by_role("link", name="Guests of the fair")).to_be_visible()
    refusal.get_by_role("button", name="Done").click()
    # An archived segment names it no more.
    fair.ask("segments/guests_of_the_fair", method="DELETE")
