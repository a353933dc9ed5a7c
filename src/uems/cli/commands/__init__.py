"""Which commands are there? Each file here adds one group to the command line; the order is that of ``uems --help``."""

from uems.cli.commands import access, imports, maintenance, reports, serving

__all__ = ["access", "imports", "maintenance", "reports", "serving"]
