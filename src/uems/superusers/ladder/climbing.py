"""On which step does everybody stand, and what is missing for the next? Pure, on masks of criteria."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from uems.superusers.ladder.criteria import LABELS, STEPS, LadderCriterion, Step

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


def steps_of(held: Mapping[Step, Sequence[Marks]], people: int) -> Ints:
    """Place in ``STEPS`` of each person, shape (n,): the highest step whose criteria, and those of all below it, they fulfil."""
    found = np.zeros(people, np.int64)
    still = np.ones(people, np.bool_)
    for step in STEPS[1:]:
        for mask in held[step]:
            still = still & mask
        found += still
    return found


def missing(criteria: Mapping[Step, Sequence[LadderCriterion]], held: Mapping[Step, Sequence[Marks]], at: Ints) -> npt.NDArray[np.int64]:
    """Of the next step of each person, which criteria are missing: bit n for the n-th one. 0 for whoever stands highest."""
    found = np.zeros(len(at), np.int64)
    for place, step in enumerate(STEPS[1:]):
        here = at == place
        for n in range(len(criteria[step])):
            found |= np.where(here & ~held[step][n], 1 << n, 0)
    return found


def reason(criteria: Mapping[Step, Sequence[LadderCriterion]], at: int, bits: int, as_of: str) -> dict[str, Any]:
    """JSON-ready: the next step and what is missing for it, with what would help, in both languages."""
    base = {"source": "model", "model": "ladder", "as_of": as_of}
    if at == len(STEPS) - 1:
        return {**base, "zh": "已在最高一级", "en": "stands on the highest step", "next": None, "missing": []}
    step = STEPS[at + 1]
    lacks = [one for n, one in enumerate(criteria[step]) if bits >> n & 1]
    zh = "；".join(f"{one.label_zh}{f'（{one.help_zh}）' if one.help_zh else ''}" for one in lacks)
    en = "; ".join(f"{one.label_en}{f' ({one.help_en})' if one.help_en else ''}" for one in lacks)
    told = {"zh": f"下一步：{LABELS[step][0]}；还差：{zh}", "en": f"next: {LABELS[step][1].lower()}; missing: {en}"}
    return {**base, **told, "next": step, "missing": [one.key for one in lacks]}
