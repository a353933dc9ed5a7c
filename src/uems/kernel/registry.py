"""How does one new file add one new thing? A registry finds every item of a kind in a package.

An item is a module-level object named ``ITEM`` with at least ``key``, ``label_zh``, ``label_en``, a pydantic ``Config``
and a ``sample`` of it. Adding one is adding one file; the contract test runs over all of them.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from uems.kernel.errors import UemsError


@runtime_checkable
class Item(Protocol):
    """What every registered thing says of itself."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...


T = TypeVar("T", bound=Item)


class Registry(Generic[T]):
    """All items of one kind, read from one package on first use.

    kind: the word used in errors ("report"). package: dotted name of the package that holds one module an item.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._items: dict[str, T] | None = None

    def _load(self) -> dict[str, T]:
        if self._items is None:
            package = importlib.import_module(self.package)
            found: dict[str, T] = {}
            for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
                if info.name.startswith("_"):
                    continue
                item: T = importlib.import_module(f"{self.package}.{info.name}").ITEM
                if item.key in found:
                    raise UemsError("duplicate_key", f"Two {self.kind}s are called {item.key!r}; rename one.", status=500)
                found[item.key] = item
            self._items = found
        return self._items

    def get(self, key: str) -> T:
        """The item called ``key``; raises ``not_found`` naming what exists."""
        items = self._load()
        if key not in items:
            raise UemsError(
                "not_found", f"No {self.kind} {key!r}. There are: {', '.join(sorted(items))}.", status=404, details={"kind": self.kind}
            )
        return items[key]

    def __iter__(self) -> Iterator[T]:
        return iter(self._load().values())
