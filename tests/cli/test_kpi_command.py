"""Does the command line show the metrics of the board, and one of them over time?"""

import csv
import io

from tests.support.cli import Ran, Uems


def test_the_board_and_one_metric_over_time(shared_uems: Uems) -> None:
    def kpi(*arguments: str) -> Ran:
        return shared_uems.run("kpi", *arguments, "--workspace", "shop")

    board = {row["metric"]: row for row in csv.DictReader(io.StringIO(kpi("--format", "csv").out))}
    assert board["dau"]["value"] == "0.0"
    assert board["cac"]["why"].startswith("No spend")
    asked = '{"first_day": "2026-01-01", "last_day": "2026-01-03"}'
    days = list(csv.DictReader(io.StringIO(kpi("new_users", "--spec", asked, "--format", "csv").out)))
    assert [row["bucket"] for row in days] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert "new_users: 0" in kpi("new_users", "--spec", asked).err
    assert kpi("dau", "--spec", asked, "--format", "json").json()["metric"] == "dau"
