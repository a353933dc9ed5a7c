"""Does the decision about a whole batch say what asking one message after the other by the plain words of the rules would say?"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from tests.support.events import SCOPE
from uems.kernel.store import Store
from uems.outreach.consent.model import Cap, Quiet, Restraints, Topic
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.deciding import Decision, Rules, decide, quiet_until
from uems.outreach.messages.reaching import Reached
from uems.outreach.tables import outreach_consents, outreach_messages, outreach_suppressions

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Auckland")
TOPICS = {
    "news": Topic(name_zh="资讯", name_en="News", default="subscribed"),
    "offers": Topic(name_zh="优惠", name_en="Offers", kind="sales"),
}
RULES = Restraints(everything=Cap(day=2, week=4), channels={"sms": Cap(day=1)}, sales_per_week=1, quiet=Quiet(what="drop"))
FRAME = Rules(
    restraints=RULES, topics=TOPICS, media={"email": "email", "sms": "phone"}, off={"push": "disabled"}, templates=frozenset({"hello"})
)


def asked(number: int, person: int, draw: random.Random) -> Claimed:
    kind = draw.choice(["service", "benefit", "sales", "sales"])
    return Claimed(
        message_id=number,
        workspace_id=1,
        send_key=f"k{number}",
        person_id=person,
        channel=draw.choice(["email", "email", "sms", "push"]),
        template_id=draw.choice(["hello", "hello", "hello", "gone"]),
        kind=kind,  # type: ignore[arg-type]
        topic=draw.choice(["news", "offers", "", "unknown"]),
        origin_type=draw.choice(["flow", "flow", "flow", "test"]),
        origin_id="welcome",
        origin_version=1,
        origin_node="send",
        context={},
        priority=draw.randrange(3),
        attempts=0,
        expires_at=NOW + timedelta(hours=draw.choice([-1, 5, 48, 48])),
        enqueued_at=NOW - timedelta(minutes=draw.randrange(60)),
    )


def oracle(messages: Sequence[Claimed], people: dict[int, Reached], consents: list, past: dict, bad: set) -> dict[int, str]:  # type: ignore[type-arg]
    """By the words of the rules, one message after the other."""
    said: dict[int, str] = {}
    for one in sorted(messages, key=lambda m: (-m.priority, m.enqueued_at, m.message_id)):
        said[one.message_id] = why_not(one, people.get(one.person_id), consents, past, bad)
        if said[one.message_id] == "":
            past.setdefault(one.person_id, []).append((NOW, one.channel, one.kind))
    return said


def why_not(one: Claimed, person: Reached | None, consents: list, past: dict, bad: set) -> str:  # type: ignore[type-arg]
    if one.expires_at <= NOW:
        return "too_late"
    if person is None:
        return "nobody"
    if one.channel == "push":
        return "channel_off"
    if one.template_id == "gone":
        return "no_template"
    address = person.addresses.get("email" if one.channel == "email" else "phone")
    if address is None:
        return "no_address"
    if (one.channel, address) in bad:
        return "suppressed_address"
    if one.origin_type == "test":
        return ""
    if one.topic == "":
        if one.kind != "service":
            return "no_topic"
    elif one.topic == "unknown":
        return "unknown_topic"
    else:
        mine = {(t, c): s for p, t, c, s in consents if p == one.person_id}
        if mine.get(("*", "*")) == "unsubscribed":
            return "unsubscribed_from_all"
        told = mine.get((one.topic, one.channel))
        if told is None:
            if one.topic == "offers":
                return "not_subscribed"
        elif told != "subscribed":
            return {"pending": "not_confirmed", "unsubscribed": "unsubscribed"}[told]
    if one.kind == "service":
        return ""
    local = NOW.astimezone(ZoneInfo(person.zone))
    if local.hour >= 22 or local.hour < 8:
        return "quiet_hours"
    mine = past.get(one.person_id, [])
    today = [row for row in mine if row[0].astimezone(ZoneInfo(person.zone)).date() == local.date()]
    week = [row for row in mine if row[0] > NOW - timedelta(days=7)]
    if one.channel == "sms" and [row for row in today if row[1] == "sms"]:
        return "channel_day_cap"
    if len(today) >= 2:
        return "daily_cap"
    if len(week) >= 4:
        return "attention_budget"
    return "sales_balance" if one.kind == "sales" and [row for row in week if row[2] == "sales"] else ""


def test_a_batch_is_decided_as_its_messages_one_by_one(store: Store) -> None:
    draw = random.Random(7)
    people = {
        n: Reached(
            person_id=n,
            numbers=(n, 1_000 + n),
            zone=draw.choice(ZONES),
            language="",
            addresses={"email": f"p{n}@x.example"} if n % 5 else {"phone": f"+86{n}"},
        )
        for n in range(1, 120)
    }
    messages = [asked(number, draw.randrange(1, 125), draw) for number in range(10_000, 10_600)]
    consents = [
        (n, topic, channel, draw.choice(["subscribed", "subscribed", "pending", "unsubscribed"]))
        for n in people
        for topic, channel in (("news", "email"), ("offers", "email"), ("*", "*"))
        if draw.random() < (0.1 if topic == "*" else 0.5)
    ]
    past = {n: [] for n in people}  # type: ignore[var-annotated]
    sent = []
    for number in range(1, 900):
        n, at = draw.choice([*people]), NOW - timedelta(minutes=draw.randrange(14 * 1440))
        channel, kind = draw.choice(["email", "sms"]), draw.choice(["benefit", "sales"])
        past[n].append((at, channel, kind))
        # Some of it was sent while they still bore another number.
        sent.append(row_of(number, draw.choice([n, 1_000 + n]), at, channel, kind))
    bad = {("email", f"p{n}@x.example") for n in range(1, 20)}
    with store.write() as conn:
        conn.execute(insert(outreach_messages), sent)
        conn.execute(
            insert(outreach_consents),
            [
                {"workspace_id": 1, "person_id": p, "topic": t, "channel": c, "state": s, "source": "x", "at": NOW}
                for p, t, c, s in consents
            ],
        )
        rows = [{"workspace_id": 1, "channel": c, "address": a, "reason": "bounce", "detail": "", "at": NOW, "by": "x"} for c, a in bad]
        conn.execute(insert(outreach_suppressions), rows)
        found = decide(conn, SCOPE, FRAME, messages, people, NOW)
    said = {one.message_id: "" if one.verdict == "send" else one.reason for one in found}
    wanted = oracle(messages, people, consents, past, bad)
    assert said == wanted
    assert len(set(wanted.values())) >= 14  # every rule had its turn


def row_of(number: int, person: int, at: datetime, channel: str, kind: str) -> dict[str, object]:
    return {
        "message_id": number,
        "workspace_id": 1,
        "send_key": f"past{number}",
        "person_id": person,
        "channel": channel,
        "template_id": "hello",
        "kind": kind,
        "topic": "news",
        "origin_type": "flow",
        "origin_id": "x",
        "origin_version": 1,
        "origin_node": "",
        "origin_entry": 0,
        "context": {},
        "priority": 0,
        "state": "accepted",
        "next_at": at,
        "expires_at": at,
        "enqueued_at": at,
        "sent_at": at,
        "changed_at": at,
    }


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("Asia/Shanghai", "2026-03-02T15:30:00+00:00", "2026-03-03T00:00:00+00:00"),  # 23:30 there: until 08:00
        ("Asia/Shanghai", "2026-03-02T23:59:00+00:00", "2026-03-03T00:00:00+00:00"),  # 07:59
        ("Asia/Shanghai", "2026-03-03T00:00:00+00:00", None),  # 08:00 sharp
        ("America/New_York", "2026-03-08T04:30:00+00:00", "2026-03-08T12:00:00+00:00"),  # the night that loses an hour
        ("America/New_York", "2026-11-01T03:30:00+00:00", "2026-11-01T13:00:00+00:00"),  # the night that gains one
    ],
)
def test_quiet_hours_end_by_the_clock_of_the_person(zone: str, now: str, until: str | None) -> None:
    wanted = None if until is None else datetime.fromisoformat(until)
    assert quiet_until(Restraints(quiet=Quiet(what="hold")), zone, datetime.fromisoformat(now)) == wanted


def test_what_is_held_past_its_time_is_not_held(sqlite_store: Store) -> None:
    night = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    people = {1: Reached(person_id=1, numbers=(1,), zone="Asia/Shanghai", language="", addresses={"email": "a@b.example"})}
    rules = Rules(restraints=Restraints(), topics=TOPICS, media={"email": "email"}, off={}, templates=frozenset({"hello"}))

    def one(number: int, hours: int) -> Claimed:
        draw = asked(number, 1, random.Random(0))
        values = {name: getattr(draw, name) for name in Claimed.__dataclass_fields__}
        told = {"channel": "email", "template_id": "hello", "kind": "benefit", "topic": "news", "origin_type": "flow"}
        return Claimed(**{**values, **told, "expires_at": night + timedelta(hours=hours)})

    with sqlite_store.write() as conn:
        found = decide(conn, SCOPE, rules, [one(1, 2), one(2, 20)], people, night)
    short, long = sorted(found, key=lambda d: d.message_id)
    assert (short.verdict, short.reason) == ("suppress", "quiet_hours")
    assert (long.verdict, long.until) == ("hold", datetime(2026, 3, 3, 0, 0, tzinfo=UTC))
    assert isinstance(long, Decision)
