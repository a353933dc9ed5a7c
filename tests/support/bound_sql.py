"""What goes into the text of a query that is not bound? Reads the source tree and lists every piece that is not safe.

``Sql(...)`` may be given a plain text, or an f-string (also added, or chosen by a condition) whose pieces are all
 * names and attributes that are annotated ``Sql``, or assigned only from safe pieces (also in loops and comprehensions),
 * calls of functions that return ``Sql``,
 * texts that stand in the code, and whole numbers: literals, ``int(...)`` and ``len(...)``.
mypy holds the rest: only ``Sql`` can be given to the warehouse. Functions that make ``Sql`` out of other text are listed.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_NUMBERS = {"int", "len"}
# Methods that give back what they were called on, in another container.
_THROUGH = {"items", "keys", "removesuffix", "removeprefix"}
_HELD = {"values", "get"}
# Calls that hand through the items of their first argument.
_ITERATE = {"sorted", "list", "tuple", "enumerate", "zip", "reversed", "set"}


@dataclass(slots=True)
class Module:
    """What one file defines and imports, by name."""

    tree: ast.Module
    returns: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[ast.expr | str]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    classes: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Facts:
    """The whole tree: modules by dotted name; attributes, properties and methods of classes by their bare name."""

    modules: dict[str, Module] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)


def gather(trees: Mapping[str, ast.Module]) -> Facts:
    """``trees``: dotted module name → what it holds."""
    facts = Facts()
    for name, tree in trees.items():
        module = facts.modules[name] = Module(tree=tree)
        for statement in tree.body:
            if isinstance(statement, Function):
                module.returns[statement.name] = _annotation(statement.returns)
            for bound, value in _bindings(statement):
                module.names.setdefault(bound, []).append(value)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    module.imports[alias.asname or alias.name] = (node.module, alias.name)
            if isinstance(node, ast.ClassDef):
                members = module.classes.setdefault(node.name, {})
                for item in node.body:
                    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                        members[item.target.id] = _annotation(item.annotation)
                    if isinstance(item, Function):
                        members[item.name] = _annotation(item.returns)
                for member, type_ in members.items():
                    facts.members.setdefault(member, set()).add(type_)
    return facts


def findings(name: str, facts: Facts, makers: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """A line for every unsafe piece in one module. ``makers``: (module, function) → why it may make Sql of other text."""
    tree = facts.modules[name].tree
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "cast" and node.args and _annotation(node.args[0]) == "Sql":
            yield f"{name}:{node.lineno}: cast to Sql"
        if not _is_sql_call(node):
            continue
        assert isinstance(node, ast.Call)
        functions = _around(node, parents)
        if any((name, function.name) in makers for function in functions):
            continue
        scope = _Scope(name, functions, facts)
        for argument in node.args:
            for piece in scope.unsafe_text(argument):
                yield f"{name}:{piece.lineno}: {ast.unparse(piece)} goes into Sql"


class _Scope:
    """What is known of names at one place: the functions around it, from the inside out, and the module."""

    def __init__(self, module: str, functions: list[Function], facts: Facts) -> None:
        self.facts = facts
        self.module = module
        self.layers: list[dict[str, list[ast.expr | str]]] = [_names(function) for function in functions]
        self.trying: set[str] = set()

    def unsafe_text(self, node: ast.expr) -> Iterator[ast.expr]:
        """The unsafe pieces of what is given to ``Sql``."""
        if isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and not (
                    part.format_spec is None and part.conversion == -1 and self.safe(part.value)
                ):
                    yield part.value
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.unsafe_text(node.left)
            yield from self.unsafe_text(node.right)
        elif isinstance(node, ast.IfExp):
            yield from self.unsafe_text(node.body)
            yield from self.unsafe_text(node.orelse)
        elif not self.safe(node):
            yield node

    def safe(self, node: ast.expr) -> bool:
        """Whether the value is Sql, a text of the code, a whole number, or a collection of such."""
        match node:
            case ast.Constant(value=value):
                return isinstance(value, int | str)
            case ast.Name(id=name):
                return self.safe_name(name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (found := self.imported_module(owner)) is not None:
                return self.module_name(found, name)
            case ast.Attribute():
                return self.safe_member(node)
            case ast.Call():
                return self.safe_call(node)
            case ast.Subscript(value=value):
                return self.safe_held(value)
            case ast.IfExp(body=body, orelse=other):
                return self.safe(body) and self.safe(other)
            case ast.BinOp(left=left, right=right):
                return self.safe(left) and self.safe(right)
            case ast.UnaryOp(operand=value):
                return self.safe(value)
            case ast.BoolOp(values=values):
                return all(self.safe(value) for value in values)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return all(self.safe(item) for item in items)
            case ast.Dict(keys=keys, values=values):
                return all(key is not None and self.safe(key) for key in keys) and all(self.safe(value) for value in values)
            case ast.Starred(value=value):
                return self.safe(value)
            case ast.ListComp(elt=item) | ast.GeneratorExp(elt=item) | ast.SetComp(elt=item):
                return self.safe(item)
            case ast.DictComp(key=key, value=item):
                return self.safe(key) and self.safe(item)
            case ast.NamedExpr(value=value):
                return self.safe(value)
        return False

    def safe_held(self, node: ast.expr) -> bool:
        """Whether the values of a mapping, or the items of a list, are safe."""
        if isinstance(node, ast.Dict):
            return all(self.safe(value) for value in node.values)
        if isinstance(node, ast.Name):
            for stated in (value for layer in [*self.layers, self.facts.modules[self.module].names] for value in layer.get(node.id, ())):
                if stated in _SAFE_MAPS or (isinstance(stated, ast.Dict) and self.safe_held(stated)):
                    return True
                break
        return self.safe(node)

    def safe_call(self, node: ast.Call) -> bool:
        name = _called(node)
        if isinstance(node.func, ast.Name):
            if name == "Sql" or name in _NUMBERS:
                return True
            if name in _ITERATE:
                return all(self.safe(argument) for argument in node.args)
            return self.returned(self.module, name) in _SAFE_TYPES
        if isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name) and (found := self.imported_module(node.func.value.id)) is not None:
                return self.returned(found, name) in _SAFE_TYPES
            if name in _HELD and self.safe_held(node.func.value):
                return True
            if name in _THROUGH and self.safe(node.func.value):
                return True
            return self.safe_member(node.func)
        return False

    def safe_member(self, node: ast.Attribute) -> bool:
        """An attribute, or what a method gives back: of the class that the owner is annotated with, else of all classes."""
        if isinstance(node.value, ast.Name):
            for layer in self.layers:
                for stated in layer.get(node.value.id, ()):
                    members = self.class_members(self.module, stated) if isinstance(stated, str) else None
                    if members is not None and node.attr in members:
                        return _made(members[node.attr]) in _SAFE_TYPES
        types = self.facts.members.get(node.attr)
        return bool(types) and all(_made(type_) in _SAFE_TYPES for type_ in types or ())

    def class_members(self, module: str, name: str) -> dict[str, str] | None:
        """The members of a class that is defined in this module or comes to it through imports."""
        known = self.facts.modules.get(module)
        if known is None or name in known.classes:
            return known.classes[name] if known else None
        return self.class_members(*known.imports[name]) if name in known.imports else None

    def returned(self, module: str, name: str) -> str:
        """What a function gives back that is defined in this module or comes to it through imports."""
        known = self.facts.modules.get(module)
        if known is None or name in known.returns:
            return known.returns[name] if known else ""
        return self.returned(*known.imports[name]) if name in known.imports else ""

    def imported_module(self, name: str) -> str | None:
        """The module that ``name`` stands for: ``from uems.collect import schema`` makes it ``uems.collect.schema``."""
        parent, original = self.facts.modules[self.module].imports.get(name, ("", ""))
        return f"{parent}.{original}" if f"{parent}.{original}" in self.facts.modules else None

    def safe_name(self, name: str) -> bool:
        """A name is safe if its annotation says so or everything that is ever assigned to it is."""
        for layer in self.layers:
            if name in layer:
                return self.all_safe(f"{self.module}:{id(layer)}:{name}", layer[name])
        return self.module_name(self.module, name)

    def module_name(self, module: str, name: str) -> bool:
        """The same for a name at the top of a module, followed through its imports."""
        if module not in self.facts.modules:
            return False
        known = self.facts.modules[module]
        if name in known.names:
            return _Scope(module, [], self.facts).all_safe(name, known.names[name])
        return name in known.imports and self.module_name(*known.imports[name])

    def all_safe(self, key: str, values: Iterable[ast.expr | str]) -> bool:
        if key in self.trying:
            return True
        self.trying.add(key)
        try:
            return all(value in _SAFE_TYPES if isinstance(value, str) else self.safe(value) for value in values)
        finally:
            self.trying.discard(key)


_SAFE_TYPES = {
    *(f"{wrapped}" for inner in ("Sql", "int") for wrapped in (inner, f"Final[{inner}]", f"{inner} | None")),
    *(f"{box}[Sql]" for box in ("list", "Sequence", "Iterable", "Iterator", "set", "Collection")),
    *(f"{box}[Sql, {more}]" for box in ("dict", "Mapping", "tuple", "Final[Mapping", "Final[dict") for more in ("Sql", "...")),
    *(f"Final[{box}[Sql, Sql]]" for box in ("dict", "Mapping")),
    "Final[tuple[Sql, ...]]",
}
# Only what they hold is Sql, not what they are asked with.
_SAFE_MAPS = {f"{box}[str, Sql]" for box in ("dict", "Mapping")} | {f"Final[{box}[str, Sql]]" for box in ("dict", "Mapping")}


def _made(type_: str) -> str:
    """What calling a value of this type gives, for fields that hold functions; any other type as it is."""
    return type_.rpartition("], ")[2].removesuffix("]") if type_.startswith("Callable[") else type_


def _is_sql_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sql"


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _annotation(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "" if node is None else ast.unparse(node)


def _around(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> list[Function]:
    found: list[Function] = []
    while node in parents:
        node = parents[node]
        if isinstance(node, Function):
            found.append(node)
    return found


def _names(function: Function) -> dict[str, list[ast.expr | str]]:
    """Every name of a function: its arguments' annotations, and what is assigned."""
    arguments = function.args
    names: dict[str, list[ast.expr | str]] = {}
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        names[argument.arg] = [_annotation(argument.annotation)]
    for node in ast.walk(function):
        for name, value in _bindings(node):
            names.setdefault(name, []).append(value)
    return names


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | str]]:
    """The names that one statement or comprehension binds, each with its value or its annotation."""
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            stated = _annotation(annotation)
            yield name, stated if stated in _SAFE_TYPES | _SAFE_MAPS or value is None else value
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _targets(target, value)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
            yield from _targets(target, source)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from _targets(target, ast.Constant(value=None))
        # What is put into a list is part of it.
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert"), args=[*_, value])):
            yield name, value


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        yield target.value.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        pairs = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for position, part in enumerate(target.elts):
            yield from _targets(part, value.elts[position] if pairs and isinstance(value, ast.Tuple | ast.List) else value)
