"""Which routes have office hours, teams, saved answers, and the quality of the connection?"""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Path, Query, Request
from sqlalchemy import select

from uems.access.api import Access, guard, house_of
from uems.kernel.clock import day_of
from uems.kernel.edge import Page
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.outreach.talks import bodies, settings, snippets
from uems.outreach.talks.measuring import Measured, measured
from uems.outreach.talks.quality import WEIGHTS
from uems.outreach.talks.tables import conversations

router = Routes()
_BASE: Final = "/workspaces/{workspace}"
_READ, _WRITE = guard("conversations:read"), guard("conversations:write")
SnippetKey = Annotated[str, Path(min_length=1, max_length=63, pattern=f"^{snippets.KEY_PATTERN}$", description="Key of the saved answer.")]
_TREND: Final = 6


@router.get(f"{_BASE}/conversation-settings")
def get_conversation_settings(request: Request, access: Annotated[Access, _READ]) -> bodies.ConversationRules:
    """Office hours, how soon to answer, teams, and the channels on which anybody ever wrote."""
    house, scope = house_of(request), access.scope
    return _rules(house, scope)


@router.put(f"{_BASE}/conversation-settings")
def put_conversation_settings(
    request: Request, access: Annotated[Access, _WRITE], body: settings.ConversationSettings
) -> bodies.ConversationRules:
    """Count by these from now on."""
    house = house_of(request)
    settings.save_settings(house.store, access, body)
    return _rules(house, access.scope)


@router.get(f"{_BASE}/snippets")
def list_snippets(request: Request, access: Annotated[Access, _READ]) -> Page[bodies.SnippetBody]:
    """Saved answers by name."""
    return Page(items=[bodies.SnippetBody.of(one) for one in snippets.snippets_of(house_of(request).store, access.scope)])


@router.put(f"{_BASE}/snippets/{{snippet}}")
def put_snippet(request: Request, access: Annotated[Access, _WRITE], snippet: SnippetKey, body: bodies.SnippetSave) -> bodies.SnippetBody:
    """Save an answer for later."""
    return bodies.SnippetBody.of(snippets.save_snippet(house_of(request).store, access, snippet, body.name, body.zh, body.en))


@router.delete(f"{_BASE}/snippets/{{snippet}}", status_code=204)
def archive_snippet(request: Request, access: Annotated[Access, _WRITE], snippet: SnippetKey) -> None:
    """Put a saved answer away."""
    snippets.archive_snippet(house_of(request).store, access, snippet)


@router.get(f"{_BASE}/connection-quality")
def get_connection_quality(
    request: Request,
    access: Annotated[Access, _READ],
    month: Annotated[str, Query(pattern=r"^(20\d{2}-(0[1-9]|1[0-2]))?$", description="Such as 2026-11; this month when left out.")] = "",
) -> bodies.ConnectionQuality:
    """Whether it is a connection or only looks like one: of everything, and per team, flow and campaign."""
    house, scope = house_of(request), access.scope
    today = day_of(access.now, scope.zone)
    wanted = month or f"{today:%Y-%m}"
    if date.fromisoformat(f"{wanted}-01") > today:
        raise invalid("month", wanted, "lies ahead; ask for this month or an earlier one.")
    found = [measured(house.store, scope, each) for each in _months(wanted)]
    return bodies.ConnectionQuality.of(found[-1], dict(WEIGHTS), [_point(one) for one in found])


def _point(one: Measured) -> bodies.ConnectionPoint:
    whole = one.groups[0].quality
    return bodies.ConnectionPoint(month=one.month, score=whole.score, talks=whole.talks)


def _months(last: str) -> list[str]:
    """Six months up to this one."""
    found, first = [last], date.fromisoformat(f"{last}-01")
    while len(found) < _TREND:
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(f"{first:%Y-%m}")
    return found[::-1]


def _rules(house: House, scope: Scope) -> bodies.ConversationRules:
    c = conversations.c
    with house.store.read() as conn:
        channels = (
            conn.execute(select(c.channel).where(c.workspace_id == scope.workspace_id).distinct().order_by(c.channel)).scalars().all()
        )
        teams = conn.execute(select(c.team).where(c.workspace_id == scope.workspace_id, c.team != "").distinct()).scalars().all()
        known = settings.read_settings(conn, scope.workspace_id)
    every = [*known.teams, *sorted(set(teams) - set(known.teams))]
    return bodies.ConversationRules(settings=known, zone=scope.zone, channels=list(channels), teams=every)
