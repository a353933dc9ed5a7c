"""How do other rooms put words on paper? As notes under headings, drawn as dashboards are, with their fonts."""

from collections.abc import Sequence
from datetime import datetime

from uems.kernel.clock import zone_of
from uems.kernel.scope import Scope
from uems.kpis.dashboards.model import Dashboard, TextTile
from uems.kpis.written import Language

_LINES = 25
"""Lines of a note; a longer one goes on in the next."""


def draw_notes(
    scope: Scope, name: str, lead: str, notes: Sequence[tuple[str, Sequence[str]]], made: str, language: Language, now: datetime
) -> bytes:
    """A PDF of (heading, lines), each across the page. made: who it is of, with the time below the name."""
    from uems.kpis.dashboards.paper.pages import draw_paper  # what draws takes a while to load: not before the first paper

    tiles: list[TextTile] = []
    for heading, lines in notes:
        for start in range(0, max(len(lines), 1), _LINES):
            text = "\n".join(lines[start : start + _LINES])[:5_000] or "–"
            title = None if start else heading[:200]
            tiles.append(TextTile(id=f"n{len(tiles)}", kind="text", width="full", title=title, text=text))
    local = now.astimezone(zone_of(scope.zone)).strftime("%Y-%m-%d %H:%M")
    paper = Dashboard(
        key="notes", name=name, description=lead, tiles=tuple(tiles), version=1, created_at=now, changed_at=now, changed_by=""
    )
    return draw_paper(paper, [None] * len(tiles), f"{made} · {local} ({scope.zone})", language)
