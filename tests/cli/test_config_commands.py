"""Do files of definitions show what they change before it is changed, name the line of a mistake, and come out as they went in?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.cli import Server, Uems
from uems.cli.documents import read_files, write_documents
from uems.kernel.errors import UemsError

DEFINITIONS = """\
kind: segment
key: buyers
name: Buyers 买家
condition:
  did: {events: [Order Completed], within: {op: after, value: 2026-01-01}}
---
kind: segment
key: quiet
name: "no"
condition:
  and:
    - not: {segment: {key: buyers}}
    - trait: {name: country, op: equals, value: NO}
---
kind: tag
key: big_spender
tag_kind: rule
family: behaviour
label: {zh: 大客户, en: Big spender}
value_type: boolean
config:
  values:
    - value: true
      when: {did: {events: [Order Completed], measure: sum, property: $revenue, op: gte, value: 10000}}
  default: null
---
kind: tracking_plan
mode: warn
events:
  - name: Order Completed
    properties:
      - {name: total, type: number, required: true}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Uems, Server, Path]]:
    folder = tmp_path_factory.mktemp("config")
    uems = Uems(home=folder / "home")
    server = uems.serve()
    try:
        assert uems.run("init", "--workspace", "shop", "--zone", "UTC", "--currency", "USD", "--format", "json").code == 0
        yield uems, server, folder
    finally:
        server.stop()


def test_a_plan_is_shown_applied_and_then_nothing_is_left_to_do(shop: tuple[Uems, Server, Path]) -> None:
    uems, _, folder = shop
    file = folder / "definitions.yaml"
    file.write_text(DEFINITIONS)
    assert uems.run("plan", str(file), "--check").code == 3
    shown = uems.run("plan", str(file))
    assert shown.code == 0
    assert "+ segment buyers (Buyers 买家)" in shown.out
    assert "    condition: did “Order Completed”" in shown.out
    assert "    name: no" in shown.out
    assert "4 to create." in shown.err
    refused = uems.run("apply", str(file))
    assert (refused.code, "Pass --yes" in refused.err) == (1, True)
    assert uems.run("export-config", "--format", "json").json() == []
    applied = uems.run("apply", str(file), "--yes", "--format", "json")
    assert [one["action"] for one in yaml.safe_load(applied.out)["changes"]] == ["create"] * 4
    assert uems.run("plan", str(file), "--check").code == 0
    exported = uems.run("export-config")
    again = folder / "again.yaml"
    again.write_text(exported.out)
    assert uems.run("plan", str(again), "--check").code == 0
    file.write_text(DEFINITIONS.replace("value: 2026-01-01", "value: 2026-02-01").replace("mode: warn", "mode: block"))
    changed = uems.run("plan", str(file), "--language", "zh")
    assert "~ segment buyers" in changed.out
    assert "~ tracking_plan\n    mode:\n      - warn\n      + block" in changed.out
    assert "2 to change, 2 unchanged." in changed.err


def test_a_mistake_names_its_file_and_line(shop: tuple[Uems, Server, Path]) -> None:
    uems, _, folder = shop
    file = folder / "wrong.yaml"
    file.write_text("kind: segment\nkey: a\nname: A\ncondition:\n  and:\n    - did: {events: []}\n    - did:\n        evnts: []\n")
    refused = uems.run("plan", str(file))
    assert (refused.code, f"{file}:7: condition.and[1].did" in refused.err or f"{file}:7: and[1].did" in refused.err) == (1, True), (
        refused.err
    )
    file.write_text("kind: segment\nkey: b\nname: B\ncolour: red\ncondition: {did: {events: []}}\n")
    refused = uems.run("apply", str(file), "--yes")
    assert (refused.code, f"{file}:4: colour: is not a key that is known here." in refused.err) == (1, True), refused.err
    assert uems.run("plan", str(folder / "missing.yaml")).code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: segment\nkey: a\nkey: b\n", ":3: key stands here twice."),
        ("a: &x [1]\nb: *x\n", ":2: aliases"),
        ("- kind: segment\n", ":1: a document must be keys and values"),
        ("kind: [\n", ":2: "),
        ("a:\n\tb: 1\n", ":2: "),
        ("1: x\n", ":1: a key must be a text"),
        ("kind: !!python/object:os.system x\n", ":1: "),
        ("kind: !!binary aGk=\n", ":1: "),
        ("a: " + "[" * 80 + "]" * 80, ":1: nested deeper"),
        ("", "There is no document"),
        ("---\n---\n", "There is no document"),
    ],
)
def test_yaml_that_could_be_misread_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    with pytest.raises(UemsError) as refused:
        read_files([file])
    assert refused.value.code == "bad_document"
    assert said in refused.value.message


def test_words_that_look_like_something_else_stay_what_they_are(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: no\nb: 2026-01-01\nc: 1:30\nd: 010\ne: 1e3\nf: -2\ng: true\nh: ~\ni:\nj: name\nk: truest\nl: '5'\nm: +1\n")
    [found] = read_files([file])
    assert found.body == {
        "a": "no", "b": "2026-01-01", "c": "1:30", "d": "010", "e": 1000.0, "f": -2, "g": True, "h": None, "i": None, "j": "name",
        "k": "truest", "l": "5", "m": "+1",
    }  # fmt: skip
    assert found.line("j") == 10
    again = tmp_path / "y.yaml"
    again.write_text(write_documents([found.body, {"kind": "中文", "x": ["=1", "2017-01-01", "yes", "1e5", ""]}]))
    first, second = read_files([again])
    assert (first.body, second.body["x"]) == (found.body, ["=1", "2017-01-01", "yes", "1e5", ""])
