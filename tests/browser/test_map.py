"""Can one draw the map of a journey from a template, open its numbers and take it away, and find a bottleneck and its people?"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import served
from tests.browser.site import Site, ago
from tests.browser.test_every_page import _unfit

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
EACH = 120


def traffic() -> list[dict[str, Any]]:
    """On each device so many people a period; of ten who fill the cart six order, but lately only one of those on a phone."""
    found: list[dict[str, Any]] = []
    for device, agent in (("phone", PHONE), ("desk", DESK)):
        for when, first_day in (("before", 58), ("now", 28)):
            orders = 1 if (device, when) == ("phone", "now") else 6
            for n in range(EACH):
                day = first_day - n % 18
                user = {"userId": f"{device}-{when}-{n}", "type": "track", "context": {"userAgent": agent}}
                found.append({**user, "event": "Product Viewed", "timestamp": ago(day)})
                found.append({**user, "event": "Product Added", "timestamp": ago(day - 0.01)})
                if n % 10 < orders:
                    money = {"order_id": f"{device}{when}{n}", "revenue": 20, "currency": "USD"}
                    found.append({**user, "event": "Order Completed", "properties": money, "timestamp": ago(day - 0.02)})
    return found


LOST = EACH - EACH // 10


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own, without any map."""
    with served(tmp_path_factory) as found:
        found.send(traffic())
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cookies of that server."""
    return tmp_path_factory.mktemp("map") / "state.json"


def test_a_template_becomes_a_map_whose_numbers_open_and_which_can_be_taken_away(page: Page, tmp_path: Path) -> None:
    page.goto("/w/shop/journey")
    page.get_by_role("link", name="E-commerce").click()
    expect(page.get_by_role("alert").get_by_text("3 of 13 touchpoints have events here")).to_be_visible()
    page.get_by_role("button", name="Create map").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("E-commerce journey")
    lost = EACH // 10 * 4 + LOST
    page.get_by_role("link", name=f"Add to cart: {lost} lost", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text(f"{lost} people", exact=True)).to_be_visible()
    expect(page.get_by_role("dialog").locator("tbody tr.ant-table-row")).to_have_count(50)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as PNG").click()
    assert download.value.suggested_filename == "E-commerce journey.png"
    download.value.save_as(tmp_path / "map.png")
    body = (tmp_path / "map.png").read_bytes()
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", body[16:24])
    assert width > 2000
    assert width > height, "a page lies on its side"
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF of E-commerce journey", exact=True).click()
    assert download.value.suggested_filename == "E-commerce journey.pdf"
    download.value.save_as(tmp_path / "map.pdf")
    told = "".join("".join(one.extract_text().split()) for one in PdfReader(tmp_path / "map.pdf").pages)
    assert f"{lost}lost" in told
    assert "Addtocart" in told
    paper = page.pdf(prefer_css_page_size=True)
    [left, bottom, right, top] = (float(side) for side in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", paper)[0].split())
    assert (len(re.findall(rb"/Type\s*/Page\b", paper)), right - left > top - bottom) == (1, True)
    # Put aside, it is found again among the archived maps, also where no other map is left.
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Archive this map").click()
    page.get_by_role("button", name="Archived maps").click()
    page.get_by_role("button", name="Put back into use: E-commerce journey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("E-commerce journey")


def test_a_bottleneck_is_said_and_its_people_become_a_segment(page: Page, site: Site) -> None:
    points = [
        {"key": "cart", "name": "加入购物车", "events": [{"event": "Product Added"}]},
        {"key": "order", "name": "下单", "events": [{"event": "Order Completed"}]},
    ]
    drawing = {"window_seconds": 86_400, "stages": [{"key": "conversion", "name": "转化", "touchpoints": points}]}
    site.ask("maps/checkout", {"name": "结算旅程", "drawing": drawing}, "PUT")
    page.add_init_script("localStorage.setItem('uems.language', 'zh')")
    held = "**/reports/bottlenecks/progress"
    page.route(held, lambda route: None)
    page.goto("/w/shop/bottlenecks?map=checkout")
    expect(page.get_by_role("progressbar", name="查找进度")).to_have_attribute("aria-valuenow", "0")
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_role("heading", name="已停止")).to_be_visible()
    page.unroute(held)
    page.get_by_role("button", name="开始查找", exact=True).click()
    first = page.get_by_role("article", name="第 1 处流失")
    expect(first.get_by_text("设备 = mobile")).to_be_visible()
    expect(first.get_by_text("由 60.0% 降至 10.0%")).to_be_visible()
    assert _unfit(page, "zh") == []
    first.get_by_role("button", name="将此处流失的用户建为分群").click()
    expect(first.get_by_text(f"共 {LOST} 人")).to_be_visible()
    first.get_by_role("link", name="打开分群").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("从加入购物车到下单流失")
    [made] = site.ask("segments")["items"]
    site.wait(lambda: site.ask(f"segments/{made['key']}")["size"] == LOST)


def test_the_map_and_its_bottlenecks_are_saved_and_stand_on_a_dashboard(page: Page, site: Site) -> None:
    page.goto("/w/shop/bottlenecks?map=checkout&period=d30")
    page.get_by_text("Looked at: dimensions 9").click()
    page.get_by_role("combobox", name="What every event says").press("Backspace")
    page.get_by_role("combobox", name="What every event says").press("Escape")
    page.get_by_role("button", name="Search with these").click()
    expect(page.get_by_text("Looked at: dimensions 8")).to_be_visible()
    expect(page.get_by_role("article", name="Loss 1", exact=True)).to_be_visible()
    save(page, page.get_by_role("button", name="Save", exact=True), "Where we lose")
    expect(page.get_by_role("cell", name=re.compile("from 60.0% to 10.0%")).first).to_be_visible()
    page.get_by_role("link").filter(has_text=re.compile(f"^{LOST}$")).first.click()
    expect(page.get_by_role("dialog").get_by_text(f"{LOST} people", exact=True)).to_be_visible()
    kept = next(one for one in site.ask("saved-reports")["items"] if one["name"] == "Where we lose")
    assert (kept["spec"]["last_days"], len(kept["spec"]["dimensions"]), kept["spec"].get("first_day")) == (30, 8, None)

    page.goto("/w/shop/journey?map=checkout&period=d30")
    page.get_by_role("button", name="More", exact=True).click()
    save(page, page.get_by_role("menuitem", name="Save report"), "The way to the order")
    expect(page.get_by_role("group", name="The map")).to_be_visible()
    page.get_by_role("group", name="The map").get_by_role("link", name=re.compile("lost")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    keys = {one["report"]: one["key"] for one in site.ask("saved-reports")["items"]}
    tiles = [{"id": kind[:3], "kind": "report", "report": keys[kind], "width": "half"} for kind in ("journey_map", "bottlenecks")]
    site.ask("dashboards/ways", {"name": "Ways", "tiles": tiles}, "PUT")

    page.goto("/w/shop/dashboards/ways")
    losses = page.get_by_role("region", name="Where we lose")
    expect(losses.get_by_role("listitem").first).to_contain_text("from 60.0% to 10.0%")
    way = page.get_by_role("region", name="The way to the order")
    drawn = way.get_by_role("group", name="The map")
    expect(drawn).to_be_visible()
    expect(drawn.get_by_role("link")).to_have_count(0)
    expect(way.get_by_role("row").nth(1)).to_be_visible()


def save(page: Page, opens: Locator, name: str) -> None:
    opens.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
