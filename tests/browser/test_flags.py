"""Can somebody make a flag by picking, try it, switch it on, and be told before people are moved?"""

from playwright.sync_api import Page, expect

from tests.browser.site import Site


def test_a_flag_is_made_tried_switched_on_and_changed_with_care(site: Site, signed_in: object, page: Page) -> None:
    page.goto("/w/shop/flags/new-flag")
    page.get_by_label("Name", exact=True).fill("Price test")
    page.get_by_label("Key", exact=True).fill("price-test")
    page.get_by_label("Kind of value").click()
    page.get_by_title("Number").click()
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/flags/price-test/edit")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("menuitem", name="Divide among variants").click()
    page.get_by_label("Name of the experiment").fill("prices")
    page.get_by_label("Weight", exact=True).nth(0).fill("40")
    expect(page.get_by_text("The weights add up to 90%; they must add up to 100%.")).to_be_visible()
    page.get_by_label("Weight", exact=True).nth(1).fill("60")
    page.get_by_label("Value of the variant", exact=True).nth(1).fill("19.9")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_test_id("trial").get_by_text("decided")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/flags/price-test")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    kept = site.ask("flags/price-test")
    assert kept["state"] == "on"
    [rule] = kept["spec"]["rules"]
    assert [(arm["value"], arm["weight"]) for arm in rule["arms"]] == [(0, 40), (19.9, 60)]

    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Divide evenly").click()
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("10% get another variant")).to_be_visible()
    dialog.get_by_role("button", name="Save anyway").click()
    page.wait_for_url("**/flags/price-test")
    expect(page.get_by_text("In force")).to_be_visible()
    page.get_by_role("button", name="Restore").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Save anyway").click()
    expect(page.get_by_role("cell", name="3", exact=True)).to_be_visible()

    page.goto("/w/shop/flag-connection")
    page.get_by_role("button", name="Create one").click()
    expect(page.get_by_text('clientKey: "ufk_')).to_be_visible()
