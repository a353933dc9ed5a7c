"""Does it hold on my data? Hundreds of experiments are played through on the workspace's own history, with and without an effect.

A/A: everybody of history is put into an arm by chance, again and again; whatever is found is a false alarm. Looked at daily, the usual
test finds far too much, and the methods made for it do not. With an effect: what people of the treatment did counts for so much more,
and what is found is the power. What people did, when they came and how it varies is real; only the arms are drawn.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from uems.experiments.statistics.distributions import normal_quantile
from uems.experiments.statistics.group_sequential import boundaries
from uems.experiments.statistics.sequential import half_widths
from uems.experiments.trials.history import People, history_of, people_of
from uems.experiments.trials.spec import TrialSpec
from uems.journeys import api as journeys
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope

RUNS: Final = 500
LEAST_PEOPLE: Final = 100
Floats = npt.NDArray[np.float64]
Way = Literal["once", "once_daily", "planned", "sequential"]
"""once: the usual test on the last day. once_daily: the same looked at every day. The others as designs have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """In how many of the runs something was found; low, high: the 95% interval of that share (Wilson)."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """people, days: of history. false_alarms: without an effect; power: with the effect that the design wants to find."""

    people: int
    days: int
    runs: int
    effect: float
    false_alarms: Mapping[Way, Found]
    power: Mapping[Way, Found]


def prove(house: House, scope: Scope, spec: TrialSpec, entry: journeys.Step, now: datetime, seed: int = 0) -> Proof:
    """Play the design through on history. The same data and seed give the same answer.

    Raises ``too_little_history`` (409) for too few days or people, or a metric that is 0 for everybody, and ``invalid`` for metrics of
    which no day can be told from another.
    """
    history = history_of(house, scope, spec, entry, now)
    people = people_of(history, spec.primary)
    if len(people.entered) < LEAST_PEOPLE or not people.totals.any():
        did = int((people.totals[:, -1] != 0).sum())
        message = (
            f"{len(people.entered)} people did the entry event in {history.days} days, and {did} of them "
            f"what is measured; at least {LEAST_PEOPLE} are needed, and one who did it. Choose another event, or wait."
        )
        raise UemsError("too_little_history", message, status=409)
    shares = _shares(spec)
    alarms = simulate(people, spec, shares, 0.0, seed)
    power = simulate(people, spec, shares, spec.smallest_effect, seed + 1)
    return Proof(
        people=len(people.entered),
        days=history.days,
        runs=RUNS,
        effect=spec.smallest_effect,
        false_alarms={way: _counted(found) for way, found in alarms.items()},
        power={way: _counted(found) for way, found in power.items()},
    )


def _shares(spec: TrialSpec) -> float:
    """The treatment's share of control and smallest treatment together."""
    control = spec.weights[spec.control]
    treatment = min(weight for arm, weight in spec.weights.items() if arm != spec.control)
    return treatment / (control + treatment)


def simulate(people: People, spec: TrialSpec, share: float, effect: float, seed: int, runs: int = RUNS) -> dict[Way, npt.NDArray[np.bool_]]:
    """Whether each run found something, by way; shape (runs,). effect: how much more the treatment's people did, relative."""
    totals = people.totals
    size, days = totals.shape
    there = (people.entered[:, None] <= np.arange(days)[None, :]).astype(np.float64)
    adjusted = _adjusted(people, there)
    luck = np.random.default_rng(seed)
    drawn = (luck.random((runs, size)) < share).astype(np.float64)
    # Sums over the treatment of each run and day; those over the control are the rest.
    count, plain, square = there, adjusted * there, adjusted**2 * there
    of_treatment = [drawn @ one for one in (count, plain, square)]
    of_control = [one.sum(axis=0)[None, :] - mine for one, mine in zip((count, plain, square), of_treatment, strict=True)]
    if effect:
        more, cross, whole = (drawn @ one for one in (totals * there, adjusted * totals * there, totals**2 * there))
        of_treatment[1] = of_treatment[1] + effect * more
        of_treatment[2] = of_treatment[2] + 2 * effect * cross + effect**2 * whole
    return _looked(of_control, of_treatment, spec, days)


def _adjusted(people: People, there: Floats) -> Floats:
    """CUPED day by day, with one coefficient for everybody who had come by then."""
    if not people.before.any():
        return people.totals
    counts = np.maximum(there.sum(axis=0), 1)
    mean_before = people.before @ there / counts
    mean_totals = (people.totals * there).sum(axis=0) / counts
    away = people.before[:, None] - mean_before[None, :]
    spread = (away**2 * there).sum(axis=0)
    theta = np.divide((away * (people.totals - mean_totals) * there).sum(axis=0), spread, out=np.zeros(len(counts)), where=spread > 0)
    found: Floats = people.totals - theta[None, :] * away
    return found


def _looked(control: list[Floats], treatment: list[Floats], spec: TrialSpec, days: int) -> dict[Way, npt.NDArray[np.bool_]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [total / count for count, total, _ in (control, treatment)]
        errors = [np.maximum(square - total**2 / count, 0) / (count - 1) / count for count, total, square in (control, treatment)]
        ratio = means[1] / means[0]
        value = ratio - 1
        error = np.sqrt(errors[1] + ratio**2 * errors[0]) / np.abs(means[0])
        usable = (control[0] > 1) & (treatment[0] > 1) & (means[0] > 0) & (error > 0) & np.isfinite(value)
        z = np.where(usable, np.abs(value) / error, 0.0)
        widths = half_widths(np.where(usable, error, np.inf), control[0] + treatment[0], spec.alpha, spec.tuned_for)
    usual = normal_quantile(1 - spec.alpha / 2)
    looks = np.asarray(boundaries([day / days for day in range(1, days + 1)], spec.alpha))
    return {
        "once": z[:, -1] > usual,
        "once_daily": np.any(z > usual, axis=1, keepdims=True)[:, 0],
        "planned": np.any(z > looks[None, :], axis=1, keepdims=True)[:, 0],
        "sequential": np.any(usable & (np.abs(value) > widths), axis=1, keepdims=True)[:, 0],
    }


def _counted(found: npt.NDArray[np.bool_]) -> Found:
    """Wilson's interval (Journal of the American Statistical Association 22, 1927)."""
    runs, share, z = len(found), float(found.mean()), normal_quantile(0.975)
    centre = (share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    reach = z / (1 + z**2 / runs) * math.sqrt(share * (1 - share) / runs + z**2 / (4 * runs**2))
    return Found(share=share, low=max(0.0, centre - reach), high=min(1.0, centre + reach))
