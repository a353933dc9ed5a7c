"""What do tests of models start from? One thread for the learning library, as the server gives it, and a house with people."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
