"""Which commands are there? Each file here adds one group to the command line; the order is that of ``uems --help``."""

from uems.cli.commands import access, maintenance, reports, serving

__all__ = ["access", "maintenance", "reports", "serving"]
