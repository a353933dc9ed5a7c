"""Can somebody set up a channel for short messages, write an approved text for it, and read what it will cost, in both languages?"""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context
from tests.browser.site import Site


def test_a_short_message_is_set_up_written_and_priced(browser: Browser, site: Site, signed_in: Path, page: Page) -> None:
    page.goto("/w/shop/restraints?tab=channels")
    page.get_by_role("button", name="SMS by Alibaba Cloud").click()
    page.get_by_label("AccessKey ID").fill("LTAI5tTest")
    page.get_by_label("AccessKey secret").fill("s3cret")
    page.get_by_label("Approved signature").fill("示例商城")
    page.get_by_label("Price of each part").fill("0.045")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="SMS by Alibaba Cloud").get_by_text("Ready")).to_be_visible()
    expect(page.get_by_label("AccessKey secret")).to_have_attribute("placeholder", "Stored; leave empty to keep it")
    page.goto("/w/shop/templates/new-template")
    page.get_by_label("Name", exact=True).fill("Code by SMS")
    page.get_by_label("Channel").fill("alibaba")
    page.get_by_title("SMS by Alibaba Cloud").click()
    page.get_by_label("Code of the approved text").fill("SMS_154950909")
    page.get_by_label("Text as approved").fill("您的验证码 ${code}，" + "请勿泄露。" * 12)
    page.get_by_label("Filled in for code").fill("042")
    expect(page.get_by_text("您的验证码 042")).to_be_visible()
    expect(page.get_by_text("Billed as 2 messages · $0.09")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/templates/code_by_sms")
    with _context(browser, site, signed_in, width=390) as context:
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/templates/code_by_sms")
        chinese.get_by_text("英文", exact=True).click()
        expect(chinese.get_by_label("变量 code 的内容")).to_have_value("042")
        expect(chinese.get_by_text("计费 2 条")).to_be_visible()
        chinese.goto("/w/shop/restraints?tab=channels")
        chinese.get_by_role("button", name="FCM").click()
        expect(chinese.get_by_label("服务账号密钥（JSON）")).to_be_visible()
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_messages_inside_pages_are_set_up_and_written_with_what_only_they_show(
    browser: Browser, site: Site, signed_in: Path, page: Page
) -> None:
    page.goto("/w/shop/restraints?tab=channels")
    page.get_by_role("button", name="E-mail").click()
    expect(page.get_by_label("Mailbox of bounces: password")).to_have_attribute("type", "password")
    page.get_by_role("button", name="E-mail").click()
    page.get_by_role("button", name="In-app messages").click()
    page.get_by_label("Secret that proves who is signed in").fill("0123456789abcdef0123456789abcdef")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Secret that proves who is signed in")).to_have_attribute("placeholder", "Stored; leave empty to keep it")
    page.goto("/w/shop/templates/new-template")
    page.get_by_label("Name", exact=True).fill("Card inside")
    page.get_by_label("Channel").fill("in-app")
    page.get_by_title("In-app messages").click()
    page.get_by_text("In front of the page", exact=True).click()
    page.get_by_label("Words of the button").fill("See it")
    page.get_by_label("Leads to").fill("https://shop.example/c")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/templates/card_inside")
    with _context(browser, site, signed_in, width=390) as context:
        context.add_init_script("localStorage.setItem('uems.language', 'zh')")
        chinese = context.new_page()
        chinese.goto("/w/shop/templates/card_inside")
        chinese.get_by_text("英文", exact=True).click()
        expect(chinese.get_by_label("跳转到")).to_have_value("https://shop.example/c")
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chinese.goto("/w/shop/restraints?tab=channels")
        chinese.get_by_role("button", name="邮件").click()
        expect(chinese.get_by_label("退信邮箱：文件夹")).to_have_value("INBOX")
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chinese.get_by_role("button", name="网页推送").click()
        expect(chinese.get_by_label("供推送服务联系的地址")).to_be_visible()
        assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
