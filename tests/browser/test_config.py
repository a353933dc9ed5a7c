"""Can definitions be kept as documents: downloaded, changed, looked at as a plan, and put in force?"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site

KEYS = ("keepers", "finders")


@pytest.fixture
def finders(site: Site) -> Iterator[Site]:
    """The site with the segment "finders"; it and "keepers" are taken out of use afterwards."""
    site.ask("segments/finders", {"name": "Finders", "condition": {"did": {"events": ["Thing Found"]}}}, "PUT")
    yield site
    for one in site.ask("segments")["items"]:
        if one["key"] in KEYS:
            site.ask(f"segments/{one['key']}", method="DELETE")


DOCUMENTS = """\
kind: segment
key: finders
name: Lucky finders
condition:
  did: {events: [Thing Found], op: gte, value: 2}
---
kind: segment
key: keepers
name: Keepers
condition:
  segment: {key: finders}
"""


def test_what_stands_is_downloaded_and_changes_nothing_when_applied(page: Page, finders: Site) -> None:
    page.goto("/w/shop/settings/workspace")
    page.get_by_role("tab", name="Config as code").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download YAML").click()
    text = waiting.value.path().read_text()
    assert waiting.value.suggested_filename == "shop.yaml"
    assert "key: finders" in text
    page.locator("input[type=file]").set_input_files({"name": "shop.yaml", "mimeType": "text/yaml", "buffer": text.encode()})
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_text("Nothing would change")).to_be_visible()


def test_a_plan_is_seen_field_by_field_and_applied(page: Page, finders: Site) -> None:
    page.goto("/w/shop/settings/config")
    text = page.get_by_label("Documents as YAML")
    text.fill("kind: segment\n---\nkind: [")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("Document 2, line 3: this cannot be read.")
    text.fill("kind: segment\nkey: keepers\nname: Keepers\ncondition: {dit: {}}\n")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("1 problem; nothing can be applied before it is solved")
    expect(page.get_by_role("alert")).to_contain_text("Document 1")

    text.fill(DOCUMENTS)
    page.get_by_role("button", name="Show the plan").click()
    plan = page.get_by_role("region", name="What would change")
    changed = plan.get_by_role("listitem").filter(has_text="Lucky finders")
    expect(changed.locator("del").filter(has_text=re.compile("^Finders$"))).to_be_visible()
    expect(changed.locator("ins").filter(has_text="is at least 2")).to_be_visible()
    expect(plan.get_by_role("listitem").filter(has_text="Keepers").get_by_text("New", exact=True)).to_be_visible()

    # Somebody else is quicker; what is applied is never another plan than the one that was seen.
    finders.ask("segments/finders", {"name": "Finders of today", "condition": {"did": {"events": ["Thing Found"]}}}, "PUT")
    plan.get_by_label("Note for the audit log").fill("From the browser")
    plan.get_by_role("button", name="Apply 2 changes").click()
    page.get_by_role("dialog").get_by_role("button", name="Apply 2 changes").click()
    expect(plan.get_by_text("Something was changed since. This is the new plan")).to_be_visible()
    expect(changed.locator("del").filter(has_text="Finders of today")).to_be_visible()
    plan.get_by_role("button", name="Apply 2 changes").click()
    page.get_by_role("dialog").last.get_by_role("button", name="Apply 2 changes").click()
    expect(page.get_by_text("2 changes are in force")).to_be_visible()
    assert finders.ask("segments/keepers")["name"] == "Keepers"
    finders.wait(lambda: finders.ask("segments/finders")["version"] >= 3)
