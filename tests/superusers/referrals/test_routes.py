"""What do programs get when they ask for programmes, codes, redemptions, rewards and the tree? Over HTTP, with the roles of members."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.feed import Feed, Happened
from tests.support.houses import build
from tests.support.web import Clock, Program, browser, make_workspace, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BASE = "/api/workspaces/shop"
SPEC = {"name": "Friends", "target": "https://shop.example/a?x=1", "inviter": {"kind": "points", "amount": 5}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("routes")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def asking(house: House) -> tuple[Program, Program]:
    """The operator, and somebody from anywhere."""
    app = create_app(house, clock=Clock(NOW))
    _, inside = make_workspace(house.store, "shop", NOW)
    feed = Feed(house, inside.scope)
    feed.take([Happened(user=user, ts=NOW) for user in ("anna", "ben")], NOW)
    return operator_client(app, house), browser(app)


def test_nothing_is_promised_that_cannot_be_given(asking: tuple[Program, Program]) -> None:
    program, _ = asking
    path = f"{BASE}/referral-programmes/empty"
    for wrong, field in (({"inviter": {"kind": "points", "amount": 0}}, "inviter.amount"), ({"last_day": "2026-03-09"}, "last_day")):
        assert program.send("PUT", path, json={"spec": SPEC | wrong}).status_code == 200  # a draft may be half done
        refused = program.post(f"{path}/state", {"state": "on"})
        assert (refused.status_code, refused.json()["details"]["field"]) == (422, field)
    assert program.send("PUT", path, json={"spec": SPEC | {"last_day": "2026-03-10"}}).status_code == 200
    assert program.post(f"{path}/state", {"state": "on"}).json()["takes_codes"] is True
    lowered = program.send("PUT", path, json={"spec": SPEC | {"invitee": {"kind": "points"}}})
    assert (lowered.status_code, lowered.json()["details"]["field"]) == (422, "invitee.amount")
    said = program.send("PUT", path, json={"spec": SPEC | {"last_day": "2026-02-31"}}).json()["message"]
    assert said == "body.spec.last_day: must be a day of the calendar, such as 2026-11-23."
    assert program.post(f"{path}/state", {"state": "ended"}).json()["state"] == "ended"


def test_settings_of_ties_are_refused_in_plain_words(asking: tuple[Program, Program]) -> None:
    refused = asking[0].send("PUT", f"{BASE}/ties", json={"strong_at": 10, "medium_at": 50})
    assert (refused.status_code, refused.json()["message"]) == (422, "medium_at must be below strong_at.")


def test_a_programme_goes_from_a_draft_to_a_referral(asking: tuple[Program, Program]) -> None:
    program, anybody = asking
    made = program.send("PUT", f"{BASE}/referral-programmes/friends", json={"spec": SPEC, "base_version": 0})
    assert made.status_code == 200, made.text
    assert (made.json()["state"], made.json()["takes_codes"]) == ("draft", False)
    assert program.post(f"{BASE}/referral-programmes/friends/state", {"state": "on"}).json()["takes_codes"] is True
    issued = program.post(f"{BASE}/referral-programmes/friends/codes", {"user": {"value": "anna"}}).json()
    token = issued["link"].rpartition("/")[2]
    away = anybody.get(f"/api/r/{token}", follow_redirects=False, headers={"user-agent": "Mozilla/5.0"})
    assert away.status_code == 302
    assert away.headers["location"].startswith(f"https://shop.example/a?x=1&ref={issued['code']}&ref_click=")
    assert "set-cookie" not in away.headers
    machine = anybody.get(f"/api/r/{token}", follow_redirects=False, headers={"user-agent": "Slackbot-LinkExpanding"})
    assert machine.headers["location"] == f"https://shop.example/a?x=1&ref={issued['code']}"
    click = away.headers["location"].rpartition("=")[2]
    redeemed = program.post(f"{BASE}/referral-redemptions", {"user": {"value": "ben"}, "click": click}).json()
    assert (redeemed["referral"]["state"], redeemed["again"]) == ("joined", False)
    again = program.post(f"{BASE}/referral-redemptions", {"user": {"value": "ben"}, "code": issued["code"].lower()}).json()
    assert (again["referral"]["referral_id"], again["again"]) == (redeemed["referral"]["referral_id"], True)
    [listed] = program.get(f"{BASE}/referrals").json()["items"]
    assert (listed["person"]["ids"][0]["value"], listed["inviter"]["ids"][0]["value"]) == ("ben", "anna")
    [counted] = [one for one in program.get(f"{BASE}/referral-programmes").json()["items"] if one["key"] == "friends"]
    assert (counted["counts"]["opened"], counted["counts"]["states"]["joined"]) == (1, 1)
    tree = program.post(f"{BASE}/referral-tree").json()
    assert tree["facts"]["brought"] == 1
    place = program.get(f"{BASE}/referral-tree/{listed['person_id']}").json()
    assert [one["person_id"] for one in place["above"]] == [listed["inviter_id"]]
    assert place["node"]["exposed_at"] is not None


@pytest.mark.parametrize("token", ["", "AAAA", "AAAA-BBBB", "https://evil.example"])
def test_a_link_of_nobody_leads_nowhere(asking: tuple[Program, Program], token: str) -> None:
    _, anybody = asking
    assert anybody.get(f"/api/r/{token}", follow_redirects=False).status_code in (404, 422)


def test_who_issues_a_code_says_for_whom(asking: tuple[Program, Program]) -> None:
    program, _ = asking
    program.send("PUT", f"{BASE}/referral-programmes/codes", json={"spec": SPEC})
    assert program.post(f"{BASE}/referral-programmes/codes/codes", {}).status_code == 422
    assert program.post(f"{BASE}/referral-programmes/codes/codes", {"user": {"value": "nobody"}}).status_code == 404
    assert program.post(f"{BASE}/referral-redemptions", {"user": {"value": "ben"}, "code": "NOTACODE"}).status_code == 404
