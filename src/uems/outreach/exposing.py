"""How is it told which of several ways chance gave somebody? As an exposure, so that an experiment can be set over it."""

from datetime import datetime

from uems.experiments import api as experiments


def exposure(experiment: str, arm: str, at: datetime) -> dict[str, object]:
    """A call for the event log, without its message id. It is nothing that the person did."""
    return {
        "type": "track",
        "event": experiments.EXPOSED,
        "timestamp": at.isoformat(),
        "properties": {"experiment_id": experiment, "variation_id": arm},
        "context": {"library": {"name": "uems-outreach"}, "active": False},
    }
