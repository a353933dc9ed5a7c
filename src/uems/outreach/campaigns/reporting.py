"""How does a campaign do: who was planned, what reached them, and what did it change against those held out?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, select

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.campaigns.counting import Sent, count_converted, count_messages, count_people, letter_of, reached_goal, reasons_not_sent
from uems.outreach.campaigns.definitions import Campaign
from uems.outreach.campaigns.freezing import of_occurrence
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaign_versions
from uems.outreach.flows.reporting import Against, difference_of

_O, _P, _V = campaign_occurrences.c, campaign_people.c, campaign_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One time that it took place. decision: which variant went to the rest, and why. shares: of the variants, where they were learnt."""

    occurrence: int
    version: int
    state: str
    begun_at: datetime
    ended_at: datetime | None
    found: int
    excluded: int
    held: int
    entered: int
    decide_at: datetime | None
    winner: int | None
    decision: Mapping[str, Any] | None
    shares: Sequence[float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCount:
    """One variant of one time. people: who have it; moved: of them, those whose message was put into the outbox.

    converted: people who have it and reached the goal. against: they against those held out; with its interval.
    """

    place: int
    letter: str
    name: str
    template: str
    people: int
    moved: int
    sent: Sent
    converted: int
    against: Against | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """One time of a campaign. people: state → how many. reasons: why messages were not sent → how many."""

    took: Took
    people: Mapping[str, int]
    variants: Sequence[VariantCount]
    reasons: Mapping[str, int]
    against: Against | None


def occurrences_of(store: Store, scope: Scope, one: Campaign, limit: int = 100) -> list[Took]:
    """The times that it took place, the latest first."""
    mine = (_O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id)
    with store.read() as conn:
        query = select(campaign_occurrences).where(*mine).order_by(_O.occurrence.desc()).limit(limit)
        return [_took(row) for row in conn.execute(query).mappings()]


def totals(store: Store, scope: Scope) -> dict[int, tuple[int, int, int]]:
    """campaign → (times, people entered in all of them, held out)."""
    query = select(_O.campaign_id, func.count(), func.sum(_O.entered), func.sum(_O.held)).where(_O.workspace_id == scope.workspace_id)
    with store.read() as conn:
        return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in conn.execute(query.group_by(_O.campaign_id))}


def report(house: House, scope: Scope, one: Campaign, took: Took) -> CampaignReport:
    """What is known of one time now. Who reached the goal is read from the events, held out or not by the same rule."""
    with house.store.read() as conn:
        mine = (_V.workspace_id == scope.workspace_id, _V.campaign_id == one.campaign_id, _V.version == took.version)
        spec = CampaignSpec.model_validate(conn.execute(select(_V.spec).where(*mine)).scalar_one())
        people = count_people(conn, of_occurrence(scope, one, took.occurrence, _P))
        sent = count_messages(conn, scope, one.key, took.occurrence)
        reasons = reasons_not_sent(conn, scope, one.key, took.occurrence)
    reached: Mapping[tuple[int | None, str], int] = {}
    if spec.goal is not None and took.state != "freezing":
        found = reached_goal(house, scope, spec.goal, took.begun_at)
        reached = count_converted(house.store, scope, one.campaign_id, took.occurrence, found)
    held = people.get((None, "held"), 0)
    held_reached = reached.get((None, "held"), 0)
    variants = []
    for place, variant in enumerate(spec.variants):
        count = sum(n for (which, state), n in people.items() if which == place and state != "merged")
        converted = sum(n for (which, _), n in reached.items() if which == place)
        variants.append(
            VariantCount(
                place=place,
                letter=letter_of(place),
                name=variant.name,
                template=variant.template,
                people=count,
                moved=people.get((place, "sent"), 0),
                sent=sent.get(letter_of(place), Sent()),
                converted=converted,
                against=_against(converted, count, held_reached, held) if spec.goal else None,
            )
        )
    states: dict[str, int] = {}
    for (_, state), n in people.items():
        states[state] = states.get(state, 0) + n
    everybody = sum(n for state, n in states.items() if state not in ("held", "merged"))
    all_reached = sum(n for (_, state), n in reached.items() if state != "held")
    return CampaignReport(
        took=took,
        people=states,
        variants=variants,
        reasons=reasons,
        against=_against(all_reached, everybody, held_reached, held) if spec.goal else None,
    )


def _against(reached: int, people: int, held_reached: int, held: int) -> Against:
    difference, low, high = difference_of(reached, people, held_reached, held)
    return Against(people=people, reached=reached, held=held, held_reached=held_reached, difference=difference, low=low, high=high)


def _took(row: RowMapping) -> Took:
    return Took(**{name: row[name] for name in Took.__dataclass_fields__})


def people_in(
    store: Store, scope: Scope, one: Campaign, occurrence: int, *, state: str, after: int, limit: int
) -> list[tuple[int, int | None, str]]:
    """(person, place of the variant, state) of one time, by their number, behind ``after``. state: "" for any."""
    mine = [*of_occurrence(scope, one, occurrence, _P), _P.person_id > after]
    mine += [_P.state == state] if state else []
    query = select(_P.person_id, _P.variant, _P.state).where(*mine).order_by(_P.person_id).limit(limit)
    with store.read() as conn:
        return [(row.person_id, row.variant, row.state) for row in conn.execute(query)]
