"""What are people, by definition? Written down plainly beside the claims that tests make up: all links at once, no shortcuts."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from uems.identity.model import EXPLICIT, Cause, Rules

RULES = Rules(
    limits={"user_id": 1, "anonymous_id": 3},
    other_limit=2,
    aliased_user_ids=3,
    max_ids=6,
    max_merges=1,
    shared_after={"user_id": 5},
    other_shared_after=4,
)
"""Limits so small that a handful of claims meets all of them."""
KINDS = ("user_id", "anonymous_id", "email")
IDS = [(kind, f"{kind[0]}{n}@x" if kind == "email" else f"{kind[0]}{n}") for kind in KINDS for n in range(5)]
Id = tuple[str, str]
Ends = frozenset[Id]
Result = tuple[frozenset[Ends], dict[Ends, str]]
"""The people as sets of ids, and the rejected links with their reasons."""


@dataclass(frozen=True)
class Claim:
    a: Id
    b: Id
    ts_ms: int
    message_id: str
    cause: Cause


claims = st.builds(
    Claim,
    a=st.sampled_from(IDS),
    b=st.sampled_from(IDS),
    ts_ms=st.integers(0, 9),
    message_id=st.sampled_from("mn"),
    cause=st.sampled_from(("identify", "identify", "external", "alias")),
)


def people_by_definition(claims: Sequence[Claim], gone: set[Ends]) -> Result:
    """Every live link in the order (time, message, ids), each applied unless that breaks a limit of ``RULES``."""
    first: dict[Ends, tuple[int, str]] = {}
    explicit: set[Ends] = set()
    ids = {one for c in claims for one in (c.a, c.b)}
    for c in claims:
        ends = frozenset((c.a, c.b))
        if len(ends) == 2:
            first[ends] = min(first.get(ends, (c.ts_ms, c.message_id)), (c.ts_ms, c.message_id))
            explicit |= {ends} if c.cause in EXPLICIT else set()
    shared = {i for i in ids if sum(i in ends for ends in first) > RULES.shared_limit(i[0])}
    # A person is (ids, user ids nobody joined yet, merges so far).
    people: list[tuple[set[Id], int, int]] = [({i}, int(i[0] == "user_id"), 0) for i in ids]
    rejected: dict[Ends, str] = {}
    for ends in sorted(first, key=lambda e: (*first[e], *sorted(e))):
        if ends in gone:
            continue
        if ends & shared:
            rejected[ends] = "shared"
            continue
        x, y = (next(p for p in people if one in p[0]) for one in sorted(ends))
        if x is y:
            continue
        names = x[1] + y[1] - int(ends in explicit and x[1] > 0 and y[1] > 0)
        merges = x[2] + y[2] + int(len(x[0]) > 1 and len(y[0]) > 1)
        both = x[0] | y[0]
        over = [k for k in sorted(KINDS) if {i for i in x[0] if i[0] == k} and {i for i in y[0] if i[0] == k}]
        over = [k for k in over if sum(i[0] == k for i in both) > (3 if k in ("user_id", "anonymous_id") else 2)]
        if names > 1:
            rejected[ends] = "limit:user_id"
        elif over:
            rejected[ends] = f"limit:{over[0]}"
        elif len(both) > 6:
            rejected[ends] = "limit:ids"
        elif merges > 1:
            rejected[ends] = "limit:merges"
        else:
            people = [p for p in people if p is not x and p is not y] + [(both, names, merges)]
    return frozenset(frozenset(p[0]) for p in people), rejected
