"""Who may pass a rate limit now, and when is it whose turn? Exact: never more than so many in any window that ends at any instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Times: TypeAlias = tuple[tuple[int, int], ...]
"""(microseconds, people), in the order of time."""
_PARTS: Final = 1_000
"""Into so many parts a window is cut; those who pass in one part count as of the last of them, so that never too many pass."""
_SECOND: Final = 1_000_000
_LEFT: Final = 60 * _SECOND
"""Whoever did not come when it was their turn has left the flow: the line no longer waits for them after so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """passed: who went through. planned: whose turn comes when."""

    passed: Times = ()
    planned: Times = ()

    @staticmethod
    def read(state: Any) -> "Gate":
        return Gate(**{name: tuple((int(at), int(n)) for at, n in state[name]) for name in ("passed", "planned")})

    def dump(self) -> dict[str, list[list[int]]]:
        return {"passed": [list(one) for one in self.passed], "planned": [list(one) for one in self.planned]}


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """turns: for each who did not pass, in their order, when to come again (microseconds)."""

    gate: Gate
    turns: Sequence[int]


def pass_gate(gate: Gate, most: int, window_us: int, now_us: int, *, waited: bool, wanted: int) -> tuple[int, After]:
    """(how many of the ``wanted`` pass now, what is then). waited: their turn has come; who comes anew stands behind those who wait."""
    passed = [one for one in gate.passed if one[0] > now_us - window_us]
    planned = [one for one in gate.planned if one[0] > now_us - _LEFT]
    if waited:
        planned = _without_first(planned, wanted)
    free = max(0, most - sum(people for _, people in passed))
    able = min(free, wanted) if waited or not planned else 0
    if able:
        part = window_us // _PARTS
        if passed and passed[-1][0] // part == now_us // part:
            passed[-1] = (now_us, passed[-1][1] + able)
        else:
            passed.append((now_us, able))
    # Whose turn had come and who could not pass goes before those whose turn comes later.
    line = passed if waited else sorted([*passed, *planned])
    begin = now_us + _SECOND if waited or not planned else max(now_us + _SECOND, planned[-1][0])
    turns = _turns(line, most, window_us, begin, wanted - able)
    after = Gate(passed=tuple(passed), planned=tuple(sorted([*planned, *turns])))
    return able, After(gate=after, turns=[at for at, people in turns for _ in range(people)])


def _without_first(planned: list[tuple[int, int]], people: int) -> list[tuple[int, int]]:
    rest = []
    for at, n in planned:
        gone = min(n, people)
        people -= gone
        if n > gone:
            rest.append((at, n - gone))
    return rest


def _turns(line: Sequence[tuple[int, int]], most: int, window_us: int, begin: int, people: int) -> list[tuple[int, int]]:
    """When each of so many may pass, behind those of ``line``: a window after the one who is ``most`` places before them."""
    whole = list(line)
    spare = most - sum(n for _, n in whole)
    skip = max(0, -spare)
    turns: list[tuple[int, int]] = []
    at, used = 0, 0
    while skip and at < len(whole):
        gone = min(skip, whole[at][1] - used)
        skip, used = skip - gone, used + gone
        if used == whole[at][1]:
            at, used = at + 1, 0
    while people:
        if spare > 0:
            turn, n = begin, min(people, spare)
            spare -= n
        else:
            turn, n = max(begin, whole[at][0] + window_us), min(people, whole[at][1] - used)
            used += n
            if used == whole[at][1]:
                at, used = at + 1, 0
        turns.append((turn, n))
        whole.append((turn, n))
        begin, people = turn, people - n
    return turns
