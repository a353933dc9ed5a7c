"""What do erasures look like over HTTP?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from uems.identity.bodies import IdBody
from uems.identity.erasures import Erasure
from uems.kernel.edge import Body, Count
from uems.kernel.erasure import Subject


class ErasureGoing(Body):
    """So many things of one kind, in one room."""

    room: str
    what: str
    count: Count


class ErasurePreview(Body):
    """Who it would be, and what would go. ids: all that merges brought together; none of them can be looked up afterwards."""

    person_id: Count
    ids: list[IdBody]
    going: list[ErasureGoing]
    may_return: bool = Field(description="Whether the ids can become a new person, once they identify themselves anew.")

    @staticmethod
    def of(subject: Subject, counts: dict[str, dict[str, int]], may_return: bool) -> "ErasurePreview":
        ids = [IdBody(kind=kind, value=value, node_id=node) for node, (kind, value) in zip(subject.numbers, subject.ids, strict=False)]
        return ErasurePreview(person_id=min(subject.numbers), ids=ids, going=_going(counts), may_return=may_return)


class ErasureRequest(Body):
    """confirm: the number of the person again, typed by whoever erases them."""

    confirm: Count


class ErasureBody(Body):
    """How far an erasure is. It holds nothing of the person but a number that is nobody any more."""

    erasure_id: str
    person_id: Count
    state: Literal["running", "done"]
    rooms_done: Count
    rooms: Count
    waiting: str = Field(description='What it waits for: "log", or the key of a room; empty for nothing.')
    gone: list[ErasureGoing]
    requested_at: datetime
    requested_by: str
    finished_at: datetime | None

    @staticmethod
    def of(one: Erasure) -> "ErasureBody":
        return ErasureBody(
            erasure_id=one.erasure_id,
            person_id=one.person_id,
            state=one.state,
            rooms_done=one.rooms if one.state == "done" else len(one.done),
            rooms=one.rooms,
            waiting=one.waiting if one.state == "running" else "",
            gone=_going(one.counts),
            requested_at=one.requested_at,
            requested_by=one.requested_by,
            finished_at=one.finished_at,
        )


def _going(counts: Mapping[str, Mapping[str, int]]) -> list[ErasureGoing]:
    return [ErasureGoing(room=room, what=what, count=count) for room, kinds in counts.items() for what, count in kinds.items()]
