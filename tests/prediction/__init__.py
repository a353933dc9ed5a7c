"""Models. The learning library works with one thread, as in the server; it counts them when it is first loaded."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
