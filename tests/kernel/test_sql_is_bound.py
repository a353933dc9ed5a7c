"""Does any outside value get into the text of a query? Walks the whole source tree, and proves that the walk sees bad code."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.support.bound_sql import Facts, findings, gather

ROOT = Path(__file__).parents[2] / "src" / "uems"

# Where Sql is made out of other text, and why that is safe.
MAKERS = {
    ("uems.kernel.sql", "ident"): "lets through plain words only",
    ("uems.kernel.sql", "join"): "joins Sql with Sql",
    ("uems.kernel.sql", "json_path"): "escapes every character that could end the quoted name",
    ("uems.kernel.binds", "_long_lists"): "moves placeholders of a statement that is Sql",
    ("uems.kernel.binds", "inline"): "writes values through the encoder that is tested against both engines",
    ("uems.kernel.schema", "_written"): "text of a definition in code",
    ("uems.kernel._filters_fields", "bind"): "the name is a number behind a prefix of code, the type a text of code",
    ("uems.kernel._filters_fields", "value"): "the types of list elements come from a table in code",
    ("uems.kernel._filters_sql", "_list_contains"): "the lists of a field, which value() made",
    ("uems.kernel.lookup", "_source"): "the columns of a key, which the callers name",
    ("uems.identity._bulk", "change"): "the columns of a key, which the callers name",
    ("uems.kernel._warehouse_chdb", "_value"): "quotes settings, tokens and paths of the engine's own",
}


@cache
def facts() -> Facts:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text())
    return gather(found)


def check(source: str) -> list[str]:
    head = "from uems.kernel.sql import Sql, ident, join\n"
    whole = gather({"example": ast.parse(head + source)})
    whole.modules.update(facts().modules)
    return list(findings("example", whole, {}))


def test_only_bound_values_and_sql_go_into_sql() -> None:
    problems = [problem for name in facts().modules for problem in findings(name, facts(), MAKERS)]
    assert not problems, "\n".join(["Bind the value ({name:Type}), or take the name through ident():", *problems])


def test_every_exception_is_still_needed() -> None:
    for place in MAKERS:
        others = {other: why for other, why in MAKERS.items() if other != place}
        assert list(findings(place[0], facts(), others)), f"{place} is no longer an exception; remove it"


@pytest.mark.parametrize(
    "source",
    [
        'def f(name: str): return Sql(f"SELECT {name}")',
        'def f(name): return Sql(f"SELECT {name}")',
        'def f(name: str): return Sql("SELECT " + name)',
        'def f(name: str): return Sql("SELECT %s" % name)',
        'def f(name: str): return Sql("SELECT {}".format(name))',
        "def f(name: str): return Sql(name)",
        'def f(name: str): return Sql(f"SELECT {name!r}")',
        "def f(name: str): return Sql(f\"SELECT '{name.upper()}'\")",
        'def f(names: list[str]): return Sql(f"SELECT {names[0]}")',
        'def f(rows): return [Sql(f"SELECT {row}") for row in rows]',
        'def f(rows: list[str]):\n    for row in rows:\n        yield Sql(f"SELECT {row}")',
        'def f(flag: bool, name: str): return Sql(f"SELECT {Sql("a") if flag else name}")',
        'def f(name: str):\n    part = Sql("a")\n    part = name\n    return Sql(f"SELECT {part}")',
        'def f(name: str):\n    parts = [Sql("a")]\n    parts.append(name)\n    return Sql(f"SELECT {parts[0]}")',
        'def f(name: str):\n    part: Sql = Sql("a") if name else Sql(name)\n    return part',
        'def f(x: float): return Sql(f"SELECT {x:.3f}")',
        'def f(config: Config): return Sql(f"SELECT {config.table}")',
        'def made_here(name: str) -> str: return name\ndef f(): return Sql(f"SELECT {made_here(1)}")',
        "def f(name: str): return cast(Sql, name)",
        'def f(parts: dict[str, Sql]): return [Sql(f"{key}") for key in parts]',
        'def f(name: str):\n    parts = {name: Sql("a")}\n    return [Sql(f"{key}") for key in parts]',
        'NAME = "x".upper()\ndef f(): return Sql(f"SELECT {NAME}")',
        'def f(n: str):\n    if (m := n):\n        return Sql(f"SELECT {m}")',
        'def f(names: str): return Sql(f"SELECT {join(names)}") if 0 else Sql("a" if names else names)',
    ],
)
def test_the_walk_sees_what_is_not_bound(source: str) -> None:
    source = source.replace('{Sql("a") if', "{Sql('a') if")
    assert check(source), source


@pytest.mark.parametrize(
    "source",
    [
        'def f(): return Sql("SELECT {name:String}")',
        'def f(name: Sql): return Sql(f"SELECT {name}")',
        'def f(name: str): return Sql(f"SELECT {ident(name)}")',
        'def f(names: list[str]): return Sql(f"SELECT {join(Sql(", "), [ident(n) for n in names])}")'.replace('", "', "', '"),
        'def f(limit: int): return Sql(f"LIMIT {limit} OFFSET {int(limit)} {len([])} {5}")',
        '_PLACE = Sql("(a, b)")\ndef f(): return Sql(f"SELECT {_PLACE}")',
        'def f(flag: bool):\n    part = Sql("a") if flag else Sql("b")\n    return Sql("SELECT " + part)',
        'PARTS = {"a": Sql("a"), "b": Sql("b")}\ndef f(key: str): return Sql(f"SELECT {PARTS[key]}")',
        'def f():\n    where = [Sql("a")]\n    where.append(Sql("b"))\n    return join(Sql(" AND "), where)',
        'def f(parts: dict[str, Sql], key: str): return Sql(f"{parts[key]}"), [Sql(f"{part}") for part in parts.values()]',
        'def f(parts: Sequence[Sql]): return [Sql(f"x {p}") for p in parts]',
    ],
)
def test_the_walk_lets_through_what_is_bound(source: str) -> None:
    assert check(source) == []


def test_an_attribute_counts_only_if_every_class_says_sql() -> None:
    source = "class A:\n    part: Sql\n    other: str\n    both: Sql\nclass B:\n    both: str\n"
    assert check(source + 'def f(a: A): return Sql(f"{a.part}")') == []
    assert check(source + 'def f(a: A): return Sql(f"{a.both}")') == []
    assert len(check(source + 'def f(a: A, b: B, c): return Sql(f"{a.other}"), Sql(f"{b.both}"), Sql(f"{c.both}")')) == 3
