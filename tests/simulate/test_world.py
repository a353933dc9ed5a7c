"""Are a world and its effects read as they were said, and refused with advice where they make no sense?"""

from datetime import date
from typing import Any

import pytest

from uems.kernel.errors import UemsError
from uems.simulate.world import BrokenStep, PriceChange, ViralInvitation, World, effect_of_text, effects_of_yaml

SINCE = date(2026, 3, 1)


def test_an_effect_in_words_is_the_same_as_in_yaml() -> None:
    said = "broken_step step=payment device=mobile since=2026-03-01 until=2026-03-31 factor=0.25"
    yaml = "effects:\n- {kind: broken_step, step: payment, device: mobile, since: 2026-03-01, until: 2026-03-31, factor: 0.25}\n"
    wanted = BrokenStep(kind="broken_step", step="payment", device="mobile", since=SINCE, until=date(2026, 3, 31), factor=0.25)
    assert effect_of_text(said) == wanted
    assert effects_of_yaml(yaml) == (wanted,)


def test_a_bare_list_of_effects_is_read_too() -> None:
    found = effects_of_yaml("- {kind: price_change, category: tea, since: 2026-03-01}\n- {kind: viral_invitation, since: 2026-03-01}\n")
    assert found == (
        PriceChange(kind="price_change", category="tea", since=SINCE),
        ViralInvitation(kind="viral_invitation", since=SINCE),
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("broken_step step=payment", "since"),
        ("broken_step step=delivery since=2026-03-01", "step"),
        ("broken_step step=payment device=fridge since=2026-03-01", "device"),
        ("broken_step step=payment since=2026-03-01 factor=2", "factor"),
        ("price_change category=tea since=2026-03-01 until=2026-02-01", "until"),
        ("earthquake since=2026-03-01", "kind"),
        ("price_change tea since=2026-03-01", "tea"),
        ("viral_invitation since=yesterday", "since"),
    ],
)
def test_an_effect_that_makes_no_sense_is_refused_with_what_is_wrong(said: str, named: str) -> None:
    with pytest.raises(UemsError, match=named) as caught:
        effect_of_text(said)
    assert caught.value.code == "bad_effect"


@pytest.mark.parametrize("text", ["[1, 2]", "effects: none", "a: [", "'text'"])
def test_yaml_that_is_no_list_of_effects_is_refused(text: str) -> None:
    with pytest.raises(UemsError) as caught:
        effects_of_yaml(text)
    assert caught.value.code == "bad_effect"


@pytest.mark.parametrize(
    "wrong",
    [{"people": 0}, {"days": 0}, {"days": 100_000}, {"seed": -1}, {"zone": "Moon/Base"}, {"currency": "GOLD"}, {"start": date(1999, 1, 1)}],
)
def test_a_world_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UemsError):
        World(**{"people": 10, "days": 3, "start": SINCE, **wrong})
