"""May it be sent, now, to this person? Decided for a whole batch at once, in the transaction that reserves what is allowed.

In this order: time over, nobody there, held out, harmed by what asks, no address, address suppressed, too long for the channel, consent,
quiet hours, caps.
Within a batch the messages of a person compete: the higher priority first, then the older one; each that is allowed counts for the next.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection

from uems.kernel.clock import start_of_day, zone_of
from uems.kernel.lookup import lookup
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import to_microseconds
from uems.outreach.channel import Weight
from uems.outreach.consent.model import EVERYTHING, Cap, Restraints, Topic
from uems.outreach.holdouts.assigning import Holdout, held_by
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.reaching import BROWSERS, Reached
from uems.prediction import api as prediction

Verdict: TypeAlias = Literal["send", "hold", "suppress", "expire"]
HeldCampaign: TypeAlias = Literal["campaign_paused", "campaign_cancelled"]
FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when something waits that somebody has to let go on."""
WEEK: Final = timedelta(days=7)
Past: TypeAlias = list[tuple[int, str, str]]
"""What somebody was sent in the last days: microseconds since 1970, channel, kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided of a message, and why. until: when a held one is looked at again. facts: numbers behind it, JSON."""

    message_id: int
    verdict: Verdict
    reason: str = ""
    until: datetime | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what is decided. media: where each usable channel finds people. off: what the others lack. templates: those that exist.

    held: campaigns that do not go on now, by their keys. holdouts: who is never written to. guards: flows and campaigns, as messages
    name them, that leave those in peace whom they harm. spellings: how else an address may be written on the list of suppressed ones.
    sealed: (channel, address) → how it stands there when it was that of somebody who was erased.
    """

    restraints: Restraints
    topics: Mapping[str, Topic]
    media: Mapping[str, str]
    off: Mapping[str, str]
    templates: frozenset[str]
    held: Mapping[str, HeldCampaign] = field(default_factory=dict)
    holdouts: Sequence[Holdout] = ()
    guards: frozenset[prediction.GuardedOrigin] = frozenset()
    spellings: Mapping[str, Callable[[str], Sequence[str]]] = field(default_factory=dict)
    sealed: Callable[[str, str], str] | None = None

    def written(self, channel: str, address: str) -> Sequence[str]:
        """Every way in which an address may be written there."""
        spell = self.spellings.get(channel)
        plain = (address.lower(),) if spell is None else spell(address)
        return plain if self.sealed is None else (*plain, *(self.sealed(channel, one) for one in plain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What decisions are made from. consents: person → (topic, channel) → what they said. suppressed: (channel, address) → why. past: by
    person, and changed by what is allowed. harmed: person → the guarded flows and campaigns that harm them."""

    consents: Mapping[int, Mapping[tuple[str, str], str]]
    suppressed: Mapping[tuple[str, str], str]
    past: dict[int, Past]
    harmed: Mapping[int, Collection[prediction.GuardedOrigin]] = field(default_factory=dict)


def decide(
    conn: Connection,
    scope: Scope,
    rules: Rules,
    asked: Sequence[Claimed],
    people: Mapping[int, Reached],
    now: datetime,
    weights: Mapping[int, Weight] = MappingProxyType({}),
) -> list[Decision]:
    """A decision for each message. Whoever calls holds the turn of the workspace and writes what follows in this transaction.

    weights: number of the message → what it comes to, of those that are weighed.
    """
    owner = {number: person.person_id for person in people.values() for number in person.numbers}
    known = Known(
        consents=consents_by_person(conn, scope, owner),
        suppressed=suppressed_of(conn, scope, rules, {(one.person_id, one.channel) for one in asked}, people),
        past=_past(conn, scope, owner, now),
        harmed=prediction.harmed_by(conn, scope, rules.guards, owner),
    )
    return judge(rules, asked, people, known, now, weights)


def judge(
    rules: Rules,
    asked: Sequence[Claimed],
    people: Mapping[int, Reached],
    known: Known,
    now: datetime,
    weights: Mapping[int, Weight] = MappingProxyType({}),
) -> list[Decision]:
    """As ``decide``, by what is known already. What is allowed is added to ``known.past``."""
    past = known.past
    decisions: list[Decision] = []
    for one in sorted(asked, key=lambda m: (-m.priority, m.enqueued_at, m.message_id)):
        person = people.get(one.person_id)
        weight = weights.get(one.message_id)
        decision = _standing(rules, one, person, known, weight, now)
        mine = past.setdefault(one.person_id if person is None else person.person_id, [])
        if decision is None and person is not None:
            decision = _restrained(rules.restraints, one, person, mine, now)
        assert decision is not None
        if decision.verdict == "send" and weight is not None:
            decision = replace(decision, facts={**decision.facts, "parts": weight.parts, "cost_micros": weight.cost_micros})
        if decision.verdict == "send":
            mine.append((to_microseconds(now), one.channel, one.kind))
        decisions.append(decision)
    return decisions


def standing(
    conn: Connection, scope: Scope, rules: Rules, asked: Sequence[Claimed], people: Mapping[int, Reached], now: datetime
) -> list[str]:
    """Of each message why it could never be sent as things are, "" where it could: for a look ahead, with nothing written."""
    owner = {number: person.person_id for person in people.values() for number in person.numbers}
    known = Known(
        consents=consents_by_person(conn, scope, owner),
        suppressed=suppressed_of(conn, scope, rules, {(one.person_id, one.channel) for one in asked}, people),
        past={},
        harmed=prediction.harmed_by(conn, scope, rules.guards, owner),
    )
    found = [_standing(rules, one, people.get(one.person_id), known, None, now) for one in asked]
    return ["" if one is None else one.reason for one in found]


def consents_by_person(conn: Connection, scope: Scope, owner: Mapping[int, int]) -> dict[int, dict[tuple[str, str], str]]:
    """person → (topic, channel) → what they last said, under whatever number they said it."""
    pick, where = Sql("t.person_id, t.topic, t.channel, t.state, t.at"), Sql("t.person_id = s.n")
    rows = lookup(conn, scope.workspace_id, pick, Sql("outreach_consents"), where, {"n": "bigint"}, [(n,) for n in owner])
    found: dict[int, dict[tuple[str, str], str]] = {}
    rows.sort(key=lambda row: row[4])  # what was said last holds
    for number, topic, channel, state, _ in rows:
        found.setdefault(owner[number], {})[topic, channel] = state
    return found


def suppressed_of(
    conn: Connection, scope: Scope, rules: Rules, ways: Collection[tuple[int, str]], people: Mapping[int, Reached]
) -> dict[tuple[str, str], str]:
    """(channel, address) → why nothing is sent there. ways: (number of the person, channel)."""
    wanted: set[tuple[str, str]] = set()
    for number, channel in ways:
        person, medium = people.get(number), rules.media.get(channel)
        if person is not None and medium is not None and medium != "address" and (address := person.address(medium)):
            wanted.update((channel, written) for written in rules.written(channel, address))
    pick, where = Sql("t.channel, t.address, t.reason"), Sql("t.channel = s.c AND t.address = s.a")
    rows = lookup(conn, scope.workspace_id, pick, Sql("outreach_suppressions"), where, {"c": "text", "a": "text"}, wanted)
    return {(channel, address): reason for channel, address, reason in rows}


def past_of(conn: Connection, scope: Scope, people: Mapping[int, Reached], now: datetime) -> dict[int, Past]:
    """person → what they were sent in the last eight days; a calendar day begins at most a day before the week of seven."""
    return _past(conn, scope, {number: person.person_id for person in people.values() for number in person.numbers}, now)


def _past(conn: Connection, scope: Scope, owner: Mapping[int, int], now: datetime) -> dict[int, Past]:
    rows = lookup(
        conn,
        scope.workspace_id,
        Sql("t.person_id, t.sent_at, t.channel, t.kind"),
        Sql("outreach_messages"),
        Sql("t.person_id = s.n AND t.sent_at >= :since AND t.sent_at IS NOT NULL"),
        {"n": "bigint"},
        [(n,) for n in owner],
        by=Sql("ix_outreach_messages_sent"),
        since=to_microseconds(now - WEEK - timedelta(days=1)),
    )
    found: dict[int, Past] = {}
    for number, at, channel, kind in rows:
        found.setdefault(owner[number], []).append((at, channel, kind))
    return found


def _standing(rules: Rules, one: Claimed, person: Reached | None, known: Known, weight: Weight | None, now: datetime) -> Decision | None:
    """A refusal that does not depend on what else is sent; None where there is none."""
    number, suppressed = one.message_id, known.suppressed
    held = rules.held.get(one.origin_id) if one.origin_type == "campaign" else None
    if held == "campaign_cancelled":
        return Decision(message_id=number, verdict="suppress", reason=held)
    if held is not None:
        return Decision(message_id=number, verdict="hold", reason=held, until=FAR)
    if now >= one.expires_at:
        late = int((now - one.expires_at).total_seconds())
        return Decision(message_id=number, verdict="expire", reason="too_late", facts={"late_seconds": late})
    if person is None:
        return Decision(message_id=number, verdict="suppress", reason="nobody")
    if rules.holdouts and (kept := _held_out(rules.holdouts, one, person, now)) is not None:
        return kept
    if known.harmed and (peaceful := _harmed(one, known.harmed.get(person.person_id, ()))) is not None:
        return peaceful
    medium = rules.media.get(one.channel)
    if medium is None:
        return Decision(message_id=number, verdict="suppress", reason="channel_off", facts={"lacks": rules.off.get(one.channel, "")})
    if one.template_id not in rules.templates:
        return Decision(message_id=number, verdict="suppress", reason="no_template", facts={"template": one.template_id})
    address = person.address(medium)
    if not address:
        unclear = person.ambiguous and medium in BROWSERS
        reason = "ambiguous_browser" if unclear else "no_address"
        return Decision(message_id=number, verdict="suppress", reason=reason, facts={"medium": medium})
    for one_way in rules.written(one.channel, address) if suppressed else ():
        if why := suppressed.get((one.channel, one_way)):
            return Decision(message_id=number, verdict="suppress", reason="suppressed_address", facts={"because": why})
    if weight is not None and weight.refusal:
        return Decision(message_id=number, verdict="suppress", reason=weight.refusal, facts=dict(weight.facts))
    if one.origin_type == "test":
        return Decision(message_id=number, verdict="send", reason="test")
    refusal = consent_refusal(rules.topics, one.topic, one.channel, one.kind, known.consents.get(person.person_id, {}))
    return None if not refusal else Decision(message_id=number, verdict="suppress", reason=refusal, facts={"topic": one.topic})


def _held_out(holdouts: Sequence[Holdout], one: Claimed, person: Reached, now: datetime) -> Decision | None:
    """Service messages and trials on oneself go to everybody; the rest, whoever asks, to nobody who is held out."""
    if one.kind == "service" or one.origin_type == "test":
        return None
    found = held_by(holdouts, (one.origin_type, one.origin_id), person.person_id, now)
    if found is None:
        return None
    facts = {"holdout": found.key, "name": found.name, "draw": found.now.drawn(now)[0]}
    return Decision(message_id=one.message_id, verdict="suppress", reason="holdout", facts=facts)


def _harmed(one: Claimed, harmed: Collection[prediction.GuardedOrigin]) -> Decision | None:
    """Whom a flow or campaign harms for certain it leaves in peace; service messages and trials on oneself go to everybody."""
    if one.kind == "service" or one.origin_type == "test" or (one.origin_type, one.origin_id) not in harmed:
        return None
    return Decision(message_id=one.message_id, verdict="suppress", reason="harmed", facts={"by": one.origin_type})


def consent_refusal(topics: Mapping[str, Topic], topic: str, channel: str, kind: str, said: Mapping[tuple[str, str], str]) -> str:
    """Why what somebody said does not allow it; "" where it does. Service messages need no topic."""
    if not topic:
        return "" if kind == "service" else "no_topic"
    known = topics.get(topic)
    if known is None:
        return "unknown_topic"
    if known.channels and channel not in known.channels:
        return "topic_not_on_channel"
    if kind == "service" and known.kind == "service":
        return ""
    if said.get((EVERYTHING, EVERYTHING)) == "unsubscribed" or said.get((EVERYTHING, channel)) == "unsubscribed":
        return "unsubscribed_from_all"
    told = said.get((topic, channel)) or said.get((topic, EVERYTHING))
    state = told or known.default
    return {"subscribed": "", "pending": "not_confirmed"}.get(state, "unsubscribed" if told else "not_subscribed")


def _restrained(rules: Restraints, one: Claimed, person: Reached, past: Past, now: datetime) -> Decision:
    """What quiet hours and caps say."""
    if one.kind == "service":
        return Decision(message_id=one.message_id, verdict="send", reason="service")
    quiet = quiet_until(rules, person.zone, now)
    if quiet is not None:
        return _later(one, "quiet_hours", quiet, rules.quiet.what == "hold", _quiet_facts(person.zone, quiet))
    capped = cap_reached(rules, one.channel, one.kind, person.zone, past, now)
    if capped is None:
        day_start, week_start, _ = _starts(person.zone, now)
        return Decision(message_id=one.message_id, verdict="send", facts=_sent_facts(*_counted(past, day_start, week_start)))
    reason, facts = capped
    tomorrow = _starts(person.zone, now)[2]
    return _later(one, reason, tomorrow, rules.when_capped == "hold", {**facts, "zone": person.zone})


# Thousands of messages share their facts: they are made once, and never changed.
@lru_cache(maxsize=2_000)
def _sent_facts(day: int, week: int) -> Mapping[str, object]:
    return {"sent_today": day, "sent_this_week": week}


@lru_cache(maxsize=2_000)
def _quiet_facts(zone: str, until: datetime) -> Mapping[str, object]:
    return {"zone": zone, "until": until.isoformat()}


def _later(one: Claimed, reason: str, until: datetime, hold: bool, facts: Mapping[str, object]) -> Decision:
    if hold and until < one.expires_at:
        return Decision(message_id=one.message_id, verdict="hold", reason=reason, until=until, facts=facts)
    # Held past its time it would be late for sure: better said now than found out then.
    return Decision(message_id=one.message_id, verdict="suppress", reason=reason, facts={**facts, "held": False})


def cap_reached(rules: Restraints, channel: str, kind: str, zone: str, past: Past, now: datetime) -> tuple[str, dict[str, object]] | None:
    """(which cap stands in the way, its numbers), or None."""
    day_start, week_start, _ = _starts(zone, now)
    for name, cap, only in (("channel", rules.channels.get(channel), channel), ("everything", rules.everything, "")):
        if cap is None:
            continue
        mine = [row for row in past if row[1] == only] if only else past
        day, week = _counted(mine, day_start, week_start)
        over = _over(cap, day, week)
        if over:
            which = {"everything_week": "attention_budget", "everything_day": "daily_cap"}.get(f"{name}_{over}", f"{name}_{over}_cap")
            limit = cap.day if over == "day" else cap.week
            return which, {"sent": day if over == "day" else week, "limit": limit}
    if kind == "sales" and rules.sales_per_week is not None:
        sales = sum(1 for at, _, what in past if what == "sales" and at > week_start)
        if sales >= rules.sales_per_week:
            return "sales_balance", {"sent": sales, "limit": rules.sales_per_week}
    return None


def _over(cap: Cap, day: int, week: int) -> Literal["day", "week", ""]:
    if cap.day is not None and day >= cap.day:
        return "day"
    return "week" if cap.week is not None and week >= cap.week else ""


def _counted(past: Past, day_start: int, week_start: int) -> tuple[int, int]:
    day = week = 0
    for at, _, _ in past:
        day += at >= day_start
        week += at > week_start
    return day, week


@lru_cache(maxsize=2_000)
def _starts(zone: str, now: datetime) -> tuple[int, int, datetime]:
    """Microseconds at which the person's day and the last seven days began, and when their next day begins."""
    today = now.astimezone(zone_of(zone)).date()
    next_day = start_of_day(today + timedelta(days=1), zone)
    return to_microseconds(start_of_day(today, zone)), to_microseconds(now - WEEK), next_day


@lru_cache(maxsize=2_000)
def _quiet_until(since: str, until: str, zone: str, now: datetime) -> datetime | None:
    local = now.astimezone(zone_of(zone))
    begin, end = time.fromisoformat(since), time.fromisoformat(until)
    at = local.time()
    inside = begin <= at < end if begin <= end else at >= begin or at < end
    if not inside:
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    over = datetime.combine(day, end, tzinfo=zone_of(zone)).astimezone(now.tzinfo)
    # An hour that DST skips or repeats must not make it end before now.
    return over if over > now else now + timedelta(minutes=15)


def quiet_until(rules: Restraints, zone: str, now: datetime) -> datetime | None:
    """When the person may be disturbed again; None for now."""
    return None if rules.quiet.what == "off" else _quiet_until(rules.quiet.since, rules.quiet.until, zone, now)
