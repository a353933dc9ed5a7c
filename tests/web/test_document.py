"""Is the document of the API complete and stable enough to make clients from?"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.web import Program
from uems.web.openapi import openapi_document

DOCUMENT = openapi_document()


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


OPERATIONS = list(operations())
NAMES = [name for name, _ in OPERATIONS]


def test_the_server_answers_the_document_that_the_ui_is_made_from(visitor: Program) -> None:
    served = visitor.get("/api/openapi.json").json()
    assert served == DOCUMENT
    assert served["openapi"].startswith("3.1")


def test_every_operation_has_a_name_of_its_own_that_begins_with_its_room() -> None:
    ids = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    for _, operation in OPERATIONS:
        assert operation["operationId"].startswith(f"{operation['tags'][0]}_")


def test_no_two_rooms_give_a_body_the_same_name() -> None:
    # They would get names made of their modules, and everything that is made from the document would change its names with them.
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_says_what_it_answers_and_how_it_fails(name: str, operation: dict[str, Any]) -> None:
    good = {status: r for status, r in operation["responses"].items() if status.startswith("2")}
    assert good
    for status, answer in good.items():
        content = answer.get("content", {})
        if status == "204":
            assert not content
        elif "application/json" in content:
            assert content["application/json"].get("schema"), f"{name} has no response model."
    for status in ("4XX", "5XX"):
        assert operation["responses"][status]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
    assert "422" not in operation["responses"]


def test_it_says_how_a_caller_proves_who_they_are_and_where_they_need_not() -> None:
    assert DOCUMENT["components"]["securitySchemes"].keys() == {"session", "key"}
    assert DOCUMENT["security"] == [{"session": []}, {"key": []}]
    shared = {"GET /api/shared/{token}", "GET /api/shared/{token}/tiles/{tile_id}"}
    letters = {f"GET /api/letters/{{token}}{more}" for more in ("", "/go", "/seen.gif", "/unsubscribe", "/confirm")}
    chosen = {"POST /api/letters/{token}", "POST /api/letters/{token}/unsubscribe", "POST /api/letters/{token}/confirm"}
    inbox = {"POST /api/push", "POST /api/inbox", "GET /api/inbox/{token}/stream", "POST /api/inbox/{token}/messages/{number}"}
    inbox |= {"GET /api/inbox/{token}/scenes", "POST /api/inbox/{token}/messages/{number}/answer", "POST /api/receipts/{token}"}
    open_ = {"GET /healthz", "GET /api/r/{token}", "POST /api/login", *shared, *letters, *chosen, *inbox}
    assert {name for name, operation in OPERATIONS if operation.get("security") == []} == open_


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_is_described(name: str, operation: dict[str, Any]) -> None:
    assert operation.get("description"), f"{name} has no docstring."


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=NAMES)
def test_no_number_or_text_from_outside_is_without_bounds(name: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "workspace" or parameter["in"] == "header":
            continue  # unknown ones answer like foreign ones, whatever they look like
        for schema in parameter["schema"].get("anyOf", [parameter["schema"]]):
            where = f"{name}: parameter {parameter['name']} is {schema}"
            if schema.get("type") == "integer":
                assert {"minimum", "maximum"} <= schema.keys(), f"{where}; use a type of uems.kernel.edge."
            if schema.get("type") == "string" and not {"enum", "const", "format"} & schema.keys():
                assert {"maxLength", "pattern"} & schema.keys(), f"{where}; use a type of uems.kernel.edge."
