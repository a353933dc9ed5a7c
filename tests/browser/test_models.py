"""Can somebody have a model made, see whether it is worth anything, put it to use or take it back, and see why a person has a score?"""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import _context, served
from tests.browser.site import Site, ago
from tests.browser.test_every_page import _unfit

DAYS = 84
BOUGHT, READ, LUCKY = "Order Completed", "Article Read", "Lucky Draw"


def traffic() -> list[dict[str, Any]]:
    """Sixty who buy every week, and sixty who only read as often: when somebody was last here says nothing of who will buy.

    A lucky draw comes to anybody by chance, so that nothing can foretell it better than anything else.
    """
    dice = random.Random(7)
    found: list[dict[str, Any]] = []
    for n in range(120):
        user, often = {"userId": f"person-{n}"}, (0.15, 0.3) if n < 60 else (0.01, 0.45)
        for day in range(DAYS, 0, -1):
            for event, chance in zip((BOUGHT, READ, LUCKY), (*often, 0.07), strict=True):
                if dice.random() < chance:
                    money = {"properties": {"revenue": 20, "currency": "USD", "order_id": f"{n}-{day}"}} if event == BOUGHT else {}
                    found.append({"type": "track", "event": event, **user, **money, "timestamp": ago(day - dice.random() / 2)})
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own: so many people would be in the way of the other tests."""
    with served(tmp_path_factory) as found:
        found.send(traffic())
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cookies of that server."""
    return tmp_path_factory.mktemp("models") / "state.json"


def trained(site: Site, key: str, kind: str = "train") -> dict[str, Any]:
    """The newest run of the kind, once it is over; training takes its time."""
    deadline = time.monotonic() + 420
    while True:
        runs = [run for run in site.ask(f"model-runs?model={key}")["items"] if run["kind"] == kind]
        if runs and runs[0]["state"] not in ("queued", "running"):
            assert runs[0]["state"] == "done", runs[0]
            return dict(runs[0])
        assert time.monotonic() < deadline, runs
        time.sleep(0.5)


def test_a_model_from_a_template_is_trained_judged_and_explained(page: Page, site: Site) -> None:
    page.goto("/w/shop/models")
    page.get_by_role("link", name="New model").first.click()
    page.get_by_text("Likely to buy soon", exact=True).click()
    page.get_by_role("combobox", name="Events").click()
    page.get_by_title(BOUGHT, exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_label("Within days").fill("7")
    page.get_by_role("button", name="Make and train").click()
    page.wait_for_url("**/models/next_purchase")
    trained(site, "next_purchase")
    expect(page.get_by_text("It beats the rule on what it had not seen.")).to_be_visible()
    for what in ("Calibration", "Lift", "What it goes by", "Period by period"):
        expect(page.get_by_role("heading", name=what)).to_be_visible()
    judged = site.ask("models/next_purchase/versions")["items"][0]["backtest"]
    expect(page.get_by_role("table", name="Lift").get_by_role("row")).to_have_count(len(judged["lift"]) + 2)
    trained(site, "next_purchase", "score")
    page.reload()
    expect(page.get_by_text("The model writes the scores.")).to_be_visible()
    page.get_by_role("tab", name="Scores and drift").click()
    expect(page.get_by_role("heading", name="How the scores lie")).to_be_visible()
    page.get_by_role("tab", name="Runs").click()
    expect(page.get_by_text("people scored").first).to_be_visible()

    buyer = site.ask("people?search=person-3")["items"][0]["person_id"]
    page.goto(f"/w/shop/people/{buyer}?tab=tags")
    site.wait(lambda: any(one["tag"] == "next_purchase" for one in site.ask(f"people/{buyer}/tags")["items"]))
    page.reload()
    card = page.locator("dl > div").filter(has=page.get_by_role("link", name="Likely to buy soon"))
    card.get_by_role("button", name="Why this score?").click()
    said = site.ask(f"models/next_purchase/people/{buyer}")["reasons"]
    expect(page.get_by_role("list", name="Reasons")).to_contain_text(said[0]["en"])


def test_one_that_does_not_beat_the_rule_is_used_only_with_a_reason(page: Page, site: Site) -> None:
    page.goto("/w/shop/models/new-model?template=own")
    page.get_by_label("Name in English").fill("Lucky soon")
    expect(page.get_by_label("Key")).to_have_value("lucky_soon")
    did = page.get_by_role("region", name="Did an event")
    did.get_by_role("combobox", name="Events").click()
    page.keyboard.type(LUCKY)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    days = page.get_by_role("spinbutton", name="Days ahead")
    days.fill("7")
    days.press("Enter")
    expect(page.get_by_test_id("positives")).not_to_have_count(0)
    page.get_by_role("button", name="Make and train").click()
    page.wait_for_url("**/models/lucky_soon")
    trained(site, "lucky_soon")
    expect(page.get_by_text("It does not beat the rule on what it had not seen.")).to_be_visible()
    expect(page.get_by_text("Nothing yet")).to_be_visible()

    page.get_by_role("button", name="Use this version").click()
    page.get_by_role("dialog").get_by_role("button", name="Use this version").click()
    refused = page.get_by_role("dialog").filter(has_text="This version does not beat the rule")
    expect(refused.get_by_text("AUC of the rule")).to_be_visible()
    expect(refused.get_by_role("button", name="Use it all the same")).to_be_disabled()
    refused.get_by_role("textbox", name="Reason").fill("to see it work")
    refused.get_by_role("button", name="Use it all the same").click()
    expect(page.get_by_text("Used because: to see it work")).to_be_visible()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    assert site.ask("models/lucky_soon")["version"] is None

    page.get_by_role("button", name="Train now").click()
    cancel = page.get_by_role("button", name="Cancel").first
    cancel.click()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.wait_for_url("**/models")


def test_too_little_to_learn_from_is_said_in_numbers(page: Page, site: Site) -> None:
    page.goto("/w/shop/models/new-model?template=own")
    page.get_by_role("button", name="Make and train").click()
    expect(page.get_by_text("Give it a name in at least one language.")).to_be_visible()
    days = page.get_by_role("spinbutton", name="Days ahead")
    days.fill("60")
    days.press("Enter")
    expect(page.get_by_role("alert").or_(page.get_by_text("with and without the outcome are needed"))).not_to_have_count(0)


def _noting(troubles: list[str]) -> Callable[[object], None]:
    return lambda error: troubles.append(str(error))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_model_is_whole(browser: Browser, site: Site, signed_in: Path, language: str) -> None:
    troubles: list[str] = []
    for width in (1280, 390):
        with _context(browser, site, signed_in, width, "dark" if width == 390 else "light") as context:
            context.add_init_script(f"localStorage.setItem('uems.language', '{language}')")
            page = context.new_page()
            page.on("pageerror", _noting(troubles))
            tabs = ("backtest", "drift", "runs")
            for path in ("models", "models/next_purchase/edit", *(f"models/next_purchase?tab={tab}" for tab in tabs)):
                page.goto(f"/w/shop/{path}")
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                expect(page.locator("main .ant-skeleton")).to_have_count(0)
                troubles += [f"{path} at {width}: {what}" for what in _unfit(page, language)]
    assert troubles == []


def test_the_lifecycle_shows_who_is_where_and_how_they_move(page: Page, site: Site) -> None:
    site.ask("standard-tags", {}, "POST")
    spread = site.ask("tags/lifecycle_stage/distribution")
    stage = spread["values"][0]
    name = site.ask("tags/lifecycle_stage")["value_labels"][stage["value"]]["en"]
    page.goto("/w/shop/lifecycle?weeks=4")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=f"{name}: {stage['people']}", exact=True))
    expect(row).to_be_visible()
    expect(page.locator("canvas")).to_be_visible()
    week = site.ask("understanding/movement?tag=lifecycle_stage&weeks=4")
    moves = {step: [one for one in week["flows"] if one["step"] == step and one["source"] != one["target"]] for step in range(4)}
    shown = page.locator("section").filter(has=page.get_by_role("heading", name="Who changed the stage"))
    last = moves[len(week["moments"]) - 2]
    expect(shown.locator("tbody tr.ant-table-row")).to_have_count(len(last))
    row.get_by_role("button", name=f"Make a segment of: {name}").click()
    expect(page.get_by_test_id("preview-count")).to_have_text(str(stage["people"]))
    page.goto("/w/shop/lifecycle")
    page.get_by_role("link", name=f"{name}: {stage['people']}", exact=True).click()
    page.wait_for_url("**/tags/lifecycle_stage?value=*")
    expect(page.get_by_role("heading", name=f"People: {name}")).to_be_visible()


def test_lifetime_value_is_worked_out_and_a_tenth_opens_its_people(page: Page, site: Site) -> None:
    page.goto("/w/shop/lifetime-value")
    deadline = time.monotonic() + 200
    while site.ask("lifetime-value")["result"] is None:
        assert time.monotonic() < deadline, site.ask("lifetime-value")["run"]
        time.sleep(0.5)
    page.reload()
    found = site.ask("lifetime-value")["result"]
    assert found["people"] >= 50
    expect(page.get_by_text("Expected in 365 days")).to_be_visible()
    for what in ("By tenth", "How value is spread", "Backtest", "Calibration by tenth", "By month of the first purchase"):
        expect(page.get_by_role("heading", name=what, exact=True)).to_be_visible()
    page.get_by_role("link", name="People of tenth 1", exact=True).click()
    page.wait_for_url("**/tags/lifetime_value?low=*")
    highest = found["tenths"][-1]
    people = site.ask(f"tags/lifetime_value/people?low={highest['low']}&high={highest['high']}")["items"]
    assert len(people) >= highest["people"]

    page.goto("/w/shop/lifetime-value")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Margin, % of revenue").fill("50")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Settings saved")).to_be_visible()
    assert site.ask("lifetime-value")["settings"]["margin_percent"] == 50


def test_ties_are_a_pyramid_that_opens_its_people(page: Page, site: Site) -> None:
    deadline = time.monotonic() + 200
    while site.ask("ties")["result"] is None:
        assert time.monotonic() < deadline, site.ask("ties")["work"]
        time.sleep(0.5)
    found = site.ask("ties")["result"]
    assert sum(found["levels"].values()) == found["people"] >= 100
    page.goto("/w/shop/ties")
    for what in ("The pyramid of relationships", "Movement within 30 days", "Rising", "Cooling", "What counts", "Month by month"):
        expect(page.get_by_role("heading", name=what, exact=True)).to_be_visible()
    page.get_by_role("link", name=f"Weak: {found['levels']['weak']}", exact=True).click()
    page.wait_for_url("**/tags/tie_level?value=*")
    expect(page.get_by_role("heading", name="People: weak")).to_be_visible()

    page.goto("/w/shop/ties")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Rising or cooling from points").fill("20")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Settings saved; everybody is scored anew")).to_be_visible()
    assert site.ask("ties")["settings"]["change_points"] == 20


def test_the_ladder_opens_its_people_and_invites_them(page: Page, site: Site) -> None:
    deadline = time.monotonic() + 200
    while site.ask("ladder")["result"] is None:
        assert time.monotonic() < deadline, site.ask("ladder")["work"]
        time.sleep(0.5)
    steps = {one["step"]: one["people"] for one in site.ask("ladder")["result"]["steps"]}
    page.goto("/w/shop/ladder")
    for what in ("The steps", "Programme", "Invitations", "What was it worth?"):
        expect(page.get_by_role("heading", name=what, exact=True)).to_be_visible()
    waiting = site.ask("ladder/programme")["counts"]["waiting"]
    assert waiting > 0
    page.get_by_role("button", name="Invite", exact=True).first.click()
    expect(page.get_by_text("Invited", exact=True).first).to_be_visible()
    deadline = time.monotonic() + 20
    while site.ask("ladder/programme")["counts"]["invited"] != 1:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    page.get_by_role("link", name=f"Regular: {steps['regular']}", exact=True).click()
    page.wait_for_url("**/tags/ladder_step?value=*")
    expect(page.get_by_role("heading", name="People: regular")).to_be_visible()
