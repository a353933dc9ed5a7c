"""Is a person a function of the set of links alone? Any order of arrival, any cut into batches, any links taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.identity.oracle import KINDS, RULES, Claim, Id, people_by_definition
from tests.identity.oracle import claims as one_claim
from uems.identity.greedy import Joined, Link, Node, Outcome, Pair, Standing, join_plainly, resolve, settle, surely_fits
from uems.identity.model import CAUSES, EXPLICIT, Cause, Rules


@dataclass(frozen=True)
class TakeBack:
    a: Id
    b: Id


@dataclass
class Memory:
    """The smallest keeper of nodes and links that the resolver can work on; numbers nodes as they come."""

    numbers: dict[Id, int] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    links: dict[Pair, Link] = field(default_factory=dict)
    causes: dict[Pair, Cause] = field(default_factory=dict)
    gone: set[Pair] = field(default_factory=set)

    def number(self, one: Id) -> int:
        if one not in self.numbers:
            number = self.numbers[one] = len(self.numbers) + 1
            self.nodes[number] = Node(one[0], one[1], number, False)
        return self.numbers[one]

    def live(self) -> list[Link]:
        return [link for pair, link in self.links.items() if pair not in self.gone]

    def touching(self, people: Collection[int]) -> tuple[Mapping[int, Node], Sequence[Link]]:
        links = [k for k in self.live() if self.nodes[k.a].person in people or self.nodes[k.b].person in people]
        wanted = {n for k in links for n in k.pair} | {n for n, node in self.nodes.items() if node.person in people}
        return {n: self.nodes[n] for n in wanted}, links

    def inside(self, people: Collection[int]) -> tuple[Mapping[int, Node], Sequence[Link]]:
        wanted = {n: node for n, node in self.nodes.items() if node.person in people}
        return wanted, [k for k in self.live() if not k.rejected and k.a in wanted and k.b in wanted]

    def take(self, outcome: Outcome) -> None:
        for number, person in outcome.people.items():
            self.nodes[number] = self.nodes[number]._replace(person=person)
        for pair, reason in outcome.rejected.items():
            self.links[pair] = self.links[pair]._replace(rejected=reason)

    def claim(self, batch: Sequence[Claim]) -> None:
        changed: set[Pair] = set()
        for claim in batch:
            a, b = sorted((self.number(claim.a), self.number(claim.b)))
            if a == b:
                continue
            old = self.links.get((a, b))
            cause = max(claim.cause, self.causes.get((a, b), claim.cause), key=CAUSES.index)
            key = min((claim.ts_ms, claim.message_id), (old.ts_ms, old.message_id) if old else (claim.ts_ms, claim.message_id))
            new = Link(a, b, key[0], key[1], cause in EXPLICIT, old.rejected if old else "")
            if new != old:
                changed.add((a, b))
            self.links[a, b], self.causes[a, b] = new, cause
        shared = [number for pair in changed for number in pair if self.share(number)]
        people = [(self.nodes[a].person, self.nodes[b].person) for a, b in changed if (a, b) not in self.gone]
        self.work(people + [(self.nodes[n].person, self.nodes[n].person) for n in shared])

    def share(self, number: int) -> bool:
        node = self.nodes[number]
        over = sum(number in pair for pair in self.links) > RULES.shared_limit(node.kind)
        self.nodes[number] = node._replace(shared=over)
        return over and not node.shared

    def take_back(self, pair: Pair) -> None:
        self.gone.add(pair)
        if pair in self.links:
            self.links[pair] = self.links[pair]._replace(rejected="")
            self.take(settle({self.nodes[n].person for n in pair}, self, RULES))

    def work(self, changed: list[tuple[int, int]]) -> None:
        standing = {person: self.standing(person) for pair in changed for person in pair}
        moves, unsure = join_plainly(changed, standing, RULES)
        for number, node in self.nodes.items():
            self.nodes[number] = node._replace(person=moves.get(node.person, node.person))
        if unsure:
            self.take(settle(unsure, self, RULES))

    def standing(self, person: int) -> Standing:
        members = {n: node for n, node in self.nodes.items() if node.person == person}
        counts: dict[str, int] = {}
        for node in members.values():
            counts[node.kind] = counts.get(node.kind, 0) + 1
        dirty = any(k.rejected for k in self.live() if k.a in members or k.b in members)
        return Standing(counts, not dirty and not any(node.shared for node in members.values()))

    def result(self) -> tuple[frozenset[frozenset[Id]], dict[frozenset[Id], str]]:
        names = {number: one for one, number in self.numbers.items()}
        people: dict[int, set[Id]] = {}
        for number, node in self.nodes.items():
            people.setdefault(node.person, set()).add(names[number])
        for number, node in self.nodes.items():
            assert node.person == min(n for n, other in self.nodes.items() if other.person == node.person), number
        rejected = {frozenset((names[k.a], names[k.b])): k.rejected for k in self.live() if k.rejected}
        return frozenset(map(frozenset, people.values())), rejected


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[list[Claim | TakeBack]], list[Claim], set[frozenset[Id]]]:
    claims = draw(st.lists(one_claim, min_size=1, max_size=24))
    taken = draw(st.lists(st.sampled_from(claims), max_size=3))
    steps: list[Claim | TakeBack] = [*claims, *(TakeBack(c.a, c.b) for c in taken)]
    steps = draw(st.permutations(steps))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(steps) - 1)))))
    batches = [steps[i:j] for i, j in zip([0, *cuts], [*cuts, len(steps)], strict=True)]
    return batches, claims, {frozenset((c.a, c.b)) for c in taken}


@settings(max_examples=1000, deadline=None)
@given(stories())
def test_any_order_any_batches_and_any_links_taken_back_give_what_the_definition_says(
    story: tuple[list[list[Claim | TakeBack]], list[Claim], set[frozenset[Id]]],
) -> None:
    batches, claims, gone = story
    world = Memory()
    for batch in batches:
        waiting: list[Claim] = []
        for step in batch:
            if isinstance(step, Claim):
                waiting.append(step)
                continue
            world.claim(waiting)
            waiting = []
            a, b = sorted((world.number(step.a), world.number(step.b)))
            world.take_back((a, b))
        world.claim(waiting)
    assert world.result() == people_by_definition(claims, gone)


@settings(max_examples=300, deadline=None)
@given(st.lists(one_claim, min_size=1, max_size=24), st.data())
def test_keeping_two_ids_apart_takes_back_just_enough(claims: list[Claim], data: st.DataObject) -> None:
    world = Memory()
    world.claim(claims)
    joined = [k.pair for k in world.live() if not k.rejected]
    if not joined:
        return
    a, b = data.draw(st.sampled_from(joined))
    outcome = settle({world.nodes[a].person}, world, RULES, apart=(a, b))
    assert outcome.cut
    assert outcome.people[a] != outcome.people[b]
    for pair in outcome.cut:
        world.take_back(pair)
    world_people = {n: node.person for n, node in world.nodes.items()}
    assert {n: world_people[n] for n in outcome.people} == outcome.people
    names = {number: one for one, number in world.numbers.items()}
    assert world.result() == people_by_definition(claims, {frozenset((names[x], names[y])) for x, y in outcome.cut})


@settings(max_examples=500)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), st.data())
def test_what_surely_fits_is_never_refused(kinds: list[str], data: st.DataObject) -> None:
    counts = {k: kinds.count(k) for k in kinds}
    joined = Joined(RULES)
    for number, kind in enumerate(kinds):
        joined.add(number, kind)
    if surely_fits(counts, RULES):
        pairs = [(a, b) for a in range(len(kinds)) for b in range(a)]
        for a, b in data.draw(st.permutations(pairs)):
            assert joined.refusal(a, b, False) == ""
            joined.join(a, b, False)


def _nodes(*ids: Id) -> dict[int, Node]:
    return {n: Node(kind, value, n, False) for n, (kind, value) in enumerate(ids, start=1)}


def test_two_users_of_one_browser_stay_two_people_and_the_first_owns_it() -> None:
    nodes = _nodes(("anonymous_id", "browser"), ("user_id", "ann"), ("user_id", "bob"))
    links = [Link(1, 3, 20, "m2", False), Link(1, 2, 10, "m1", False)]
    outcome = resolve(nodes, links, Rules())
    assert outcome.people == {1: 1, 2: 1, 3: 3}
    assert outcome.rejected == {(1, 2): "", (1, 3): "limit:user_id"}


def test_an_alias_joins_two_user_ids_but_not_without_end() -> None:
    nodes = _nodes(*(("user_id", f"u{n}") for n in range(7)))
    links = [Link(n, n + 1, n, "m", True) for n in range(1, 7)]
    outcome = resolve(nodes, links, Rules())
    assert [outcome.people[n] for n in range(1, 8)] == [1, 1, 1, 1, 1, 6, 6]
    assert outcome.rejected[5, 6] == "limit:user_id"


def test_attaching_single_ids_is_no_merge_but_joining_groups_is() -> None:
    rules = Rules(max_merges=0)
    nodes = _nodes(("user_id", "u"), ("anonymous_id", "a"), ("anonymous_id", "b"), ("anonymous_id", "c"), ("anonymous_id", "d"))
    star = resolve(nodes, [Link(1, n, n, "m", False) for n in range(2, 6)], rules)
    assert set(star.people.values()) == {1}
    pairs = resolve(nodes, [Link(1, 2, 1, "m", False), Link(3, 4, 2, "m", False), Link(2, 3, 3, "m", False)], rules)
    assert pairs.rejected[2, 3] == "limit:merges"
