"""How far may a template go? Liquid with limits: it cannot run for ever, grow without end, or read what it was not given."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import liquid
from liquid import BoundTemplate, DictLoader
from liquid.exceptions import LiquidError
from liquid.undefined import Undefined

from uems.kernel.errors import UemsError

MOST_OUTPUT: Final = 500_000
"""Bytes of one rendered part; mail programs cut letters at a fifth of it."""
_SIGNS: Final = re.compile(r"\{\{|\}\}|\{%|%\}|[()]|\.\.")
_TAG: Final = re.compile(r"-?\s*+(\w++)")
_FORBIDDEN: Final = ("include", "render", "extends", "block", "macro", "call", "translate")


class MissingValue(LiquidError):
    """A value without a fallback is not known."""


class Missing(Undefined):
    """A value that is not known: false in conditions, empty in loops, and refused where it would be shown."""

    def __str__(self) -> str:
        raise MissingValue((self.hint or self.name).removesuffix(" is undefined").strip("'"), token=None)

    def __liquid__(self) -> object:
        return None


class _Limited(liquid.Environment):
    context_depth_limit = 20
    loop_iteration_limit = 10_000
    local_namespace_limit = 1_000_000
    output_stream_limit = MOST_OUTPUT


def _environment(*, escape: bool, strict: bool) -> liquid.Environment:
    made = _Limited(autoescape=escape, undefined=Missing if strict else Undefined, loader=DictLoader({}))
    for tag in _FORBIDDEN:
        made.tags.pop(tag, None)
    return made


@lru_cache(maxsize=4)
def environment(*, escape: bool, strict: bool) -> liquid.Environment:
    """escape: for HTML. strict: a value that is not known stops the message."""
    return _environment(escape=escape, strict=strict)


def _has_loose_range(source: str) -> bool:
    """Loops have a limit of their own; anywhere else (1..100000000) is made into so many numbers before any limit sees it."""
    inside, bracket = "", False
    for sign in _SIGNS.finditer(source):
        found = sign[0]
        if found == "{{":
            inside, bracket = "shown", False
        elif found == "{%":
            tag = _TAG.match(source, sign.end())
            inside, bracket = tag[1] if tag else "nothing", False
        elif found in ("}}", "%}"):
            inside = ""
        elif found == "..":
            if inside and bracket and inside not in ("for", "tablerow"):
                return True
        else:
            bracket = found == "("
    return False


def parse(source: str, where: str, *, escape: bool, strict: bool) -> BoundTemplate:
    """A template that can be rendered. Raises ``bad_template`` (422) with where it is wrong."""
    if _has_loose_range(source):
        raise bad_template(where, "a range such as (1..10) can be looped over by a for tag only")
    try:
        return environment(escape=escape, strict=strict).from_string(source)
    except LiquidError as error:
        raise bad_template(where, str(error)) from error
    except RecursionError as error:
        raise bad_template(where, "it nests too deeply") from error


def render(template: BoundTemplate, values: Mapping[str, Any], where: str) -> str:
    """What it says for these values. Raises ``missing_value`` or ``bad_template`` (422)."""
    try:
        return template.render(values)
    except MissingValue as error:
        name = str(error.args[0])
        message = (
            f"{where} shows {name}, which is not known of this person. Give it a fallback, or a default: {{{{ {name} | default: '...' }}}}."
        )
        raise UemsError("missing_value", message, status=422, details={"value": name, "where": where}) from error
    except LiquidError as error:
        raise bad_template(where, str(error)) from error
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        raise bad_template(where, f"{type(error).__name__}: {error}") from error


def bad_template(where: str, why: str) -> UemsError:
    """A template that cannot be used."""
    return UemsError("bad_template", f"{where}: {why[:300]}", status=422, details={"where": where})
