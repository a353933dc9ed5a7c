"""What does a formula over series say? Letters stand for series: ``A / B * 100``. Only numbers, letters, + - * / and parentheses.

Nothing is ever executed: the text is read into a tree of known kinds. A missing value, a division by zero and what no computer can
hold give no value.
"""

import ast
import math
from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

Formula: TypeAlias = Callable[[Mapping[str, float | None]], float | None]
MAX_TEXT: Final = 200
_MIXED: Final = 1_000
"""A power that no formula of so few characters comes to."""
_LARGEST: Final = 1e15
"""As a target's: beyond it not every whole number can be told from the next."""

_OPERATORS: Final[dict[type[ast.operator], Callable[[float, float], float | None]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else None,
}


def read_formula(text: str, letters: str) -> Formula:
    """The formula as a function of letter → value. Raises ``ValueError`` that says what is wrong; ``letters``: those that exist."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is no formula; write one such as A / B * 100") from None
    return _read(tree, letters)


def is_money(text: str, money: Collection[str]) -> bool:
    """Whether the formula comes to an amount of money, where these letters are money and all others plain numbers.

    Money by a number is money, money by money is none, and a plain number beside money stands for an amount: ``A / B``, ``A - 5``.
    """
    return _power(ast.parse(text.strip(), mode="eval").body, money) == 1


def _power(node: ast.expr, money: Collection[str]) -> int | None:
    """How often money is a factor of it; None of a mere number, which fits anything. ``_MIXED`` where two sides do not go together."""
    match node:
        case ast.Name(id=name):
            return 1 if name in money else 0
        case ast.UnaryOp(operand=operand):
            return _power(operand, money)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _power(left, money), _power(right, money)
            if _MIXED in (a, b):
                return _MIXED
            if isinstance(op, ast.Add | ast.Sub):
                return b if a is None else a if b is None or a == b else _MIXED
            if a is None and b is None:
                return None
            return (a or 0) + (b or 0) * (1 if isinstance(op, ast.Mult) else -1)
    return None


def _read(node: ast.expr, letters: str) -> Formula:
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return _constant(value)
        case ast.Name(id=name) if len(name) == 1 and name in letters:
            return lambda values: values[name]
        case ast.Name(id=name):
            raise ValueError(f"there is no series {name}; there are {', '.join(letters)}")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _read(operand, letters)
            return lambda values: None if (found := inner(values)) is None else -found
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _binary(_OPERATORS[type(op)], _read(left, letters), _read(right, letters))
    raise ValueError("a formula takes numbers, the letters of series, + - * / and parentheses only")


def _constant(value: float) -> Formula:
    if abs(value) > _LARGEST:
        raise ValueError(f"a number of a formula is at most {_LARGEST:.0e}")
    number = float(value)
    return lambda values: number


def _binary(operator: Callable[[float, float], float | None], left: Formula, right: Formula) -> Formula:
    def value(values: Mapping[str, float | None]) -> float | None:
        a, b = left(values), right(values)
        found = None if a is None or b is None else operator(a, b)
        return found if found is not None and math.isfinite(found) else None

    return value
