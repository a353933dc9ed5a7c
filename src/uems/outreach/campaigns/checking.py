"""Does a campaign make sense, and does what it names exist? Everything that is wrong at once, each with its place."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.campaigns.audience import condition_of
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.flows.checking import Problem
from uems.outreach.flows.definitions import names_of
from uems.outreach.flows.names import Names, event_filter


def check_campaign(house: House, scope: Scope, spec: CampaignSpec, now: datetime) -> list[Problem]:
    """What keeps it from being launched; ``node`` says at which part of it: audience, message, test, timing or goal."""
    return [*problems_of(spec, names_of(house, scope)), *_timing(spec, scope, now)]


def problems_of(spec: CampaignSpec, names: Names) -> list[Problem]:
    """As ``check_campaign``, but for what depends on the time."""
    return [*_audience(spec, names), *_message(spec, names), *_goal(spec)]


def _tried(code: str, place: str, work: Callable[[], object], way: str = "") -> Iterator[Problem]:
    try:
        work()
    except UemsError as error:
        own = error.code in ("unknown_template", "unknown_topic", "no_topic")
        yield Problem(code=error.code if own else code, node=place, way=way, message=error.message, details=error.details)


def _audience(spec: CampaignSpec, names: Names) -> Iterator[Problem]:
    audience = spec.audience
    if not audience.segment and audience.who is None:
        yield Problem(code="no_audience", node="audience", message="The campaign says nobody; choose a segment, or write a condition.")
        return
    for key in (audience.segment, *audience.exclude):
        if key:
            yield from _tried("bad_segment", "audience", lambda key=key: names.segment(key), key)  # type: ignore[misc]
    if audience.who is not None:
        yield from _tried("bad_who", "audience", lambda: names.condition(audience.who))
    yield from _tried("bad_who", "audience", lambda: names.condition(condition_of(audience)))


def _message(spec: CampaignSpec, names: Names) -> Iterator[Problem]:
    for place, one in enumerate(spec.variants):
        if not one.template:
            yield Problem(code="no_template", node="message", way=str(place), message="A variant has no template; choose one.")
            continue
        found = list(_tried("unknown_template", "message", lambda key=one.template: names.template(key), str(place)))  # type: ignore[misc]
        yield from found
        if not found:
            told = (one.template, spec.kind, spec.topic)
            yield from _tried("no_topic", "message", lambda told=told: names.subscribed(*told), str(place))  # type: ignore[misc]
    yield from _tried("unknown_channel", "message", lambda: names.channel(spec.channel))
    yield from _tried("unknown_topic", "message", lambda: names.topic(spec.topic))
    if spec.learns and not spec.recurring:
        message = "It is to learn from the times before, and takes place once; give it a schedule that comes again, or share it out evenly."
        yield Problem(code="learns_once", node="test", message=message)
    if (spec.tested or spec.learns) and spec.test.by == "goal" and spec.goal is None:
        yield Problem(code="test_without_goal", node="test", message="The test is by the goal, and there is none; name its events.")


def _timing(spec: CampaignSpec, scope: Scope, now: datetime) -> Iterator[Problem]:
    timing = spec.timing
    days = (timing.until, timing.schedule.once_on if timing.schedule else "")
    until, once = (date.fromisoformat(day) if day else None for day in days)
    today = day_of(now, scope.zone)
    if (once is not None and once < today) or (until is not None and until < today):
        yield Problem(code="past_day", node="timing", message="The day is over already; choose one to come.")


def _goal(spec: CampaignSpec) -> Iterator[Problem]:
    if spec.goal is not None:
        yield from _tried("bad_goal", "goal", lambda: event_filter(spec.goal.where if spec.goal else None))
