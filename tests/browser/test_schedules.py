"""Can one say to whom a dashboard goes as a PDF, change that, pause it and take it back?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.site import Site

MAIL = {"UEMS_SMTP_HOST": "127.0.0.1", "UEMS_SMTP_PORT": "1", "UEMS_SMTP_TLS": "none", "UEMS_SMTP_FROM": "uems@example.com"}
"""A mail server that nobody calls: no schedule of these is due yet."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own, which may send mail."""
    with served(tmp_path_factory, **MAIL) as found:
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cookies of that server."""
    return tmp_path_factory.mktemp("schedules") / "state.json"


def test_a_schedule_is_made_changed_paused_and_taken_back(page: Page, site: Site) -> None:
    tiles = [{"id": "a", "kind": "metric", "metric": "dau"}]
    site.ask("dashboards/sent", {"name": "Sent wall", "tiles": tiles}, "PUT")

    def kept() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = site.ask("dashboards/sent/schedules")["items"]
        return found

    page.goto("/w/shop/dashboards/sent")
    page.get_by_role("button", name="Send by mail").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="E-mail addresses").fill("ann@example.com")
    page.keyboard.press("Enter")
    dialog.get_by_text("Days up to today").click()  # the list of members goes
    dialog.get_by_role("button", name="Add", exact=True).click()
    row = dialog.get_by_role("listitem").filter(has_text="ann@example.com")
    expect(row).to_contain_text("next ")
    row.get_by_role("button", name="Change schedule").click()
    row.get_by_label("How often").click()
    page.get_by_title("Every month", exact=True).click()
    row.get_by_label("Day of the month").click()
    page.get_by_title("Day 3", exact=True).click()
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("On day 3 of the month at")
    [changed] = kept()
    assert (changed["spec"]["every"], changed["spec"]["month_day"], changed["enabled"]) == ("month", 3, True)
    row.get_by_role("switch", name="Schedule is on").click()
    expect(row).to_contain_text("Paused: nothing is sent")
    assert [(one["enabled"], one["next_at"]) for one in kept()] == [(False, None)]
    page.reload()
    page.get_by_role("button", name="Send by mail").click()
    expect(row).to_contain_text("Paused: nothing is sent")
    row.get_by_role("switch", name="Schedule is on").click()
    expect(row).to_contain_text("next ")
    row.get_by_role("button", name="Delete schedule").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete schedule").last.click()
    expect(dialog.get_by_text("Nobody is sent this dashboard.")).to_be_visible()
    assert kept() == []
    site.ask("dashboards/sent", method="DELETE")
