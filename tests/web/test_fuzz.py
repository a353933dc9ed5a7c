"""Does any request, however odd, break the server? Every operation of the document is tried with made-up values, good and bad."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.support.web import make_workspace
from uems import app as uems_app
from uems.access.api import operator_token
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app
from uems.web.openapi import openapi_document

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 10
OPERATIONS = [(method.upper(), path) for path, methods in openapi_document()["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = uems_app.build(Settings(home=tmp_path_factory.mktemp("home")))
    make_workspace(built.store, "gamma", datetime(2026, 3, 2, tzinfo=UTC))
    yield built
    built.close()


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
        answer = case.call(headers=authorization)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert json.loads(answer.content).keys() - {"details"} == {"code", "message", "request_id"}

    attempt()
