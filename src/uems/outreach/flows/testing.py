"""Which variant of an A/B test is best, how sure is that, and is it decided?

Rule: of those whose days are over, who reached the goal is a Beta(1 + reached, 1 + not reached) posterior for each variant under a flat
prior (Bernoulli trials). The probability to be the best is integrated exactly, not drawn, so that the same counts give the same answer.
Asking again every hour makes a wrong winner somewhat more likely than 1 - sure; the least number of people bounds that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, bindparam, case, func, select, update

from uems.kernel.bucketing import Shares
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock, to_microseconds, upsert_many
from uems.outreach.flows.checking import step_of
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.plans import Plan, changed
from uems.outreach.flows.steps import Trying
from uems.outreach.flows.tables import flow_tests, flow_trials

EVERY: Final = timedelta(hours=1)
LEAST: Final = 0.05
"""The share that a way keeps while its test goes on, so that it can still be learnt about."""
_T, _K = flow_tests.c, flow_trials.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """people: whose days are over. waiting: who came and whose days are not. best: the probability to be the best of all.

    rate: how many of everybody would have reached the goal this way, by inverse probability (Horvitz and Thompson, JASA 47, 1952): where
    shares follow the results, the plain share of those who went this way is biased. None while nobody's days are over.
    """

    way: str
    people: int
    reached: int
    waiting: int = 0
    best: float = 0.0
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One test as it stands. winner: "" while there is none; then ``variants`` are those by which it was decided."""

    node: str
    winner: str
    decided_at: datetime | None
    variants: Sequence[Variant] = field(default_factory=tuple)


def best_of(counts: Sequence[tuple[int, int]]) -> list[float]:
    """(people, of them reached) of each variant → the probability that its rate is the highest: the integral of its density times the
    other distribution functions, by 400 points of Gauss and Legendre over its quantiles."""
    from scipy.special import betainc, betaincinv  # a tenth of a second at the start of every command, for what few ask

    points, weights = _quadrature()
    shapes = [(1 + reached, 1 + people - reached) for people, reached in counts]
    found = []
    for at, (a, b) in enumerate(shapes):
        rates = betaincinv(a, b, points)
        below = np.ones_like(rates)
        for other, (c, d) in enumerate(shapes):
            if other != at:
                below = below * betainc(c, d, rates)
        found.append(float(weights @ below))
    whole = sum(found)
    return [one / whole for one in found]


@lru_cache(maxsize=1)
def _quadrature() -> tuple[Shares, Shares]:
    """Points of (0, 1) and their weights, by Gauss and Legendre."""
    points, weights = np.polynomial.legendre.leggauss(400)
    return (points + 1) / 2, weights / 2


def count_variants(conn: Connection, workspace_id: int, flow_id: int, node: str, test: Trying, now_us: int) -> list[Variant]:
    """How the variants stand, with their probabilities."""
    mine = (_K.workspace_id == workspace_id, _K.flow_id == flow_id, _K.node == node, _K.about == test.about)
    over = _K.until <= now_us
    weighed = func.sum(case((_K.reached_at.is_not(None), 1 / _K.probability), else_=0.0))
    # Those who came before probabilities were written down have none, and then no rate is said.
    columns = (func.count(), func.count(_K.reached_at), func.count(_K.probability), weighed)
    found = conn.execute(select(_K.way, over.label("over"), *columns).where(*mine).group_by(_K.way, over)).all()
    known = {(way, bool(ended)): (people, reached) for way, ended, people, reached, _, _ in found}
    counts = [known.get((way, True), (0, 0)) for way in test.ways]
    chances = best_of(counts)
    everybody = sum(people for people, _ in counts)
    told = all(written == people for _, ended, people, _, written, _ in found if ended)
    sums = {way: float(total or 0) for way, ended, _, _, _, total in found if ended} if told and everybody else None
    rates = {way: None if sums is None else sums.get(way, 0.0) / everybody for way in test.ways}
    return [
        Variant(way=way, people=people, reached=reached, waiting=known.get((way, False), (0, 0))[0], best=best, rate=rates[way])
        for way, (people, reached), best in zip(test.ways, counts, chances, strict=True)
    ]


def thompson(store: Store, workspace_id: int, flow_id: int, node: str, test: Trying, now_us: int) -> list[float]:
    """Which share of those who come now each way gets: as likely as it is the best, and no less than a twentieth of everybody.

    Thompson, Biometrika 25, 1933. By those whose days are over: counting others would favour ways that work fast.
    """
    with store.read() as conn:
        variants = count_variants(conn, workspace_id, flow_id, node, test, now_us)
    return [LEAST + (1 - LEAST * len(variants)) * one.best for one in variants]


def decide_tests(store: Store, plan: Plan, now: datetime) -> bool:
    """Look at the tests of a flow that are due, and decide those that can be; whether any was looked at."""
    looked = False
    for node, stop in plan.stops.items():
        test = stop.trying
        if test is None:
            continue
        with store.read() as conn:
            row = _row(conn, plan.workspace_id, plan.flow_id, node, test.about)
        if row is not None and (row["winner"] or row["looked_at"] > now - EVERY):
            continue
        looked = True
        with store.write() as conn:
            lock(conn, f"flow_tests:{plan.workspace_id}")
            _look(conn, plan, node, test, now)
    return looked


def _look(conn: Connection, plan: Plan, node: str, test: Trying, now: datetime) -> None:
    row = _row(conn, plan.workspace_id, plan.flow_id, node, test.about)
    if row is not None and (row["winner"] or row["looked_at"] > now - EVERY):
        return
    now_us = to_microseconds(now)
    variants = count_variants(conn, plan.workspace_id, plan.flow_id, node, test, now_us)
    came = sum(one.people + one.waiting for one in variants)
    ripe = came >= test.after_people or now_us >= plan.since_us + test.after_us
    first = max(variants, key=lambda one: one.best)
    sure = ripe and first.best >= test.sure and all(one.people >= test.min_people for one in variants)
    place = {"workspace_id": plan.workspace_id, "flow_id": plan.flow_id, "node": node, "about": test.about}
    found = {
        one.way: {"people": one.people, "reached": one.reached, "waiting": one.waiting, "best": one.best, "rate": one.rate}
        for one in variants
    }
    values = {"looked_at": now, "found": found, "winner": first.way if sure else "", "decided_at": now if sure else None}
    upsert_many(conn, flow_tests, [{**place, **values}], ["workspace_id", "flow_id", "node", "about"])
    if sure:
        changed(conn)


def reach_goals(conn: Connection, workspace_id: int, flow_id: int, reached: Mapping[tuple[str, str], Sequence[tuple[int, int]]]) -> None:
    """(node, test) → (person, when) of those who did what it is for: the first time within their days counts, once."""
    mine = update(flow_trials).where(
        _K.workspace_id == workspace_id,
        _K.flow_id == flow_id,
        _K.node == bindparam("b_node"),
        _K.about == bindparam("b_about"),
        _K.person_id == bindparam("b_person"),
        _K.reached_at.is_(None),
        _K.at <= bindparam("b_at"),
        _K.until > bindparam("b_at"),
    )
    rows = [
        {"b_node": node, "b_about": about, "b_person": person, "b_at": at}
        for (node, about), people in reached.items()
        for person, at in people
    ]
    if rows:
        conn.execute(mine.values(reached_at=bindparam("b_at")), rows)


def comparisons_of(store: Store, scope: Scope, flow_id: int, graph: Graph, now: datetime) -> list[Comparison]:
    """Every test of a version: how it stands now, or how it was decided."""
    found = []
    tests = {node.id: step_of(node) for node in graph.nodes}
    with store.read() as conn:
        for node, (step, config) in tests.items():
            test = step.trying(config, graph)
            if test is None:
                continue
            row = _row(conn, scope.workspace_id, flow_id, node, test.about)
            if row is not None and row["winner"]:
                kept = [Variant(way=way, **row["found"][way]) for way in test.ways]
                found.append(Comparison(node=node, winner=row["winner"], decided_at=row["decided_at"], variants=kept))
            else:
                standing = count_variants(conn, scope.workspace_id, flow_id, node, test, to_microseconds(now))
                found.append(Comparison(node=node, winner="", decided_at=None, variants=standing))
    return found


def winner_of(store: Store, workspace_id: int, flow_id: int, node: str, about: str) -> str:
    """The way that has won; "" while none has."""
    with store.read() as conn:
        row = _row(conn, workspace_id, flow_id, node, about)
    return str(row["winner"]) if row is not None else ""


def _row(conn: Connection, workspace_id: int, flow_id: int, node: str, about: str) -> Mapping[str, Any] | None:
    mine = (_T.workspace_id == workspace_id, _T.flow_id == flow_id, _T.node == node, _T.about == about)
    row = conn.execute(select(flow_tests).where(*mine)).mappings().first()
    return dict(row) if row is not None else None
