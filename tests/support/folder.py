"""Where do tests keep their folders? In memory where there is room, so that nothing waits for a disk.

A killed process leaves the same behind in memory as on a disk, so nothing that is tested here becomes easier. Set TMPDIR to choose.
"""

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

import psutil

_MEMORY: Final = Path("/dev/shm")
_NEEDED: Final = 8_000_000_000


def choose_folder() -> None:
    """For this process and those that it starts. Called before anything asked for a temporary folder."""
    if "TMPDIR" not in os.environ and _fits():
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # forget an earlier answer


def _fits() -> bool:
    try:
        if shutil.disk_usage(_MEMORY).free < _NEEDED or psutil.virtual_memory().available < 1.5 * _NEEDED:
            return False
        # Some tests install programs; containers often forbid to run them from there.
        with tempfile.NamedTemporaryFile(dir=_MEMORY) as file:
            Path(file.name).chmod(stat.S_IRWXU)
            return os.access(file.name, os.X_OK)
    except OSError:
        return False
