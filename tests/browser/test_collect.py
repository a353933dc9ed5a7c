"""Are events seen as they arrive, checked against the plan, and brought in from files?"""

import re
import sqlite3
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.site import Site


def test_an_event_appears_by_itself_and_opens_with_its_receipt(page: Page, site: Site) -> None:
    page.goto("/w/shop/live?event=Lamp+Lit")
    expect(page.get_by_text("No event matches")).to_be_visible()
    site.send([{"type": "track", "event": "Lamp Lit", "userId": "ada", "messageId": "lamp-1", "properties": {"colour": "amber"}}])
    page.get_by_role("button", name="Lamp Lit").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Accepted")
    expect(drawer).to_contain_text("lamp-1")
    expect(drawer.get_by_label("Properties").get_by_text('"amber"')).to_be_visible()
    assert "message=lamp-1" in page.url


def test_a_repeated_event_says_that_it_counts_once(page: Page, site: Site) -> None:
    bell = {"type": "track", "event": "Bell Rung", "userId": "ada", "messageId": "bell-1"}
    site.send([bell])
    site.send([bell])
    page.goto("/w/shop/live?event=Bell+Rung&status=duplicate")
    expect(page.get_by_role("cell", name="Duplicate")).to_be_visible()
    assert site.overview()["events"]["Bell Rung"] == 1


def test_an_event_that_cannot_be_taken_is_a_dead_letter_and_can_be_sent_again(page: Page, site: Site) -> None:
    site.send([{"type": "track", "event": "Nobody Did", "messageId": "nobody-1"}])
    page.goto("/w/shop/live?event=Nobody+Did")
    expect(page.get_by_text("It names nobody: neither user id nor anonymous id is set.")).to_be_visible()
    page.get_by_role("link", name="Look at them").click()
    row = page.get_by_role("row", name=re.compile("nobody-1"))
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send again (1)").click()
    expect(page.get_by_text("1 event was sent through the pipeline again.")).to_be_visible()
    page.get_by_text("Sent again", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("nobody-1"))).to_be_visible()


def test_a_receipt_leads_to_its_own_dead_letter(page: Page, site: Site) -> None:
    site.send([{"type": "track", "event": "Ghost Seen", "messageId": f"ghost-{n}"} for n in (1, 2)])
    site.wait(lambda: len(site.ask("events/live?event=Ghost+Seen")["items"]) == 2)
    page.goto("/w/shop/live?event=Ghost+Seen&message=ghost-1")
    page.get_by_role("dialog").get_by_role("link", name="Open its dead letter").click()
    page.wait_for_url("**/live/dead-letters?letter=*")
    expect(page.get_by_label("What was received")).to_contain_text("ghost-1")
    expect(page.get_by_text("ghost-2")).to_have_count(0)
    page.get_by_role("button", name="Send again (1)").click()
    expect(page.get_by_text("Sent again", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show all dead letters").click()
    expect(page.get_by_role("row", name=re.compile("ghost-2"))).to_be_visible()


def test_the_live_list_stands_still_while_it_is_paused(page: Page, site: Site) -> None:
    page.goto("/w/shop/live?event=Drum+Beaten")
    expect(page.get_by_text("No event matches")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    site.send([{"type": "track", "event": "Drum Beaten", "userId": "ada", "messageId": "drum-1"}])
    site.wait(lambda: site.overview()["events"].get("Drum Beaten") == 1)
    expect(page.get_by_text("No event matches")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Drum Beaten")).to_be_visible()


def test_the_plan_is_drafted_from_traffic_and_its_breaches_are_listed(page: Page, site: Site) -> None:
    page.goto("/w/shop/plan")
    page.get_by_role("button", name="Draft from traffic").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row", name=re.compile("Order Completed"))).to_be_visible()
    dialog.get_by_role("button", name=re.compile(r"Add \d+ to the plan")).click()
    page.get_by_role("button", name=re.compile("^Order Completed")).click()
    editor = page.get_by_role("dialog")
    editor.get_by_role("textbox", name="Owner").fill("Shop team")
    editor.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="Shop team")).to_be_visible()
    assert {event["name"]: event["owner"] for event in site.ask("plan")["events"]}["Order Completed"] == "Shop team"

    page.get_by_label("An event is not in the plan").get_by_text("Warn").click()
    site.wait(lambda: site.ask("plan")["unknown_events"] == "warn")
    site.send([{"type": "track", "event": "Cat Stroked", "userId": "ada", "messageId": "cat-1"}])
    site.wait(lambda: site.overview()["events"].get("Cat Stroked") == 1)
    assert site.ask("receipts/cat-1")["items"][0]["status"] == "warned"
    page.get_by_role("tab", name="Violations").click()
    expect(page.get_by_role("row", name=re.compile("Cat Stroked"))).to_contain_text("The event is not in the plan")
    page.get_by_label("An event is not in the plan").get_by_text("Allow").click()
    site.wait(lambda: site.ask("plan")["unknown_events"] == "allow")


def test_the_history_of_the_plan_says_what_changed_and_puts_a_version_back(page: Page, site: Site) -> None:
    before = site.ask("plan")
    changed = {**{key: before[key] for key in ("mode", "unknown_properties", "events", "traits")}, "unknown_events": "warn"}
    event = {"name": "Kettle Boiled", "owner": "Kitchen", "properties": [{"name": "litres", "type": "number", "required": True}]}
    site.ask("plan", {**changed, "events": [*before["events"], event]}, method="PUT")
    page.goto("/w/shop/plan?tab=history")
    newest = page.locator("main tbody tr.ant-table-row").first
    expect(newest).to_contain_text("In force")
    expect(newest).to_contain_text("operator", ignore_case=True)
    newest.get_by_role("button", name="Expand row").click()
    expect(page.get_by_role("row", name="Kettle Boiled Added – –", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="The whole plan An event is not in the plan Allow Warn", exact=True)).to_be_visible()
    page.get_by_role("button", name="Put back").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Put back").click()
    site.wait(lambda: site.ask("plan")["version"] == before["version"] + 2)
    after = site.ask("plan")
    assert (after["events"], after["unknown_events"]) == (before["events"], "allow")


def test_a_source_is_mapped_by_picking_its_columns(page: Page, site: Site) -> None:
    with sqlite3.connect(site.sources / "till.db") as till:
        till.execute("CREATE TABLE sales (id INTEGER, customer_id TEXT, sold_at TEXT, amount REAL)")
        till.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", [(n, f"till-{n}", "2026-01-05 10:00:00", 2.5) for n in (1, 2)])
    before = site.overview()
    page.goto("/w/shop/imports?tab=sources")
    page.get_by_role("button", name="Add source").first.click()
    editor = page.get_by_role("dialog", name="Add source")
    editor.get_by_label("Name").fill("Till")
    editor.get_by_role("combobox", name="Database").click()
    page.get_by_title("SQLite file").click()
    editor.get_by_label("File path").fill("till.db")
    editor.get_by_role("textbox", name="Table").fill("sales")
    editor.get_by_role("button", name="Read the columns").click()
    expect(editor.get_by_text("4 columns found")).to_be_visible()
    editor.get_by_label("Cursor column").click()
    page.get_by_title("id · whole number", exact=True).click()
    editor.get_by_role("button", name="New mapping from the columns").click()
    mapping = page.get_by_role("dialog", name="New mapping from the columns")
    expect(mapping.get_by_role("row", name=re.compile("customer_id.*till-1"))).to_contain_text("User id")
    mapping.get_by_role("button", name="Save mapping").click()
    naming = page.get_by_role("dialog", name="Save mapping")
    naming.get_by_role("textbox").fill("Till sales")
    naming.get_by_role("button", name="Save", exact=True).click()
    expect(mapping).to_have_count(0)
    expect(editor.get_by_title("Till sales")).to_be_visible()
    editor.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Till"))).to_be_visible()
    site.wait(lambda: site.overview()["orders"] == before["orders"] + 2)
    assert site.overview()["revenue_minor"] == before["revenue_minor"] + 500


CSV = """customer_id,order_no,paid_at,amount,city
imported-1,N-1,2026-01-05 10:00:00,19.90,Boston
imported-1,N-2,2026-01-06 11:30:00,5.10,Boston
imported-2,N-3,2026-01-07 12:45:00,100,Lyon
imported-2,N-4,not a time,7,Lyon
"""


def test_a_csv_file_is_mapped_tried_and_imported(page: Page, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(CSV)
    before = site.overview()
    page.goto("/w/shop/imports")
    page.get_by_role("button", name="Import a file").first.click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("orders.csv")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("customer_id"))).to_contain_text("User id")
    page.get_by_role("button", name="Check what it would do").click()
    expect(page.get_by_text("Some rows will be left out")).to_be_visible()
    expect(page.get_by_text("The time cannot be read").first).to_be_visible()
    expect(page.get_by_text("$125.00")).to_be_visible()
    page.get_by_role("button", name="Start import").click()
    page.wait_for_url("**/w/shop/imports/*")
    expect(page.get_by_text("Everything is imported and shows in every report.")).to_be_visible(timeout=60_000)
    after = site.overview()
    assert after["orders"] == before["orders"] + 3
    assert after["revenue_minor"] == before["revenue_minor"] + 12_500
    page.get_by_role("link", name="Imports").first.click()
    expect(page.get_by_role("row", name=re.compile("orders.csv"))).to_contain_text("Done")
