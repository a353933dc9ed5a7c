"""Are office hours, substance, scripts and the score what a slow and simple way of counting says?"""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uems.outreach.talks.hours import Opening, office_seconds
from uems.outreach.talks.measuring import bounds
from uems.outreach.talks.quality import Quality, Talk, Word, quality
from uems.outreach.talks.settings import STOCK_PHRASES
from uems.outreach.talks.substance import SAME, has_substance, pieces, plain, repeated

WEEK: list[Opening] = [("09:00", "18:00"), ("22:00", "24:00"), None, ("00:00", "24:00"), ("08:30", "08:45"), None, ("01:00", "04:00")]
STOCK = {plain(phrase) for phrase in STOCK_PHRASES}


def by_the_minute(week: Sequence[Opening], zone: str, begin: datetime, minutes: int) -> int:
    """Every minute asked by itself what the clock on the wall says."""
    open_minutes = 0
    for place in range(minutes):
        wall = (begin + timedelta(minutes=place)).astimezone(ZoneInfo(zone))
        opening = week[wall.weekday()]
        open_minutes += opening is not None and opening[0] <= f"{wall:%H:%M}" < opening[1]
    return 60 * open_minutes


@given(st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 9), st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York"]))
def test_office_seconds_are_those_that_the_clock_on_the_wall_says(start: int, minutes: int, zone: str) -> None:
    begin = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=start)
    assert office_seconds(WEEK, zone, begin, begin + timedelta(minutes=minutes)) == by_the_minute(WEEK, zone, begin, minutes)


def test_the_hour_that_a_day_lacks_is_no_office_hour() -> None:
    # 8 March 2026: New York goes from 01:59 to 03:00; the office is open from one to four, two hours of the clock.
    begin = datetime(2026, 3, 8, 0, 0, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    assert office_seconds(WEEK, "America/New_York", begin, begin + timedelta(days=1)) == by_the_minute(
        WEEK, "America/New_York", begin, 24 * 60
    )
    assert office_seconds(WEEK, "America/New_York", begin, begin + timedelta(hours=23)) == 2 * 3600


@pytest.mark.parametrize(
    ("text", "substance"),
    [
        ("好的", False),
        ("收到，谢谢！", False),
        ("亲，您好，请稍等", False),
        ("这款面料是纯棉的，洗后会缩水两厘米左右", True),
        ("OK", False),
        ("Thank you for contacting us!", False),
        ("Thank you for contacting us. Wash it cold and it keeps its size.", True),
        ("It shrinks by two centimetres when washed warm.", True),
        ("👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", False),
        ("", False),
    ],
)
def test_substance_is_what_is_left_without_stock_phrases(text: str, substance: bool) -> None:
    assert has_substance(text, STOCK) is substance


WORDS = st.lists(st.sampled_from(["abcdefgh", "ijklmnop", "qrstuvwx", "好评返现", "yz", "加微信领取", "0123456789"]), max_size=9)


@given(st.lists(st.tuples(st.integers(0, 3), WORDS.map("".join)), max_size=14))
def test_scripts_are_found_as_by_comparing_all_with_all(said: list[tuple[int, str]]) -> None:
    expected = []
    for place, (to, text) in enumerate(said):
        mine = pieces(text)
        others = (pieces(other) for at, (whom, other) in enumerate(said) if at != place and whom != to)
        expected.append(any(mine and len(mine & one) >= SAME * len(mine | one) for one in others))
    assert repeated(said) == expected


def test_a_script_that_bears_another_name_is_the_same_script() -> None:
    script = "亲爱的{}，感谢您一直以来的支持，本周会员日全场八折，欢迎选购您喜欢的商品，数量有限先到先得"
    texts = [(number, script.format(name)) for number, name in enumerate(("小梅", "老王"))]
    assert repeated([*texts, (9, "您的包裹今天上午已经到了虹桥站点，下午两点前会送到")]) == [True, True, False]


def test_the_score_is_worked_by_hand() -> None:
    long = "这款面料是纯棉的，洗后会缩水两厘米左右"
    talks = [Talk(conversation_id=n, started_by="them" if n < 3 else "us", answer_seconds=s) for n, s in enumerate([600, 1200, None, 4800])]
    words = [
        Word(conversation_id=0, by="them", text="尺码偏大吗", answers=False),
        Word(conversation_id=0, by="us", text=long, answers=True),
        Word(conversation_id=1, by="us", text="好的", answers=True),
        Word(conversation_id=3, by="us", text="好的", answers=True),
        Word(conversation_id=3, by="them", text="我想要一件蓝色的，什么时候有货呢", answers=True),
    ]
    found = quality(talks, words, benefit=3, sales=1, stock=STOCK, within_seconds=1200)
    # started 3/4; substance 2 of 4 answers; benefit 3/4; own words 1 of 3; the median 1200 is within 1200.
    assert found.parts == {"started": 0.75, "substance": 0.5, "benefit": 0.75, "own_words": pytest.approx(1 / 3), "soon": 1.0}
    assert found.score == pytest.approx(25 * 0.75 + 25 * 0.5 + 20 * 0.75 + 20 / 3 + 10, abs=0.05)
    assert (found.median_answer_seconds, found.scripted, found.with_substance) == (1200.0, 2, 2)


def test_what_is_not_known_is_left_out_and_contacts_alone_are_no_talk() -> None:
    only = quality([Talk(conversation_id=1, started_by="them", answer_seconds=None)], [], 0, 0, STOCK, 1200)
    assert (only.score, [part for part, value in only.parts.items() if value is not None]) == (100.0, ["started"])
    silent = quality([], [], benefit=0, sales=40, stock=STOCK, within_seconds=1200)
    assert (silent.score, silent.warnings) == (None, ["no_talks", "sales_first"])


def test_much_contact_with_scripts_and_few_talks_is_called_by_its_name() -> None:
    talks = [Talk(conversation_id=n, started_by="us", answer_seconds=9_000) for n in range(12)]
    words = [Word(conversation_id=n, by="us", text="您好，请问有什么可以帮您", answers=True) for n in range(12)]
    found: Quality = quality(talks, words, benefit=10, sales=90, stock=STOCK, within_seconds=1200)
    assert found.warnings == ["few_started", "sales_first", "thin", "scripted", "slow"]
    assert found.score is not None
    assert found.score < 15


def test_months_follow_each_other_without_a_gap_in_any_zone() -> None:
    for zone in ("Asia/Shanghai", "America/New_York"):
        months = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)]
        found = [bounds(month, zone) for month in months]
        assert all(one[1] == other[0] for one, other in itertools.pairwise(found))
        assert found[0][0].astimezone(ZoneInfo(zone)).date() == date(2025, 1, 1)
