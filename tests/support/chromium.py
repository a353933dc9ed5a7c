"""Which Chromium do the tests drive? The build without a window where there is one: the same engine, with less around it."""

import shutil
from typing import Final

_NAMES: Final = ("chromium-headless-shell", "chromium", "google-chrome")


def chromium() -> str:
    """Its path."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    assert found, "Chromium is not installed; `make test` installs it with apt-get when it may"
    return found
