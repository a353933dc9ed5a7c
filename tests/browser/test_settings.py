"""Are keys, members and the own account set up in the UI, and is every change on record?"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site


def test_a_write_key_is_made_with_code_to_paste_and_works(page: Page, site: Site) -> None:
    page.goto("/w/shop/settings/keys")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Web shop")
    dialog.get_by_role("button", name="Create key").click()
    token = dialog.get_by_test_id("new-key").inner_text()
    for tab in ("Browser", "Node.js", "Python", "curl"):
        dialog.get_by_role("tab", name=tab).click()
        expect(dialog.get_by_role("tabpanel")).to_contain_text(token)
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row", name=re.compile("Web shop"))).to_contain_text("Write key")
    site.send([{"type": "track", "event": "Door Opened", "userId": "ada", "messageId": "door-1"}], key=token)
    site.wait(lambda: site.overview()["events"].get("Door Opened") == 1)


def test_an_api_key_is_shown_once_and_can_be_revoked(page: Page) -> None:
    page.goto("/w/shop/settings/keys")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("API key", exact=True).click()
    dialog.get_by_role("textbox", name="Name").fill("Nightly export")
    dialog.get_by_role("button", name="Create key").click()
    token = dialog.get_by_test_id("new-key").inner_text()
    expect(dialog).to_contain_text("cannot be shown again")
    dialog.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("Nightly export"))
    expect(row).to_be_visible()
    expect(dialog).to_have_count(0)  # it fades out first
    assert token not in page.content()
    row.get_by_role("button", name="Revoke key Nightly export?").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(row).to_be_hidden()


def test_a_member_gets_a_role_and_the_audit_log_says_who_did_it(page: Page, site: Site) -> None:
    page.goto("/w/shop/settings/members")
    page.get_by_role("button", name="Add member").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Email").fill("tom@example.com")
    dialog.get_by_role("textbox", name="Name").fill("Tom")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_contain_text("An account was made for tom@example.com")
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row", name=re.compile("tom@example.com"))).to_contain_text("Analyst")
    page.get_by_role("tab", name="Audit log").click()
    row = page.get_by_role("row", name=re.compile("Member added")).first
    expect(row).to_contain_text(re.compile("mei"))
    assert {member["email"]: member["role"] for member in site.ask("members")["items"]}["tom@example.com"] == "analyst"


def test_a_junk_id_is_blocked_after_a_preview_of_whom_that_parts(page: Page, site: Site) -> None:
    kiosk = {"type": "track", "event": "Kiosk Used", "anonymousId": "kiosk-7"}
    site.send([kiosk, {**kiosk, "userId": "kiosk-visitor"}])
    site.wait(lambda: site.overview()["events"].get("Kiosk Used") == 2)
    assert len(site.ask("people?event=Kiosk+Used")["items"]) == 1
    page.goto("/w/shop/merges")
    page.get_by_role("link", name="Identity rules").click()
    expect(page.get_by_text("texts are blocked everywhere")).to_be_visible()
    page.get_by_label("Blocked in this workspace").fill("KIOSK-7")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add a kind").click()
    page.get_by_label("Kind of id").last.fill("loyalty_card")
    page.get_by_label("Limit: loyalty_card").fill("2")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 person is looked at anew")
    dialog.get_by_role("button", name="Save").click()
    site.wait(lambda: site.ask("identity-rules")["blocked"] == ["kiosk-7"])
    rules = site.ask("identity-rules")
    assert rules["limits"]["loyalty_card"] == 2
    site.wait(lambda: len(site.ask("people?event=Kiosk+Used")["items"]) == 2)
    site.ask("identity-rules", {**rules, "blocked": []}, method="PUT")
    site.wait(lambda: len(site.ask("people?event=Kiosk+Used")["items"]) == 1)


@pytest.mark.parametrize("path", ["people", "live", "imports"])
def test_a_viewer_sees_no_people_and_is_told_so(stranger: Page, site: Site, path: str) -> None:
    made = site.ask("members", {"email": f"viewer-{path}@example.com", "name": "Viewer", "role": "viewer", "locale": "en"}, method="POST")
    stranger.goto("/login")
    stranger.get_by_label("Email").fill(f"viewer-{path}@example.com")
    stranger.get_by_label("Password", exact=True).fill(made["password"])
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url("**/w/shop/overview")
    expect(stranger.get_by_role("link", name="Overview")).to_be_visible()
    expect(stranger.get_by_role("link", name="People", exact=True)).to_be_hidden()
    stranger.goto(f"/w/shop/{path}")
    expect(stranger.get_by_text("You do not have access to this").first).to_be_visible()


def test_the_own_password_must_be_long_and_typed_twice(page: Page) -> None:
    page.goto("/w/shop/settings/account")
    page.get_by_label("Current password").fill("whatever it is")
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password again").fill("different")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("At least 10 characters.")).to_be_visible()
    expect(page.get_by_text("The two entries differ.")).to_be_visible()
