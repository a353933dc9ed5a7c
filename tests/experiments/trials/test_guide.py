"""Is what the guide to experiments shows a design, and an exposure to it?"""

import json
import re
from pathlib import Path

from uems.experiments.exposures import EVENTS
from uems.experiments.registry import METRIC_KINDS
from uems.experiments.trials.bodies import TrialSave

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "experiments.md").read_text("utf-8")


def test_the_design_and_the_exposure_of_the_guide_fit_together() -> None:
    design, exposure = (json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
    saved = TrialSave.model_validate(design)
    assert exposure["event"] in EVENTS
    assert exposure["properties"]["variation_id"] in saved.spec.arm_keys
    assert f"experiments/{exposure['properties']['experiment_id']}`" in GUIDE


def test_every_kind_of_metric_is_told() -> None:
    assert [kind.key for kind in METRIC_KINDS if f"| `{kind.key}` |" not in GUIDE] == []
