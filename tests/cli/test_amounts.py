"""Does a reader get money in whole units, exactly, and with its currency?"""

from uems.cli.amounts import in_major


def test_whatever_is_money_is_written_in_major_units_with_the_currency_in_its_name() -> None:
    data = {
        "people": 3,
        "revenue_minor": 430,
        "other_revenue": {"JPY": 1200, "KWD": 5},
        "series": [{"day": "2026-01-02", "revenue_minor": -5}],
        "findings": [{"recoverable": {"people": 2.5, "minor": 1001}}],
    }
    assert in_major(data, {}, "USD") == {
        "people": 3,
        "revenue (USD)": "4.30",
        "other_revenue": {"JPY": "1200", "KWD": "0.005"},
        "series": [{"day": "2026-01-02", "revenue (USD)": "-0.05"}],
        "findings": [{"recoverable": {"people": 2.5, "worth (USD)": "10.01"}}],
    }


def test_parts_of_a_minor_unit_are_kept_and_a_currency_without_any_has_no_point() -> None:
    assert in_major({"per_person_minor": 350.5}, {}, "CNY") == {"per_person (CNY)": "3.505"}
    assert in_major({"per_person_minor": 350.5}, {}, "JPY") == {"per_person (JPY)": "350.5"}
    assert in_major({"average_minor": None, "revenue_minor": 7.0}, {}, "JPY") == {"average (JPY)": None, "revenue (JPY)": "7"}


def test_measures_called_revenue_are_money_too() -> None:
    trend = {"series": [{"measure": "revenue", "lines": [{"values": [100, None], "total": 100}]}, {"measure": "events", "lines": []}]}
    assert in_major(trend, {}, "USD")["series"][0]["lines"] == [{"values": ["1.00", None], "total": "1.00"}]
    formulas = {"formulas": [{"unit": unit, "lines": [{"values": [350.5], "total": 7}]} for unit in ("money", "number")]}
    assert [one["lines"][0] for one in in_major(formulas, {}, "USD")["formulas"]] == [
        {"values": ["3.505"], "total": "0.07"},
        {"values": [350.5], "total": 7},
    ]
    spread = {"bins": [{"from": 0, "to": 500, "people": 2}, {"from": 500, "to": None, "people": 1}], "median": 250, "people": 3}
    told = in_major(spread, {"measure": "revenue"}, "USD")
    assert told["bins"] == [{"from": "0.00", "to": "5.00", "people": 2}, {"from": "5.00", "to": None, "people": 1}]
    assert (told["median"], told["people"]) == ("2.50", 3)
    assert in_major(spread, {"measure": "events"}, "USD") == spread
