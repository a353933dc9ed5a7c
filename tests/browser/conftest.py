"""What do the tests of the web UI start from? A real server with a little traffic, and a real Chromium that is signed in."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.site import FLAGS, Site, a_little_traffic
from tests.support.chromium import chromium
from tests.support.cli import Uems
from uems.web.ui import STATIC

SLOWER = float(os.environ.get("UEMS_TEST_SLOWER", "1"))
"""How many times slower than it is the processor seems to Chromium: what breaks at 6 is a race that a busy machine would find."""

expect.set_options(timeout=30_000)  # a busy machine is slow, and nothing here measures speed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            # A page, a server and the machine each have a will of their own. A test that passes the second time is shown as "rerun" in
            # the last line: a race to be looked for with UEMS_TEST_SLOWER, and no reason to hold up everything else.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the built UI, the workspace "shop" and some people in it."""
    with served(tmp_path_factory) as found:
        found.send(a_little_traffic())
        yield found


@contextmanager
def served(tmp_path_factory: pytest.TempPathFactory, before: Callable[[Path], None] | None = None, /, **more: str) -> Iterator[Site]:
    """A server of its own with the built UI and the workspace "shop", in which nothing has happened yet. more: settings.

    before: what is done to the home before the server starts.
    """
    assert (STATIC / "index.html").is_file(), "the UI is not built; run make setup"
    sources = tmp_path_factory.mktemp("sources")
    settings = {"UEMS_SQLITE_SOURCES_FOLDER": str(sources), "UEMS_ALLOW_PRIVATE_OUTBOUND": "1"} | more  # webhooks arrive in this process
    uems = Uems(home=tmp_path_factory.mktemp("browser") / "home", env=settings)
    made = uems.run(
        "init",
        "--workspace",
        "shop",
        "--name",
        "Corner Shop",
        "--zone",
        "America/New_York",
        "--email",
        "mei@example.com",
        "--format",
        "json",
    ).json()
    if before is not None:
        before(uems.home)
    server = uems.serve()
    try:
        key = uems.run("key", "create", "--workspace", "shop", "--kind", "write", "--name", "Tests", "--format", "json").json()
        yield Site(
            url=server.url,
            token=server.token,
            email=made["email"],
            password=made["password"],
            write_key=key["token"],
            sources=sources,
            home=uems.home,
        )
    finally:
        server.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # Not for the session: while it runs, nothing else in this process may start an event loop.
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state") / "state.json"


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site, state: Path) -> Path:
    """The cookies of somebody who signed in once, through the form."""
    if state.exists():
        return state
    with _context(browser, site, None) as context:
        page = context.new_page()
        site.sign_in(page)
        context.storage_state(path=state)
    return state


@contextmanager
def _context(browser: Browser, site: Site, state: Path | None, width: int = 1280, scheme: str = "light") -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 860},
        locale="en-US",
        color_scheme="dark" if scheme == "dark" else "light",
        # On a busy machine an animation moves what is being clicked between the press and the release.
        reduced_motion="reduce",
        storage_state=state,
    )
    context.set_default_timeout(60_000)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def stranger(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of somebody who is not signed in."""
    with _context(browser, site, None) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def owner(browser: Browser, site: Site, signed_in: Path) -> Iterator[BrowserContext]:
    """Where the owner is signed in. One for the module: reading and compiling the UI anew takes longer than most tests."""
    with _context(browser, site, signed_in) as context:
        yield context


@pytest.fixture
def page(owner: BrowserContext, site: Site) -> Iterator[Page]:
    """A page of the owner with nothing chosen. Fails at the end if the page threw anything or wrote an error to the console."""
    page = owner.new_page()
    if SLOWER != 1:
        owner.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    try:
        yield page
    finally:
        page.close()
        broom = owner.new_page()
        broom.goto(f"{site.url}/healthz")  # of the same origin, and runs nothing that would choose again
        broom.evaluate("localStorage.clear()")
        broom.close()
    refused = "Failed to load resource"  # a refusal that the page was made to provoke
    assert [trouble for trouble in troubles if refused not in trouble] == []
