"""Does the guide on filters say what the code does?"""

import json
import re
from pathlib import Path

from uems.kernel import _filters_model as model
from uems.kernel.filters import BASE, dump, parse

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "filters.md").read_text("utf-8")


def test_every_example_is_a_filter() -> None:
    examples = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert len(examples) == 4
    for example in examples:
        assert dump(parse(json.loads(example))) == json.loads(example)


def test_every_node_and_every_operator_is_explained() -> None:
    explained = {name for row in re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert explained == {*BASE.kinds, *model.OPS}
    assert {unit for unit in model.UNITS if f"`{unit}`" not in GUIDE} == set()


def test_the_limits_are_those_of_the_code() -> None:
    limits = GUIDE.partition("## Limits")[2]
    for number in (model.MAX_DEPTH, model.MAX_NODES, model.MAX_VALUES, model.MAX_TEXT):
        assert f"{number:,}" in limits
