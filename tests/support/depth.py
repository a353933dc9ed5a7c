"""How many random worlds does a test try? As many as fit into a quick run; ``make deep`` tries ten times as many.

Hypothesis draws anew in every run, so that quick runs add up too.
"""

import os

_DEPTH = float(os.environ.get("UEMS_TEST_DEPTH", "1"))


def worlds(count: int) -> int:
    """``count`` in a quick run."""
    return max(1, round(count * _DEPTH))
