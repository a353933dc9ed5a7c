"""Who comes by whose code, buys, and what do both get? Codes, links, openings, orders and rewards, each through the door made for it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa

from uems.kernel.money import exponent
from uems.simulate.catalogue import PROFILES, REFERRAL, SHOP
from uems.simulate.life.cast import Friend
from uems.simulate.life.stage import Stage
from uems.simulate.life.words import FOR_FRIEND, FOR_INVITER, PROGRAMME, PROGRAMME_TEXT
from uems.simulate.reacting import visit_of
from uems.simulate.sending import post_all
from uems.simulate.wire import Words, lines

KEY: Final = "friends"
PER_MONTH: Final = 3
_VISITS_FROM: Final = 900_000_000
"""Visits of friends are numbered from here on; messages never count so far in a demo."""
_SHARED_DEVICE: Final = "one-and-the-same-phone"


def invite_friends(stage: Stage, friends: Sequence[Friend]) -> None:
    """Begin the programme, hand out codes, and have everybody come by them. Whoever came before is left alone."""
    address, language = f"{stage.workspace}/referral-programmes", stage.language
    if KEY not in {one["key"] for one in stage.door.get(address)["items"]}:
        spec = {
            "name": PROGRAMME.said(language),
            "description": PROGRAMME_TEXT.said(language),
            "target": f"{SHOP}/invite",
            "inviter": {"kind": "points", "text": FOR_INVITER.said(language), "amount": 200},
            "invitee": {"kind": "words", "text": FOR_FRIEND.said(language)},
            "limits": {"per_month": PER_MONTH, "waiting_days": 0},
        }
        stage.door.put(f"{address}/{KEY}", {"spec": spec, "base_version": 0})
        stage.door.post(f"{address}/{KEY}/state", {"state": "on"})
    # Whoever tries to bring themselves by a second name does so on the phone that the shop knows.
    phones = {one.inviter for one in friends if one.trick == "same_device"}
    came = _came(stage)
    codes: dict[int, dict[str, Any]] = {}
    for one in friends:
        if one.inviter not in codes:
            body = {"user": stage.user(one.inviter), "facts": _facts(one.inviter in phones)}
            codes[one.inviter] = stage.door.post(f"{address}/{KEY}/codes", body)
        if stage.user(one.person)["value"] not in came:
            _come(stage, one, codes[one.inviter])


def _came(stage: Stage) -> set[str]:
    """Of whom it was decided already: their ids."""
    found = stage.door.get(f"{stage.workspace}/referrals?programme={KEY}&limit=500")["items"]
    return {each["value"] for one in found if one["person"] is not None for each in one["person"]["ids"]}


def _come(stage: Stage, one: Friend, code: dict[str, Any]) -> None:
    """They open the link on their phone, and say at the shop by whose code they came."""
    profile = PROFILES[int(stage.running.people.ints("first_device")[one.person])]
    agent = profile.agent or PROFILES[0].agent
    with stage.door.stream("GET", urlsplit(code["link"]).path, headers={"User-Agent": agent}) as answer:
        answer.read()
        led = parse_qs(urlsplit(answer.headers["location"]).query)
    body = {
        "user": stage.user(one.person),
        "code": led["ref"][0],
        "click": led["ref_click"][0],
        "facts": _facts(one.trick == "same_device"),
    }
    stage.door.post(f"{stage.workspace}/referral-redemptions", body)


def _facts(shared: bool) -> dict[str, str]:
    """What the shop's program tells of whoever comes, and of whom they come by."""
    return {"device": _SHARED_DEVICE} if shared else {}


def buy(stage: Stage, friends: Sequence[Friend]) -> int:
    """Those who order do so now; gives how many. The orders of one load are those of another, and count once."""
    running, now = stage.running, stage.clock()
    words = Words(running.world.name, running.world.currency, exponent(running.world.currency), running.people)
    visits = []
    for place, one in enumerate(friends):
        if one.buys:
            table = words.table(visit_of(running, one.person, _VISITS_FROM + place, now, entry=REFERRAL))
            ids = pa.array([f"{running.world.name}-friend-{place}-{number}" for number in range(table.num_rows)], pa.string())
            visits.append(table.set_column(table.schema.get_field_index("message_id"), "message_id", ids))
    post_all(stage.target, lines(pa.concat_tables(visits)), stage.sleep)
    return len(visits)


def reward(stage: Stage, friends: Sequence[Friend], seconds: float) -> dict[str, Any] | None:
    """Wait until what was ordered has brought rewards, and pay the first of them; gives the truth, None where that takes longer."""
    bought = [one for one in friends if one.buys]
    tricks = Counter(one.trick for one in friends if one.trick)

    def judged() -> bool:
        [mine] = [one["counts"] for one in stage.door.get(f"{stage.workspace}/referral-programmes")["items"] if one["key"] == KEY]
        return int(mine["states"].get("rewarded", 0)) >= len(bought) and int(mine["states"].get("refused", 0)) >= sum(tricks.values())

    if not stage.wait(judged, seconds):
        return None
    due = stage.door.get(f"{stage.workspace}/referral-rewards?state=due&limit=500")["items"]
    paid = sorted(one["reward_id"] for one in due)[: len(due) * 2 // 3]
    if paid and not _any_paid(stage):
        stage.door.post(f"{stage.workspace}/referral-rewards/turns", {"reward_ids": paid, "state": "paid", "note": ""})
    by_inviter = Counter(one.inviter for one in bought)
    return {
        "programme": KEY,
        "codes": len({one.inviter for one in friends}),
        "came": len(friends),
        "ordered": len(bought),
        "refused": dict(tricks),
        "capped": sum(max(0, count - PER_MONTH) for count in by_inviter.values()),
        "brought": {stage.user(one.person)["value"]: stage.user(one.inviter)["value"] for one in friends if not one.trick},
    }


def _any_paid(stage: Stage) -> bool:
    return bool(stage.door.get(f"{stage.workspace}/referral-rewards?state=paid&limit=1")["items"])
