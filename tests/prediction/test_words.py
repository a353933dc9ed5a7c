"""Can everything that a model says be read in both languages?"""

from typing import get_args

import numpy as np
import pytest

from uems.prediction.features import Family, Feature
from uems.prediction.words import label, reasons, told

CHINESE = "一-鿿"


def feature(family: str, key: str = "f", days: int | None = 30) -> Feature:
    about = {"hours": "evening", "column": "device"}.get(family, "Order Completed")
    return Feature(key=key, family=family, about=about, value="mobile", days=days)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", get_args(Family))
@pytest.mark.parametrize("days", [7, None])
def test_every_family_of_features_is_told_in_both_languages(family: str, days: int | None) -> None:
    for zh, en in (label(feature(family, days=days)), told(feature(family, days=days), 2.5), told(feature(family, days=days), None)):
        assert any("一" <= c <= "鿿" for c in zh), zh
        assert not any("一" <= c <= "鿿" for c in en), en
        assert "{" not in zh + en


def test_numbers_are_told_as_people_say_them() -> None:
    assert told(feature("last"), 42.0) == ("上次活动在 42 天前", "last active 42 days ago")
    assert told(feature("revenue"), 12345.678) == ("近 30 天消费 12,346", "spent 12,346 in 30 days")
    assert told(feature("hours"), 0.756) == ("76% 的活动在晚上（18–24 点）", "76% of their events in the evening (18–24 h)")
    assert told(feature("trend"), float(np.log(2))) == ("近 30 天活动是前 30 天的 2 倍", "2 times as active as in the 30 days before")
    assert told(feature("event"), float("nan")) == ("近 30 天“Order Completed”次数：无", "“Order Completed” in 30 days: none")


def test_windows_of_one_thing_are_one_reason() -> None:
    known = [feature("events", "a", 7), feature("events", "b", 30), feature("basket", "c", None), feature("weekend", "d", None)]
    found = reasons(known, np.array([1.0, 5.0, 20.0, 0.5]), np.array([0.2, 0.3, -0.4, 0.001]))
    assert [(one.feature, one.effect) for one in found] == [("b", 0.5), ("c", -0.4)]
    assert found[0].en == "5 events in 30 days"
