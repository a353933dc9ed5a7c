"""What does somebody do on a visit? They come through a door, look around, put things into the cart, and some of them buy."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from uems.simulate import events as ev
from uems.simulate.catalogue import (
    ACCOUNT,
    APP,
    CART,
    CATEGORIES,
    CATEGORY_PAGE,
    CHECKOUT,
    COUPON_OFF,
    COUPONS,
    DEVICE_OF,
    DONE,
    EASE,
    ENTRIES,
    HOME,
    PAYMENT,
    PER_CATEGORY,
    PRODUCT_PAGE,
    PRODUCTS,
    QUERIES,
    REFERRAL,
    SEARCH,
)  # fmt: skip
from uems.simulate.events import Orders, Story
from uems.simulate.people import Flags, Floats, Ints, Population
from uems.simulate.planted import Planted

NOT: Final = 1e9
"""A place behind everything: it does not happen on this visit."""
_BOUNCE: Final = np.array([np.log(entry.bounce / (1 - entry.bounce)) for entry in ENTRIES])
_PULL: Final = np.array([entry.pull for entry in ENTRIES])
_AGAIN: Final = np.cumsum([entry.again for entry in ENTRIES])
_POPULAR: Final = np.cumsum(PRODUCTS.weight[:PER_CATEGORY]) / PRODUCTS.weight[:PER_CATEGORY].sum()
_TYPICAL: Final = np.array([np.median(PRODUCTS.price[PRODUCTS.category == c]) for c in range(len(CATEGORIES))])
_MOST_VIEWS: Final = 12


def sigmoid(x: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-x))


@dataclass(slots=True, kw_only=True)
class Wave:
    """Visits of different people. start: milliseconds. mood: chance of being in the mood for buying. known_from: place from which on
    the events say who it is. stays: did not leave at once."""

    person: Ints
    slot: Ints
    profile: Ints
    entry: Ints
    start: Ints
    mood: Floats
    stays: Flags
    known_from: Floats

    @property
    def device(self) -> Ints:
        found: Ints = DEVICE_OF[self.profile]
        return found


def wave_of(rng: np.random.Generator, people: Population, person: Ints, start: Ints) -> Wave:
    """Who comes on which device through which door."""
    size = len(person)
    second = people.ints("second_device")[person]
    slot = ((second >= 0) & (rng.random(size) < 0.25)).astype(np.int64)
    again = np.minimum(np.searchsorted(_AGAIN, rng.random(size), side="right"), REFERRAL - 1)
    entry = np.where(people.ints("visits")[person] == 0, people.ints("entry")[person], again)
    profile = np.where(slot == 1, second, people.ints("first_device")[person])
    # The app is opened, not found.
    entry = np.where(APP[profile] & (entry != REFERRAL), 0, entry)
    need, habit = people.floats("need")[person], people.floats("habit")[person]
    mood = sigmoid(-0.5 + 0.8 * need + 1.8 * habit + _PULL[entry])
    stays = rng.random(size) >= sigmoid(_BOUNCE[entry] - 1.6 * habit - 0.3 * need)
    known = np.where(slot == 1, people.flags("known_second")[person], people.flags("known_first")[person])
    return Wave(
        person=person, slot=slot, profile=profile, entry=entry, start=start, mood=mood, stays=stays, known_from=np.where(known, 0.0, NOT)
    )


def _product(rng: np.random.Generator, favourite: Ints) -> Ints:
    category = np.where(rng.random(len(favourite)) < 0.55, favourite, rng.integers(0, len(CATEGORIES), len(favourite)))
    rank = np.minimum(np.searchsorted(_POPULAR, rng.random(len(favourite)), side="right"), PER_CATEGORY - 1)
    return np.asarray(category * PER_CATEGORY + rank, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carts:
    """What was put into carts, by visit in order; price in minor units."""

    visit: Ints
    product: Ints
    quantity: Ints
    price: Ints


class Visiting:
    """The visits of one wave on one day."""

    def __init__(self, rng: np.random.Generator, people: Population, planted: Planted, day: int, minor: int, wave: Wave) -> None:
        self._rng = rng
        self._people = people
        self._planted = planted
        self._day = day
        self._wave = wave
        # Prices have one decimal at most, so the rounding only undoes what binary fractions did.
        self._prices: Ints = np.round(PRODUCTS.price * planted.price_factors(day)[PRODUCTS.category] * 10).astype(np.int64) * minor // 10
        self.story = Story()

    def arrive(self) -> None:
        """The first page; some of those who do not leave say who they are."""
        rng, wave = self._rng, self._wave
        size = len(wave.person)
        luck = rng.random(size)
        product = _product(rng, self._people.ints("favourite")[wave.person])
        page = np.where(luck < 0.45, HOME, np.where(luck < 0.7, CATEGORY_PAGE + PRODUCTS.category[product], PRODUCT_PAGE + product))
        page = np.where(wave.entry == REFERRAL, HOME, page)
        visits = np.arange(size)
        self.story.add(ev.PAGE, visits, 0.0, page)
        seen = visits[page >= PRODUCT_PAGE]
        self._see(seen, np.full(len(seen), 0.1), product[seen])
        member = self._people.flags("member")[wave.person]
        unknown = wave.stays & (wave.known_from == NOT)
        first_of_friend = (wave.entry == REFERRAL) & ~member
        eager = np.where(member, 0.35, np.where(first_of_friend, 0.55, 0.04)) * np.where(APP[wave.profile], 1.5, 1.0)
        comes = np.flatnonzero(unknown & (rng.random(size) < eager))
        self.story.add(ev.PAGE, comes, 1.0, ACCOUNT)
        self._say_who(comes, 1.1, np.ones(len(comes)), np.zeros(len(comes)))

    def _see(self, visit: Ints, place: Floats, product: Ints) -> None:
        self.story.add(ev.PRODUCT_VIEWED, visit, place, PRODUCT_PAGE + product, product, self._prices[product])

    def _say_who(self, visit: Ints, place: float, usual: Floats, worth: Floats) -> Flags:
        """Sign in, or sign up; who of the visits gets through. Members have no step that could be broken."""
        wave = self._wave
        person = wave.person[visit]
        member = self._people.flags("member")[person]
        luck = self._rng.random(len(visit))
        passed = np.zeros(len(visit), np.bool_)
        passed[member] = luck[member] < np.minimum(1.0, usual[member] * 1.2)
        new = np.flatnonzero(~member)
        device = wave.device[visit[new]]
        passed[new] = self._planted.step(self._day, "sign_up", device, usual[new], luck[new], person[new], worth[new])
        for kind, which in ((ev.SIGNED_IN, passed & member), (ev.SIGNED_UP, passed & ~member)):
            self.story.add(kind, visit[which], place, ACCOUNT)
            self.story.add(ev.IDENTIFIED, visit[which], place + 0.01, ACCOUNT)
        wave.known_from[visit[passed]] = place
        self._people.flags("member")[person[passed]] = True
        return passed

    def look(self) -> Carts:
        """Lists, searches and products; what goes into the cart."""
        rng, wave, people = self._rng, self._wave, self._people
        stays = np.flatnonzero(wave.stays)
        count = np.minimum(rng.poisson(0.5 + 3.0 * wave.mood[stays]), _MOST_VIEWS)
        visit = np.repeat(stays, count)
        place = 2.0 + 2 * (np.arange(len(visit)) - np.repeat(np.cumsum(count) - count, count))
        person = wave.person[visit]
        product = _product(rng, people.ints("favourite")[person])
        category = PRODUCTS.category[product]
        luck = rng.random(len(visit))
        listed, searched = luck < 0.4, luck > 0.88
        self.story.add(ev.PAGE, visit[listed], place[listed] - 0.5, CATEGORY_PAGE + category[listed])
        self.story.add(ev.PAGE, visit[searched], place[searched] - 0.5, SEARCH)
        query = category[searched] * (len(QUERIES) // len(CATEGORIES)) + product[searched] % (len(QUERIES) // len(CATEGORIES))
        self.story.add(ev.SEARCHED, visit[searched], place[searched] - 0.4, SEARCH, query)
        self.story.add(ev.PAGE, visit, place, PRODUCT_PAGE + product)
        self._see(visit, place + 0.1, product)
        taken = np.flatnonzero(self._wanted(visit, product))
        quantity = 1 + (rng.random(len(taken)) < 0.12).astype(np.int64)
        price = self._prices[product[taken]]
        self.story.add(ev.ADDED, visit[taken], place[taken] + 0.2, PRODUCT_PAGE + product[taken], product[taken], price, quantity)
        return Carts(visit=visit[taken], product=product[taken], quantity=quantity, price=price)

    def _wanted(self, visit: Ints, product: Ints) -> Flags:
        wave, people = self._wave, self._people
        person, category = wave.person[visit], PRODUCTS.category[product]
        sensitive = people.floats("price_sensitivity")[person]
        dear = np.log(PRODUCTS.price[product] / _TYPICAL[category])
        x = -3.5 + 2.0 * wave.mood[visit] + 0.6 * people.floats("habit")[person] - 0.5 * sensitive * dear
        before = sigmoid(x)
        now = sigmoid(x - 1.8 * sensitive * np.log(self._planted.price_factors(self._day)[category]))
        luck = self._rng.random(len(visit))
        self._planted.count_prices(self._day, category, luck < before, luck < now, person)
        worth = np.asarray(self._prices[product] * 0.25, np.float64)
        return self._planted.step(self._day, "add_to_cart", wave.device[visit], now, luck, person, worth)

    def buy(self, carts: Carts, next_order: int) -> Orders:
        """From the cart to the order; everybody draws their luck for every step, so that a broken one changes no other."""
        rng, wave = self._rng, self._wave
        visit, first = np.unique(carts.visit, return_index=True)
        value = np.add.reduceat(carts.quantity * carts.price, first) if len(visit) else np.zeros(0, np.int64)
        things = np.add.reduceat(carts.quantity, first) if len(visit) else np.zeros(0, np.int64)
        luck = rng.random((3, len(visit)))
        ease, mood = EASE[wave.profile[visit]], wave.mood[visit]
        pay, say = 0.88 * ease, np.where(wave.known_from[visit] < NOT, 1.0, 0.7)
        go = np.flatnonzero(luck[0] < 0.85)
        self.story.add(ev.PAGE, visit[go], 100.0, CART)
        self.story.add(ev.CART_VIEWED, visit[go], 100.1, CART, value[go], things[go])
        usual = (0.36 + 0.3 * mood[go]) * ease[go]
        passed = self._planted.step(
            self._day, "checkout", wave.device[visit[go]], usual, luck[1][go], wave.person[visit[go]], (value * say * pay)[go]
        )
        go = go[passed]
        self.story.add(ev.PAGE, visit[go], 101.0, CHECKOUT)
        self.story.add(ev.CHECKOUT_STARTED, visit[go], 101.1, CHECKOUT, value[go], things[go])
        unknown = wave.known_from[visit[go]] == NOT
        out = self._say_who(visit[go[unknown]], 102.0, np.full(int(unknown.sum()), 0.7), (value * pay)[go[unknown]])
        go = np.sort(np.concatenate([go[~unknown], go[unknown][out]]))
        self.story.add(ev.PAGE, visit[go], 103.0, PAYMENT)
        self.story.add(ev.PAYMENT_INFO, visit[go], 103.1, PAYMENT, value[go])
        passed = self._planted.step(
            self._day, "payment", wave.device[visit[go]], pay[go], luck[2][go], wave.person[visit[go]], value[go].astype(np.float64)
        )
        return self._order(visit[go[passed]], value[go[passed]], carts, next_order)

    def _order(self, visit: Ints, value: Ints, carts: Carts, next_order: int) -> Orders:
        rng, wave = self._rng, self._wave
        sensitive = self._people.floats("price_sensitivity")[wave.person[visit]]
        coupon = np.where(rng.random(len(visit)) < np.minimum(0.08 + 0.08 * sensitive, 0.5), rng.integers(0, len(COUPONS), len(visit)), -1)
        discount = np.where(coupon >= 0, np.floor(value * COUPON_OFF), 0).astype(np.int64)
        number = np.arange(next_order, next_order + len(visit))
        used = np.flatnonzero(coupon >= 0)
        self.story.add(ev.COUPON_APPLIED, visit[used], 103.5, PAYMENT, coupon[used], discount[used])
        self.story.add(ev.ORDERED, visit, 104.0, DONE, number)
        self.story.add(ev.PAGE, visit, 104.1, DONE)
        items = np.isin(carts.visit, visit)
        starts = np.searchsorted(carts.visit[items], visit)
        return Orders(
            number=number,
            person=wave.person[visit],
            slot=wave.slot[visit],
            total_minor=value - discount,
            discount_minor=discount,
            coupon=coupon,
            starts=starts,
            product=carts.product[items],
            quantity=carts.quantity[items],
            price_minor=carts.price[items],
        )
