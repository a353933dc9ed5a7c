"""How fast are reports, how much memory do they take, and how do both grow? The house against one flat table, in the same run.

Every answer of the house is compared with that of the flat table: the benchmark stops at the first difference.
"""

import math
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bench import flat, server, shop
from bench.rows import Row
from uems import app
from uems.access import api as access
from uems.access.api import Caller
from uems.journeys import api as journeys
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import load_settings

T = TypeVar("T")
Data = Mapping[str, Any]
WANTED_EVENTS: Final = 100_000_000
TIMES: Final = 5
ENOUGH_SECONDS: Final = 60.0
"""A question to the flat table that has taken so long altogether is not asked again."""
ENOUGH_PEOPLE: Final = 1_000
FIRST, LAST = shop.FIRST, shop.LAST
MONTH: Final = LAST - timedelta(days=29)
WEEK: Final = LAST - timedelta(days=6)
MONDAY, SUNDAY = date(2026, 1, 5), date(2026, 3, 29)
"""Twelve whole weeks."""
FOUR: Final = (shop.STEPS[1], shop.STEPS[2], shop.STEPS[3], shop.STEPS[5])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One report, the same question to the flat table, and what of both must be equal. seconds: what is wanted of 100M events."""

    what: str
    report: str
    spec: Data
    seconds: float
    flat: Callable[[House], Any]
    check: Callable[[Data, Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """peak_bytes: the most resident memory of the whole process while the report ran."""

    seconds: float
    peak_bytes: float
    flat_seconds: float


def _days(first: date, last: date) -> dict[str, Any]:
    return {"first_day": first.isoformat(), "last_day": last.isoformat()}


def _equal(one: object, other: object) -> None:
    if one != other:
        raise SystemExit(f"the answers differ:\n{str(one)[:2000]}\n{str(other)[:2000]}")


# -- what of an answer is compared ------------------------------------------------------------------------------------------------------


def _same_actives(data: Data, found: Any) -> None:
    _equal(data["series"][0]["lines"][0]["values"], found)


def _same_triangle(data: Data, found: Any) -> None:
    for cohort in data["lines"][0]["cohorts"]:
        shown = [cell["count"] for cell in cohort["cells"] if cell is not None]
        _equal(shown, [found.get((cohort["cohort"], offset), 0) for offset in range(len(shown))])


def _same_states(data: Data, found: Any) -> None:
    _equal([[row[name] for name in ("new", "returning", "resurrecting", "dormant")] for row in data["buckets"]], found)


def _same_habit(data: Data, found: Any) -> None:
    _equal({row["units"]: row["people"] for row in data["distribution"] if row["people"]}, found)


def _same_steps(data: Data, found: Any) -> None:
    whole, *lines = ([step["count"] for step in line["steps"]] for line in data["lines"])
    _equal(whole, _sum(found.values()))
    if lines:
        named = [line["group"]["value"] for line in data["lines"][1:-1]]
        _equal(lines, [*(found[name] for name in named), _sum(counts for name, counts in found.items() if name not in named)])


def _sum(lines: Any) -> list[int]:
    return [sum(column) for column in zip(*lines, strict=True)]


def _same_links(data: Data, found: Any) -> None:
    links = {(row["level"], row["from"], row["to"]): (row["paths"], row["people"], row["median_seconds"]) for row in data["links"]}
    _equal(links, found)


def _same_sessions(data: Data, found: Any) -> None:
    [total] = found["total"]
    _equal((data["sessions"], data["people"], data["revenue_minor"]), (total["sessions"], total["people"], total["revenue"]))
    _equal((data["seconds"]["median"], round(data["bounce_rate"], 12)), (total["median"], round(total["bounces"] / total["sessions"], 12)))
    _equal(round(data["seconds"]["average"], 6), round(total["average"], 6))
    _equal(round(data["pages"]["average"], 9), round(total["average_pages"], 9))
    by_day = {row["day"].isoformat(): (row["sessions"], row["people"], row["bounces"], row["revenue"]) for row in found["day"]}
    _equal({row["day"]: (row["sessions"], row["people"], row["bounces"], row["revenue_minor"]) for row in data["series"]}, by_day)
    for shown, kind in (("entry_pages", "entry"), ("exit_pages", "exit"), ("sources", "source")):
        rows = sorted((row for row in found[kind] if row[kind] or kind == "source"), key=lambda row: (-row["sessions"], row[kind]))
        top = [(row[kind], row["sessions"], row["bounces"], row["revenue"]) for row in rows[: len(data[shown])]]
        _equal([(row["name"], row["sessions"], row["bounces"], row["revenue_minor"]) for row in data[shown]], top)


def _same_losses(data: Data, found: Any) -> None:
    entered, _ = found[4, "", "", True]
    # Of fewer people nothing can be said.
    if not data["findings"] and entered > ENOUGH_PEOPLE:
        raise SystemExit("the broken payment was not found")
    for one in data["findings"]:
        name, value = (one["slice"]["name"], one["slice"]["value"] or "") if one["slice"] else ("", "")
        now, before = found[one["step"], name, value, True], found[one["step"], name, value, False]
        if one["kind"] == "difference":
            whole = found[one["step"], "", "", True]
            before = (whole[0] - now[0], whole[1] - now[1])
        _equal([(one[side]["people"], one[side]["onward"]) for side in ("now", "compared")], [now, before])


# -- the questions ----------------------------------------------------------------------------------------------------------------------


def _funnel(what: str, first: date, seconds: float, *, broken_down: bool) -> Question:
    spec = {"steps": [{"event": name} for name in FOUR], "window_seconds": 7 * 86_400, **_days(first, LAST)}
    return Question(
        what=what,
        report="funnel",
        spec={**spec, "breakdown": {"column": "country", "limit": 5}} if broken_down else spec,
        seconds=seconds,
        flat=lambda house: flat.funnel(house, FOUR, first, LAST, "country" if broken_down else "''"),
        check=_same_steps,
    )


def _scan() -> Question:
    points = [{"key": f"t{n}", "name": name, "events": [{"event": name}]} for n, name in enumerate(shop.STEPS)]
    dimensions = [*({"column": name} for name in flat.DIMENSIONS), *({"property": name} for name in flat.PROPERTIES)]
    return Question(
        what="bottlenecks of a 6-step map, 15 dimensions, 30 days and the 30 before",
        report="bottlenecks",
        spec={"stages": [{"key": "shop", "name": "Shop", "touchpoints": points}], "dimensions": dimensions, **_days(MONTH, LAST)},
        seconds=60.0,
        flat=lambda house: flat.passages(house, MONTH, LAST, MONTH - timedelta(days=30), shop.NOW),
        check=_same_losses,
    )


QUESTIONS: Final[Sequence[Question]] = (
    Question(
        what="daily actives, 90 days",
        report="trend",
        spec={"series": [{"measure": "people"}], "unit": "day", **_days(FIRST, LAST)},
        seconds=0.4,
        flat=lambda house: flat.actives(house, FIRST, LAST),
        check=_same_actives,
    ),
    Question(
        what="retention triangle, 12 weeks",
        report="retention",
        spec={"unit": "week", "offsets": 12, **_days(MONDAY, SUNDAY)},
        seconds=0.4,
        flat=lambda house: flat.retention(house, MONDAY, SUNDAY),
        check=_same_triangle,
    ),
    Question(
        what="lifecycle by week, 12 weeks",
        report="lifecycle",
        spec={"unit": "week", **_days(MONDAY, SUNDAY)},
        seconds=1.0,
        flat=lambda house: flat.lifecycle(house, MONDAY, SUNDAY, "week"),
        check=_same_states,
    ),
    Question(
        what="lifecycle by day, 90 days",
        report="lifecycle",
        spec={"unit": "day", **_days(FIRST, LAST)},
        seconds=1.0,
        flat=lambda house: flat.lifecycle(house, FIRST, LAST, "day"),
        check=_same_states,
    ),
    Question(
        what="stickiness by day, 90 days",
        report="stickiness",
        spec={"unit": "day", **_days(FIRST, LAST)},
        seconds=1.0,
        flat=lambda house: flat.stickiness(house, FIRST, LAST),
        check=_same_habit,
    ),
    _funnel("funnel of 4 steps within a week, 30 days", MONTH, 1.5, broken_down=False),
    _funnel("the same in 5 countries and the rest", MONTH, 3.0, broken_down=True),
    _funnel("funnel of 4 steps within a week, 90 days", FIRST, 4.0, broken_down=False),
    _funnel("the same in 5 countries and the rest, 90 days", FIRST, 8.0, broken_down=True),
    Question(
        what="paths of 5 steps, a week",
        report="paths",
        spec={"steps": 5, "limit": 20, **_days(WEEK, LAST)},
        seconds=3.0,
        flat=lambda house: flat.paths(house, WEEK, LAST),
        check=_same_links,
    ),
    Question(
        what="sessions overview, 30 days",
        report="sessions",
        spec=_days(MONTH, LAST),
        seconds=2.0,
        flat=lambda house: flat.sessions(house, MONTH, LAST),
        check=_same_sessions,
    ),
    _scan(),
)


# -- measuring --------------------------------------------------------------------------------------------------------------------------


def reports_case() -> list[Row]:
    """The figures at 100M events (or as many as ``UEMS_BENCH_EVENTS`` says) and at a tenth of that."""
    events = int(os.environ.get("UEMS_BENCH_EVENTS", WANTED_EVENTS)) // 640 * 640
    judged = events >= WANTED_EVENTS // 640 * 640
    small, large = _at(events // 10), _at(events)
    rows = [
        _row(f"{question.what}, {events:,} events", question, before, after, judged=judged)
        for question, before, after in zip(QUESTIONS, small, large, strict=True)
    ]
    mean = math.exp(statistics.fmean(math.log(one.flat_seconds / one.seconds) for one in large))
    figure = f"{mean:.1f} x"
    return [*rows, Row(what="faster than the flat table, geometric mean", figure=figure, wanted="> 5 x", met=mean > 5 if judged else None)]


def _at(events: int) -> list[Measured]:
    """Everything at one size, with 50 events a person. Processes of their own, so that no memory is that of what was before."""
    with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
        home = Path(folder) / "home"
        server.command(home, "init", "--workspace", "bench", "--zone", shop.ZONE, "--currency", "USD")
        print(f"{events:,} events: {_apart(filled, home, events, events // 50)}", flush=True)
        return _apart(measured, home)


def _apart(work: Callable[..., T], *arguments: object) -> T:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *arguments).result()


def _opened(home: Path) -> tuple[House, Scope]:
    house = app.build(load_settings(home=home))
    return house, access.enter(house.store, Caller(actor=access.operator(), now=shop.NOW), "bench").scope


_SIZES: Final = (
    "SELECT table, sum(bytes_on_disk) / 1e9 AS gb, toInt64(count()) AS parts FROM system.parts WHERE active"
    " GROUP BY table ORDER BY gb DESC LIMIT 6"
)


def filled(home: Path, events: int, people: int) -> str:
    """Both, the house and the flat table; how long that took and how large they are."""
    house, scope = _opened(home)
    try:
        begun = time.perf_counter()
        shop.fill(house, scope, events, people)
        between = time.perf_counter()
        flat.fill(house)
        shop.settle(house)
        told = ", ".join(f"{row['table']} {row['gb']:.2f} GB in {row['parts']}" for row in flat.ask(house, _SIZES).to_pylist())
        return f"house filled in {between - begun:.0f} s, flat table in {time.perf_counter() - between:.0f} s; {told}"
    finally:
        house.close()


def measured(home: Path) -> list[Measured]:
    """First all reports of the house, then the flat table, whose memory must not count for the house."""
    house, scope = _opened(home)
    try:
        found = [_house(house, scope, question) for question in QUESTIONS]
        return [_against(house, question, *one) for question, one in zip(QUESTIONS, found, strict=True)]
    finally:
        house.close()


def _house(house: House, scope: Scope, question: Question) -> tuple[Data, float, float]:
    Path("/proc/self/clear_refs").write_text("5")
    times = []
    for _ in range(1 + TIMES):
        begun = time.perf_counter()
        answer = journeys.run_report(house, scope, question.report, question.spec, shop.NOW)
        times.append(time.perf_counter() - begun)
    seconds, peak = statistics.median(times[1:]), _peak()
    print(f"  {question.what}: {seconds:.3f} s (first {times[0]:.3f}), peak {peak / 1e9:.2f} GB", flush=True)
    return answer.data, seconds, peak


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def _against(house: House, question: Question, data: Data, seconds: float, peak: float) -> Measured:
    """The flat table is asked as often, unless that takes very long; the first time does not count, if there is another."""
    times: list[float] = []
    while len(times) < 1 + TIMES and sum(times) < ENOUGH_SECONDS:
        begun = time.perf_counter()
        found = question.flat(house)
        times.append(time.perf_counter() - begun)
    question.check(data, found)
    taken = statistics.median(times[1:] or times)
    print(f"  flat {question.what}: {taken:.3f} s of {len(times)}, {taken / seconds:.1f} x", flush=True)
    return Measured(seconds=seconds, peak_bytes=peak, flat_seconds=taken)


def _row(what: str, question: Question, small: Measured, large: Measured, *, judged: bool) -> Row:
    """judged: at the size for which figures are wanted."""
    figure = f"{large.seconds * 1000:.0f} ms" if large.seconds < 10 else f"{large.seconds:.1f} s"
    flat_table = f"flat {large.flat_seconds:.2f} s = {large.flat_seconds / large.seconds:.1f} x"
    note = f"{flat_table}; peak {large.peak_bytes / 1e9:.1f} GB; {large.seconds / small.seconds:.1f} x the time of a tenth of the events"
    met = large.seconds < question.seconds and large.peak_bytes < 6e9
    return Row(what=what, figure=figure, wanted=f"< {question.seconds:g} s, 6 GB", met=met if judged else None, note=note)
