"""How many people would a change of a running experiment move? Counted over all ten thousand buckets, so exact for whoever is asked for.

Changing the coverage only lets people in or out: who stays keeps their arm, because each arm fills its own part of the line from its
beginning. Changing weights shifts the beginnings, and that moves people from arm to arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from uems.experiments.flags.buckets import choose, ranges_of
from uems.experiments.flags.spec import FlagSpec, Namespace, SplitRule

_BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What a change does to an experiment, in percent of those who are in it now.

    moved: get another arm. left: are in it no more. joined: come in, in percent of everybody who is asked for. again: everybody is
    divided anew, because what is hashed changed. targeting: who is asked for changed too, which cannot be counted here.
    """

    experiment: str
    moved: float
    left: float
    joined: float
    again: bool
    targeting: bool


def moves_between(old: FlagSpec, new: FlagSpec) -> list[Moves]:
    """One for each experiment of ``old`` that divides people, and is changed in ``new``."""
    after = {rule.experiment: rule for rule in new.splits if rule.on}
    others_changed = old.prerequisites != new.prerequisites
    found = [
        _moves(rule, after.get(rule.experiment), others_changed)
        for rule in old.splits
        if rule.on and rule.percent > 0 and (others_changed or rule != after.get(rule.experiment))
    ]
    return [one for one in found if one.moved or one.left or one.joined or one.again or one.targeting]


def arms_of(rule: SplitRule) -> list[str]:
    """Which arm each bucket gets, "" for none."""
    ranges = ranges_of(len(rule.arms), rule.percent / 100, [arm.weight / 100 for arm in rule.arms])
    keys = [arm.key for arm in rule.arms]
    return [keys[at] if (at := choose(bucket / _BUCKETS, ranges)) >= 0 else "" for bucket in range(_BUCKETS)]


def _moves(old: SplitRule, new: SplitRule | None, others_changed: bool) -> Moves:
    if new is None:
        return Moves(experiment=old.experiment, moved=0, left=100, joined=0, again=False, targeting=False)
    before, after = arms_of(old), arms_of(new)
    again = (old.hash_attribute, old.seed or old.experiment) != (new.hash_attribute, new.seed or new.experiment)
    stays, entered = _stays(old.namespace, new.namespace, again)
    inside = sum(map(bool, before))
    if again:
        kept = sum(_share(before, arm.key) * _share(after, arm.key) for arm in old.arms) * _BUCKETS
        still = inside * sum(map(bool, after)) / _BUCKETS
    else:
        pairs = list(zip(before, after, strict=True))
        kept = sum(bool(one) and one == other for one, other in pairs)
        still = sum(bool(one) and bool(other) for one, other in pairs)
    joined = (sum(map(bool, after)) - still) / _BUCKETS * _width(new.namespace) + still / _BUCKETS * entered
    targeting = (old.condition, old.prerequisites) != (new.condition, new.prerequisites) or others_changed
    return Moves(
        experiment=old.experiment,
        moved=_percent((still - kept) / inside * stays) if inside else 0,
        left=_percent(1 - still / inside * stays) if inside else 0,
        joined=_percent(joined),
        again=again,
        targeting=targeting,
    )


def _share(arms: Sequence[str], key: str) -> float:
    return arms.count(key) / _BUCKETS


def _width(namespace: Namespace | None) -> float:
    return 1.0 if namespace is None else (namespace.end - namespace.start) / 100


def _stays(old: Namespace | None, new: Namespace | None, again: bool) -> tuple[float, float]:
    """Of those in the old part of the namespace, the share that is in the new one; and the share of everybody that comes into it."""
    if old is not None and new is not None and old.key == new.key and not again:
        common = max(0.0, min(old.end, new.end) - max(old.start, new.start)) / 100
        return common / _width(old), _width(new) - common
    if old == new:
        return 1.0, 0.0
    # Another pool, or none: independent of the old one.
    return _width(new), _width(new) * (1 - _width(old))


def _percent(share: float) -> float:
    return max(0.0, round(share * 100, 2))
