"""Where does a process say what it does? On standard error, one line a thing."""

import logging
import sys

from uems.kernel.settings import Settings


def set_up_logging(settings: Settings, *, requests: bool = True) -> None:
    """What a server says goes to standard error, one line a thing. requests: also a line for each request that went well."""
    logging.basicConfig(stream=sys.stderr, level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("alembic", "httpx", "httpcore", *(() if requests else ("uems.requests",))):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))
