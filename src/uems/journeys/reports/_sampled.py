"""What would a sum be of everybody, where only a sample of the people was looked at? The sum of the sample over its share.

Each person is in the sample with the same chance, whatever they did, so the expectation of the estimate is the sum itself (Horvitz and
Thompson, 1952). Shares, averages and medians need no scaling: those of the sample estimate those of everybody.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def of_sample(percent: float | None, data: Mapping[str, Any], sums: Sequence[str]) -> dict[str, Any]:
    """What the answer of a sample says besides: ``sample_percent``, and ``estimates`` of ``sums`` of everybody; nothing without one."""
    if percent is None:
        return {}
    return {"sample_percent": percent, "estimates": {name: round(data[name] * 100 / percent) for name in sums}}
