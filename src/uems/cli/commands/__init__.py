"""Which commands are there? Each file here adds one group to the command line; the order is that of ``uems --help``."""

from uems.cli.commands import (
    access,
    config,
    demo,
    flows,
    forecasts,
    imports,
    kpis,
    maintenance,
    people,
    reports,
    serving,
    simulate,
    ties,
    uplift,
)

__all__ = [
    "access",
    "config",
    "demo",
    "flows",
    "forecasts",
    "imports",
    "kpis",
    "maintenance",
    "people",
    "reports",
    "serving",
    "simulate",
    "ties",
    "uplift",
]
