"""Does the command line say what everybody is worth, or in numbers why that cannot be said yet?"""

from tests.support.cli import Uems


def test_a_workspace_with_too_few_buyers_says_what_is_missing(shared_uems: Uems) -> None:
    told = shared_uems.run("lifetime-value", "--workspace", "shop", "--format", "json").json()
    assert told["settings"]["horizon_days"] == 365
    refused = shared_uems.run("lifetime-value", "--again", "--workspace", "shop")
    assert refused.code != 0
    assert "events" in refused.err or "had bought" in refused.err
