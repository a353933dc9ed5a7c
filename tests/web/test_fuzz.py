"""Does any request, however odd, break the server? Every operation of the document is tried with made-up values, good and bad."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.support import houses
from tests.support.depth import worlds
from tests.support.feed import Feed, Happened
from tests.support.web import make_workspace
from uems.access.api import Access, Workspaces, operator_token
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.profiles.api import TagDef, Words
from uems.segments import api as segments
from uems.web.app import create_app
from uems.web.openapi import openapi_document

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = worlds(6)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
KNOWN: dict[str, Any] = {"key": "x", "tag": "x", "person_id": 1, "list_id": 1, "trait": "city", "name": "overview", "role": "purchase"}
OPERATIONS = [(method.upper(), path) for path, methods in openapi_document()["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=tmp_path_factory.mktemp("home")))
    _live(built, make_workspace(built.store, "gamma", NOW)[1])
    yield built
    built.close()


def _live(house: House, access: Access) -> None:
    """A few people with events, a tag, a list and a segment, so that requests find something to break."""
    feed = Feed(house, access.scope)
    calls = [Happened(user=f"u{n % 5}", ts=NOW - timedelta(hours=7 * n), event=("Viewed", "Order Completed")[n % 2]) for n in range(24)]
    calls += [Happened(user="u1", anonymous="a1", ts=NOW, event="", type="identify", properties='{"city":"北京","plan":"pro"}')]
    feed.take(calls, NOW)
    tag = TagDef(key="x", family="behaviour", kind="manual", label=Words(en="x"), value_type="text")
    profiles.save_tag(house.store, access, tag)
    profiles.set_tag(house, access, "x", [1, 2], "gold")
    profiles.refresh(house, access.scope, NOW)
    segments.create_list(house.store, access, name="x", description="", kind="user_id")
    condition = profiles.parse_condition({"did": {"events": ["Order Completed"]}})
    segments.save_segment(house.store, access, segments.Draft(key="x", name="x", description="", condition=condition))
    keeper = segments.Keeper(house, Workspaces(house.store), "fuzz", lambda: NOW)
    while keeper.step():
        continue


@pytest.fixture(scope="module")
def schema(house: House) -> BaseSchema:
    found: BaseSchema = schemathesis.openapi.from_asgi("/api/openapi.json", create_app(house))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(o) for o in OPERATIONS])
def test_no_request_breaks_the_server(schema: BaseSchema, house: House, method: str, path: str) -> None:
    operation = schema[path][method]
    authorization = {"Authorization": f"Bearer {operator_token(house.settings.home)}"}

    @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE) | operation.as_strategy())
    def attempt(case: "Case[Any]") -> None:
        if "workspace" in case.path_parameters:
            case.path_parameters["workspace"] = "gamma"
        for name in KNOWN.keys() & case.path_parameters.keys():
            if len(str(case.path_parameters[name])) % 2:  # as often as not the path names something that exists
                case.path_parameters[name] = KNOWN[name]
        answer = case.call(headers=authorization, timeout=120)  # a busy machine is no fault
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert json.loads(answer.content).keys() - {"details"} == {"code", "message", "request_id"}

    attempt()
