"""Does the command line say how strong ties are, or why that cannot be said yet?"""

from tests.support.cli import Uems


def test_a_workspace_tells_its_ties_or_what_is_missing(shared_uems: Uems) -> None:
    told = shared_uems.run("ties", "--workspace", "shop", "--format", "json").json()
    assert told["settings"]["window_days"] == 90
    again = shared_uems.run("ties", "--again", "--workspace", "shop")
    if again.code == 0:
        assert [line.split()[0] for line in again.out.splitlines()[1:4]] == ["strong", "medium", "weak"]
    else:
        assert "events" in again.err or "within" in again.err
