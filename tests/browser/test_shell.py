"""Can one get in, choose language and light, and go anywhere by keyboard?"""

import re

from playwright.sync_api import Page, expect

from tests.browser.site import Site


def test_a_wrong_password_is_refused_in_words_and_a_right_one_opens_the_page_that_was_asked_for(stranger: Page, site: Site) -> None:
    stranger.goto("/w/shop/people?search=ada")
    stranger.wait_for_url("**/login?next=*")
    stranger.get_by_label("Email").fill(site.email)
    stranger.get_by_label("Password", exact=True).fill("not the password")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("alert")).to_contain_text("Email or password is wrong.")
    stranger.get_by_label("Password", exact=True).fill(site.password)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url("**/w/shop/people?search=ada")
    expect(stranger.get_by_role("heading", name="People", level=1)).to_be_visible()


def test_the_login_page_sends_nobody_to_another_site(stranger: Page, site: Site) -> None:
    stranger.goto("/login?next=https%3A%2F%2Fevil.example")
    stranger.get_by_label("Email").fill(site.email)
    stranger.get_by_label("Password", exact=True).fill(site.password)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url(f"{site.url}/w/shop/overview")


def test_the_language_changes_at_once_and_stays(page: Page) -> None:
    page.goto("/w/shop/overview")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitem", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("总览")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("总览")


def test_the_light_changes_at_once_and_stays(page: Page) -> None:
    page.goto("/w/shop/overview")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("menuitem", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("menuitem", name="Follow system").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_keyboard_opens_pages_and_people(page: Page) -> None:
    page.goto("/w/shop/overview")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to a page or person").fill("track")
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/shop/plan")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to a page or person").fill("ada@example")
    expect(page.get_by_role("option", name=re.compile("Ada"))).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/shop/people/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada")


def test_overview_shows_what_was_sent_and_each_number_opens_what_is_behind_it(page: Page, site: Site) -> None:
    known = site.overview()
    page.goto("/w/shop/overview")
    expect(page.get_by_role("link", name=f"People: {known['people']}", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=f"Orders: {known['orders']}", exact=True)).to_be_visible()
    expect(page.get_by_text(f"${known['revenue_minor'] / 100:,.2f}").first).to_be_visible()
    expect(page.get_by_text("Exact", exact=True)).to_be_visible()
    page.get_by_role("link", name="Product Viewed", exact=True).click()
    page.wait_for_url("**/w/shop/events?event=Product*Viewed")
    expect(page.get_by_role("button", name="Product Viewed").first).to_be_visible()


def test_a_period_without_events_says_so_and_is_part_of_the_address(page: Page) -> None:
    page.goto("/w/shop/overview?period=2001-01-01..2001-01-31")
    expect(page.get_by_text("Nothing happened in this period.")).to_be_visible()
    page.get_by_role("button", name="Show all time").click()
    expect(page.get_by_role("link", name=re.compile("^People: "))).to_be_visible()


def test_an_unknown_address_says_so(page: Page) -> None:
    page.goto("/w/shop/nowhere")
    expect(page.get_by_text("Nothing here")).to_be_visible()
    page.goto("/w/elsewhere/overview")
    expect(page.get_by_text("Nothing here")).to_be_visible()


def test_a_page_left_open_over_midnight_goes_on_to_the_new_day(page: Page) -> None:
    page.clock.install(time="2026-03-04T04:50:00Z")  # ten to midnight in New York
    page.goto("/w/shop/calendar")
    today = page.locator("main [aria-current=date]")
    expect(today).to_have_attribute("aria-label", "Tuesday, March 3, 2026")
    page.clock.fast_forward("20:00")
    expect(today).to_have_attribute("aria-label", "Wednesday, March 4, 2026")
