"""How does a room say which addresses it answers? As a list: what a route takes and gives is worked out when it is first asked.

Working it out takes two milliseconds a route. Hundreds of routes would make every start, and every command that opens
the stores itself, wait for what it never asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, TypeVar, Unpack

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
F = TypeVar("F", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """What a route may say beside its address; the words of FastAPI."""

    name: str
    status_code: int
    response_class: type[Any]
    responses: Mapping[int | str, dict[str, Any]]
    openapi_extra: dict[str, Any]
    response_model: Any


@dataclass(frozen=True, slots=True)
class Declared:
    """One method of one address, and the function that answers it."""

    method: Method
    path: str
    endpoint: Callable[..., Any]
    options: Options


class Routes:
    """The routes of a room, in the order in which they are tried: the first that fits an address answers it."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self.declared: list[Declared] = []

    def include(self, other: "Routes") -> None:
        """All routes of ``other``, after those that stand here already."""
        self.declared += [Declared(each.method, self._prefix + each.path, each.endpoint, each.options) for each in other.declared]

    def get(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("GET", path, options)

    def post(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("POST", path, options)

    def put(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("PUT", path, options)

    def patch(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("PATCH", path, options)

    def delete(self, path: str, **options: Unpack[Options]) -> Callable[[F], F]:
        return self._declare("DELETE", path, options)

    def _declare(self, method: Method, path: str, options: Options) -> Callable[[F], F]:
        def declare(endpoint: F) -> F:
            self.declared.append(Declared(method, self._prefix + path, endpoint, options))
            return endpoint

        return declare
