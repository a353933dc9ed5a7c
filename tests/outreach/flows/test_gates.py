"""Does a rate limit never let too many through in any window, in the order in which they came, and everybody at last?"""

from hypothesis import given
from hypothesis import strategies as st

from uems.outreach.flows.gates import Gate, pass_gate

SECOND = 1_000_000
WINDOW = 3600 * SECOND
_ROUNDS = st.lists(st.tuples(st.integers(1, 2_500), st.integers(0, 6)), min_size=1, max_size=25)


@given(st.integers(1, 7), _ROUNDS, st.integers(0, 3))
def test_a_gate_against_single_people_who_stand_in_line(most: int, rounds: list[tuple[int, int]], lag: int) -> None:
    gate, now = Gate(), 1_000_000 * SECOND
    line: list[tuple[int, int, int]] = []  # (when to come again, when they came, number)
    passed: list[tuple[int, int]] = []
    number = 0
    for pause, came in [*rounds, *[(600, 0)] * 400]:
        now += (pause + lag) * SECOND
        due = sorted((since, who) for turn, since, who in line if turn <= now)
        line = [one for one in line if one[0] > now]
        fresh = [(now, number + n) for n in range(came)]
        number += came
        for waited, group in ((True, due), (False, fresh)):
            if not group:
                continue
            able, after = pass_gate(gate, most, WINDOW, now, waited=waited, wanted=len(group))
            gate = after.gate
            passed += [(now, who) for _, who in group[:able]]
            assert len(after.turns) == len(group) - able
            assert all(turn > now for turn in after.turns)
            line += [(turn, since, who) for turn, (since, who) in zip(after.turns, group[able:], strict=True)]
        if not line and came == 0 and number == len(passed):
            break
    assert not line
    assert [who for _, who in passed] == sorted(who for _, who in passed)
    for at, _ in passed:
        assert sum(1 for other, _ in passed if at - WINDOW < other <= at) <= most


def test_who_comes_anew_stands_behind_those_who_wait() -> None:
    now = 10 * WINDOW
    able, after = pass_gate(Gate(), 2, WINDOW, now, waited=False, wanted=3)
    assert (able, after.turns) == (2, [now + WINDOW])
    later = now + WINDOW
    able, behind = pass_gate(after.gate, 2, WINDOW, later, waited=False, wanted=1)
    assert able == 0  # there is room, and somebody else's turn
    able, _ = pass_gate(behind.gate, 2, WINDOW, later, waited=True, wanted=1)
    assert able == 1
