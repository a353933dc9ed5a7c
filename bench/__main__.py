"""``make bench``: every case, one table. Name cases to run only those: ``python -m bench durable freshness``."""

import argparse
import os
import platform
import sys

import psutil
from rich.console import Console
from rich.table import Table

from bench import cases
from bench.flags import flags_case
from bench.flows import flows_case, postgres_case
from bench.listening import listening_case
from bench.lists import list_case
from bench.ltv import ltv_case
from bench.outreach import outreach_case
from bench.reports import reports_case
from bench.segments import segments_case
from bench.simulation import simulation_case
from bench.ties import ties_case
from bench.tree import tree_case
from bench.trials import trials_case
from uems.kernel.collector import calm_collector

CASES = {
    "start": cases.start_up,
    "durable": cases.durable,
    "freshness": cases.freshness,
    "sustained": cases.sustained(300),
    "import": cases.parquet_import(3_000_000),
    "demo": cases.demo_load,
    "segments": segments_case(50_000_000, 1_000_000),
    "flags": flags_case,
    "flows": flows_case(1_000_000),
    "flows-postgresql": postgres_case(1_000_000),
    "listening": listening_case(1_000_000, 200, 5_000, 20),
    "list": list_case(5_000_000, 1_000_000),
    "ltv": ltv_case(1_000_000),
    "person": cases.one_person(50_000_000),
    "reports": reports_case,
    "outreach": outreach_case,
    "simulation": simulation_case(10_000_000, 200_000),
    "ties": ties_case(1_000_000),
    "tree": tree_case(5_000_000),
    "trials": trials_case(5_000_000),
}


def machine() -> str:
    """The machine in one line, for figures mean nothing without it."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:  # noqa: PTH123  one line of a file of the kernel
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, Python {platform.python_version()}, Linux {platform.release()}"


def main() -> None:
    """Run the chosen cases and print the table; the exit code is 0 whatever the figures are: a benchmark is no test."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("case", nargs="*", help=f"one or more of: {', '.join(CASES)}")
    chosen = parser.parse_args().case or list(CASES)
    unknown = set(chosen) - CASES.keys()
    if unknown:
        parser.error(f"unknown case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    calm_collector()  # as the server does
    table = Table(title=machine(), title_justify="left")
    for column in ("what", "figure", "wanted", "met", "note"):
        table.add_column(column)
    for name in chosen:
        print(f"{name} ...", file=sys.stderr, flush=True)
        for row in CASES[name]():
            table.add_row(row.what, row.figure, row.wanted, {True: "yes", False: "no", None: ""}[row.met], row.note)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
