"""Does naming what others have say anything about it? Bodies that make sense, and every report with a spec that works."""

import json
import re

import httpx
import pytest

from tests.support.web import Program
from tests.web.bodies import ALPHAS, NOBODYS, Call, Names, calls
from tests.web.world import CANARY, World
from uems.journeys.registry import REPORTS, OpensPeople

NAMES = sorted(calls(ALPHAS))


def send(program: Program, workspace: str, call: Call) -> httpx.Response:
    return program.send(call.method, f"/api/workspaces/{workspace}/{call.path}", json=call.body)


def shape(answer: httpx.Response, names: Names) -> tuple[int, str]:
    """The answer without what differs from request to request, and without what was asked for."""
    body = answer.json()
    body.pop("request_id", None)
    text = re.sub(r'"(segment_id|fingerprint)": ("\w*"|\d+)', '"one of its own"', json.dumps(body))
    text = re.sub(r"there are [\w, ]*\.", "there are those of its own.", text)
    for one in ("key", "trait", "mapping_id"):
        text = text.replace(getattr(names, one), f"<{one}>")
    for what, number in (("list", names.list_id), ("name", names.list_id), ("person", names.person)):
        text = text.replace(f"{what} {number}", f"{what} <number>").replace(f"{what} '{number}'", f"{what} <number>")
        text = text.replace(f'"id": {number}}}', '"id": <number>}').replace(f"名单 {number}", "名单 <number>")
        text = text.replace(json.dumps(f"名单 {number}")[1:-1], "<list>").replace(json.dumps("名单 <number>")[1:-1], "<list>")
    return answer.status_code, text


@pytest.mark.parametrize("report", list(REPORTS), ids=lambda report: report.key)
def test_a_report_knows_nothing_of_another_workspace(report: OpensPeople, world: World) -> None:
    spec = report.sample.model_dump(mode="json", exclude_none=True)  # type: ignore[attr-defined]  # every report has one
    address = f"reports/{report.key}"  # type: ignore[attr-defined]
    asked = [Call(method="POST", path=address, body=spec, answered=True)]
    if isinstance(report, OpensPeople):
        cell = report.sample_cell.model_dump(mode="json", exclude_none=True)
        asked.append(Call(method="POST", path=f"{address}/people", body={"spec": spec, "cell": cell}, answered=True))
    for call in asked:
        mine = send(world.rival, "beta", call)
        assert mine.status_code < 500, mine.text
        assert mine.json().get("code") != "invalid_request", mine.text
        assert CANARY not in mine.text
        # As in another workspace that has nothing: what the canaries count would show. (Nor has beta made anything yet.)
        assert shape(mine, ALPHAS)[1].replace('"beta"', '"gamma"') == shape(send(world.members["owner"], "gamma", call), ALPHAS)[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_names_what_others_have_is_answered_as_if_nobody_had_it(name: str, world: World) -> None:
    known, unknown = calls(ALPHAS)[name], calls(NOBODYS)[name]
    before = world.snapshot()
    for program in (world.rival, world.rival_key):
        answer, nothing = send(program, "beta", known), send(program, "beta", unknown)
        assert answer.status_code < 500, answer.text
        assert answer.json().get("code") != "invalid_request", answer.text  # it was looked at, and not turned away at the door
        assert (answer.status_code < 300) == known.answered, answer.text
        assert CANARY not in answer.text
        assert shape(answer, ALPHAS) == shape(nothing, NOBODYS)
    assert world.snapshot() == before
