"""Whom does the shop invite to be super users, and what do they say? Those with the strongest ties first, once their ladder is known."""

from typing import Any, Final

from uems.simulate.life.stage import Stage
from uems.simulate.life.words import BENEFITS

_MOST: Final = 20
_SHARE: Final = 2
"""One in so many of those who wait is invited."""


def ask_for_ladder(stage: Stage) -> None:
    """Have ties and steps worked out now, rather than when a worker looks the next time."""
    stage.door.post(f"{stage.workspace}/ties/runs")
    stage.door.post(f"{stage.workspace}/ladder/runs")


def invite_super_users(stage: Stage, seconds: float) -> dict[str, Any] | None:
    """Wait for the ladder, then invite the first of those who wait; gives the truth, None where the ladder takes longer.

    Of those invited two of five accept, one declines, and the others have not answered.
    """
    address = f"{stage.workspace}/ladder"
    if not stage.wait(lambda: stage.door.get(address)["result"] is not None, seconds):
        return None
    standing = stage.door.get(f"{address}/programme")
    counts = standing["counts"]
    if not counts["invited"] + counts["accepted"] + counts["declined"]:
        benefits = [{"name": name.said(stage.language), "text": text.said(stage.language)} for name, text in BENEFITS]
        stage.door.put(f"{address}/programme", {**standing["programme"], "benefits": benefits})
        _invite(stage, address)
    told = stage.door.get(f"{address}/programme")["counts"]
    return {name: told[name] for name in ("held", "waiting", "invited", "accepted", "declined")}


def _invite(stage: Stage, address: str) -> None:
    waiting = [one["person"]["person_id"] for one in stage.door.get(f"{address}/programme/people?state=waiting")["items"]]
    invited = waiting[: min(_MOST, -(-len(waiting) // _SHARE))]
    if not invited:
        return
    stage.door.post(f"{address}/programme/invitations", {"people": invited})
    for place, person in enumerate(invited):
        answer = ("accepted", "accepted", "declined", "", "")[place % 5]
        if answer:
            stage.door.post(f"{address}/programme/people/{person}/answer", {"answer": answer})
