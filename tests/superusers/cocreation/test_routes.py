"""Is every vote counted once, is nothing quoted without consent, and does an advocate's record hold it all? Over HTTP, through a merge."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.feed import Feed, Happened
from tests.support.houses import build
from tests.support.web import Clock, Program, add_person, log_in, make_workspace, operator_client
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.superusers.cocreation.groups import MemberState
from uems.web.app import create_app

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BASE = "/api/workspaces/shop"
USERS = [f"u{n}" for n in range(6)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("cocreation")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def programs(house: House) -> tuple[Program, Program]:
    """The operator, and a viewer, who sees no people."""
    app = create_app(house, clock=Clock(NOW))
    _, inside = make_workspace(house.store, "shop", NOW)
    Feed(house, inside.scope).take([Happened(user=user, ts=NOW) for user in (*USERS, "anna", "ben", "twin")], NOW)
    return operator_client(app, house), log_in(app, "v@shop", add_person(house.store, inside, "v@shop", "viewer"))


@given(st.lists(st.tuples(st.sampled_from(USERS), st.booleans()), max_size=15))
@settings(max_examples=15)
def test_votes_are_what_people_last_said(programs: tuple[Program, Program], said: list[tuple[str, bool]]) -> None:
    program, _ = programs
    idea = program.post(f"{BASE}/ideas", {"title": "Bigger boxes"}).json()["idea_id"]
    last: dict[str, bool] = {}
    for user, wanted in said:
        last[user] = wanted
        found = program.post(f"{BASE}/ideas/{idea}/votes", {"user": {"value": user}, "given": wanted})
        assert found.json()["votes"] == sum(last.values())


def test_an_idea_is_answered_with_its_authors_named(programs: tuple[Program, Program]) -> None:
    program, viewer = programs
    posted = program.post(f"{BASE}/ideas", {"title": "Gift wrap", "user": {"value": "anna"}}).json()
    assert (posted["votes"], posted["own"], posted["state"]) == (1, False, "new")
    address = f"{BASE}/ideas/{posted['idea_id']}/answer"
    assert program.send("PUT", address, json={"state": "declined"}).json()["code"] == "answer_needed"
    done = program.send("PUT", address, json={"state": "done", "answer": "Since May", "credited": [{"value": "ben"}]}).json()
    assert [one["ids"][0]["value"] for one in (done["person"], *done["credited"])] == ["anna", "ben"]
    [seen] = [one for one in viewer.get(f"{BASE}/ideas?state=done").json()["items"] if one["idea_id"] == posted["idea_id"]]
    assert (seen["person"], seen["credited"], seen["answer"]) == (None, [], "Since May")
    assert viewer.post(f"{BASE}/ideas", {"title": "x"}).status_code == 403


def test_nothing_is_quotable_without_consent_nor_after_it_was_withdrawn(programs: tuple[Program, Program]) -> None:
    program, _ = programs

    def quotable() -> list[str]:
        return [one["text"] for one in program.get(f"{BASE}/voices?quotable=true").json()["items"]]

    said = {"user": {"value": "anna"}, "kind": "story", "text": "It changed my mornings."}
    voice = program.post(f"{BASE}/voices", said).json()
    assert (voice["quotable"], quotable()) == (False, [])
    address = f"{BASE}/voices/{voice['voice_id']}/consent"
    assert program.post(address, {"given": True}).json()["code"] == "consent_note_needed"
    assert program.post(address, {"given": True, "note": "By letter of 3 March"}).json()["quotable"] is True
    assert quotable() == ["It changed my mornings."]
    withdrawn = program.post(address, {"given": False}).json()
    assert (withdrawn["quotable"], withdrawn["consent_note"], quotable()) == (False, "By letter of 3 March", [])


def test_conditions_find_who_is_in_a_group_and_who_is_asked(programs: tuple[Program, Program]) -> None:
    program, _ = programs
    for key in ("one", "two"):
        program.send("PUT", f"{BASE}/beta-groups/{key}", json={"name": key})
    chance = random.Random(4)
    last: dict[tuple[str, str], str] = {}
    for turn in range(12):
        user, key, state = chance.choice(USERS), chance.choice(("one", "two")), chance.choice(get_args(MemberState))
        program.post(f"{BASE}/beta-groups/{key}/members", {"user": {"value": user}, "state": state})
        last[user, key] = state
        if turn % 4 != 3:
            continue
        for (tag, wanted), key in product((("beta_groups", "accepted"), ("beta_invited", "invited")), ("one", "two")):
            condition = {"tag": {"name": tag, "op": "list_contains", "value": key}}
            answer = program.post(f"{BASE}/segments/preview", {"condition": condition}).json()
            assert answer["count"] == sum(last.get((user, key)) == wanted for user in USERS), (turn, tag, key)
    assert {"accepted", "invited"} <= set(last.values())


def test_somebody_stands_once_in_a_group_and_the_record_follows_a_merge(programs: tuple[Program, Program]) -> None:
    program, _ = programs
    assert program.post(f"{BASE}/beta-groups/early/members", {"user": {"value": "ben"}}).status_code == 404
    assert program.send("PUT", f"{BASE}/beta-groups/early", json={"name": "Early birds"}).status_code == 204
    for state in ("invited", "accepted", "accepted"):
        program.post(f"{BASE}/beta-groups/early/members", {"user": {"value": "ben"}, "state": state})
    [group] = [one for one in program.get(f"{BASE}/beta-groups").json()["items"] if one["key"] == "early"]
    assert group["states"] == {"accepted": 1}
    idea = program.post(f"{BASE}/ideas", {"title": "Night mode", "user": {"value": "twin"}}).json()["idea_id"]
    numbers = {user: program.get(f"{BASE}/people?search={user}").json()["items"][0]["person_id"] for user in ("ben", "twin")}
    named = [{"kind": "user_id", "value": user} for user in numbers]
    merged = program.post(f"{BASE}/merges", {"a": named[0], "b": named[1]})
    assert merged.status_code in (200, 201), merged.text
    thanked = program.post(f"{BASE}/advocates/{numbers['twin']}/thanks", {"how": "gift", "what_for": "the night mode"})
    assert [one["how"] for one in thanked.json()["items"]] == ["gift"]
    record = program.get(f"{BASE}/advocates/{numbers['ben']}").json()
    assert idea in [one["idea_id"] for one in record["ideas"]]
    assert ([one["state"] for one in record["groups"]], [one["what_for"] for one in record["thanks"]]) == (["accepted"], ["the night mode"])
    again = program.post(f"{BASE}/ideas/{idea}/votes", {"user": {"value": "ben"}}).json()
    assert again["votes"] == 1
