"""Can somebody see how the business does, say what it should be, be told when it is not, and let spend give a cost?"""

from playwright.sync_api import Page, expect

from tests.browser.site import Site


def test_from_the_board_to_a_metric_its_target_and_an_alert(page: Page, site: Site) -> None:
    newcomers = site.ask("kpis/new_users", {"last_days": 30})["value"]["value"]
    page.goto("/w/shop/kpis")
    card = page.get_by_role("article", name="New users")
    expect(card.locator("strong")).to_be_visible()
    expect(page.get_by_role("article", name="CAC", exact=True)).to_contain_text("Upload spend")
    card.get_by_role("link", name="New users").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New users")
    expect(page.get_by_test_id("metric-value")).to_have_text(f"{newcomers:.0f}")
    expect(page.locator("canvas")).to_be_visible()
    metric = page.url
    page.get_by_test_id("metric-value").get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"{newcomers:.0f} people")
    page.goto(f"{metric.split('?')[0]}?by=column:device")
    page.get_by_role("row", name="(none)").get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_contain_text("New users")
    expect(page.get_by_role("dialog").locator("tbody tr.ant-table-row").first).to_be_visible()
    page.goto(metric)

    page.get_by_label("Target value").fill("12")
    page.get_by_role("button", name="Set target").click()
    expect(page.get_by_text("Target set.")).to_be_visible()
    targets = site.ask("kpis/new_users/targets")["items"]
    assert [(one["unit"], one["value"]) for one in targets] == [("month", 12.0)]
    page.get_by_role("link", name="Metrics", exact=True).first.click()
    expect(page.get_by_role("article", name="New users")).to_contain_text("target 12")
    page.go_back()
    page.get_by_role("button", name="Take back the target").click()
    expect(page.get_by_text("Target taken back.")).to_be_visible()
    assert site.ask("kpis/new_users/targets")["items"] == []

    page.get_by_role("link", name="New alert").first.click()
    page.get_by_text("At a limit").click()
    page.get_by_label("Tell me below").fill("1000")
    expect(page.get_by_test_id("alert-trial")).to_contain_text("Would have told you")
    page.get_by_label("Name", exact=True).fill("Too few newcomers")
    page.get_by_role("button", name="Remove receiver 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Too few newcomers")
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).not_to_be_checked()
    page.get_by_role("button", name="Delete alert").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete alert").click()
    expect(page.get_by_text("No alerts yet")).to_be_visible()


def test_uploaded_spend_gives_a_cost_of_new_users(page: Page, site: Site) -> None:
    page.add_init_script("localStorage.setItem('uems.language', 'zh')")
    first = site.ask("kpis/new_users", {"last_days": 30})
    newcomers, day = first["value"]["value"], first["points"][-5]["bucket"]
    page.goto("/w/shop/kpis/cac")
    page.get_by_role("link", name="上传投放费用").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "费用.csv", "mimeType": "text/csv", "buffer": f"日期,渠道,费用\n{day},搜索,60\n".encode()}
    )
    expect(page.get_by_test_id("spend-trial")).to_contain_text("新增 1 行")
    assert site.ask("spend")["items"] == []
    page.get_by_role("button", name="写入 1 行").click()
    page.get_by_role("alert").get_by_role("link", name="查看获客成本").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("获客成本")
    expect(page.get_by_test_id("metric-value")).to_have_text(f"${60 / newcomers:.2f}")

    page.goto("/w/shop/spend")
    page.get_by_role("button", name="删除 搜索 的费用").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_text("已删除 1 天。")).to_be_visible()
    assert site.ask("spend")["items"] == []
