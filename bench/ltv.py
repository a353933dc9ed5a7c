"""How long do a million buyers take: parameters found, everybody forecast? Beside the library of the field, where one is at hand.

UEMS_BENCH_LIFETIMES names a Python that has ``lifetimes`` installed; it gets the same people, of one process each.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.prediction.lifetime import exact

from bench.rows import Row

TRUTH = np.array([0.25, 30.0, 0.8, 2.5])
_OURS = """
import resource, sys, time
import numpy as np
from uems.prediction.lifetime.beta_geometric import BG_NBD
from uems.prediction.lifetime.histories import grouped
seen = np.load(sys.argv[1])
began = time.perf_counter()
people = grouped(seen["x"], seen["last"], seen["age"])
found = BG_NBD.fit(people.histories)
said = BG_NBD.expected(found.values, people.histories, 90.0)[people.row_of]
alive = BG_NBD.alive(found.values, people.histories)[people.row_of]
took = time.perf_counter() - began
print(took, said.sum(), found.log_likelihood / len(said), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_THEIRS = """
import resource, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
from lifetimes import BetaGeoFitter
seen = np.load(sys.argv[1])
began = time.perf_counter()
model = BetaGeoFitter()
model.fit(seen["x"], seen["last"], seen["age"])
said = model.conditional_expected_number_of_purchases_up_to_time(90.0, seen["x"], seen["last"], seen["age"])
alive = model.conditional_probability_alive(seen["x"], seen["last"], seen["age"])
took = time.perf_counter() - began
r, alpha, a, b = (model.params_[name] for name in ("r", "alpha", "a", "b"))
print(took, np.asarray(said).sum(), -model._negative_log_likelihood_, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def ltv_case(people: int) -> Callable[[], list[Row]]:
    """BG/NBD over ``people`` drawn exactly, known for up to two years by the day."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            path = Path(folder) / "people.npz"
            _draw(path, people)
            took, said, likelihood, memory = _run(sys.executable, _OURS, path)
            rows = [
                Row(
                    what=f"LTV, {people:,} people fitted and forecast",
                    figure=f"{took:.2f} s",
                    wanted="< 6 s",
                    met=took < 6,
                    note=f"{said:,.0f} purchases ahead, log-likelihood {likelihood:.6f} a person",
                ),
                Row(what="LTV, memory of it", figure=f"{memory:,.0f} MB", wanted="< 1,500 MB", met=memory < 1500),
            ]
            other = os.environ.get("UEMS_BENCH_LIFETIMES")
            if not other:
                return [
                    *rows,
                    Row(what="LTV against lifetimes", figure="not run", wanted=">= 10 times", met=None, note="UEMS_BENCH_LIFETIMES"),
                ]
            theirs, their_said, _, _ = _run(other, _THEIRS, path)
            note = f"{theirs:.1f} s, {their_said:,.0f} purchases ahead"
            return [
                *rows,
                Row(
                    what="LTV against lifetimes",
                    figure=f"{theirs / took:.1f} times",
                    wanted=">= 10 times",
                    met=theirs / took >= 10,
                    note=note,
                ),
            ]

    return measure


def _draw(path: Path, people: int) -> None:
    """Days, as a shop knows them: purchases of one day are one."""
    rng = np.random.default_rng(7)
    age = np.floor(rng.uniform(1, 731, people))
    seen = exact.beta_geometric(TRUTH, age, 0.0, rng, modified=False)
    last = np.where(seen.x > 0, np.ceil(seen.last), 0.0)
    np.savez(path, x=np.minimum(seen.x, last), last=last, age=age)


def _run(python: str, program: str, path: Path) -> tuple[float, float, float, float]:
    """(seconds, purchases ahead, log-likelihood a person, megabytes), by a process of its own."""
    time.sleep(0.1)
    done = subprocess.run([python, "-c", program, str(path)], capture_output=True, text=True, check=True)
    took, said, likelihood, memory = (float(one) for one in done.stdout.split()[-4:])
    return took, said, likelihood, memory
