"""How many random worlds does a test try? As many as fit into a quick run; ``make deep`` tries many times as many.

Hypothesis draws anew in every run, so that quick runs add up too.
"""

import os

_DEPTH = float(os.environ.get("UEMS_TEST_DEPTH", "0.4"))


def worlds(count: int) -> int:
    """How many of ``count`` are tried; all of them at depth 1."""
    return max(1, round(count * _DEPTH))
