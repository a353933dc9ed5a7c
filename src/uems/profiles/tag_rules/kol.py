"""Whose word brings others? PageRank over who invited whom and through whose share people came, with reach and conversions.

An invitation is a vote of the invited for the inviter, a share half a vote; a vote of somebody who brings many themselves counts
for more (Brin and Page 1998, damping 0.85). A score of 1 is the average of everybody who invited or was invited.

Reach counts whom somebody brought, and whom those brought in turn, each under whoever was first to bring them; conversions are
those of them who bought.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from uems.identity import api as identity
from uems.kernel.sql import Sql
from uems.profiles.conditions.asking import Asking, People
from uems.profiles.conditions.related import other_now
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import Floats, TagColumn, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

Ints = npt.NDArray[np.int64]
_WEIGHTS: Final = {"invited": 1.0, "shared": 0.5}
_ROUNDS: Final = 100
_CLOSE: Final = 1e-10


class Config(BaseModel):
    """damping: how much of a vote is passed on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: Literal["score", "reach", "conversions"] = "score"
    damping: Annotated[float, Field(gt=0, lt=1)] = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """people: sorted. brought, by: positions in it, an edge each. weight: of an edge, the largest of its kinds. first: edges that
    name who was first to bring somebody.
    """

    people: People
    brought: Ints
    by: Ints
    weight: Floats
    first: npt.NDArray[np.bool_]


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number", unit="" if settings.part == "score" else "people")

    def ask(self, settings: Config, ask: Ask) -> None:
        shares = ask.roles.events("share")
        rows = ask.day_rows(shares) if shares else Sql("0")
        ask.number("shares", ask.days(), Sql(f"toFloat64(sumIf({ask.day_column(Sql('events'))}, {rows}))"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        asking = found.ask.asking
        graph = _graph(asking)
        buyers = _buyers(found.ask, graph)
        reach = under(graph, np.ones(len(graph.people)))
        conversions = under(graph, buyers)
        score = np.round(pagerank(graph, settings.damping) * len(graph.people), 3) if len(graph.people) else np.zeros(0)
        mine = {"score": score, "reach": reach, "conversions": conversions}
        place = np.searchsorted(graph.people, found.answers.people)
        place[place == len(graph.people)] = 0
        known = (graph.people[place] == found.answers.people) if len(graph.people) else np.zeros(found.size, np.bool_)
        facts = {name: np.where(known, values[place] if len(values) else 0, 0) for name, values in mine.items()}
        brings = facts["reach"] > 0
        words = {
            "zh": "带来 {reach} 人，其中 {conversions} 人下过单；分享 {shares} 次。",
            "en": "Brought {reach} people, {conversions} of whom bought; shared {shares} times.",
        }
        facts["shares"] = np.nan_to_num(found.number("shares"))
        values = np.where(brings, facts[settings.part], np.nan)
        return TagColumn(values=numbers(values, 3), evidence=said(words, facts, brings))


def pagerank(graph: Graph, damping: float) -> Floats:
    """The share of all votes that each person holds, shape (n,), sum 1; who votes for nobody votes for all alike."""
    size = len(graph.people)
    out = np.bincount(graph.brought, graph.weight, size)
    passed = graph.weight / out[graph.brought]
    rank = np.full(size, 1 / size)
    for _ in range(_ROUNDS):
        idle = rank[out == 0].sum()
        after = (1 - damping) / size + damping * (np.bincount(graph.by, rank[graph.brought] * passed, size) + idle / size)
        if np.abs(after - rank).sum() < _CLOSE:
            return np.asarray(after, np.float64)
        rank = after
    return np.asarray(rank, np.float64)


def under(graph: Graph, amount: Floats) -> Floats:
    """The sum of ``amount`` over everybody whom a person brought, directly or through others. People in a circle count direct ones."""
    size = len(graph.people)
    parent = np.full(size, -1, np.int64)
    parent[graph.brought[graph.first]] = graph.by[graph.first]
    children = np.bincount(parent[parent >= 0], minlength=size)
    total = np.zeros(size)
    ready = np.flatnonzero(children == 0)
    left = children.copy()
    done = np.zeros(size, np.bool_)
    while len(ready):
        done[ready] = True
        up = ready[parent[ready] >= 0]
        np.add.at(total, parent[up], total[up] + amount[up])
        np.subtract.at(left, parent[up], 1)
        above = np.unique(parent[up])
        ready = above[(left[above] == 0) & ~done[above]]
    # What is left goes in circles: each is counted for the one before it alone.
    circle = np.flatnonzero(~done & (parent >= 0))
    np.add.at(total, parent[circle], amount[circle])
    return total


_GRAPHS: "WeakKeyDictionary[Asking, Graph]" = WeakKeyDictionary()


def _graph(asking: Asking) -> Graph:
    """Who brought whom, as the people they are now; read once an evaluation."""
    found = _GRAPHS.get(asking)
    if found is None:
        found = _GRAPHS[asking] = _read(asking)
    return found


def _read(asking: Asking) -> Graph:
    columns = {"other": other_now(asking), "kind": Sql("toString(kind)"), "ts": Sql("ts"), "message_id": Sql("message_id")}
    rows = identity.rows_of_people(asking.house.store, asking.scope, Sql("relations"), columns, Sql("kind IN ('invited', 'shared')"))
    query = Sql(
        "SELECT person, other, max(if(kind = 'invited', 2, 1)) AS strength, min((ts, message_id)) AS since"
        f" FROM {rows} WHERE person != other GROUP BY person, other ORDER BY other, since"
    )
    table = asking.house.warehouse.query(query, asking.values_of(query))
    by, brought = (np.asarray(table.column(name).to_numpy(), np.uint64) for name in ("person", "other"))
    people = np.unique(np.concatenate([by, brought]))
    strength = np.asarray(pc.cast(table.column("strength"), pa.int64()).to_numpy())
    first = np.append(True, brought[1:] != brought[:-1]) if len(brought) else np.zeros(0, np.bool_)
    return Graph(
        people=people,
        brought=np.searchsorted(people, brought).astype(np.int64),
        by=np.searchsorted(people, by).astype(np.int64),
        weight=np.where(strength == 2, _WEIGHTS["invited"], _WEIGHTS["shared"]),
        first=first,
    )


def _buyers(ask: Ask, graph: Graph) -> Floats:
    """1 for those who ever bought."""
    bought = ask.roles.events("purchase")
    if not bought or not len(graph.people):
        return np.zeros(len(graph.people))
    asking = ask.asking
    where = Sql(f"event IN {asking.params.bind(sorted(bought), 'Array(String)')}")
    rows = identity.rows_of_people(asking.house.store, asking.scope, Sql("person_daily"), {}, where)
    query = Sql(f"SELECT DISTINCT person FROM {rows}")
    found = asking.house.warehouse.query(query, asking.values_of(query)).column("person").to_numpy()
    return np.isin(graph.people, found).astype(np.float64)


def _standard(part: str, label: tuple[str, str], text: tuple[str, str]) -> Standard:
    words = Words(zh=label[0], en=label[1]), Words(zh=text[0], en=text[1])
    return Standard(key=f"kol_{part}", label=words[0], description=words[1], settings={"part": part})


ITEM = _Rule(
    key="kol",
    label_zh="KOL 影响力",
    label_en="Influence (KOL)",
    text_zh="按邀请和分享关系计算的 PageRank 影响力，以及带来的人数和成交人数。",
    text_en="PageRank over invitations and shares, with how many people were brought and how many of them bought.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    uses=("invite", "share", "inviter", "invitee", "sharer", "purchase"),
    whole=True,
    standard=(
        _standard(
            "score",
            ("KOL 影响力", "Influence (KOL)"),
            ("邀请和分享网络里的影响力，1 为平均。", "Influence in invitations and shares; 1 is average."),
        ),
        _standard(
            "reach",
            ("带来人数", "People brought"),
            ("直接和间接带来的人数。", "Whom they brought, directly and through others."),
        ),
        _standard(
            "conversions",
            ("带来成交人数", "Buyers brought"),
            ("带来的人里下过单的人数。", "How many of those they brought ever bought."),
        ),
    ),
)
