"""Does the command line say who changes because of us, or that nothing was given by lot yet?"""

from tests.support.cli import Uems


def test_a_workspace_without_actions_says_so(shared_uems: Uems) -> None:
    told = shared_uems.run("uplift", "--workspace", "shop", "--format", "json").json()
    assert told["settings"] == {
        "outcome": "conversion", "window_days": 30, "worth": "lifetime_value", "margin_percent": 100, "contact_minor": 0,
    }  # fmt: skip
    again = shared_uems.run("uplift", "--again", "--workspace", "shop", "--format", "json")
    if again.code == 0:
        assert again.json()["result"]["actions"] == []
    else:
        assert "events" in again.err
