"""Does ``uems simulate`` fill a workspace, write files, and say what is true?"""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.cli import Uems


@pytest.mark.slow
def test_a_simulated_shop_is_in_the_reports_as_the_truth_says(uems: Uems, tmp_path: Path) -> None:
    assert uems.run("init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--format", "json").code == 0
    effects = tmp_path / "effects.yaml"
    effects.write_text("- {kind: price_change, category: tea, since: 2026-01-20, factor: 1.5}\n")
    words = ("--people", "200", "--days", "30", "--start", "2026-01-05", "--effects", str(effects), "--truth", str(tmp_path / "truth"))
    done = uems.run("simulate", *words, "--effect", "viral_invitation since=2026-01-10", "--format", "json").json()
    truth = json.loads((tmp_path / "truth" / "truth.json").read_text())
    assert [item["effect"]["kind"] for item in truth["effects"]] == ["price_change", "viral_invitation"]
    assert (done["orders"], done["first_day"], done["last_day"]) == (truth["totals"]["orders"], "2026-01-05", "2026-02-03")
    found = uems.run("report", "overview", "--format", "json").json()
    assert sum(found["events"].values()) == done["events"]
    assert (found["orders"], found["revenue_minor"]) == (done["orders"], done["revenue_minor"])


def test_a_world_is_written_without_a_workspace(uems: Uems, tmp_path: Path) -> None:
    words = ("--people", "50", "--days", "5", "--start", "2026-01-05", "--write", str(tmp_path / "out"), "--as", "parquet")
    done = uems.run("simulate", *words, "--format", "json").json()
    assert pq.read_table(tmp_path / "out" / "events.parquet").num_rows == done["events"]
    assert not (uems.home / "store.db").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--effect", "flood since=2026-01-01"), "bad_effect"),
        (("--start", "tomorrow"), "bad_option"),
        (("--live",), "bad_option"),
    ],
)
def test_a_wrong_option_is_refused_with_its_code(uems: Uems, tmp_path: Path, words: tuple[str, ...], named: str) -> None:
    done = uems.run("simulate", "--write", str(tmp_path), *words)
    assert done.code == 1
    assert named in done.err
