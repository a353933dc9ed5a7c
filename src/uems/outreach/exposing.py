"""How is it told which of several ways chance gave somebody? As an exposure, so that an experiment can be set over it."""

from datetime import datetime

from uems.experiments import api as experiments


def exposure(experiment: str, arm: str, at: datetime, probability: float | None = None) -> dict[str, object]:
    """A call for the event log, without its message id. It is nothing that the person did. probability: of getting this arm, then."""
    told: dict[str, object] = {"experiment_id": experiment, "variation_id": arm}
    return {
        "type": "track",
        "event": experiments.EXPOSED,
        "timestamp": at.isoformat(),
        "properties": told if probability is None else {**told, "probability": round(probability, 6)},
        "context": {"library": {"name": "uems-outreach"}, "active": False},
    }
