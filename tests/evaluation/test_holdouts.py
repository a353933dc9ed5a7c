"""Is what everything, and a programme, was worth what plain Python reads from the log, and is it told from other draws and other people?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from scipy import stats

from tests.evaluation.test_league import bought, spent
from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.league import league
from uems.evaluation.model import Worth
from uems.experiments.flags.buckets import hash_of
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach import api as outreach
from uems.profiles.api import set_role

START = datetime(2026, 1, 10, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = [f"u{n}" for n in range(200)]
SEND = {"send": ("send", {"template": "hello", "kind": "sales"}), "end": ("exit", {})}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("holdouts")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(house: House) -> CampaignShop:
    """A flow in a programme for some, a flow beside it for others; what they bought before and after; a second draw too young to tell."""
    made = CampaignShop(house, 1, START)
    set_role(house.store, made.access(), "purchase", events=["Order Completed"])
    rng = Random(3)
    made.take([bought(name, START - rng.random() * 70 * DAY, rng.randrange(1, 900)) for name in NAMES for _ in range(3)], START)
    made.publish(graph(SEND, {"send": "end"}), "inside")
    made.publish(graph(SEND, {"send": "end"}, entry={"type": "event", "event": "Asked"}, holdout_percent=30), "outside")
    outreach.save_holdout(house.store, made.access(), outreach.EVERYTHING, "All", 30, 70, [])
    outreach.save_holdout(house.store, made.access(), "care", "Care", 40, None, [("flow", "inside")])
    made.now += DAY
    made.take([Happened(user=name, event="Signed Up", ts=made.now) for name in NAMES[:140]], made.now)
    made.take([Happened(user=name, event="Asked", ts=made.now) for name in NAMES[100:]], made.now)
    made.run()
    made.now = START + 75 * DAY
    made.take([bought(name, START + rng.random() * 75 * DAY, rng.randrange(1, 900)) for name in NAMES for _ in range(3)], made.now)
    return made


def held(shop: CampaignShop, key: str, person: int, percent: float) -> bool:
    one = next(each for each in outreach.holdouts(shop.house.store, shop.scope) if each.key == key)
    place = hash_of(f"holdout:{one.salt}:0", 2)
    assert place is not None
    return place(str(person)) < percent / 100


def worth(shop: CampaignShop, kind: str, key: str) -> Worth:
    [one] = [each for each in league(shop.house, shop.scope, shop.now, 30).worths if (each.action.kind, each.action.key) == (kind, key)]
    return one


def who(shop: CampaignShop, event: str) -> set[int]:
    owner = shop.owner()
    return {owner[node] for call, node in shop.calls if call.event == event}


@pytest.mark.parametrize(("kind", "key", "percent"), [("everything", "everything", 30), ("programme", "care", 40)])
def test_everybody_for_whom_anything_was_meant_is_compared_by_lot(shop: CampaignShop, kind: str, key: str, percent: float) -> None:
    one = worth(shop, kind, key)
    runs = {run["person_id"] for run in shop.runs() if run["state"] != "holdout"}
    meant = (who(shop, "Signed Up") if kind == "programme" else who(shop, "Signed Up") | who(shop, "Asked")) & runs
    control = {person for person in meant if held(shop, key, person, percent)}
    assert (one.treated, one.control, one.evidence, one.both) == (len(meant - control), len(control), "holdout", 0)
    at = START + DAY
    rows = {
        arm: [(sum(spent(shop, p, at, at + 30 * DAY)), sum(spent(shop, p, at - 30 * DAY, at))) for p in sorted(people)]
        for arm, people in (("t", meant - control), ("c", control))
    }
    together = [*rows["t"], *rows["c"]]
    means = [sum(column) / len(together) for column in zip(*together, strict=True)]
    slope = sum((a - means[0]) * (b - means[1]) for a, b in together) / sum((b - means[1]) ** 2 for _, b in together)
    wanted = stats.ttest_ind(*[[a - slope * b for a, b in rows[arm]] for arm in ("t", "c")], equal_var=False)
    revenue = one.effect("revenue")
    assert revenue is not None
    assert revenue.p_value == pytest.approx(wanted.pvalue)
    assert (revenue.low, revenue.high) == pytest.approx(tuple(wanted.confidence_interval(0.95)))


def test_whoever_was_held_out_of_everything_blurs_no_flow(shop: CampaignShop) -> None:
    inside, outside = worth(shop, "flow", "inside"), worth(shop, "flow", "outside")
    signed = {p for p in who(shop, "Signed Up") if not held(shop, "everything", p, 30)}
    assert inside.treated == len({p for p in signed if not held(shop, "care", p, 40)})
    asked = {p for p in who(shop, "Asked") if not held(shop, "everything", p, 30)}
    assert outside.treated + outside.control == len(asked)
    assert outside.control > 0
