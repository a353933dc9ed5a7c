"""Are people found, told whole, joined and parted again?"""

import re

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.site import Site


def person_of(site: Site, search: str) -> int:
    found: int = site.ask(f"people?search={search}")["items"][0]["person_id"]
    return found


def test_a_person_is_found_by_a_trait_and_opened(page: Page) -> None:
    page.goto("/w/shop/people")
    page.get_by_role("textbox", name="Name, email, phone, any id or trait").fill("ada@example.com")
    page.wait_for_url("**/people?search=ada*")
    page.get_by_role("link", name=re.compile("Ada")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada")
    expect(page.get_by_text("$12.50").first).to_be_visible()


def test_a_person_has_a_timeline_that_can_be_filtered_and_opened(page: Page, site: Site) -> None:
    page.goto(f"/w/shop/people/{person_of(site, 'ada@example.com')}")
    expect(page.get_by_text("This is where their story begins.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Page Viewed"))).to_be_visible()
    page.get_by_role("textbox", name="Event name").fill("order")
    expect(page.get_by_role("button", name=re.compile("Page Viewed"))).to_be_hidden()
    page.get_by_role("button", name=re.compile("Order Completed")).click()
    expect(page.get_by_label("Order Completed").get_by_text('"A-1"')).to_be_visible()


def test_the_timeline_is_asked_for_once_and_does_not_wait_for_the_person(page: Page, site: Site) -> None:
    number = person_of(site, "ada@example.com")
    held: list[Route] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/timeline" in request.url else None)
    page.route(f"**/people/{number}", lambda route: held.append(route) if route.request.resource_type == "fetch" else route.continue_())
    with page.expect_response(re.compile(rf"/people/{number}/timeline")):
        page.goto(f"/w/shop/people/{number}")
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_text("This is where their story begins.")).to_be_visible()
    assert len(asked) == 1


def test_a_trait_shows_what_it_was_before(page: Page, site: Site) -> None:
    page.goto(f"/w/shop/people/{person_of(site, 'ada@example.com')}?tab=traits")
    row = page.get_by_role("row", name=re.compile("plan"))
    expect(row).to_contain_text("pro")
    row.get_by_role("button", name="History of plan").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("listitem")).to_have_count(2)
    expect(drawer.get_by_role("listitem").nth(1)).to_contain_text("free")


def test_two_people_are_joined_after_a_preview_and_parted_again(page: Page, site: Site) -> None:
    before = site.overview()
    one, other = person_of(site, "grace-1"), person_of(site, "grace-2")
    assert one != other
    page.goto(f"/w/shop/people/{one}?tab=identities")
    page.get_by_role("button", name="Merge with another person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("grace-2")
    dialog.get_by_role("button", name=re.compile("Grace H")).click()
    expect(dialog).to_contain_text("Joins 2 profiles")
    expect(dialog.get_by_test_id("merge-profiles").get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Merged into one person")).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("^grace-2"))).to_be_visible()
    site.wait(lambda: person_of(site, "grace-1") == person_of(site, "grace-2"))
    site.wait(lambda: site.overview()["people"] == before["people"] - 1)

    page.get_by_role("row", name=re.compile("By hand")).get_by_role("button", name="Undo").click()
    confirm = page.get_by_role("dialog").filter(has_text="Undo this merge?")
    confirm.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("The merge was undone")).to_be_visible()
    site.wait(lambda: person_of(site, "grace-1") != person_of(site, "grace-2"))
    site.wait(lambda: site.overview()["people"] == before["people"])
    expect(page.get_by_role("row", name=re.compile("By hand"))).to_contain_text("Undone")


def test_a_person_is_erased_after_a_preview_and_a_typed_number(owner: BrowserContext, site: Site) -> None:
    page = owner.new_page()  # what the server says of whoever was erased stands in the console as an error
    site.send(
        [
            {"type": "identify", "userId": "linus", "traits": {"email": "linus@example.com"}},
            {"type": "track", "userId": "linus", "event": "Product Viewed"},
        ]
    )
    before, number = site.overview()["people"], person_of(site, "linus")
    page.goto(f"/w/shop/people/{number}")
    page.get_by_role("button", name="More about this person").click()
    page.get_by_role("menuitem", name="Erase this person…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row", name=re.compile("Events 2"))).to_be_visible()
    expect(dialog).to_contain_text("Nobody writes to their addresses again.")
    erase = dialog.get_by_role("button", name="Erase for good")
    expect(erase).to_be_disabled()
    dialog.get_by_role("textbox").fill(f"{number}0")
    expect(erase).to_be_disabled()
    dialog.get_by_role("textbox").fill(str(number))
    erase.click()
    expect(page.get_by_role("heading", name="This person was erased")).to_be_visible()
    expect(page.get_by_text("Erased everywhere")).to_be_visible(timeout=30_000)
    assert site.ask("people?search=linus")["items"] == []
    site.wait(lambda: site.overview()["people"] == before - 1)
    page.close()
