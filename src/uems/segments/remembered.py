"""What was found out about everybody a moment ago? While a condition is built, only the part that changed is asked of everybody.

The answer to each part is kept, a bit a person. Before it is used again, whoever did something since, lost or gained an id, or was
passed by the edge of a window is asked anew, by the same means by which segments are kept current. Parts that hang on what the loop
computes behind the pipeline (tags, lists, relations) are cheap to ask and are asked every time.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits, Warehouse
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen, Evaluated, Flags, People, nodes
from uems.segments.flips import people_at_edges

IDLE_SECONDS: Final = 600.0
"""What nobody asked for so long is forgotten when somebody asks again."""
WHOLE_SECONDS: Final = 3_600.0
"""After so long everybody is asked anew, whatever happened."""
PARTS: Final = 60
WORKSPACES: Final = 8
SHARE: Final = 0.05
"""Where more of the people than this have to be asked anew, asking everybody is quicker."""
FEW: Final = 2_000
_ROUNDS: Final = 5
_KEPT: Final = (nodes.Did, nodes.Regular, nodes.Sequence, nodes.Person, nodes.Trait, nodes.Sample)

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The answers of one workspace. marks: all that happened before them is in every answer; at: as of when they hold.

    people: sorted, shape (n,). parts: leaf → n bits, those used last at the end. begun, used: seconds of a clock that only goes on.
    """

    marks: Mapping[str, int]
    at: At
    people: People
    begun: float
    used: float
    parts: Mapping[Node, Bits] = field(default_factory=dict)


class Memory:
    """The answers of one process; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[int, _Known] = {}

    def evaluate(self, house: House, scope: Scope, trees: Sequence[Node], at: At, limits: Limits) -> Evaluated:
        """As ``profiles.evaluate`` among everybody, as of ``at``. Raises what that raises."""
        known = self._current(house, scope, at, limits)
        leaves = dict.fromkeys(leaf for tree in trees for leaf in profiles.leaves(tree))
        asking = Asking(house, scope, at)
        wanted = profiles.questions([leaf for leaf in leaves if leaf not in known.parts], asking)
        answers = asking.run(list(wanted.values()), limits=limits, people=known.people)
        flags = {leaf: answers.flag(value) for leaf, value in wanted.items()}
        flags |= {leaf: _flags(known.parts[leaf], len(known.people)) for leaf in leaves if leaf in known.parts}
        found = profiles.combine(trees, known.people, flags)
        self._keep(scope.workspace_id, known, {leaf: flags[leaf] for leaf in leaves if isinstance(leaf, _KEPT)})
        return found

    def forget(self) -> None:
        """Ask everybody anew the next time."""
        with self._lock:
            self._known.clear()

    def _current(self, house: House, scope: Scope, at: At, limits: Limits) -> _Known:
        """What is known of the workspace, brought up to now; nothing but the people where it has to begin anew."""
        now = time.monotonic()
        with self._lock:
            known = self._known.get(scope.workspace_id)
        if known is not None and known.used > now - IDLE_SECONDS and known.begun > now - WHOLE_SECONDS:
            found = _brought_up(house, scope, known, at, limits)
            if found is not None:
                return found
        marks = profiles.marks_now(house)  # before anything is read, so that what comes meanwhile is looked at again
        people = Asking(house, scope, at).people(limits)
        return _Known(marks=marks, at=at, people=people, begun=now, used=now)

    def _keep(self, workspace_id: int, known: _Known, flags: Mapping[Node, Flags]) -> None:
        parts = {leaf: bits for leaf, bits in known.parts.items() if leaf not in flags}
        parts |= {leaf: np.packbits(mask) for leaf, mask in flags.items()}
        newest = list(parts.items())[-PARTS:]
        with self._lock:
            self._known.pop(workspace_id, None)
            self._known[workspace_id] = replace(known, parts=dict(newest), used=time.monotonic())
            for oldest in list(self._known)[:-WORKSPACES]:
                del self._known[oldest]


def _brought_up(house: House, scope: Scope, known: _Known, at: At, limits: Limits) -> _Known | None:
    """The same answers as of now; None where that would take longer than to ask everybody."""
    if at.zone != known.at.zone or at.now < known.at.now:
        return None
    most = max(FEW, int(len(known.people) * SHARE))
    marks, touched = _touched(house, scope, known.marks, most)
    if marks is None:
        return None
    if known.parts and at.now > known.at.now:
        touched |= people_at_edges(house, scope, list(known.parts), known.at.now, at.now)
    if len(touched) > most:
        return None
    return (
        _asked_again(house, scope, replace(known, marks=marks, at=at), touched, limits) if touched else replace(known, marks=marks, at=at)
    )


def _touched(house: House, scope: Scope, marks: Mapping[str, int], most: int) -> tuple[dict[str, int] | None, set[int]]:
    """(marks, numbers of people of whom anything happened since); no marks where it is too much to follow."""
    moved, people = dict(marks), set[int]()
    for _ in range(_ROUNDS):
        found = profiles.touched_since(house, moved)
        if found is None:
            return moved, people
        moved |= found.marks
        people |= found.people.get(scope.workspace_id, set())
        if len(people) > most:
            break
    return None, people


def _asked_again(house: House, scope: Scope, known: _Known, touched: Iterable[int], limits: Limits) -> _Known:
    chosen = Chosen.of(house, scope, sorted(touched))
    found = profiles.evaluate(list(known.parts), Asking(house, scope, known.at, chosen), limits=limits)
    # Of people who were merged or parted, both the numbers that they had and those that they have now; not every number under
    # which rows of theirs are stored, for after a parting that may be somebody else.
    stale = np.isin(known.people, np.union1d(np.array(sorted(touched), np.uint64), chosen.people))
    people = np.union1d(known.people[~stale], found.people)
    old, new = np.searchsorted(people, known.people[~stale]), np.searchsorted(people, found.people)
    parts = {}
    for leaf, bits in known.parts.items():
        flags = np.zeros(len(people), np.bool_)
        flags[old] = _flags(bits, len(known.people))[~stale]
        flags[new] = found.masks[leaf]
        parts[leaf] = np.packbits(flags)
    return replace(known, people=people, parts=parts)


def _flags(bits: Bits, count: int) -> Flags:
    return np.unpackbits(bits, count=count).view(np.bool_)


_lock = threading.Lock()
_memories: WeakKeyDictionary[Warehouse, Memory] = WeakKeyDictionary()


def memory_of(warehouse: Warehouse) -> Memory:
    """The one memory of this process for a warehouse; it goes when the warehouse goes."""
    with _lock:
        return _memories.setdefault(warehouse, Memory())
