"""Can a team compose a dashboard, let others look at it without a login, and take it with them on paper?"""

from io import BytesIO
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.site import Site


def test_a_dashboard_is_composed_shared_and_taken_back(page: Page, browser: Browser, site: Site) -> None:
    page.goto("/w/shop/dashboards/new-dashboard?start=proposal")
    first = page.get_by_role("region", name="New users")
    expect(first.locator("strong")).to_be_visible()
    tiles = page.locator("section[aria-label]")
    before = tiles.count()
    first.get_by_role("button", name="Move on").press("Enter")
    expect(tiles.nth(1)).to_have_attribute("aria-label", "New users")
    page.get_by_role("button", name="Add a tile").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search by name").fill("monthly active")
    dialog.get_by_role("button", name="Monthly active users").first.click()
    expect(tiles).to_have_count(before + 1)
    first.get_by_role("button", name="Remove the tile").click()
    expect(tiles).to_have_count(before)
    page.get_by_role("button", name="Undo").click()
    expect(tiles.nth(1)).to_have_attribute("aria-label", "New users")
    page.get_by_label("Name", exact=True).fill("Team wall")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/dashboards/team_wall")
    saved = site.ask("dashboards/team_wall")
    assert [tile["metric"] for tile in saved["tiles"]][1 :: before - 1] == ["new_users", "mau"]

    page.get_by_role("button", name="Share").click()
    page.get_by_label("Whom it is for").fill("The board")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_test_id("shared-address").inner_text()
    expect(page.get_by_role("dialog")).to_contain_text("The board")
    newcomers = site.ask("kpis/new_users", {"last_days": 30})["value"]["value"]
    with browser.new_context(base_url=site.url, locale="en-US") as stranger:
        seen = stranger.new_page()
        seen.goto(address)
        expect(seen.get_by_role("heading", level=1)).to_have_text("Team wall")
        expect(seen.get_by_role("region", name="New users").locator("strong")).to_have_text(f"{newcomers:.0f}")
        expect(seen.get_by_role("link")).to_have_count(0)
        page.get_by_role("button", name="Take back").click()
        page.get_by_role("tooltip").get_by_role("button", name="Take back").click()
        expect(page.get_by_role("dialog")).to_contain_text("Taken back")
        seen.reload()
        expect(seen.get_by_text("This link is over")).to_be_visible()
    site.ask("dashboards/team_wall", method="DELETE")


def test_a_dashboard_with_a_report_is_read_over_other_days_and_on_paper(page: Page, site: Site, tmp_path: Path) -> None:
    page.add_init_script("localStorage.setItem('uems.language', 'zh')")
    spec = {"last_days": 30, "steps": [{"event": "Product Viewed"}, {"event": "Order Completed"}]}
    site.ask("saved-reports/wall_funnel", {"name": "下单漏斗", "report": "funnel", "spec": spec}, "PUT")
    tiles = [
        {"id": "a", "kind": "metric", "metric": "dau"},
        {"id": "b", "kind": "report", "report": "wall_funnel", "width": "full"},
        {"id": "c", "kind": "text", "text": "请先看漏斗。"},
    ]
    site.ask("dashboards/wall", {"name": "墙上的看板", "tiles": tiles}, "PUT")
    page.goto("/w/shop/dashboards/wall")
    funnel = page.get_by_role("region", name="下单漏斗")
    expect(funnel.locator("tbody tr")).to_have_count(2)
    # The picture is that of the report's own page.
    expect(funnel.locator("figure")).to_contain_text("各步转化")
    expect(funnel.locator("canvas")).to_be_visible()
    days = page.get_by_role("region", name="日活跃用户").locator("p").first
    thirty = days.inner_text()
    page.get_by_label("全部卡片的时间范围").click()
    page.get_by_title("近 7 天").click()
    expect(days).not_to_have_text(thirty)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载 PDF").click()
    waiting.value.save_as(tmp_path / "wall.pdf")
    text = "".join(one.extract_text() for one in PdfReader(BytesIO((tmp_path / "wall.pdf").read_bytes())).pages)
    assert [word for word in ("墙上的看板", "下单漏斗", "日活跃用户", "请先看漏斗") if word not in text] == []
    for path in ("dashboards/wall", "saved-reports/wall_funnel"):
        site.ask(path, method="DELETE")
