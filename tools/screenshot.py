"""What does the README show? Photographs a running demo: ``python -m tools.screenshot URL E-MAIL PASSWORD`` writes docs/images."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
_SPEAK = """async (locale) => {
  const session = await (await fetch("/api/session")).json();
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": session.csrf_token };
  await fetch("/api/account", { method: "PATCH", headers, body: JSON.stringify({ locale }) });
}"""


def main(url: str, email: str, password: str) -> None:
    """The overview in both languages."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--font-render-hinting=none"])
        for locale, tag in (("en", "en-US"), ("zh", "zh-CN")):
            page = browser.new_context(viewport={"width": 1280, "height": 860}, locale=tag, color_scheme="light").new_page()
            page.goto(url)
            page.locator("input").first.fill(email)
            page.locator("input[type=password]").fill(password)
            page.locator("button[type=submit]").click()
            page.locator("canvas").first.wait_for(timeout=60_000)
            page.evaluate(_SPEAK, locale)
            page.reload()
            page.locator("canvas").first.wait_for(timeout=60_000)
            page.wait_for_timeout(2000)  # until the chart has drawn itself
            page.screenshot(path=IMAGES / f"overview-{locale}.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
