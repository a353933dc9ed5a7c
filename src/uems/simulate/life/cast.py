"""Who of the simulated shop writes, suggests, votes, and brings whom? Drawn from the seed alone: every load tells the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from uems.simulate.days import Running
from uems.simulate.life.words import GROUPS, IDEAS, TOPICS, VOICES
from uems.simulate.people import Flags, Ints

Ending: TypeAlias = Literal["waits", "answered", "thanked", "closed"]
Trick: TypeAlias = Literal["", "self_referral", "same_device", "ring", "already_customer"]
Member: TypeAlias = Literal["invited", "accepted", "declined"]

_INVITERS: Final = 10
_FRIENDS: Final = 26
_BUY: Final = 0.55
_ENDINGS: Final[tuple[Ending, ...]] = ("waits", "answered", "thanked", "closed", "closed", "answered", "waits", "thanked")
_LOOKERS: Final = 7
_TALKS: Final = 16
_OLDEST_MINUTES: Final = 170


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Somebody writes to the shop. topic: its place in ``TOPICS``. minutes: so long ago. way: which of the answers they get."""

    person: int
    topic: int
    minutes: int
    way: int
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Friend:
    """Somebody comes by the code of another. trick: why it brings nothing. buys: whether they order right after."""

    person: int
    inviter: int
    trick: Trick = ""
    buys: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """People by their numbers in the world. authors, votes: by idea. members: group → who was asked, and what they said."""

    talks: Sequence[Talk]
    friends: Sequence[Friend]
    authors: Sequence[int]
    votes: Sequence[Sequence[int]]
    speakers: Sequence[int]
    members: dict[str, Sequence[tuple[int, Member]]]
    thanked: Sequence[int]
    lookers: Sequence[int]


def cast_of(running: Running) -> Cast:
    """Of a world that has run to its last day."""
    people, rng = running.people, np.random.default_rng([running.world.seed, 5])
    known = (people.flags("known_first") | people.flags("known_second")) & (people.ints("arrives") < running.world.days)
    orders = people.ints("orders")
    buyers = np.flatnonzero(known & (orders > 0))
    best = buyers[np.argsort(-people.floats("habit")[buyers], kind="stable")]
    authors = best[: len(IDEAS)]
    speakers = best[len(IDEAS) : len(IDEAS) + len(VOICES)]
    return Cast(
        talks=_talks(rng, buyers),
        friends=_friends(running, rng, known),
        authors=authors.tolist(),
        votes=[_some(rng, buyers[buyers != author], int(rng.integers(3, 15))) for author in authors],
        speakers=speakers.tolist(),
        members={key: _members(rng, best[:60]) for key in GROUPS},
        thanked=authors[:3].tolist(),
        lookers=_some(rng, buyers, _LOOKERS),
    )


def _talks(rng: np.random.Generator, buyers: Ints) -> list[Talk]:
    who = rng.choice(buyers, _TALKS, replace=False).tolist()
    minutes = np.sort(rng.integers(3, _OLDEST_MINUTES, _TALKS))[::-1].tolist()
    return [
        Talk(person=person, topic=n % len(TOPICS), minutes=minutes[n], way=n // len(TOPICS), ending=_ENDINGS[n * 5 % len(_ENDINGS)])
        for n, person in enumerate(who)
    ]


def _friends(running: Running, rng: np.random.Generator, known: Flags) -> list[Friend]:
    """Honest ones first, then the tricks that the programme is to see through."""
    people = running.people
    orders = people.ints("orders")
    tell = np.flatnonzero(known & (orders >= 2))
    inviters = tell[np.argsort(-people.floats("word_of_mouth")[tell], kind="stable")][:_INVITERS]
    new = np.flatnonzero(known & (orders == 0) & (people.ints("arrives") >= running.world.days - 60))
    chosen = rng.choice(new, _FRIENDS + 1, replace=False).tolist()
    # Few bring many.
    weight = 1.0 / np.arange(1, len(inviters) + 1)
    by = inviters[rng.choice(len(inviters), _FRIENDS, p=weight / weight.sum())].tolist()
    luck = (rng.random(_FRIENDS) < _BUY).tolist()
    honest = [Friend(person=person, inviter=inviter, buys=buys) for person, inviter, buys in zip(chosen, by, luck, strict=False)]
    top, second = int(inviters[0]), int(inviters[1])
    brought = next(one for one in honest if one.inviter == top)
    bought_before = next(int(one) for one in np.flatnonzero(known & (orders == 1)) if one not in inviters)
    return [
        *honest,
        Friend(person=second, inviter=second, trick="self_referral"),
        Friend(person=chosen[-1], inviter=second, trick="same_device"),
        Friend(person=top, inviter=brought.person, trick="ring"),
        Friend(person=bought_before, inviter=top, trick="already_customer"),
    ]


def _members(rng: np.random.Generator, among: Ints) -> list[tuple[int, Member]]:
    who = _some(rng, among, 9)
    said: tuple[Member, ...] = (*_said("accepted", 5), *_said("invited", 3), *_said("declined", 1))
    return list(zip(who, said, strict=True))


def _said(state: Member, count: int) -> list[Member]:
    return [state] * count


def _some(rng: np.random.Generator, among: Ints, count: int) -> list[int]:
    found: list[int] = rng.choice(among, count, replace=False).tolist()
    return found
