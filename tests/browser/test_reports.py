"""Can one build a report by picking, open its people, save it and find it again by its link; and does its file say what the API says?"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.site import Site, ago
from tests.browser.test_every_page import _unfit

VIEWERS, BUYERS = 9, 4


def traffic() -> list[dict[str, Any]]:
    """Nine people look at a product, four of them order; two of these came from a newsletter."""
    found: list[dict[str, Any]] = []
    for n in range(VIEWERS):
        context = {"campaign": {"source": "newsletter"}} if n < 2 else {}
        someone = {"userId": f"u{n}", "type": "track", "context": context}
        found.append({**someone, "event": "Product Viewed", "timestamp": ago(n + 2)})
        if n < BUYERS:
            found.append({**someone, "event": "Order Completed", "timestamp": ago(n + 1.99)})
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own, without any saved report."""
    with served(tmp_path_factory) as found:
        found.send(traffic())
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cookies of that server."""
    return tmp_path_factory.mktemp("reports") / "state.json"


def test_a_funnel_is_picked_opened_saved_and_reopened_by_its_link(page: Page, site: Site) -> None:
    for left in site.ask("saved-reports")["items"]:  # by an attempt before this one
        if left["name"] == "From look to order":
            site.ask(f"saved-reports/{left['key']}", method="DELETE")
    page.goto("/w/shop/reports")
    page.get_by_role("link", name="Funnel").click()
    for event in ("Product Viewed", "Order Completed"):
        page.get_by_role("combobox", name="Pick the next step").fill(event)
        # What is marked is what Enter takes; the list comes when the events are known.
        expect(page.locator(".ant-select-item-option-active").get_by_text(event, exact=True)).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("group", name="Step").get_by_title(event, exact=True)).to_be_visible()
    lost = VIEWERS - BUYERS
    page.get_by_role("link", name=f"Lost after 1. Product Viewed: {lost}", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"{lost} people", exact=True)).to_be_visible()
    expect(dialog.locator("tbody tr.ant-table-row")).to_have_count(lost)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    # A press on the picture does what the link in the table does: the left half of the chart belongs to the first step.
    picture = page.locator("canvas")
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": 0.3 * box["width"], "y": 100})
    expect(dialog.get_by_text(f"{VIEWERS} people", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").get_by_label("Name").fill("From look to order")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/reports/from_look_to_order")
    saved = site.ask("saved-reports/from_look_to_order")
    assert saved["report"] == "funnel"
    assert [step["event"] for step in saved["spec"]["steps"]] == ["Product Viewed", "Order Completed"]
    page.goto(page.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("From look to order")
    expect(page.get_by_role("link", name=f"Finished: {BUYERS}", exact=True)).to_be_visible()
    page.get_by_role("button", name="Manage").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.wait_for_url("**/shop/reports")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="From look to order").click()
    expect(page.get_by_role("link", name=f"Finished: {BUYERS}", exact=True)).to_be_visible()


def test_a_trend_by_groups_is_the_same_in_its_file_and_over_the_api(page: Page, site: Site, tmp_path: Path) -> None:
    page.add_init_script("localStorage.setItem('uems.language', 'zh')")
    page.goto("/w/shop/reports/new-report?kind=trend")
    page.get_by_role("combobox", name="分组").fill("广告来源")
    expect(page.locator(".ant-select-item-option-active")).to_have_text("广告来源")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="newsletter")).to_be_visible()
    assert _unfit(page, "zh") == []
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 CSV：明细").click()
    download.value.save_as(tmp_path / "trend.csv")
    head, total, *rows = csv.reader((tmp_path / "trend.csv").read_text("utf-8-sig").splitlines())
    spec = {"series": [{"measure": "people"}], "breakdown": {"column": "utm_source"}, "last_days": 30}
    data = site.ask("reports/trend", spec)["data"]
    lines = data["series"][0]["lines"]
    assert head == ["天", "任何事件 · 人数 · 全部", "未设置", "newsletter"]
    assert total == ["整个时段", *(str(line["total"]) for line in lines)] == ["整个时段", "9", "7", "2"]
    assert rows == [[day, *(str(line["values"][at]) for line in lines)] for at, day in enumerate(data["buckets"])]


def test_a_report_of_one_segment_counts_only_those_in_it(page: Page, site: Site) -> None:
    condition = {"did": {"events": ["Order Completed"]}}
    site.ask("segments/reported", {"name": "Reported buyers", "condition": condition}, "PUT")
    site.wait(lambda: site.ask("segments/reported")["state"] == "live")
    spec = {"series": [{"measure": "people"}], "last_days": 30}
    everybody, mine = (
        site.ask("reports/trend", asked)["data"]["series"][0]["lines"][0]["total"] for asked in (spec, {**spec, "segment": "reported"})
    )
    assert 0 < mine < everybody
    page.goto("/w/shop/reports/new-report?kind=trend")
    total = page.get_by_role("row").filter(has_text="Whole period")
    expect(total).to_contain_text(str(everybody))
    page.get_by_role("combobox", name="Of whom").click()
    page.get_by_title("Reported buyers", exact=False).click()
    expect(total).to_contain_text(str(mine))
    assert "reported" in page.url
    assert _unfit(page, "en") == []
    page.reload()
    expect(total).to_contain_text(str(mine))


def test_groups_and_conditions_go_by_what_is_known_of_people(page: Page, site: Site) -> None:
    site.send([{"userId": f"u{n}", "type": "identify", "traits": {"plan": "pro" if n % 3 else "free"}} for n in range(VIEWERS)])
    site.ask("segments/grouped", {"name": "Grouped buyers", "condition": {"did": {"events": ["Order Completed"]}}}, "PUT")
    site.wait(lambda: site.ask("segments/grouped")["state"] == "live")
    page.goto("/w/shop/reports/new-report?kind=trend")
    breakdown = page.get_by_role("combobox", name="Groups by")
    for name, groups in (("plan", {"pro": 6, "free": 3}), ("Grouped buyers", {"In the segment": BUYERS, "Not in it": VIEWERS - BUYERS})):
        breakdown.fill(name)
        expect(page.locator(".ant-select-item-option-active")).to_have_text(name)
        page.keyboard.press("Enter")
        for group, people in groups.items():
            expect(page.get_by_role("link", name=f"{group}: {people}", exact=True).first).to_be_visible()
        expect(page.get_by_text("By what people are now")).to_be_visible()
    assert _unfit(page, "en") == []
    page.get_by_role("button", name="Only people who: Add condition").click()
    page.get_by_role("button", name="Remove").last.click()
    spec = {"series": [{"measure": "people"}], "last_days": 30, "people": {"trait": {"name": "plan", "op": "equals", "value": "pro"}}}
    page.goto(f"/w/shop/reports/new-report?kind=trend&spec={quote(json.dumps(spec))}")
    expect(page.get_by_role("row").filter(has_text="Whole period")).to_contain_text("6")


def test_the_overview_of_a_segment_opens_those_in_it(page: Page, site: Site) -> None:
    site.ask("segments/seen", {"name": "Seen buyers", "condition": {"did": {"events": ["Order Completed"]}}}, "PUT")
    site.wait(lambda: site.ask("segments/seen")["state"] == "live")
    page.goto("/w/shop/overview?segment=seen")
    page.get_by_role("link", name=f"People: {BUYERS}", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"{BUYERS} people", exact=True)).to_be_visible()
    expect(dialog.get_by_role("button", name="Make a segment")).to_be_visible()
    assert "segment=seen" in page.url


LONG_AGO = 200
"""Days: before every period of the other tests."""


def test_those_who_did_not_come_back_are_opened_beside_those_who_did(page: Page, site: Site) -> None:
    began = [{"userId": f"c{n}", "type": "track", "event": "Course Started", "timestamp": ago(LONG_AGO)} for n in range(3)]
    site.send([*began, {"userId": "c0", "type": "track", "event": "Course Ended", "timestamp": ago(LONG_AGO - 0.1)}])
    asked = {"start": {"event": "Course Started"}, "returning": {"event": "Course Ended"}, "basis": "rolling", "unit": "week", "offsets": 1}
    page.add_init_script("localStorage.setItem('uems.language', 'zh')")
    page.goto(f"/w/shop/reports/new-report?kind=retention&spec={quote(json.dumps({**asked, 'last_days': 300}))}")
    page.get_by_role("link", name="33.3%").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 人", exact=True)).to_be_visible()
    dialog.get_by_text("没有回来", exact=True).click()
    expect(dialog.get_by_text("2 人", exact=True)).to_be_visible()
    expect(dialog.locator("tbody tr.ant-table-row")).to_have_count(2)
    assert "lost" in page.url
    assert _unfit(page, "zh") == []


def test_pages_and_sources_of_sessions_open_whoever_came_by_them(page: Page, site: Site) -> None:
    seen = [("d0", "/start"), ("d1", "/start"), ("d2", "/deep")]
    site.send([{"userId": user, "type": "page", "context": {"page": {"path": path}}, "timestamp": ago(LONG_AGO)} for user, path in seen])
    spec = {"last_days": 300}
    site.wait(lambda: len(site.ask("reports/sessions", spec)["data"]["entry_pages"]) == 2)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/w/shop/reports/new-report?kind=sessions&spec={quote(json.dumps(spec))}")
    page.get_by_role("link", name="Entry pages · /start · People: 2", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2 people", exact=True)).to_be_visible()
    expect(dialog.locator("tbody tr.ant-table-row")).to_have_count(2)
    assert _unfit(page, "en") == []
